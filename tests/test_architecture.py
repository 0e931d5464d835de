"""The house rules as tests: layers, names, pure packages, one door to the tables, tidy files."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
RUFF_FROM_INPUT = [str(BIN / "ruff"), "check", "--no-cache", "--output-format", "concise"]
RUFF_FROM_INPUT += ["--stdin-filename"]

FORBIDDEN_FOLDERS = {"core", "common", "utils", "lib", "services", "managers", "helpers"}
FORBIDDEN_NAME_PARTS = ("Manager", "Handler", "Service", "Helper", "Util")
PURE_PACKAGES = ("haihe/kernel", "haihe/queueing")
PURE_THIRD_PARTY = {"msgspec"}
IMPURE_MODULES = {
    "asyncio", "builtins", "ctypes", "fcntl", "glob", "importlib", "io", "logging",
    "multiprocessing", "os", "pathlib", "pickle", "platform", "random", "secrets", "selectors",
    "shelve", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "uuid", "warnings",
}  # fmt: skip
IMPURE_CALLS = {"open", "input", "print", "exec", "eval", "__import__"}
CLOCK_READINGS = {"now", "utcnow", "today"}
# What pages may use of records: the two doors, what they give, and what stands beside them.
OPEN_MODULES = {
    "clock_faces",
    "connections", "exchanges", "applications", "certificates_shown", "drafts",
    "agents", "materials",
    "alike", "joining", "messages", "open_pages", "pictures", "powers", "rating_figures",
    "answers_told", "ratings", "call_backs", "uploads",
    "where", "account_acts", "account_book", "accounts", "answers", "attempts", "audit", "board",
    "board_export", "board_findings", "board_lists", "board_map", "board_settings",
    "board_trends", "citizens", "clients", "exports", "factors", "files", "halls", "halls_night",
    "halls_phones", "lists",
    "looked", "models_shown", "posts", "read", "retention", "sessions", "shown", "tags",
    "upload_drafts", "workshop", "write",
    "devices", "feeds", "words",
    "letter_board",
    "letter_fit",
    "letter_choice",
    "letter_joins",
    "letter_replies",
    "letters",
    "machine_fields",
    "instants",  # days and times in words: no record is in it
    "rules",  # the pack in force: no record is in it
}  # fmt: skip
DOCUMENTED_PACKAGES = ("haihe/kernel", "haihe/records", "haihe/queueing")
FILE_BYTES_MAX = 300_000
TEXT_SUFFIXES = {
    "", ".cfg", ".css", ".csv", ".html", ".in", ".ini", ".js", ".json", ".md", ".po", ".py",
    ".sh", ".sql", ".svg", ".toml", ".txt", ".xml", ".yaml", ".yml",
}  # fmt: skip
# Written in pieces so that this file does not name what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:" + "|".join(("work", "root", "farm", "home")) + r")/")
REGISTRY_HOSTS = re.compile(
    "|".join(("py" + "pi.org", "python" + "hosted", "npm" + "js", "deb" + r"\.debian"))
)
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")))


# ── What the repository holds ────────────────────────────────────────────────────────────────


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the repository that exists, as a path from its root."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], check=True, capture_output=True, text=True
    )
    names = [name for name in listed.stdout.split("\0") if name]
    assert names, "git lists no file: these tests need a checkout"
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


def python_files(*folders: str) -> list[Path]:
    """The tracked Python files under the folders."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and path.as_posix().startswith(tuple(f + "/" for f in folders))
    ]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(), filename=str(path))


@cache
def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def text_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix in TEXT_SUFFIXES]


def imported_modules(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the dotted name of everything a file imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def in_lines(path: Path, pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


# ── The tools ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy"],
        ["lint-imports", "--no-cache", "--no-logo"],
    ],
    ids=["ruff check", "ruff format", "mypy --strict", "import-linter"],
)
def test_the_tool_finds_nothing(words: list[str]) -> None:
    found = subprocess.run(
        [str(BIN / words[0]), *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout[-8000:] + found.stderr[-2000:]


def test_the_import_layers_name_every_package() -> None:
    packages = {path.parts[1] for path in python_files("haihe") if len(path.parts) > 2}
    contract = text_of(Path("pyproject.toml")).split("[[tool.importlinter.contracts]]")[1]
    layers = re.findall(r"[a-z_]+", contract.split("layers = [")[1].split("]")[0])
    assert packages == set(layers)
    assert "exhaustive = true" in contract


# ── The tree ─────────────────────────────────────────────────────────────────────────────────


def test_no_folder_has_a_name_that_says_nothing() -> None:
    folders = {part for path in tracked_files() for part in path.parts[:-1]}
    assert not folders & FORBIDDEN_FOLDERS


def test_no_class_is_named_after_machinery() -> None:
    named = [
        f"{path}:{node.lineno}: {node.name}"
        for path in python_files("haihe")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(FORBIDDEN_NAME_PARTS)
    ]
    assert not named


def test_no_function_is_named_process_or_do() -> None:
    named = [
        f"{path}:{node.lineno}: {node.name}"
        for path in python_files("haihe")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and re.match(r"(process|do|handle)(_|$)", node.name)
    ]
    assert not named


# ── Pure packages ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("package", PURE_PACKAGES)
def test_a_pure_package_imports_only_what_reads_no_world(package: str) -> None:
    found = []
    for path in python_files(package):
        for line, name in imported_modules(tree_of(path)):
            top = name.split(".")[0]
            known = top in sys.stdlib_module_names or top in PURE_THIRD_PARTY or top == "haihe"
            if top in IMPURE_MODULES or not known:
                found.append(f"{path}:{line}: imports {name}")
    assert not found


@pytest.mark.parametrize("package", PURE_PACKAGES)
def test_a_pure_package_reads_no_clock_and_opens_nothing(package: str) -> None:
    found = []
    for path in python_files(package):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr in CLOCK_READINGS:
                found.append(f"{path}:{node.lineno}: reads the clock with {called.attr}()")
            if isinstance(called, ast.Name) and called.id in IMPURE_CALLS:
                found.append(f"{path}:{node.lineno}: calls {called.id}()")
    assert not found


def test_the_ban_on_clock_and_chance_is_ruffs_too() -> None:
    reading = "import random\nfrom datetime import datetime\n\nNOW = datetime.now(), random\n"
    for package in PURE_PACKAGES:
        found = subprocess.run(
            [*RUFF_FROM_INPUT, f"{package}/trial.py", "-"],
            input=reading, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "`random` is banned" in found.stdout
        assert "`datetime.datetime.now` is banned" in found.stdout


def test_a_page_loads_neither_arrow_nor_duckdb(tmp_path: Path) -> None:
    asked = (
        "import sys, haihe.config.wsgi; print({'pyarrow', 'numpy', 'duckdb'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "HAIHE_HOME": str(tmp_path)},
    )  # fmt: skip
    assert found.stdout.strip() == "set()", found.stderr or (
        "a later start takes seconds longer: import what needs them inside the function"
    )


# ── One door to the tables ───────────────────────────────────────────────────────────────────


def is_model_class(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        ast.unparse(base) in {"models.Model", "Model", "db_models.Model"} for base in node.bases
    )


def test_only_records_has_tables_and_migrations() -> None:
    outside = [path for path in python_files("haihe") if not path.is_relative_to("haihe/records")]
    tables = [
        f"{path}:{node.lineno}"
        for path in outside
        for node in ast.walk(tree_of(path))
        if is_model_class(node)
    ]
    assert not tables
    assert not [path for path in outside if "migrations" in path.parts]


def test_there_are_no_signals_no_save_overrides_and_no_admin() -> None:
    found = []
    for path in python_files("haihe"):
        for line, name in imported_modules(tree_of(path)):
            if name.startswith(("django.dispatch", "django.db.models.signals")) or (
                name.startswith("django.contrib.admin")
            ):
                found.append(f"{path}:{line}: imports {name}")
        found += [
            f"{path}:{node.lineno}: defines {node.name}()"
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
        ]
    assert not found


def test_pages_and_connectors_never_reach_past_the_two_doors() -> None:
    outside = (
        "citizen",
        "apply",
        "officer",
        "center",
        "hall",
        "api",
        "connectors",
        "identity",
        "look",
    )
    found = []
    for path in python_files(*(f"haihe/{package}" for package in outside)):
        for line, name in imported_modules(tree_of(path)):
            records = name.startswith("haihe.records.") and name.split(".")[2] not in OPEN_MODULES
            if records or name.startswith("django.db"):
                found.append(f"{path}:{line}: imports {name}")
    assert not found


def test_the_program_never_imports_the_city_of_trials() -> None:
    found = [
        f"{path}:{line}: imports {name}"
        for path in python_files("haihe")
        if not path.is_relative_to("haihe/commands")
        for line, name in imported_modules(tree_of(path))
        if name.split(".")[0] in {"simulation", "stories", "bench", "tests"}
    ]
    assert not found


def test_data_folders_hold_no_program() -> None:
    assert not python_files(
        "law", "procedures", "papers", "models", "indicators", "city", "examples"
    )


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def test_every_python_file_says_what_it_is_for() -> None:
    silent = [
        str(path)
        for path in python_files("haihe", "tests", "bench", "simulation", "stories")
        if text_of(path).strip() and ast.get_docstring(tree_of(path)) is None
    ]
    assert not silent


def test_public_functions_of_the_kernel_and_of_records_are_explained() -> None:
    silent = []
    for path in python_files(*DOCUMENTED_PACKAGES):
        if "migrations" in path.parts:
            continue
        for node in tree_of(path).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                silent.append(f"{path}:{node.lineno}: {node.name}")
    assert not silent


def test_no_file_is_large() -> None:
    large = {str(p): (ROOT / p).stat().st_size for p in tracked_files()}
    assert not {name: size for name, size in large.items() if size > FILE_BYTES_MAX}


def test_no_file_names_a_path_of_a_machine_or_a_registry() -> None:
    found = [hit for path in text_files() for hit in in_lines(path, MACHINE_PATHS)]
    found += [hit for path in text_files() for hit in in_lines(path, REGISTRY_HOSTS)]
    assert not found


def test_nothing_is_marked_as_unfinished() -> None:
    assert not [hit for path in text_files() for hit in in_lines(path, UNFINISHED)]


def test_the_repository_carries_no_foreign_code() -> None:
    foreign = [
        str(path)
        for path in tracked_files()
        if {"node_modules", "vendor", "third_party"} & set(path.parts)
        or path.name.endswith((".min.js", ".min.css", ".whl", ".so", ".jar", ".woff2", ".ttf"))
    ]
    assert not foreign


# ── Silenced checks and tests ────────────────────────────────────────────────────────────────


def test_a_silenced_check_says_which_and_why() -> None:
    silenced = re.compile("# (?:no" + "qa|type: " + r"ignore)")
    explained = re.compile(
        "# (?:no" + r"qa: [A-Z0-9, ]+|type: " + r"ignore\[[a-z, -]+\])\s*[(#—–-]*\s*[a-z]\S*\s\S"
    )
    found = [
        hit
        for path in python_files("haihe", "tests", "bench", "simulation", "stories")
        for hit in in_lines(path, silenced)
        if not explained.search(text_of(path).splitlines()[int(hit.split(":")[1]) - 1])
    ]
    assert not found


def test_a_skipped_test_says_why() -> None:
    found = []
    for path in python_files("tests"):
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if not name.endswith((".skip", ".skipif", ".xfail", ".importorskip")):
                continue
            words = [ast.unparse(k.value) for k in node.keywords if k.arg == "reason"]
            words += [ast.unparse(argument) for argument in node.args]
            if max((len(word) for word in words), default=0) < len("a real reason"):
                found.append(f"{path}:{node.lineno}: {name}")
    assert not found


def asserts(node: ast.AST) -> bool:
    """Whether a test can fail: an assert, pytest.raises, or a call of a function that checks."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert):
            return not (isinstance(inner.test, ast.Constant) and inner.test.value is True)
        if isinstance(inner, ast.Call):
            name = ast.unparse(inner.func)
            if name.endswith(("raises", "fail")) or name.startswith(
                ("assert_", "check_", "expect")
            ):
                return True
    return False


def test_every_test_can_fail() -> None:
    idle = [
        f"{path}:{node.lineno}: {node.name}"
        for path in python_files("tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if not asserts(node)
    ]
    assert not idle


def test_the_name_of_every_test_is_a_sentence() -> None:
    short = [
        f"{path}:{node.lineno}: {node.name}"
        for path in python_files("tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if node.name.count("_") < 3
    ]
    assert not short


# ── Set-up ───────────────────────────────────────────────────────────────────────────────────


def test_every_pinned_package_carries_hashes_and_no_index() -> None:
    for path in tracked_files():
        if path.suffix != ".txt" or not (
            "requirements" in path.parts or path.stem == "requirements"
        ):
            continue
        lines = [line for line in text_of(path).splitlines() if line and line[0] not in "# "]
        assert lines, f"{path} pins nothing"
        for line in lines:
            assert re.fullmatch(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)? \\", line), line


def test_what_pyproject_asks_for_is_pinned() -> None:
    asked = re.search(r"\ndependencies = \[(.*?)\]\n", text_of(Path("pyproject.toml")), re.DOTALL)
    assert asked is not None
    pinned = text_of(Path("requirements/run.txt"))
    for name in re.findall(r'"([A-Za-z0-9-]+)', asked[1]):
        assert f"\n{name.lower()}==" in "\n" + pinned, f"{name} is not in requirements/run.txt"

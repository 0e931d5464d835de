"""The handbook matches the code: every command, setting, procedure, model; every example runs."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from haihe.commands import COMMANDS, docs
from haihe.config.environment import SETTINGS
from haihe.pack import place
from haihe.pack.models import load_models
from tests.demo_home import copy_of

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
HANDBOOK = sorted(
    path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
)
COMMAND_SECONDS_MAX = 900
FILLED = "haihe demo"  # run once for all tests: it makes the filled home
WRITTEN_BY_HAND = {"clocks-not-used.md"}
LASTING = re.compile(r"\bhaihe (run|work)\b(?!.*--(once|help))")
SETTING = re.compile(r"\bHAIHE_[A-Z][A-Z_]*[A-Z]\b")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def whole_handbook() -> str:
    return "\n".join(text_of(page) for page in HANDBOOK)


def shown_commands(page: str) -> list[str]:
    """The lines after `$ ` in console blocks that call the program, as they would be typed."""
    blocks = re.findall(r"^```console\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)
    typed = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [line for line in typed if re.search(r"(^|[\s/])haihe ", line)]


# ── What there is has its line ───────────────────────────────────────────────────────────────


def test_every_command_has_its_line() -> None:
    handbook = whole_handbook()
    assert COMMANDS
    assert not [name for name in COMMANDS if f"haihe {name}" not in handbook]


def test_every_setting_that_the_code_reads_is_listed_and_no_other() -> None:
    found = {
        name
        for path in ROOT.glob("haihe/**/*.py")
        if path.name != "environment.py"
        for name in SETTING.findall(path.read_text(encoding="utf-8"))
    }
    assert found == {setting.name for setting in SETTINGS}


def test_no_setting_is_told_that_does_not_exist() -> None:
    told = set(SETTING.findall(whole_handbook()))
    assert told == {setting.name for setting in SETTINGS}


def test_every_procedure_has_its_line() -> None:
    page = text_of("docs/reference/procedures.md")
    kinds = [folder.name for folder in place.procedures_folder().iterdir() if folder.is_dir()]
    assert kinds
    assert not [kind for kind in kinds if f"[`{kind}`](procedures/{kind}.md)" not in page]


def test_every_model_has_its_line() -> None:
    page = text_of("docs/reference/models.md")
    folders = [place.models_folder(), *place.examples_folder().glob("*/models")]
    models = [card.parent.name for folder in folders for card in folder.glob("*/card.yaml")]
    assert models
    assert not [model for model in models if f"`{model}`" not in page]


def test_every_model_of_the_house_has_its_page_with_every_part() -> None:
    list_of_models = text_of("docs/reference/models.md")
    for model in load_models(place.models_folder()):
        assert f"[`{model.id}`](models/{model.id}.md)" in list_of_models
        page = text_of(f"docs/reference/models/{model.id}.md")
        parts = ("What to do when it finds something", "Known false alarms", "Legal basis")
        for part in (*parts, "Measured", "Cases", "SQL"):
            assert f"\n## {part}\n" in page, f"{model.id}: {part}"
        assert model.card.question in page
        assert model.sql.rstrip() in page, model.id
        assert not [cite for cite in model.card.basis if f"(`{cite}`, level " not in page]
        assert not [case.id for case in model.cases if f"**`{case.id}`**" not in page]


def test_every_decision_has_its_three_parts_on_one_page() -> None:
    decisions = [page for page in HANDBOOK if page.startswith("docs/decisions/")]
    assert len(decisions) >= 9
    numbers = [Path(page).name[:5] for page in decisions]
    assert len(set(numbers)) == len(numbers)
    for page in decisions:
        assert re.fullmatch(r"[0-9]{4}-[a-z0-9-]+\.md", Path(page).name)
        text = text_of(page)
        for part in ("Context", "Decision", "Consequences"):
            assert re.search(rf"^(\*\*{part}\.\*\*|## {part}$)", text, re.M), f"{page}: no {part}"
        assert len(text.splitlines()) <= 60, f"{page} is longer than a page"


# ── What is told is true ─────────────────────────────────────────────────────────────────────


def test_the_reference_pages_are_the_ones_written_from_the_code() -> None:
    written = docs.pages()
    folder = ROOT / "docs" / "reference"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found >= WRITTEN_BY_HAND
    assert sorted(written) == sorted(found - WRITTEN_BY_HAND)
    stale = [name for name, page in written.items() if text_of(f"docs/reference/{name}") != page]
    assert not stale, "call `make docs` and commit what it writes"


def test_every_word_of_the_glossary_lives_where_it_says() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| .* \| `([\w.]+)` \|$", text_of("docs/glossary.md"), re.M
    )
    assert len(rows) > 20
    for english, chinese, dotted in rows:
        assert re.search(r"[\u4e00-\u9fff]", chinese), f"{english} has no Chinese"
        module, _, name = dotted.rpartition(".")
        try:
            importlib.import_module(dotted)
        except ModuleNotFoundError:
            assert hasattr(importlib.import_module(module), name), f"{english}: no {dotted}"


@pytest.mark.parametrize("page", HANDBOOK)
def test_every_link_of_the_handbook_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text_of(page))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert not [link for link in inside if not ((ROOT / page).parent / link).exists()]


def test_every_page_of_the_handbook_can_be_reached() -> None:
    reached, waiting = set(), ["README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text_of(page)):
            target = ((ROOT / page).parent / link).resolve()
            pages = target.glob("*.md") if target.is_dir() else [target]
            names = [one.relative_to(ROOT).as_posix() for one in pages if one.suffix == ".md"]
            waiting += [name for name in names if name not in reached]
    assert not {page for page in HANDBOOK if page.startswith("docs/")} - reached


# ── What is shown runs ───────────────────────────────────────────────────────────────────────


def test_the_handbook_shows_commands() -> None:
    assert sum(len(shown_commands(page)) for page in HANDBOOK) >= 3


@pytest.mark.parametrize("page", [page for page in HANDBOOK if shown_commands(page)])
def test_every_command_shown_in_the_handbook_runs(
    page: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    lines = shown_commands(page)
    if FILLED in lines:
        assert lines.pop(0) == FILLED
        copy_of(request.getfixturevalue("filled_home"), tmp_path / "var")
    environment = {name: value for name, value in os.environ.items() if "HAIHE" not in name}
    environment |= {"HAIHE_HOME": str(tmp_path / "var"), "PATH": f"{BIN}:{os.environ['PATH']}"}
    for line in lines:
        assert not LASTING.search(line), "show what runs until it is stopped in a ```sh block"
        done = subprocess.run(
            ["sh", "-c", line.replace(".venv/bin/", "")],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )
        assert done.returncode == 0, f"{page}: {line}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"

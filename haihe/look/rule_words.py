"""What the rules say: the words of a pack, and of the packages below the shell, for translation.

The rules speak Chinese and stay so: in the journal, in papers, in exports. A page in English tells
their words in English (haihe.look.tongue). Here they are collected: from the pack's files key by
key, from the Python of the packages below as it stands; an f-string is collected as its template.
"""

from __future__ import annotations

import ast
import json
import lzma
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from haihe.look.extraction import CALLS, STAYS

HAN: Final = re.compile(r"[\u3400-\u9fff]")
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Never shown as words: citations, values to compare with, patterns, notes to keepers of the pack.
UNSHOWN: Final = frozenset(
    {"cites", "basis", "pattern", "equals", "among", "note", "sets"}
    | {"words", "same", "service", "alike", "number", "orders", "article", "address"}
)


class Part(NamedTuple):
    """Files of a pack whose words go into one catalogue; `keys`: only under these, if there are."""

    group: str
    files: str
    keys: tuple[str, ...] = ()


PARTS: Final = (
    Part("states", "procedures/*/from-*.yaml", ("name", "roles.name", "states.name")),
    Part("steps", "procedures/*/from-*.yaml", ("steps.name", "steps.citizen", "steps.outcome")),
    Part("fields", "procedures/*/from-*.yaml", ("fields",)),
    Part("clocks", "procedures/*/from-*.yaml", ("clocks", "suspend")),
    Part("papers", "procedures/*/from-*.yaml", ("steps.issues",)),
    Part("now", "procedures/*/from-*.yaml", ("states.citizen",)),
    Part("next", "procedures/*/from-*.yaml", ("states.next",)),
    Part("refusals", "procedures/*/from-*.yaml", ("steps.says",)),
    Part("ways", "procedures/*/from-*.yaml", ("steps.instead",)),
    Part("models", "models/*/card.yaml"),
    Part("catalogue", "city/catalogue/*.yaml"),
    Part("city", "city/needs.yaml"),
    Part("city", "city/sorts.yaml"),
    Part("city", "city/halls.yaml"),
    Part("city", "city/posts.yaml"),
    Part("city", "city/responsible.yaml"),
    Part("city", "city/retention.yaml"),
    Part("city", "city/ratings.yaml", ("tags",)),
    Part("city", "city/demo.yaml", ("staff.post",)),
    Part("city", "city/competence.yaml"),
    Part("stories", "stories/*.yaml", ("title", "told", "source", "waits", "tells.says")),
    Part("laws", "law/*.yaml", ("short", "articles.name")),
)
PROGRAM: Final = "program"
LEARNED: Final = "city/letters.json.xz"
GROUPS: Final = (*dict.fromkeys(part.group for part in PARTS), PROGRAM)
# Packages without pages of their own whose words reach pages, and the modules that speak to
# administrators at a terminal, to the handbook, or to other machines only.
TELLING: Final = frozenset({"equal", "holds", "joined", "Line"})  # their first is a sentence
STORIES: Final = "haihe/stories/"
SPEAKING: Final = ("kernel", "queueing", "letters", "pack", "supervision", "records", "api")
SILENT: Final = (
    "pack/telling.py", "pack/new_year.py", "pack/cases.py", "supervision/telling.py",
    "supervision/imports/", "supervision/catalogue.py", "supervision/package.py",
    "supervision/views.py", "supervision/persons.py", "records/health.py", "records/key_uses.py",
    "records/docx.py", "records/bulk.py", "records/staging.py", "records/looked.py",
    "records/database.py", "letters/alike.py", "letters/learned.py", "letters/suggest.py",
    "records/halls_demo.py", "records/ratings_demo.py", "records/migrations/",
    "kernel/question.py", "pack/calendar.py", "pack/plain_words.py", "letters/message.py",
)  # fmt: skip


def collected(root: Path) -> dict[str, dict[str, str]]:
    """Group -> text -> the file that says it first; a text stands in one group only.

    `root` is the checkout: the pack's folders lie in it, and `haihe/` beside them.
    """
    found: dict[str, dict[str, str]] = {group: {} for group in GROUPS}
    known: set[str] = set()
    for part in PARTS:
        for path in sorted(root.glob(part.files)):
            for text in _in_file(path, part):
                if text not in known:
                    known.add(text)
                    found[part.group][text] = path.relative_to(root).as_posix()
    for text in _learned(root / LEARNED):
        if text not in known:
            known.add(text)
            found["city"][text] = LEARNED
    for path in sorted((root / STORIES).glob("*.py")):
        for text in _sentences(path.read_text(encoding="utf-8")):
            if text not in known:
                known.add(text)
                found["stories"][text] = f"{STORIES}{path.name}"
    for package in SPEAKING:
        for path in sorted((root / "haihe" / package).rglob("*.py")):
            name = path.relative_to(root / "haihe").as_posix()
            if name.startswith(SILENT):
                continue
            for text in in_program(path.read_text(encoding="utf-8")):
                if text not in known:
                    known.add(text)
                    found[PROGRAM][text] = f"haihe/{name}"
    return found


def _learned(path: Path) -> Iterator[str]:
    """The categories that letters are put into; a checkout without what was learned has none."""
    if path.is_file():
        with lzma.open(path) as file:
            yield from json.load(file)["categories"]


def _in_file(path: Path, part: Part) -> Iterator[str]:
    told = yaml.load(path.read_text(encoding="utf-8"), LOADER)
    for keys, text in _texts(told, ()):
        if not _shown(keys):
            continue
        if not part.keys or _lies_under(keys, part.keys):
            yield " ".join(text.split())


def _shown(keys: tuple[str, ...]) -> bool:
    """Whether a text under these keys is words for people; the id of a field hides nothing."""
    ids = {at + 1 for at, key in enumerate(keys) if key == "fields"}
    return UNSHOWN.isdisjoint(key for at, key in enumerate(keys) if at not in ids)


def _texts(told: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(told, Mapping):
        for key, one in told.items():
            yield from _texts(one, (*keys, str(key)))
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one, keys)
    elif isinstance(told, str) and HAN.search(told):
        yield keys, told


def _lies_under(keys: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """`steps.name`: under `steps`, named `name`; `fields`: anything under it; `name`: that key."""
    for one in wanted:
        first, _, last = one.partition(".")
        if keys[0] == first and (not last or keys[-1] == last):
            return True
    return False


def in_program(source: str) -> Iterator[str]:
    """The Chinese of a module but docstrings, what gettext has, and lines that stay Chinese."""
    tree = ast.parse(source)
    lines = source.splitlines()
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.Call) and _called(node) in (*CALLS, "compile"):
            passed |= {id(one) for one in ast.walk(node)}
        elif isinstance(node, ast.JoinedStr):
            passed |= {id(one) for one in node.values}
    for node in ast.walk(tree):
        text = _template(node) if id(node) not in passed else ""
        if HAN.search(text) and not any(map(STAYS.search, _lines(node, lines))):
            yield text


def _sentences(source: str) -> Iterator[str]:
    """What a story told in Python says: the first of each line, by name or as it stands."""
    tree = ast.parse(source)
    named = {
        one.target.id: one.value
        for one in tree.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value
    }
    local = {
        one.targets[0].id: one.value
        for one in ast.walk(tree)
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in TELLING and node.args:
            first = node.args[0]
            said = {**named, **local}.get(first.id) if isinstance(first, ast.Name) else first
            if said is not None and HAN.search(text := _template(said)):
                yield text


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _lines(node: ast.AST, lines: list[str]) -> list[str]:
    return lines[getattr(node, "lineno", 1) - 1 : getattr(node, "end_lineno", 1)]


def _template(node: ast.AST) -> str:
    """A constant as it is; an f-string with its values named: `{name}已经办过`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    told, names = "", set[str]()
    for one in node.values:
        if isinstance(one, ast.FormattedValue):
            name = _name(one.value, names)
            names.add(name)
            told += f"{{{name}}}"
        elif isinstance(one, ast.Constant):
            told += str(one.value)
    return told


def _name(value: ast.expr, taken: set[str]) -> str:
    """What a value of an f-string is called: by its last name, numbered where two are alike."""
    while isinstance(value, ast.Call):
        value = value.func
    last = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    plain = last.strip("_").lower() or "value"
    number = 1
    while (name := plain if number == 1 else f"{plain}{number}") in taken:
        number += 1
    return name

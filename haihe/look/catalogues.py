"""Bring the catalogue of a package up to what it says, and tell what is still missing in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from haihe.look import extraction
from haihe.look.extraction import Said, Unmarked
from haihe.look.words import BELOW, LANGUAGE, PACKAGES, WRITTEN

SHARED = "look"  # what the look says in English already, no other package says again
WIDTH_MAX = 100
HEADER = "The English words of haihe/{package}: `haihe words {package}` brings them up to date."
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")

Key: TypeAlias = "tuple[str, str]"  # context, text
Forms: TypeAlias = "tuple[str, ...]"  # the English of one, and of many where it has its own
Wrong = Literal["unmarked", "unused", "untranslated", "chinese", "placeholders", "conflict"]


class Fault(NamedTuple):
    """What is wrong with the words of a package, where, and the text it is about."""

    wrong: Wrong
    where: str
    text: str


def packages(folder: Path = PACKAGES) -> list[str]:
    """The packages that say something, the shared one first."""
    found = [one.name for one in sorted(folder.iterdir()) if (one / "__init__.py").is_file()]
    return sorted(found, key=lambda name: name != SHARED)


def is_face(package: str, folder: Path = PACKAGES) -> bool:
    """Faces have templates and speak to people: all they say is marked. Of the rest, what is."""
    return (folder / package / "templates").is_dir()


def said_in(package: str, folder: Path = PACKAGES) -> dict[Key, Said]:
    """What a package says, by context and text, in the order in which it stands there."""
    told = extraction.of_package(folder / package)
    return {(one.context, one.text): one for one in reversed(told) if isinstance(one, Said)}


def english_of(package: str, folder: Path = PACKAGES) -> dict[Key, Forms]:
    """The English of a package as its catalogue has it; no catalogue has no words."""
    path = folder / package / BELOW / WRITTEN
    return dict(_read(path, path.stat().st_mtime_ns)) if path.is_file() else {}


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> dict[Key, Forms]:
    """One catalogue as it was at that moment; a check asks for each of them many times."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LANGUAGE)
    found: dict[Key, Forms] = {}
    for message in catalogue:
        if message.id:
            text = message.id if isinstance(message.id, str) else message.id[0]
            forms = message.string if isinstance(message.string, tuple) else (message.string,)
            found[message.context or "", text] = tuple(str(form or "") for form in forms)
    return found


def bring_up(package: str, folder: Path = PACKAGES) -> tuple[int, int]:
    """Write the catalogue of a package as it should be; how many words came and went."""
    said, had = own_words(package, folder), english_of(package, folder)
    catalogue = Catalog(locale=LANGUAGE, header_comment=f"# {HEADER.format(package=package)}")
    for key in sorted(said, key=lambda one: (said[one].file, one)):
        one = said[key]
        forms = had.get(key, ("",))
        catalogue.add(
            (one.text, one.plural) if one.plural else one.text,
            (*forms, forms[-1])[:2] if one.plural else forms[0],
            locations=[(one.file, 0)],
            context=one.context or None,
        )
    path = folder / package / BELOW / WRITTEN
    if said or path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
    return len(said.keys() - had.keys()), len(had.keys() - said.keys())


def written(catalogue: Catalog) -> bytes:
    """The catalogue's text without dates and programs, so that the same words are the same file."""
    from io import BytesIO

    draft = BytesIO()
    write_po(draft, catalogue, width=WIDTH_MAX, include_lineno=False)
    changing = re.compile(
        rb'^"(POT-Creation|PO-Revision|Generated|Last-Tr|Language-Team|Project|Report)'
    )
    kept = [line for line in draft.getvalue().splitlines(keepends=True) if not changing.match(line)]
    return b"".join(kept).replace(b"#, fuzzy\nmsgid", b"msgid", 1)


def own_words(package: str, folder: Path = PACKAGES) -> dict[Key, Said]:
    """What a package says and the shared one does not."""
    said = said_in(package, folder)
    if package == SHARED:
        return said
    shared = said_in(SHARED, folder).keys()
    return {key: one for key, one in said.items() if key not in shared}


def faults(names: Iterable[str], folder: Path = PACKAGES) -> Iterator[Fault]:
    """What is wrong with the words of these packages, one by one."""
    everywhere = {name: english_of(name, folder) for name in packages(folder)}
    for name in names:
        if is_face(name, folder):
            for one in extraction.of_package(folder / name):
                if isinstance(one, Unmarked):
                    yield Fault("unmarked", f"{one.file}:{one.line}", one.text)
        said, english = own_words(name, folder), everywhere[name]
        for key in sorted(english.keys() - said.keys()):
            yield Fault("unused", name, key[1])
        for key, one in said.items():
            if wrong := _wrong_english(one, english.get(key, ("",))):
                yield Fault(wrong, one.file, one.text)
        yield from _conflicts(name, everywhere)


def _wrong_english(one: Said, english: Forms) -> Wrong | None:
    if not all(english) or (one.plural and len(english) < 2):
        return "untranslated"
    if any(extraction.CHINESE.search(form) for form in english):
        return "chinese"
    # One of a thing may be said without its number; many are said with every value.
    wanted = sorted(_PLACEHOLDER.findall(one.plural or one.text))
    every = sorted(_PLACEHOLDER.findall(english[-1])) == wanted
    if not every or not set(_PLACEHOLDER.findall(english[0])) <= set(wanted):
        return "placeholders"
    return None


def _conflicts(package: str, everywhere: Mapping[str, dict[Key, Forms]]) -> Iterator[Fault]:
    for other, english in everywhere.items():
        if other <= package:
            continue
        for key in sorted(everywhere[package].keys() & english.keys()):
            if everywhere[package][key] != english[key]:
                yield Fault("conflict", f"{package} {other}", key[1])

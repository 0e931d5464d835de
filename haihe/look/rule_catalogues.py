"""The English of what the rules say: files by sort of words, brought up, checked and compiled.

They lie in haihe/look/rules (`states.po`, `steps.po`, …), apart from the catalogues of packages:
words of pages are marked where they stand, these come out of the data (haihe.look.rule_words).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from haihe.look.catalogues import Fault

FOLDER: Final = Path(__file__).resolve().parent / "rules"
COMPILED: Final = "en.mo"
NAME: Final = "rules"  # how `haihe words` calls them, beside the packages
HOLES: Final = re.compile(r"\{\w*\}")
HEADER: Final = (
    "# The English of what the rules say ({group}): `haihe words rules` brings it up to date."
)


def compiled(folder: Path = FOLDER) -> Path | None:
    """All of them in one file for readers; written anew where one changed. None: there are none."""
    made = folder / COMPILED
    written = sorted(folder.glob("*.po"))
    age = made.stat().st_mtime if made.is_file() else 0.0
    if all(path.stat().st_mtime < age for path in written):
        return made if made.is_file() else None
    if find_spec("babel") is None:
        print("haihe: Babel is missing, the rules' English is not compiled", file=sys.stderr)
        return made if made.is_file() else None
    return _compile(written, made)


def _compile(written: list[Path], made: Path) -> Path:
    """Write the compiled form; readers see the old or the new one."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    every = Catalog(locale="en")
    for path in written:
        for text, english in read(path).items():
            every.add(text, english)
    draft = made.with_name(f"{COMPILED}.{os.getpid()}")
    with draft.open("wb") as file:
        write_mo(file, every)
    draft.replace(made)
    return made


def read(path: Path) -> dict[str, str]:
    """Text -> English of one file, empty where it is missing; no file has no words."""
    from babel.messages.pofile import read_po

    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en")
    return {str(one.id): str(one.string or "") for one in catalogue if one.id}


def everything(folder: Path = FOLDER) -> dict[str, str]:
    """Text -> English of all files."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        found |= read(path)
    return found


def bring_up(said: Mapping[str, Mapping[str, str]], folder: Path = FOLDER) -> tuple[int, int]:
    """Write the files as they should be for what is `said`; how many texts came and went."""
    from babel.messages.catalog import Catalog

    from haihe.look.catalogues import written

    had = everything(folder)
    folder.mkdir(exist_ok=True)
    for group, texts in said.items():
        catalogue = Catalog(locale="en", header_comment=HEADER.format(group=group))
        for text in sorted(texts, key=lambda one: (texts[one], one)):
            catalogue.add(text, had.get(text, ""), locations=[(texts[text], 0)])
        (folder / f"{group}.po").write_bytes(written(catalogue))
    now = {text for texts in said.values() for text in texts}
    return len(now - had.keys()), len(had.keys() - now)


def faults(said: Mapping[str, Mapping[str, str]], folder: Path = FOLDER) -> Iterator[Fault]:
    """What is wrong with the English of the rules, one by one."""
    from haihe.look.catalogues import Fault  # Babel is there only where catalogues are written
    from haihe.look.extraction import CHINESE

    had = everything(folder)
    now = {text for texts in said.values() for text in texts}
    for text in sorted(had.keys() - now):
        yield Fault("unused", NAME, text)
    for texts in said.values():
        for text, file in texts.items():
            english = had.get(text, "")
            if not english:
                yield Fault("untranslated", file, text)
            elif CHINESE.search(english):
                yield Fault("chinese", file, text)
            elif sorted(HOLES.findall(text)) != sorted(HOLES.findall(english)):
                yield Fault("placeholders", file, text)

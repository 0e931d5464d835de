"""What was told in this demo: which matters a story opened here, who is in it, what each step was.

A file beside the data (HAIHE_HOME/stories.json), never a source: the matters are in the journal.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from haihe.records import home, rules
from haihe.stories.known import code_of
from haihe.stories.playing import Line, Playing

FILE: Final = "stories.json"
LATELY: Final = 30.0  # seconds since the last sentence in which a story is being told


class KeptMatter(msgspec.Struct, frozen=True):
    """A matter that a story opened here."""

    id: str
    code: str
    kind: str


class KeptPerson(msgspec.Struct, frozen=True):
    """Somebody of a story who can be entered as; `organ` in words."""

    person: str
    name: str
    organ: str


class KeptLine(msgspec.Struct, frozen=True):
    """A sentence that was told: when, in which matter, by whom (keys of the two lists)."""

    says: str
    at: datetime
    sort: str
    matter: str = ""
    by: str = ""


class KeptStory(msgspec.Struct, frozen=True):
    """A story as it was told here."""

    title: str
    told: str
    source: str
    matters: dict[str, KeptMatter]
    people: dict[str, KeptPerson]
    lines: tuple[KeptLine, ...]


def kept() -> dict[str, KeptStory]:
    """Every story that was told here; none where none was, or where the file cannot be read."""
    path = home.home() / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, KeptStory])
    except (OSError, msgspec.DecodeError):
        return {}


def told_lately() -> bool:
    """Whether somebody is telling a story here: the page of a story then follows."""
    try:
        return time.time() - (home.home() / FILE).stat().st_mtime < LATELY
    except OSError:
        return False


def keep(told: Iterable[tuple[Playing, Iterable[Line]]]) -> None:
    """Write down what was told; of a story told twice the newest telling stays."""
    everything = kept() | {playing.story.story: _kept(playing, lines) for playing, lines in told}
    path = home.home() / FILE
    draft = path.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(everything))
    draft.replace(path)


def _kept(playing: Playing, lines: Iterable[Line]) -> KeptStory:
    story = playing.story
    name_of = rules.current().organ_name
    return KeptStory(
        title=story.title,
        told=story.told,
        source=story.source,
        matters={
            name: KeptMatter(placed.id, playing.code(name), placed.walk.procedure.name)
            for name, placed in playing.matters.items()
        }
        | {
            name: KeptMatter(matter, code_of(matter), kind)
            for name, (matter, kind) in playing.shown.items()
        },
        people={
            key: KeptPerson(playing.person(key), one.name, name_of(playing.organ(one.organ)))
            for key, one in story.people.items()
        },
        lines=tuple(KeptLine(one.says, one.at, one.sort, one.matter, one.by) for one in lines),
    )

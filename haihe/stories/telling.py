"""A story as `stories/<id>.yaml` tells it: who is in it, what happens when, what must then hold."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from haihe.kernel.values import Frozen
from haihe.pack import Pack
from haihe.pack.cases import day, instant
from haihe.pack.place import own_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

STORIES: Final = tuple(f"T{number:02d}" for number in range(1, 38))
TELLS_MAX: Final = 400
SHIFT_WEEKS_MAX: Final = 60
LARGE_ENDS: Final = datetime(2026, 10, 15, tzinfo=UTC)  # the last that large stories tell is over
AFTERWARDS: Final = timedelta(days=30)  # how long the clocks of a story may run on
_LATER: Final = re.compile(r"\+(\d+) (minutes|hours|days)")


class UnusableStory(ValueError):
    """A story that makes no sense: an unknown matter, person, act or expectation; says which."""


class Person(Frozen, frozen=True, kw_only=True):
    """Somebody of the story who serves: `organ` is an id, or a sort (see docs/stories.md)."""

    name: str
    organ: str
    roles: tuple[str, ...] = ()  # beside those in which they act
    supervisor: bool = False
    qualification: str = ""


class Expect(Frozen, frozen=True, kw_only=True, rename={"as_": "as"}):
    """What must hold; only what is written is compared."""

    state: str = ""
    outcome: str = ""
    owner: str = ""  # an organ, as for persons
    ended: bool | None = None
    contested: bool | None = None
    suspended: bool | None = None
    fields: dict[str, Any] = {}
    clock: str = ""
    status: str = ""
    legal: str = ""
    within: str = ""  # `2 days`: the act `until` came so soon after the act `since`
    since: str = ""
    until: str = ""
    finds: str = ""  # the id of a model that must find the matter
    clean: str = ""  # the id of a model that must not
    page: str = ""  # an address; {id} and {code} are those of the matter
    as_: str = ""  # who opens it; nobody: the public
    answers: int = 200
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    issues: str = ""  # the name of a paper that some act of the matter has issued
    check: str = ""  # a function of checks.py

    @property
    def only_models(self) -> bool:
        """Whether it says what models find and nothing else."""
        told = replace(self, finds="", clean="")
        return told == Expect() and told != self


class Tell(Frozen, frozen=True, kw_only=True, rename={"as_": "as", "in_": "in", "with_": "with"}):
    """One sentence of a story: an act (`do`), or what must then hold (`expect`)."""

    says: str
    at: str = ""  # `2026-07-28 Tue 21:10`, or `+20 minutes`; default: five minutes later
    in_: str = ""  # the matter, by the name the story gives it
    open: str = ""  # the kind of a matter that the act opens
    do: str = ""
    by: str = ""  # a person of the story; default: somebody of the right body
    as_: str = ""  # the role; default: the first of the step
    organ: str = ""  # for which organ; default: the person's, or the usual one
    with_: dict[str, Any] = {}
    opens: dict[str, str] = {}  # name: kind, of matters that the act opens
    refused: str = ""  # the reason for which it must be refused
    cites: tuple[str, ...] = ()
    expect: Expect | None = None


class Story(Frozen, frozen=True, kw_only=True):
    """`stories/<id>.yaml`."""

    story: str
    title: str
    told: str  # what happened, in two or three sentences
    source: str  # where it is told, and what was placed elsewhere
    where: str = "河西区 马场街道"
    people: dict[str, Person] = {}
    tells: tuple[Tell, ...] = ()
    play: str = ""  # a function of large.py, for what happens hundreds of times
    first: str = ""  # of `play`: its first day, a working day; without it, it is never told later
    last: str = ""  # of `play`: the last day it tells of
    waits: str = ""  # why it cannot be played yet


def stories_folder() -> Path:
    """Where the stories lie."""
    return own_folder("stories")


def load_story(name: str, folder: Path | None = None) -> Story:
    """One story; UnusablePack or UnusableStory say what is wrong with its file."""
    path = (folder or stories_folder()) / f"{name}.yaml"
    story = read_struct(path, f"stories/{name}.yaml", Story)
    if story.story != name:
        raise UnusablePack(f"stories/{name}.yaml: story: expected {name}")
    if len(story.tells) > TELLS_MAX:
        raise UnusablePack(f"stories/{name}.yaml: at most {TELLS_MAX} sentences")
    for number, one in enumerate(story.tells, 1):
        if bool(one.do) == (one.expect is not None):
            raise UnusablePack(f"stories/{name}.yaml: tells[{number}]: either `do` or `expect`")
    return story


def load_stories(folder: Path | None = None) -> tuple[Story, ...]:
    """Every story there is, in order."""
    where = folder or stories_folder()
    return tuple(load_story(name, where) for name in STORIES if (where / f"{name}.yaml").is_file())


def moments(story: Story, pack: Pack) -> list[datetime]:
    """When each sentence is told, as written; they never go back."""
    found: list[datetime] = []
    for number, one in enumerate(story.tells, 1):
        later = _LATER.fullmatch(one.at)
        if later is not None and found:
            at = found[-1] + timedelta(**{later[2]: int(later[1])})
        elif one.at:
            at = instant(one.at, pack)
        elif found:
            at = found[-1] + (timedelta(minutes=5) if one.do else timedelta(0))
        else:
            raise UnusableStory(f"{story.story}: the first sentence needs `at`")
        if found and at < found[-1]:
            raise UnusableStory(f"{story.story}: tells[{number}] lies before the one before it")
        found.append(at)
    return found


def shift_to(story: Story, pack: Pack, now: datetime) -> timedelta | None:
    """How much later a story can be told so that it ends before `now` and nothing else changes.

    Whole weeks, as late as possible: the same days are worked and the same versions are in force.
    None if it cannot be told at all yet.
    """
    told = moments(story, pack)
    if not told:
        return _shift_played(story, pack, now) if story.play and now >= LARGE_ENDS else None
    weeks = (now - told[-1]) // timedelta(weeks=1)
    for count in range(weeks, max(weeks - SHIFT_WEEKS_MAX, -SHIFT_WEEKS_MAX), -1):
        shift = timedelta(weeks=count)
        if _is_alike(pack, told[0].date(), (told[-1] + AFTERWARDS).date(), shift, story):
            return shift
    return None


def _shift_played(story: Story, pack: Pack, now: datetime) -> timedelta:
    """The same for what is played: its days may be worked otherwise, but for the first."""
    if not story.first:
        return timedelta(0)
    first, last = day(story.first), day(story.last)
    weeks = (now.astimezone(pack.zone).date() - last).days // 7
    for count in range(weeks, 0, -1):
        shift = timedelta(weeks=count)
        if pack.calendar.is_workday(first + shift):
            return shift
    return timedelta(0)


def _is_alike(pack: Pack, first: date, last: date, shift: timedelta, story: Story) -> bool:
    one = first
    while one <= last:
        if pack.calendar.is_workday(one) != pack.calendar.is_workday(one + shift):
            return False
        one += timedelta(days=1)
    kinds = {one.open for one in story.tells if one.open}
    return all(pack.governing(k, first) is pack.governing(k, first + shift) for k in kinds)

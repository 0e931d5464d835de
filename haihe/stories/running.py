"""All stories, one after another, and what each of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Final

from haihe.kernel.qualification import Held
from haihe.pack.cases import WrongCase
from haihe.pack.yaml_file import UnusablePack
from haihe.records import account_book
from haihe.records.accounts import UnusableAccount, create_staff
from haihe.records.simulated import offer
from haihe.simulation.organs import UnknownSort
from haihe.stories import boats, cards, citizens, larger
from haihe.stories.judging import judge
from haihe.stories.keeping import keep
from haihe.stories.large import LARGE
from haihe.stories.playing import DEMO_MOST, Broken, Judge, Line, Playing, Stage
from haihe.stories.telling import (
    STORIES,
    Story,
    Tell,
    UnusableStory,
    load_stories,
    load_story,
    shift_to,
    stories_folder,
)

SINCE: Final = date(2018, 9, 1)  # since when everybody of the stories serves
TOLD_IN_PYTHON: Final = (boats, cards, citizens, larger)  # importing them makes their stories known
UNTELLABLE: Final = (Broken, UnusableStory, UnknownSort, WrongCase, UnusableAccount, LookupError)
LIVE: Final = frozenset({"tap", "move"})  # what somebody does here and now
SMALLER: Final = f"演示里讲得小一些：每一种最多讲{DEMO_MOST}件，比例不变。"
UNTOLD: Final = "这个故事还没有写"


@dataclass(slots=True)
class Shown:
    """What a story has shown: every sentence with whether it held; why it waits or broke."""

    story: str
    title: str
    lines: list[Line] = field(default_factory=list)
    waits: str = ""
    broke: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was played to its end and everything held that it promises."""
        judged = [one for one in self.lines if one.sort != "act"]
        return bool(judged) and not (self.waits or self.broke) and all(o.holds for o in self.lines)

    def as_json(self) -> dict[str, object]:
        """For `haihe stories --json`: what was asserted, and what did not hold."""
        told: dict[str, object] = {
            "story": self.story,
            "title": self.title,
            "passed": self.passed,
            "asserted": [
                {"says": one.says, "holds": one.holds} | ({"found": one.found} if one.found else {})
                for one in self.lines
                if one.sort != "act"
            ],
            "acts": sum(1 for one in self.lines if one.sort != "holds"),
        }
        if self.waits:
            told["waits"] = self.waits
        if self.broke:
            told["broke"] = self.broke
        return told


def play_all(names: Iterable[str] = STORIES, run: str = "told") -> Iterator[Shown]:
    """Play stories where nothing happened yet; what is large comes last."""
    stage = Stage()
    told: dict[str, Shown] = {}
    stories: list[Story] = []
    for name in names:
        if not (stories_folder() / f"{name}.yaml").is_file():
            told[name] = Shown(name, "", broke=UNTOLD)
            continue
        try:
            stories.append(load_story(name))
        except (UnusablePack, UnusableStory) as error:
            told[name] = Shown(name, "", broke=str(error))
    for story in sorted(stories, key=lambda one: (bool(one.play), one.story)):
        told[story.story] = shown(stage, story, run)
    yield from (told[name] for name in names)


def shown(stage: Stage, story: Story, run: str, shift: timedelta = timedelta(0)) -> Shown:
    """Play one story to its end, or until it breaks."""
    found = Shown(story.story, story.title, waits=story.waits)
    try:
        found.lines.extend(lines_of(story, Playing(stage, story, run, shift)))
    except UNTELLABLE as error:
        found.broke = str(error)
    return found


def tell_all(now: datetime, hashed: str) -> int:
    """Tell every story in a demo so that it ends before `now`; gives how many matters it opened.

    What is large is told smaller, what somebody does at this very moment only by `haihe stories
    play`; a story whose days have not come yet stays out. Its people can sign in with the demo's
    password (`hashed`). Raises Broken when the rules refuse an act.
    """
    stage = Stage()
    told: list[tuple[Playing, list[Line]]] = []
    for story in load_stories():
        shift = shift_to(story, stage.pack, now)
        if shift is None or story.play in LIVE:
            continue
        playing = Playing(stage, story, "demo", shift, in_demo=True, until=now, measured=False)
        told.append((playing, list(lines_of(story, playing, hashed, unjudged))))
        offer(playing.organ(one.organ) for one in story.people.values())
    keep(told)
    return sum(len(playing.matters) + len(playing.shown) for playing, _ in told)


def telling(story: Story, now: datetime) -> Iterator[tuple[Playing, Line]]:
    """One story told sentence by sentence in a demo; what was told is kept after each.

    Raises Broken when the rules refuse an act, or when its days have not come yet.
    """
    stage = Stage()
    shift = shift_to(story, stage.pack, now)
    if shift is None:
        raise Broken("它的日子还没有到")
    playing = Playing(stage, story, token_hex(4), shift, in_demo=True, until=now)
    offer(playing.organ(one.organ) for one in story.people.values())
    lines: list[Line] = []
    for line in lines_of(story, playing):
        lines.append(line)
        keep([(playing, lines)])
        yield playing, line


def unjudged(playing: Playing, one: Tell, at: datetime) -> str:
    """In a demo nothing is measured: `haihe stories` does that."""
    del playing, one, at
    return ""


def lines_of(
    story: Story, playing: Playing, hashed: str | None = None, judged: Judge = judge
) -> Iterator[Line]:
    """The sentences of a story as they are told; its people are appointed first."""
    appoint(playing, hashed)
    if story.play:
        if story.play not in LARGE:
            raise UnusableStory(f"large.py has no `{story.play}`")
        for number, line in enumerate(LARGE[story.play](playing)):
            if playing.smaller and number == 0:
                yield Line(SMALLER, line.at, "act", holds=True)
            yield replace(line, matter=line.matter or next(iter(playing.shown), ""))
    yield from playing.tell(judged)


def appoint(playing: Playing, hashed: str | None = None) -> None:
    """Everybody of the story gets a post in their organ; without `hashed` nobody can sign in."""
    story = playing.story
    for key, person in story.people.items():
        name = playing.person(key)
        if hashed is None and account_book.entry_of(name) is not None:
            continue  # a story told again: they serve already, and keep their password
        roles = list(dict.fromkeys((*person.roles, *_roles(story, key, playing))))
        held = person.qualification
        number = f"演示-{name}"
        user_id = create_staff(
            name,
            name=person.name,
            organ=playing.organ(person.organ),
            roles=roles or ["supervisor"],
            hashed=hashed,
            supervisor=person.supervisor,
            since=SINCE,
            qualifications=[Held(qualification=held, number=number, since=SINCE)] if held else [],
        )
        account_book.enter(user_id, name, person.name, origin="demo", made_by="haihe stories")


def _roles(story: Story, key: str, playing: Playing) -> Iterator[str]:
    """The roles in which somebody acts in the story."""
    kinds = {one.in_: one.open for one in story.tells if one.open}
    for one in story.tells:
        kinds.update(one.opens)
    for one in story.tells:
        if one.by != key or one.refused:
            continue
        if one.as_:
            yield one.as_
            continue
        for procedure in playing.stage.pack.procedures.get(kinds.get(one.in_, ""), ()):
            step = procedure.steps.get(one.do)
            if step is not None and step.by and not set(step.by) & set(story.people[key].roles):
                yield step.by[0]

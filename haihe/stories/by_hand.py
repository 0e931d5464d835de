"""Stories told by hand in Chromium, all in one installation, and what each of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from django.contrib.auth.hashers import make_password
from playwright.sync_api import Error

from haihe.kernel.values import Command
from haihe.records import account_book, rules
from haihe.records.accounts import create_staff
from haihe.stories.chromium import ChromiumDoor, Stuck
from haihe.stories.keeping import keep
from haihe.stories.playing import Playing, Stage
from haihe.stories.running import LIVE, SINCE, UNTELLABLE, Shown, lines_of
from haihe.stories.served import served
from haihe.stories.tabs import Size, Unasked, chromium
from haihe.stories.telling import load_story

GUIDE: Final = "guide"  # the pages of a demo are there while an account of a demo works
BROKEN: Final = (*UNTELLABLE, Stuck, Unasked, Error)


@contextmanager
def _door(
    size: Size | None, pictures: Path | None, hashed: str, word: str
) -> Iterator[ChromiumDoor]:
    def account(command: Command) -> str:
        actor = command.actor
        if account_book.entry_of(actor.person) is None:
            _enter(actor.person, actor.organ, actor.role, hashed)
        return actor.person

    with served(datetime.now(UTC)) as server, chromium() as browser:
        yield ChromiumDoor(browser, server, word, account, size, pictures)


def _enter(person: str, organ: str, role: str, hashed: str) -> None:
    """An account of the demo for somebody the story does not name."""
    user_id = create_staff(
        person, name=person, organ=organ, roles=[role], hashed=hashed, since=SINCE
    )
    account_book.enter(user_id, person, person, origin="demo", made_by="haihe stories")


def by_hand(
    names: Iterable[str], size: Size | None = None, pictures: Path | None = None
) -> Iterator[Shown]:
    """Tell these stories in Chromium; `size` None: everybody takes turns, phone and desk."""
    stage = Stage()
    word = token_urlsafe()
    hashed = make_password(word)
    _enter(GUIDE, next(iter(rules.current().organs())), "supervisor", hashed)
    with _door(size, pictures, hashed, word) as door:
        for name in names:
            yield _shown(stage, name, door, hashed)
            door.close()


def _shown(stage: Stage, name: str, door: ChromiumDoor, hashed: str) -> Shown:
    story = load_story(name)
    found = Shown(story.story, story.title, waits=story.waits)
    door.story = name
    small = bool(story.play) and story.play not in LIVE
    now = datetime.now(UTC)
    playing = Playing(
        stage,
        story,
        "hand",
        door=door,
        in_demo=small,
        until=now if small else None,
        runs_models=bool(story.play),
    )
    try:
        for line in lines_of(story, playing, hashed):
            found.lines.append(line)
        if story.play:
            keep([(playing, found.lines)])
            door.server.now = now
            door.open_last(f"/demo/stories/{name}/")
    except BROKEN as error:
        told = story.tells[len(found.lines)].says if len(found.lines) < len(story.tells) else ""
        found.broke = f"{told}：{error}"
    return found

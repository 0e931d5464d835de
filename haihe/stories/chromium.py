"""A story told by hand in Chromium: every act is a form that somebody opens, fills in and sends.

There are two tabs, a phone and a desk, and each person's cookies are theirs alone; a session that
ran out in the meantime is signed in anew, as in life. What must be refused is refused by the page:
it does not offer the step, says why it cannot be taken, or sends the form back with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page

from haihe.kernel.acts import ACTS
from haihe.kernel.values import Command, Refused
from haihe.records import read, rules
from haihe.records.answers import Recorded
from haihe.records.simulated import offer
from haihe.simulation.walk import PUBLIC
from haihe.stories import seen, tabs
from haihe.stories.doors import Looked, Told
from haihe.stories.known import code_of, latest
from haihe.stories.served import Served
from haihe.stories.tabs import SIZES, Size, fill, tab
from haihe.stories.visiting import Answer

PICTURE_QUALITY: Final = 40
# A picture begins at the top; on a phone a file, whose top is what can be done, at what was done.
FOLD_ALL: Final = """size => {
    document.querySelectorAll('main details').forEach(one => { one.open = false });
    scrollTo(0, 0);
    const past = document.querySelector('main .timeline');
    const told = past && (past.closest('section') || past);
    if (size === 'phone' && told && location.pathname.startsWith('/officer/matter/'))
        scrollTo(0, told.getBoundingClientRect().top - 16);
}"""
FOUND: Final = 200
WHY: Final = "核对办理结果"
STAYS: Final = timedelta(minutes=20)  # shorter than a session may stay unused
LOGIN: Final = "/officer/login/"
SIGNED_AGAIN_MAX: Final = 2
_DONE: Final = re.compile(r"/officer/matter/([^/?]+)/\?.*\bdone=(\d+)")
_FOLLOWED: Final = re.compile(r"/follow/([^/?]+)/\?.*\bdone=")
_RECEIPT: Final = re.compile(r"/receipt/([^/?]+)/")
# For these a page does not even offer the step: who may not know of a matter is told nothing.
NOT_OFFERED: Final = frozenset({"no_post", "wrong_role", "not_owner", "wrong_state", "same_person"})


def _bodies(told: Told) -> Iterator[str]:
    """The bodies that somebody has to choose from a list."""
    general = ACTS[told.command.act].fields if told.command.act in ACTS else {}
    fields = {**told.procedure.fields, **general}
    for name, value in told.command.data.items():
        if name in fields and fields[name].type == "organ" and isinstance(value, str) and value:
            yield value


class Stuck(Exception):
    """A page is not as somebody needs it to go on; says what it shows instead."""


class Place(NamedTuple):
    """A page and who opened it; "" the public."""

    path: str
    person: str


class Shown(NamedTuple):
    """A file that somebody has just acted on: they see it as it is after that act."""

    matter: str
    seq: int
    at: datetime


@dataclass
class ChromiumDoor:
    """The pages, by hand. `size`: everybody's; "" takes turns, the first person on a phone."""

    browser: Browser
    server: Served
    password: str
    account: Callable[[Command], str]  # the account of who acts, made if there is none
    size: Size | None = None
    pictures: Path | None = None  # where the last page looked at is kept
    story: str = ""  # the one that is told
    _tabs: dict[Size, Page] = field(default_factory=dict)
    _who: dict[Size, str] = field(default_factory=dict)  # whose turn it is at each
    _cookies: dict[str, Any] = field(default_factory=dict)  # of who was there before
    _last: Place | None = None  # what was looked at last and was there
    _sizes: dict[str, Size] = field(default_factory=dict)
    _shown: dict[str, Shown] = field(default_factory=dict)  # the file in front of an account

    # ── acts ─────────────────────────────────────────────────────────────────────────────────

    def take(self, told: Told, at: datetime) -> Recorded | Refused:
        """Go to the form, fill it in, send it, and read what the page says."""
        self.server.now = at
        command = told.command
        if offer(_bodies(told)):
            self._shown.clear()  # pages printed before do not offer them
        public = command.actor.organ == PUBLIC
        page = self._tab("" if public else self.account(command))
        form = self._public_form(page, command) if public else self._form(page, command)
        self._shown.pop(command.actor.person, None)
        if form is None:
            return self._withheld(page, told)
        fill(form, command.data, told.stated, rules.current().zone)
        self._send(page, form)
        answer = self._answer(page, told)
        if not public and isinstance(answer, Recorded):
            self._shown[command.actor.person] = Shown(answer.matter, answer.seq, at)
        return answer

    def _public_form(self, page: Page, command: Command) -> Locator | None:
        if command.matter is None:
            page.goto("/report/")
            href = f"/report/{command.kind}/{command.act}/"
            link = page.locator(f"main a[href^='{href}']").first
            page.goto(href) if link.count() == 0 else link.evaluate("one => one.click()")
            page.wait_for_url(f"**{href}*")
        else:
            page.goto("/follow/")
            page.locator("main [name=code]").fill(code_of(command.matter))
            page.locator("main [name=code]").press("Enter")
            page.wait_for_url("**/follow/*/")
        return self._unfolded(page, command.act)

    def _form(self, page: Page, command: Command) -> Locator | None:
        if command.matter is None:
            self._open(page, "/officer/new/", command.actor.person)
            tile = page.locator(f"a.tile[href='/officer/new/{command.kind}/{command.act}/']")
            if tile.count() == 0:
                return None
            tile.click()
            page.wait_for_url(f"**/officer/new/{command.kind}/{command.act}/")
            return self._unfolded(page, command.act)
        if not self._is_before(command.actor.person, command.matter):
            self._open(page, f"/officer/matter/{command.matter}/", command.actor.person)
            self._say_why(page)
        form = self._unfolded(page, command.act)
        if form is not None:
            return form
        general = page.locator(f"ul.chips a[href*='/act/{command.act}/']")
        if general.count() == 0:
            return None
        general.click()
        page.wait_for_url(f"**/act/{command.act}/*")
        return self._unfolded(page, command.act)

    def _is_before(self, account: str, matter: str) -> bool:
        """Whether somebody has the file open as it stands, and the session has not run out."""
        shown = self._shown.get(account)
        return (
            shown is not None
            and shown.matter == matter
            and shown.seq == latest(matter)
            and self.server.now - shown.at < STAYS
        )

    @staticmethod
    def _say_why(page: Page) -> None:
        """Where a file asks why somebody wants to see it: to handle it, and the reason."""
        if page.locator("form [name=purpose]").count():
            page.locator("form [name=need]").fill(WHY)
            with page.expect_navigation():
                page.locator("form .buttons button").click()

    @staticmethod
    def _unfolded(page: Page, act: str) -> Locator | None:
        """The form of an act on this page, unfolded; None where the page has none."""
        form = page.locator(f"#form-{act}")
        if form.count() == 0:
            return None
        folded = page.locator(f"details#act-{act}:not([open]) > summary")
        if folded.count():
            folded.click()
        return form

    @staticmethod
    def _send(page: Page, form: Locator) -> None:
        with page.expect_navigation():
            form.locator("button[type=submit]:not([name])").last.click()
        alone = page.locator("button[name=_alone]")
        if alone.count():
            with page.expect_navigation():
                alone.click()

    # ── what came of it ──────────────────────────────────────────────────────────────────────

    @staticmethod
    def _answer(page: Page, told: Told) -> Recorded | Refused:
        done, receipt = _DONE.search(page.url), _RECEIPT.search(page.url)
        if done is not None:
            return Recorded(matter=done[1], seq=int(done[2]), event_hash="")
        if receipt is not None:
            matter = read.matter_of(receipt[1])
            assert matter is not None, "a receipt has the code of a matter"
            return Recorded(matter=matter, seq=1, event_hash="", code=receipt[1])
        if _FOLLOWED.search(page.url) and told.command.matter is not None:
            matter = told.command.matter
            return Recorded(matter=matter, seq=latest(matter), event_hash="")
        box = page.locator("#refusal")
        if box.count() == 0:
            shown = page.locator("main").inner_text()
            raise Stuck(f"{told.command.act}：{urlsplit(page.url).path}：{shown[:300]}")
        reason = box.get_attribute("data-reason") or ""
        return Refused(reason=reason, says=box.inner_text(), instead="")

    def _withheld(self, page: Page, told: Told) -> Refused:
        """The page does not offer the step: it says why, or that there is nothing to see."""
        act = told.command.act
        page.evaluate(tabs.OPEN_ALL)
        listed = page.locator(f"[data-act='{act}']").first
        if listed.count():
            reason = listed.get_attribute("data-reason") or ""
            if {reason, told.refused} <= NOT_OFFERED:
                reason = told.refused  # the page withholds it; which of these it says is no matter
            return Refused(reason=reason, says=listed.inner_text(), instead="")
        if told.refused in NOT_OFFERED:
            return Refused(reason=told.refused, says="页面没有这一步。", instead="")
        shown = page.locator("main").inner_text()
        raise Stuck(f"{act}：{urlsplit(page.url).path}没有这一步：{shown[:600]}")

    # ── looking ──────────────────────────────────────────────────────────────────────────────

    def visit(self, path: str, person: str, at: datetime) -> Answer:
        """Open a page, on a phone and at a desk; nothing may reach past its edge."""
        self.server.now = at
        page = self._tab(person)
        status = self._open(page, path, person) if person else self._plain(page, path)
        texts = []
        for size in self._looked_at(person):
            tabs.resize(page, size)
            texts.append(tabs.seen_text(page))
            if page.evaluate(tabs.WIDE) > 0:
                raise Stuck(f"{path}：{size} 上要左右滚动")
        tabs.resize(page, self._size_of(person))
        if status == FOUND:
            self._last = Place(path, person)
        whole = page.content() if status == FOUND else ""
        common = texts[0] if all(one == texts[0] for one in texts) else "\n".join(texts)
        return Answer(status, common + whole)

    def look(self, looked: Looked, at: datetime) -> Iterator[str]:
        """Open the file of a matter, or its public page, and read there what must hold."""
        self.server.now = at
        code = code_of(looked.matter)
        path = f"/officer/matter/{looked.matter}/" if looked.by else f"/follow/{code}/"
        page = self._tab(looked.by)
        status = self._open(page, path, looked.by) if looked.by else self._plain(page, path)
        if status != FOUND:
            yield f"{path}答复{status}"
            return
        self._say_why(page)
        if page.locator("form [name=purpose]").count():  # sealed: also from who worked on it
            looked, path = looked._replace(by=""), f"/follow/{code}/"
            self._plain(page, path)
        for size in self._looked_at(looked.by):
            tabs.resize(page, size)
            page.evaluate(tabs.OPEN_ALL)
            yield from (f"{size}：{one}" for one in seen.missing(page, looked, at))
            if page.evaluate(tabs.WIDE) > 0:
                yield f"{size}：要左右滚动"
        self._last = Place(path, looked.by)
        tabs.resize(page, self._size_of(looked.by))

    def open_last(self, path: str) -> None:
        """Look at an address as anybody."""
        self._last = Place(path, "")
        if self._plain(self._tab(""), path) != FOUND:
            raise Stuck(f"{path}打不开")

    def close(self) -> None:
        """The story is over: what was looked at last is its picture; everybody leaves."""
        if self._last is not None and self.pictures is not None:
            self._take_pictures(self._last, self.pictures)
        for one in self._tabs.values():
            one.context.close()
        for told in (self._tabs, self._who, self._cookies, self._shown, self._sizes):
            told.clear()
        self._last = None

    def _take_pictures(self, place: Place, folder: Path) -> None:
        page = self._tab(place.person)
        self._open(page, *place) if place.person else self._plain(page, place.path)
        self._say_why(page)
        for size in SIZES if self.size is None else (self.size,):
            tabs.resize(page, size)
            page.evaluate(FOLD_ALL, size)
            path = folder / f"{self.story}-{size}.jpg"
            page.screenshot(path=path, type="jpeg", quality=PICTURE_QUALITY)

    # ── tabs ─────────────────────────────────────────────────────────────────────────────────

    def _tab(self, account: str) -> Page:
        """The phone, or the desk, with this person at it: the cookies are theirs alone."""
        size = self._size_of(account)
        if size not in self._tabs:
            self._tabs[size] = tab(self.browser, size, self.server.address)
            self._who[size] = account
        page, before = self._tabs[size], self._who[size]
        if before != account:
            self._cookies[before] = page.context.cookies()
            page.context.clear_cookies()
            page.context.add_cookies(self._cookies.get(account, []))
            self._shown.pop(before, None)
            self._who[size] = account
        return page

    def _size_of(self, account: str) -> Size:
        if self.size is not None:
            return self.size
        turns: tuple[Size, ...] = tuple(SIZES)
        return self._sizes.setdefault(account, turns[len(self._sizes) % len(turns)])

    def _looked_at(self, account: str) -> tuple[Size, ...]:
        return (self._size_of(account),) if self.size is not None else tuple(SIZES)

    def _open(self, page: Page, path: str, person: str) -> int:
        """Go there as a member of staff; signs in where nobody is signed in any more."""
        self._shown.pop(person, None)
        for _ in range(SIGNED_AGAIN_MAX):
            status = self._plain(page, path)
            if LOGIN not in page.url:
                return status
            page.locator("[name=username]").fill(person)
            page.locator("[name=password]").fill(self.password)
            with page.expect_navigation() as went:
                page.locator("main form button[type=submit]").first.click()
            if LOGIN in page.url:
                raise Stuck(f"{person}登录不了：{page.locator('main').inner_text()[:200]}")
            if urlsplit(page.url).path == path:
                answer = went.value
                return answer.status if answer is not None else 0
        return self._plain(page, path)

    @staticmethod
    def _plain(page: Page, path: str) -> int:
        answer = page.goto(path)
        return answer.status if answer is not None else 0

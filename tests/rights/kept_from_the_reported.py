"""Walks every address as those whom a letter or a rating is about, before and after there is one.

Run by test_kept_from_the_reported.py in an installation of its own; prints one JSON object. Real
letters (a complaint over its time, a fresh one, an informant's), a bad rating and a spot call come
about one body. Whatever its staff, those below it, the reported person and somebody with another
post there are shown must be the same as before, to the byte, but for chance and the time of day.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from haihe.kernel.values import Actor, Command, Data
from tests.rights.ask_everything import OF_A_MATTER, routes, signed_in
from tests.rights.walked import sent_by_machine

ABOUT, BELOW, ELSEWHERE, MAILBOX = "hexi-police", "machang-station", "dongli-police", "tj-police"
CITY = "12-city-government"
ROLES: Final = ("mailbox_clerk", "handler", "reply_reviewer", "chief", "rating_officer")


class Person(NamedTuple):
    """A member of staff who supervises as well, so that every page is open."""

    organ: str
    roles: tuple[str, ...] = ROLES


KEPT: Final = {
    "about": Person(ABOUT),
    "below": Person(BELOW, ("handler", "reply_reviewer", "unit_head", "rating_officer")),
    "reported": Person(ELSEWHERE),
    "double": Person(ELSEWHERE),
}
CONTROL: Final = {"clerk": Person(MAILBOX), "handler": Person(ELSEWHERE)}
APPROVES: Final = "above"  # the files of lists
ANYBODY: Final = "anybody"
WRITER, PHONE, HOME = "季小满", "13955550123", "徐州道九十九号"
TEXT, GIST, REPLY = "副所长收了烧烤摊的好处", "反映收受摊贩好处", "经核查摊贩一事正在处理中"
RATED = "窗口的人把材料扔了回来"
SECRETS: Final = (WRITER, PHONE, HOME, TEXT, GIST, REPLY, RATED)
NONE: Final = "0" * 32
PURPOSES: Final = ("handle", "supervise", "audit")
SWEPT: Final = ("clock_overdue", "letter_reply_lacks", "letter_to_complained_unit")
CHANCE: Final = re.compile(  # keys of forms, nonces, the time of day
    rb"[0-9A-Za-z]{64}|[0-9a-f]{32}|nonce-[^']+|DTSTAMP:\w+|data-version=\S+|as_of=[\w%.-]+|"
    rb"\d\d:\d\d(?::\d\d)?|\d+ ?(?:\xe7\xa7\x92|\xe5\x88\x86)|"
    rb"\d+ \xe6\x9d\xa1\xe8\xae\xb0\xe5\xbd\x95"  # records of the whole city not yet sealed
)
# What tells of the reader's own walk, so it changes with every page asked for.
OWN_TRACES: Final = ("center:traces",)
# Sign-in, files that are the same for all, the workshop of models, what only machines send.
SAYS_NOTHING: Final = frozenset(
    {
        *("officer:logout", "officer:login", "officer:worker", "officer:shell", "officer:new"),
        *("officer:device", "officer:device_entry", "officer:device_file", "center:disposal"),
        *("center:settings", "center:models", "citizen:powers", "citizen:upload"),
    }
)
ALL_ASKED: Final = ("about", "reported", "clerk")  # the others: pages, lists, calendars


class Answer(NamedTuple):
    """What an address answered: `body` without chance."""

    status: int
    body: bytes


class Walk:
    """The readers, the matters about them, and what was answered."""

    def __init__(self, now: datetime) -> None:
        from django.test import Client

        self.now = now
        self.yesterday = (now - timedelta(days=1)).date().isoformat()
        self.hidden: dict[str, str] = {}
        self.numbers: list[str] = []
        self.clients: dict[str, Any] = {ANYBODY: Client(HTTP_HOST="127.0.0.1")}
        for person in (*KEPT, *CONTROL):
            self.clients[person] = Client(HTTP_HOST="127.0.0.1")
            signed_in(self.clients[person], person)
        self._act_in_the_other_post("double")
        self.exports = {person: list(_exports(person)) for person in ALL_ASKED}
        self.feeds = {person: _feed(person) for person in (*KEPT, *CONTROL)}
        for person, feed in self.feeds.items():  # its page says when it was fetched last
            self.ask(person, f"/officer/calendar/{feed}.ics")

    def _act_in_the_other_post(self, person: str) -> None:
        session = self.clients[person].session
        session["post"] = f"{ELSEWHERE}/{'+'.join(ROLES)}"
        session.save()

    # ── asking ───────────────────────────────────────────────────────────────────────────────

    def ask(self, person: str, address: str, sent: dict[str, str] | None = None) -> Answer:
        client = self.clients[person]
        answer = client.get(address) if sent is None else client.post(address, sent)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        where = answer.headers.get("Location", "").encode()
        return Answer(answer.status_code, where + body)

    def pages(self, person: str) -> dict[tuple[str, str], Answer]:
        """Every list, number, search, file of a list and calendar, by route and address."""
        return {
            (route, address): self.ask(person, address) for route, address in self.addresses(person)
        }

    def addresses(self, person: str) -> Iterator[tuple[str, str]]:
        """Where something could be listed, counted or found; nothing is sent."""
        from django.urls import NoReverseMatch, reverse

        faces = ("citizen:",) if person == ANYBODY else ("officer:", "center:")
        asked = () if person == ANYBODY else self._asked(person)
        for route in sorted(set(routes())):
            if not route.startswith(faces) or route in SAYS_NOTHING:
                continue
            try:
                yield route, reverse(route)
            except NoReverseMatch:
                continue
        for route, values, query in asked:
            yield route, reverse(route, args=values) + (f"?{query}" if query else "")

    def _asked(self, person: str) -> Iterator[tuple[str, list[object], str]]:
        from haihe.records import lists

        for of in lists.OF:
            yield "officer:inbox", [], f"of={of}"
        yield "officer:feed", [self.feeds[person]], ""
        for which in ("letters_open", "letters_late", "new_today", "overdue", "rectifications"):
            yield "center:matters", [which], ""
        if person not in ALL_ASKED:
            return
        for words in ("CL-", "SR-", "BR-", "CB-", PHONE, GIST[2:6], "好处"):
            yield "officer:inbox", [], f"number={words}"
        for which in ("new_four_weeks", "letters_answered", "ended_today"):
            yield "center:matters", [which], ""
        for which in ("letters_open", "new_four_weeks", "rectifications"):
            yield "center:matters-csv", [which], ""
        for which in ("ended", "rated", "unrated", "1"):
            yield "center:ratings_list", [which], ""
        for route in ("center:board", "center:report", "center:board-csv"):
            yield route, [], f"as_of={self.yesterday}"
        yield "center:letters", [], "category=城乡建设"
        yield "center:map", [], "what=new_four_weeks&kind=chief_letter"
        yield "center:findings", [], "kind=chief_letter"
        yield "center:model", [SWEPT[0]], ""
        for number in self.exports[person]:
            yield "officer:export", [number], ""

    def of_matter(self, person: str, matter: str) -> dict[str, Answer]:
        """Every address that names a matter, asked or sent to; the id itself is taken out."""
        from django.urls import reverse

        found: dict[str, Answer] = {}
        for route in sorted(OF_A_MATTER):
            rest: dict[str, list[object]] = {
                "officer:file": [],
                "officer:sheet": [],
                "officer:act": ["remark"],
                "officer:kept_file": ["0" * 64],
            }
            words = rest.get(route, [1, self.paper])
            address = reverse(route, args=[matter, *words])
            purposes = PURPOSES if route == "officer:file" else PURPOSES[:1]
            for purpose in purposes:
                asked = f"{address}?purpose={purpose}&need=督办这件事"
                sent: dict[str, str] | None = {} if route == "officer:issue" else None
                found[f"{route} {purpose}"] = self.ask(person, asked, sent)
        for act in ("register", "join_letter"):
            address = reverse("officer:letter_act", args=[matter, act])
            found[f"officer:letter_act {act}"] = self.ask(person, address, {"_key": NONE})
        found["officer:letter"] = self.ask(person, reverse("officer:letter", args=[matter]))
        batch = f"{reverse('officer:batch')}?m={matter}&act=remark&kind="
        found["officer:batch"] = self.ask(person, batch)
        for act in ("remark", "sign"):
            found[f"api {act}"] = self._machine(person, act, matter)
        told = matter.encode()
        return {
            name: Answer(one.status, CHANCE.sub(b"#", one.body.replace(told, NONE.encode())))
            for name, one in found.items()
        }

    def _machine(self, person: str, act: str, matter: str) -> Answer:
        one = {**KEPT, **CONTROL}[person]
        actor = Actor(person=person, role=one.roles[0], organ=one.organ)
        data: Data = {"text": "看看"} if act == "remark" else {}
        command = Command(key=uuid4().hex, act=act, actor=actor, matter=matter, data=data)
        return Answer(*sent_by_machine(command, _token(person)))

    @property
    def paper(self) -> str:
        """A paper that the first step of the complaint issues."""
        from haihe.records import rules

        in_use = rules.current()
        procedure = in_use.version("chief_letter", date(2024, 1, 1))
        assert procedure is not None
        return in_use.papers(procedure, "write_named")[0].id

    # ── what comes ───────────────────────────────────────────────────────────────────────────

    def something_else(self) -> None:
        """Letters and ratings that nobody is kept from, so that no page is empty."""
        for organ in (ABOUT, ELSEWHERE):
            given = {"mailbox": organ, "subject": "路灯坏了", "letter_text": "昆明路路灯坏了三盏"}
            self._take("chief_letter", "write_anonymous", _public(), given, days=3)
        _sweep(self.now)

    def what_is_kept(self) -> None:
        """Three letters, a rating and a spot call about ABOUT; what a sweep finds in them."""
        from haihe.records.printing import matter_number

        late = self._letter(days=20)
        clerk, handler = _staff("clerk", "mailbox_clerk"), _staff("handler", "handler")
        self._go_on(late, "assign", clerk, {"handling_organ": ELSEWHERE}, days=19)
        self._go_on(late, "sign", handler, {"has_interest": False}, days=18)
        self._go_on(late, "find_facts", handler, {"facts_found": REPLY}, days=17)
        reply = {"reply_text": REPLY, "result": "explain", "reply_basis": "信访工作条例"}
        self._go_on(late, "draft", handler, reply, days=16)
        fresh = self._letter(days=0)
        self._go_on(fresh, "assign", clerk, {"handling_organ": ELSEWHERE})
        informant = self._letter(days=1, sort="report")
        passed = {"discipline_organ": CITY, "passed_how": "paper"}
        self._go_on(informant, "pass_report", clerk, passed)
        about = {"rated_organ": ABOUT, "answering_organ": MAILBOX, "service_name": "户籍"}
        person = {"rater_phone": PHONE, "minor_involved": False}
        said = {"channel": "hall", "score": 1, "crowd": 40, "score_text": RATED, "wants_call": True}
        rating = self._take("service_rating", "rate", _desk(), {**about, **person, **said})
        draw = {"draw_day": self.now.date().isoformat(), "draw_seed": "1", "draw_digest": "0" * 32}
        counted = {"draw_population": 9, "draw_stratum": "unrated", "draw_rank": 1, "crowd": 40}
        call = self._take("call_back", "draw", _desk(), {**about, **person, **draw, **counted})
        self.hidden = {"late": late, "fresh": fresh, "informant": informant}
        self.hidden |= {"rating": rating, "call": call, "bad": _opened_by(rating)}
        _sweep(self.now)
        self.hidden["rectification"], *_ = _rectifications(self.hidden.values())
        self.numbers = [matter_number(one) for one in self.hidden.values()]

    def _letter(self, *, days: int, sort: str = "complaint") -> str:
        writer = {"writer_name": WRITER, "writer_phone": PHONE, "writer_address": HOME}
        given = {"mailbox": MAILBOX, "subject": TEXT[:9], "letter_text": f"{TEXT}，请查。"}
        about = {"named_organ": ABOUT, "letter_place": "河西区马场街道"}
        given |= writer | about
        letter = self._take("chief_letter", "write_named", _public(), given, days=days)
        found = {"letter_class": sort, "gist": GIST, "complexity": "ordinary"}
        told = {"complained_organ": ABOUT, "complained_person": "reported"}
        told |= {"letter_category": "城乡建设"} | found
        clerk = _staff("clerk", "mailbox_clerk")
        self._go_on(letter, "register", clerk, {**told, "minor_involved": False}, days=days)
        return letter

    def _take(self, kind: str, act: str, actor: Actor, data: Any, days: int = 0) -> str:
        return self._submit(
            Command(key=uuid4().hex, act=act, actor=actor, kind=kind, data=data), days
        )

    def _go_on(self, matter: str, act: str, actor: Actor, data: Any, days: int = 0) -> None:
        self._submit(Command(key=uuid4().hex, act=act, actor=actor, matter=matter, data=data), days)

    def _submit(self, command: Command, days: int) -> str:
        from haihe.records import write
        from haihe.records.answers import Recorded

        self.now += timedelta(seconds=1)
        answer = write.submit(command, now=self.now - timedelta(days=days))
        assert isinstance(answer, Recorded), (command.act, answer)
        return answer.matter


def _sweep(now: datetime) -> None:
    """Some models over everything; what they find opens rectifications."""
    from haihe.pack.models import load_models
    from haihe.pack.place import models_folder
    from haihe.records import sweeping

    sweeping.sweep_all(now, [one for one in load_models(models_folder()) if one.id in SWEPT])


def _public() -> Actor:
    return Actor(person="public", role="citizen", organ="public")


def _desk() -> Actor:
    return Actor(person="rating_desk", role="rating_desk", organ="supervision")


def _staff(person: str, role: str) -> Actor:
    return Actor(person=person, role=role, organ=CONTROL[person].organ)


def _opened_by(matter: str) -> str:
    from haihe.records.database import reading_connection

    found = "SELECT matter_id FROM matter WHERE from_matter = ?"
    ((opened,),) = reading_connection().rows(found, (matter,))
    return str(opened)


def _rectifications(matters: Iterable[str]) -> list[str]:
    """Those that a sweep opened for what it found in these."""
    from haihe.records.database import reading_connection

    found = "SELECT DISTINCT rectification FROM finding WHERE matter_id = ? ORDER BY rectification"
    rows = [row for one in matters for row in reading_connection().rows(found, (one,))]
    return [str(row[0]) for row in rows if row[0]]


def _reader(person: str) -> Any:
    from django.contrib.auth import get_user_model

    from haihe.records import accounts

    post = f"{ELSEWHERE}/{'+'.join(ROLES)}"
    return accounts.reader_of(get_user_model().objects.get(username=person), post)


def _exports(person: str) -> Iterator[int]:
    """Every list as a file, asked for and approved; it is written when it is fetched."""
    from haihe.records import exports

    chief = _reader(APPROVES)
    for one in exports.LISTS:
        number = exports.ask(_reader(person), one, "年度工作总结使用")
        assert isinstance(number, int)
        assert exports.decide(chief, number, "approve") is None
        yield number


def _feed(person: str) -> str:
    from haihe.records import feeds

    return str(feeds.make(_reader(person)))


_tokens: dict[str, str] = {}


def _token(person: str) -> str:
    from haihe.records import clients

    if person not in _tokens:
        told = clients.issue_token(person, scopes=clients.SCOPES, label="walk", made_by="tests")
        _tokens[person] = told.text
    return _tokens[person]


def _people() -> None:
    from django.contrib.auth.hashers import make_password

    from haihe.records import accounts, posts
    from haihe.records.posts import Holding, Post

    since, hashed = date(2020, 1, 1), make_password("one password for all of them")
    for person, one in {**KEPT, **CONTROL, APPROVES: Person(CITY)}.items():
        accounts.create_staff(
            person,
            name=f"人{person}",
            organ=one.organ,
            roles=one.roles,
            supervisor=True,
            hashed=hashed,
            since=since,
        )
    posts.make_post(Post(id="second", organ=BELOW, roles=("unit_head",), name="副所长"))
    posts.hold(Holding(post="second", person="double", since=since))


def main() -> None:
    """Fill, walk, fill in what is kept, walk again, print what differs."""
    from haihe.commands.run import prepare
    from haihe.records.database import reading_connection

    prepare(demo=False)
    reading_connection().run("PRAGMA synchronous=OFF")  # nothing here has to outlive the process
    _people()
    walk = Walk(datetime.now(UTC))
    walk.something_else()
    readers = (*KEPT, ANYBODY)
    everybody = (*readers, *CONTROL)
    before = {person: walk.pages(person) for person in everybody}
    walk.what_is_kept()
    after = {person: walk.pages(person) for person in everybody}
    words = [*SECRETS, *walk.numbers, *walk.hidden.values()]
    told: dict[str, list[str]] = {"named": [], "moved": [], "unlike": []}
    for person in readers:
        for (route, address), one in after[person].items():
            text = one.body.decode(errors="replace").replace(address, "")
            said = [word for word in words if word in text and word not in address]
            if said:
                told["named"].append(f"{person} {address}: {said}")
            was = before[person][route, address]
            same = one.status == was.status and _plain(one) == _plain(was)
            if not same and route not in OWN_TRACES:
                told["moved"].append(f"{person} {address} {_difference(was, one)}")
    for person in KEPT:
        nothing = walk.of_matter(person, NONE)
        for name in walk.hidden if person in ALL_ASKED else ("late", "rating"):
            told["unlike"] += [
                f"{person} {name} {asked}: {one.status}, not {nothing[asked].status}"
                for asked, one in walk.of_matter(person, walk.hidden[name]).items()
                if one != nothing[asked]
            ]
    told["known"] = [
        f"{person} {where[0]}"
        for person in CONTROL
        for where, one in after[person].items()
        if _plain(one) != _plain(before[person][where])
    ]
    json.dump(told, sys.stdout)


def _difference(was: Answer, now: Answer) -> str:
    lines = [_plain(one).decode(errors="replace").splitlines() for one in (was, now)]
    fresh = [one for one in lines[1] if one not in lines[0]]
    return f"{was.status}, {now.status}: {fresh[:3]}"


def _plain(one: Answer) -> bytes:
    return CHANCE.sub(b"#", one.body)


if __name__ == "__main__":
    main()

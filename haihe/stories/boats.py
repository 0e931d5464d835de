"""The story of the boats: hearings are held beside them, in the closed season, where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from msgspec.json import decode

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.queueing.itinerary import PortCall, Season, Sitting, Wish, itinerary
from haihe.records import feeds, rules, write
from haihe.records.accounts import reader_of_user_id, user_id_of
from haihe.records.instants import restored
from haihe.simulation.walk import Played
from haihe.stories.crowds import Crowd, count, equal, holds, played, rows_of
from haihe.stories.large import large
from haihe.stories.playing import Broken, Line, Playing

CASES: Final = 37
SEASON: Final = Season(first=date(2026, 5, 1), last=date(2026, 9, 1))
PORTS: Final = ("东疆渔港", "北塘渔港", "蔡家堡渔港")
SITTINGS_A_DAY: Final = 4
FIRST_HOUR: Final = 9 * 60 + 30  # minutes of the day
AN_HEARING: Final = 90
_DAY: Final = re.compile(r'<time[^>]*\bdatetime="([0-9-]{10})"(.*?)</section>', re.DOTALL)


@large
def boats(playing: Playing) -> Iterator[Line]:
    """Thirty-seven cases of fishers: placed by machine in the season, in the judge's calendar."""
    first = playing.moment("2026-04-20 Mon 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    ids = [crowd.like(_case(playing, number, first), 1, timedelta(0))[0] for number in range(CASES)]
    crowd.take_in()
    calls = list(_calls(ids))
    wishes = [Wish(matter=one, boat=_boat(number)) for number, one in enumerate(ids)]
    sittings, unplaced = itinerary(wishes, calls, SEASON, SITTINGS_A_DAY)
    yield equal(
        "三十七件都排上了，没有一件落下。", first, (len(sittings), len(unplaced)), (CASES, 0)
    )
    outside = [one for one in sittings if not SEASON.first <= one.day <= SEASON.last]
    yield equal("开庭只排在休渔期之内。", first, len(outside), 0)
    lies = {(one.boat, one.port, one.day) for one in calls}
    absent = [one for one in sittings if (one.boat, one.port, one.day) not in lies]
    yield equal("每一次都排在渔船靠岸的港口和日子。", first, len(absent), 0)
    ports: dict[date, set[str]] = {}
    for one in sittings:
        ports.setdefault(one.day, set()).add(one.port)
    yield equal("法庭一天只在一个港口。", first, max(map(len, ports.values())), 1)
    yield from _heard(playing, sittings, ids, first)


def _heard(
    playing: Playing, sittings: list[Sitting], ids: list[str], first: datetime
) -> Iterator[Line]:
    """Each hearing is set as it was placed, stands in the calendar, and ends on the boat."""
    at = first + timedelta(days=8)
    for one in sittings:
        told: Data = {
            "hearing_on": one.day.isoformat(),
            "hearing_hour": _hour(one),
            "hearing_at": f"{one.port}码头",
            "circuit": True,
        }
        _act(playing, one.matter, "set_hearing", told, at)
    user_id = user_id_of(playing.person("judge"))
    reader = reader_of_user_id(user_id) if user_id is not None else None
    days = {one.matter: one.day for one in sittings}
    fed = feeds.entries(reader, at) if reader is not None else ()
    right = [one for one in fed if one.id.endswith("hearing_on") and days.get(one.matter) == one.on]
    yield equal("法官订阅的日历里正好有这三十七场，日子一致。", at, len(right), CASES)
    yield holds(
        "哪一天到哪个渔港、几点开，公开的页面上都有。", at, _told_in_public(playing, sittings, at)
    )
    for one in sittings:
        on = datetime.combine(one.day, first.timetz()) + timedelta(hours=2)
        agreed: Data = {"agreement_text": "在船上达成协议，当场履行。", "voluntary": True,
                "signed_by_all": True}  # fmt: skip
        _act(playing, one.matter, "settle", agreed, on)
    settled = count("state = 'settled' AND", ids)
    last = datetime.combine(SEASON.last, first.timetz())
    yield equal("登船调解，三十七件都在船上了结。", last, settled, CASES)
    yield equal(
        "每一件都在排定的那天、渔船靠岸时了结，没有一件要渔民再跑法院。",
        last,
        _ended_as_placed(sittings, ids),
        CASES,
    )


def _ended_as_placed(sittings: list[Sitting], ids: list[str]) -> int:
    """How many cases ended on the day and at the place for which they were placed."""
    zone = rules.current().zone
    placed = {one.matter: (one.day, f"{one.port}码头") for one in sittings}
    ended: dict[str, date] = {}
    where: dict[str, str] = {}
    for matter, act, at, data in rows_of(
        "SELECT matter_id, act, happened_at, data FROM event"
        " WHERE act IN ('set_hearing', 'settle') AND matter_id",
        ids,
    ):
        if act == "set_hearing":
            where[str(matter)] = str(decode(data)["hearing_at"])
        else:
            ended[str(matter)] = restored(at, zone).date()
    return sum((day, where[one]) == placed[one] for one, day in ended.items())


def _hour(one: Sitting) -> str:
    """When a sitting begins: an hour and a half for each."""
    hour, minute = divmod(FIRST_HOUR + AN_HEARING * (one.place - 1), 60)
    return f"{hour:02d}:{minute:02d}"


def _told_in_public(playing: Playing, sittings: list[Sitting], at: datetime) -> str:
    """What the public page does not tell of the itinerary, or tells that it must not."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for one in sittings:
        wanted.setdefault((one.day.isoformat(), f"{one.port}码头"), set()).add(_hour(one))
    first = SEASON.first.isoformat()
    answer = playing.door.visit(f"/public/sittings/?since={first}", "", at)
    days = dict(_DAY.findall(answer.text))
    missing = [
        f"{day}{port}{hour}"
        for (day, port), hours in wanted.items()
        for hour in hours
        if port not in days.get(day, "") or hour not in days.get(day, "")
    ]
    if set(days) != {day for day, _ in wanted}:
        missing.append(f"日子{len(days)}")
    personal = [told for one in sittings for told in (one.boat, one.matter) if told in answer.text]
    return f"没有{missing}；露出{personal}" if missing or personal else ""


def _case(playing: Playing, number: int, first: datetime) -> Played:
    """A fisher's case, filed, with the claim served: ready for a hearing."""
    at = first + timedelta(minutes=10 * number)
    return played(
        playing, "civil_first_instance", f"boat-{number}", at, [
            {"do": "submit", "with": {"court": playing.organ("court"), "minor_involved": False,
                                      "dispute_kind": "contract", "facts": "出海合伙的账没有算清"}},
            {"do": "file", "after": "1..2 days",
             "with": {"bar": "none", "materials": "complete", "track": "small",
                      "minor_involved": False}},
            {"do": "serve_copy", "after": "2..4 hours", "with": {"copy_way": "direct"}},
        ],
    )  # fmt: skip


def _boat(number: int) -> str:
    return f"津塘渔{number + 1:02d}"


def _calls(ids: list[str]) -> Iterator[PortCall]:
    """Where the boats lie: at sea before the season, in one port or another on some days of it."""
    for number in range(len(ids)):
        boat = _boat(number)
        yield PortCall(boat=boat, port=PORTS[number % 3], day=SEASON.first - timedelta(days=5))
        for turn in range(3):
            days = 4 + (number * 5) % 40 + turn * 21
            port = PORTS[(number + turn) % 3]
            yield PortCall(boat=boat, port=port, day=SEASON.first + timedelta(days=days))


def _act(playing: Playing, matter: str, act: str, told: Data, at: datetime) -> None:
    """One act of the judge, through the door; Broken where it is refused."""
    actor = Actor(person=playing.person("judge"), role="judge", organ=playing.organ("court"))
    key = f"story:{playing.story.story}:{playing.run}:{matter}:{act}"
    answer = write.submit(Command(key=key, act=act, actor=actor, matter=matter, data=told), now=at)
    if isinstance(answer, Refused):
        raise Broken(f"{act}: {answer.reason}: {answer.says} {answer.instead}")

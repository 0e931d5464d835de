"""A new version comes into force under a thousand running matters, and none of them notices."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel.procedure import Field, Procedure, StateOf, Step
from haihe.kernel.values import Command, Refused
from haihe.records import database, read, rules, write, writer
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from haihe.records.verify import verify
from tests.records.small_city import OFFICER, TAKER, ZONE, SmallCity, opening, step

RUNNING: Final = 1_000
NEW_SINCE: Final = date(2026, 9, 3)  # a Thursday
WEDNESDAY: Final = datetime(2026, 9, 2, 20, 0, tzinfo=ZONE)
THURSDAY: Final = datetime(2026, 9, 3, 9, 0, tzinfo=ZONE)
FRIDAY: Final = datetime(2026, 9, 4, 9, 0, tzinfo=ZONE)
READER: Final = Reader(person="li", organ="hexi", roles=("officer",))
CLOCKS: Final = (
    "SELECT matter_id, clock, started_at, stopped_at, nominal, legal, falls_at, official, status "
    "FROM clock ORDER BY matter_id, clock"
)


def old_version(alarm: Procedure, until: date | None) -> Procedure:
    """The alarm as it always was, where an officer may still call back."""
    calling = Step(name="回访", by=("officer",), from_=("arrived",), to="stay", cites=("law#2",))
    return replace(alarm, until=until, steps={**alarm.steps, "call_back": calling})


def new_version(alarm: Procedure) -> Procedure:
    """No call back any more: a film of the visit, which closing needs, and twice the time."""
    film = Step(
        name="上传录像",
        by=("officer",),
        from_=("arrived",),
        to="filmed",
        cites=("law#2",),
        asks=("film",),
    )
    return replace(
        alarm,
        since=NEW_SINCE,
        fields={**alarm.fields, "film": Field(name="录像编号")},
        states={**alarm.states, "filmed": StateOf(name="已录像", citizen="录像已经保存。")},
        steps={
            **alarm.steps,
            "film_visit": film,
            "close": replace(alarm.steps["close"], from_=("filmed",)),
        },
        clocks={**alarm.clocks, "feedback": replace(alarm.clocks["feedback"], allow="48 hours")},
    )


class City(SmallCity):
    """The small city with one or two versions of the alarm."""

    def __init__(self, *, upgraded: bool) -> None:
        super().__init__()
        alarm = self.procedures.pop("alarm")
        last = date(2026, 9, 2) if upgraded else None
        self.alarms = [old_version(alarm, last)]
        if upgraded:
            self.alarms.append(new_version(alarm))

    def governing(self, kind: str, day: date) -> Procedure | None:
        if kind != "alarm":
            return super().governing(kind, day)
        return next((one for one in reversed(self.alarms) if one.since <= day), None)

    def version(self, kind: str, since: date) -> Procedure | None:
        if kind != "alarm":
            return super().version(kind, since)
        return next((one for one in self.alarms if one.since == since), None)

    def in_force(self, day: date) -> list[Procedure]:
        alarm = self.governing("alarm", day)
        return [*super().in_force(day), *([alarm] if alarm else [])]

    def every_version(self) -> list[Procedure]:
        return [*super().every_version(), *self.alarms]


def restarted(*, upgraded: bool) -> None:
    """What a restart leaves: these rules, and nothing that anybody remembered."""
    rules.use(City(upgraded=upgraded))
    writer.forget_writer()
    database.forget_reading_connection()


def visit(number: int) -> list[Command]:
    """A call on Wednesday 2 September 2026 at 20:00, and the officer at the door."""
    data = {"place": f"马场道{number}号", "what": "邻里争吵", "caller_name": "张三"}
    call = Command(
        key=f"call-{number}",
        act="take_call",
        actor=TAKER,
        kind="alarm",
        data=dict(data),
        happened_at=WEDNESDAY,
    )
    return [call, Command(key="", act="arrive", actor=OFFICER, happened_at=WEDNESDAY)]


def recorded(command: Command, now: datetime) -> Recorded:
    answer = write.submit(command, now=now)
    assert isinstance(answer, Recorded), answer
    return answer


def refused(command: Command, now: datetime) -> str:
    answer = write.submit(command, now=now)
    assert isinstance(answer, Refused), answer
    assert answer.cites
    return answer.reason


def clean(connection: Connection) -> None:
    found = verify(connection, rules.current())
    assert found.problems == []


def running(journal: Connection) -> list[str]:
    """A thousand visited alarms under the old version."""
    restarted(upgraded=False)
    taken = sum(
        one.matters for one in write.submit_many([visit(n) for n in range(RUNNING)], now=THURSDAY)
    )
    assert taken == RUNNING
    return [row[0] for row in journal.rows("SELECT matter_id FROM matter ORDER BY matter_id")]


def test_a_thousand_running_matters_go_on_under_their_own_version(journal: Connection) -> None:
    matters = running(journal)
    before = journal.rows(CLOCKS)
    assert len(before) == 2 * RUNNING

    restarted(upgraded=True)
    assert write.recompute_clocks(rules.current().calendar, frozenset({2026})) == []
    assert journal.rows(CLOCKS) == before
    clean(journal)

    for matter in matters:
        assert refused(step(matter, "film_visit", {"film": "甲1"}), FRIDAY) == "no_such_act"
        recorded(step(matter, "call_back"), FRIDAY)
    assert journal.rows(CLOCKS) == before
    assert journal.rows("SELECT version, state, seq, count(*) FROM matter GROUP BY 1, 2, 3") == [
        ("2025-01-01", "arrived", 3, RUNNING)
    ]
    clean(journal)


def test_an_old_matter_ends_as_its_own_version_says(journal: Connection) -> None:
    restarted(upgraded=False)
    matter = recorded(opening(), WEDNESDAY).matter
    recorded(step(matter, "arrive"), WEDNESDAY)
    restarted(upgraded=True)
    file = read.open_file(matter, READER, "handle", now=FRIDAY)
    assert isinstance(file, File)
    assert file.version == "2025-01-01"
    offered = {act.id for act in file.acts}
    assert "call_back" in offered
    assert "film_visit" not in offered
    feedback = next(clock for clock in file.clocks if clock.id == "feedback")
    assert feedback.legal == "2026年9月3日 星期四 20:00"
    recorded(step(matter, "close", {"result": "已处理完毕"}), FRIDAY)
    told = "SELECT status FROM clock WHERE clock = 'feedback'"
    assert journal.rows(told) == [("late",)]
    clean(journal)


def test_what_opens_from_that_day_follows_the_new_version(journal: Connection) -> None:
    restarted(upgraded=True)
    matter = recorded(opening(), THURSDAY).matter
    recorded(step(matter, "arrive"), THURSDAY)
    assert refused(step(matter, "call_back"), FRIDAY) == "no_such_act"
    assert refused(step(matter, "close", {"result": "已处理完毕"}), FRIDAY) == "wrong_state"
    recorded(step(matter, "film_visit", {"film": "甲1"}), FRIDAY)
    file = read.open_file(matter, READER, "handle", now=FRIDAY)
    assert isinstance(file, File)
    assert (file.version, file.state_name) == ("2026-09-03", "已录像")
    recorded(step(matter, "close", {"result": "已处理完毕"}), FRIDAY)
    told = "SELECT status FROM clock WHERE clock = 'feedback'"
    assert journal.rows(told) == [("met",)]
    clean(journal)


def test_a_call_of_the_last_old_day_that_arrives_late_is_an_old_one(journal: Connection) -> None:
    restarted(upgraded=True)
    recorded(replace(opening(), happened_at=WEDNESDAY), FRIDAY)
    assert journal.rows("SELECT version FROM matter") == [("2025-01-01",)]
    clean(journal)

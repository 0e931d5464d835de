"""Sweeps of what was touched find what full ones find; sweeps as of a day what that day did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from haihe.kernel.organs import Organ
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack import load_pack
from haihe.pack.models import Model, load_models
from haihe.pack.place import models_folder
from haihe.records import findings, mirror, read, sweeping, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.shown import File, Reader
from haihe.supervision.sweep import Finding
from haihe.supervision.views import open_views
from haihe.supervision.waits import kinds_of, waits_of
from tests.records.fresh import fresh_journal
from tests.records.simulated_year import Year, steps_of

PACK = load_pack()
MODELS = {one.id: one for one in load_models(models_folder())}
LOTS = 36
SWEPT_EVERY = 12  # steps
Found = set[tuple[str, str, str, tuple[int, ...]]]

# Of every sort: of one matter, of linked ones, by clocks, by lengths of time, by readings.
CHOSEN = (
    "clock_overdue", "clock_ended_late", "clock_at_risk_police", "clock_at_risk_courts",
    "late_entry", "request_unanswered", "contest_unheard", "filing_missed", "daily_check_missed",
    "recording_missing", "recording_unviewed", "evidence_missing", "property_undecided",
    "long_hold_unjustified", "letter_closed_early", "duplicate_matter", "duplicate_registration",
    "relapse_after_closure", "decision_not_carried", "grid_photo_reused", "transfer_round",
    "self_approved", "suspension_forgotten", "judgment_left", "property_found_left",
)  # fmt: skip


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """An empty journal on SQLite under the installed pack, in a city of three tiers."""
    organs = (
        Organ(id="bureau", name="市局", sort="city_police", tier="city"),
        Organ(id="branch", name="分局", sort="district_police", tier="district", above="bureau"),
        Organ(id="station", name="派出所", sort="station", tier="street", above="branch"),
    )
    with fresh_journal(tmp_path, monkeypatch, InstalledRules(PACK, organs)) as connection:
        yield connection


def standing(connection: Connection, models: Iterable[Model]) -> Found:
    """The open findings of these models."""
    named = {one.id for one in models}
    rows = connection.rows(
        "SELECT model, matter_id, cause, events FROM finding WHERE closed_at IS NULL"
    )
    return {
        (model, matter, cause, tuple(msgspec.json.decode(events)))
        for model, matter, cause, events in rows
        if model in named
    }


def as_set(found: dict[str, list[Finding]]) -> Found:
    """What models found."""
    return {
        (model, one.matter_id, one.cause, one.seqs[: findings.EVENTS_TOLD_MAX])
        for model, all_ in found.items()
        for one in all_
    }


def test_over_a_year_in_which_models_change_the_touched_matters_are_all_there_is_to_look_at(
    city: Connection,
) -> None:
    steps = steps_of(PACK, LOTS, CHOSEN)
    chosen = [MODELS[one] for one in CHOSEN if one in MODELS]
    changed = [replace(one, sql=f"{one.sql}\n-- mended") for one in chosen]
    stages = (chosen[: len(chosen) // 2], chosen, changed[3:])
    year = Year(city)
    taken = 0
    seen: dict[datetime, Found] = {}
    for number, step in enumerate(steps):
        taken += year.take(step)
        models = stages[number * len(stages) // len(steps)]
        if number % SWEPT_EVERY:
            continue
        for _ in range(2):  # the second looks at the rectifications that the first opened
            swept = sweeping.sweep_touched(step.at, models)
        assert not swept.failed
        at_once = number + 1 < len(steps) and steps[number + 1].at == step.at
        if number % (SWEPT_EVERY * 6) == 0 and not at_once:  # else the instant is not over
            seen[step.at] = as_set(sweeping.found_now(step.at, models))
            assert standing(city, models) == seen[step.at], step.at
    assert taken > len(steps) * 0.9
    assert sum(map(len, seen.values())) > 5
    assert standing(city, MODELS.values()) == standing(city, stages[-1])
    _as_of_any_of_these_days_the_same_is_found(seen, stages[-1])


def _as_of_any_of_these_days_the_same_is_found(
    seen: dict[datetime, Found], models: list[Model]
) -> None:
    """The days on which the last models swept: what they saw then is what they see of it now."""
    named = {one.id for one in models}
    day = list(seen)[-2]
    past = sweeping.found_as_of(day, models)
    told = as_set({one.model.id: one.all() for one in past})
    assert told == {one for one in seen[day] if one[0] in named}


def test_a_model_that_names_its_kinds_finds_nothing_in_others() -> None:
    assert kinds_of(MODELS["filing_missed"]) == {"alarm"}
    assert not kinds_of(MODELS["clock_overdue"])  # it leaves a kind out
    assert not kinds_of(MODELS["late_entry"])


def test_the_lengths_of_time_in_a_query_say_when_to_look_again() -> None:
    days = waits_of([MODELS["filing_missed"]]).lengths
    assert 7 * 24 * 3_600_000_000 in days
    hour = 3_600_000_000
    waits = waits_of([replace(MODELS["late_entry"], sql="SELECT today.at - INTERVAL 2 HOUR")])
    assert waits.next(anchor=0, midnight=0, now=1) == 2 * hour
    assert waits.next(anchor=0, midnight=0, now=2 * hour) == 2 * hour
    assert waits.next(anchor=0, midnight=0, now=2 * hour + 1) == 24 * hour


# ── digests, tiers, and nobody in its own cause ──────────────────────────────────────────────


MONDAY = datetime.fromisoformat("2026-09-07T08:10+08:00")  # Monday
RECTIFIER = Actor(person="wang", role="rectifier", organ="station")


def alarms(count: int, at: datetime) -> None:
    """So many alarms that nobody dispatches."""
    taker = Actor(person="li", role="call_taker", organ="station")
    data: Data = {"channel": "phone", "place": "马场道12号", "what": "争吵", "urgent": False}
    for number in range(count):
        command = Command(
            key=f"call-{at}-{number}",
            act="take_call",
            actor=taker,
            kind="alarm",
            data=data | {"caller_name": "甲", "phone": "13900000001"},
        )
        assert isinstance(write.submit(command, now=at), Recorded)


def overdue(budget: int) -> Model:
    """The model of overdue clocks with another budget."""
    model = MODELS["clock_overdue"]
    return replace(model, card=msgspec.structs.replace(model.card, alert_budget=budget))


def rectifications(connection: Connection) -> list[tuple[str, int]]:
    """Each rectification with how many open findings it stands for."""
    return connection.rows(
        "SELECT rectification, count(*) FROM finding WHERE closed_at IS NULL"
        " GROUP BY rectification ORDER BY count(*), rectification"
    )


def test_what_exceeds_the_budget_of_a_week_is_gathered_in_one_digest_and_none_is_lost(
    city: Connection,
) -> None:
    alarms(5, MONDAY)
    told = sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(2)])
    one = told.models["clock_overdue"]
    counts = [count for _, count in rectifications(city)]
    assert (one.new, sum(counts)) == (one.open, one.open)
    assert counts == [1, 1, one.open - 2]
    alarms(1, MONDAY + timedelta(days=1))
    sweeping.sweep_touched(MONDAY + timedelta(days=2), [overdue(2)])
    assert [count for _, count in rectifications(city)][:2] == [1, 1]
    assert len(rectifications(city)) == 3
    alarms(3, MONDAY + timedelta(days=7))
    sweeping.sweep_touched(MONDAY + timedelta(days=8), [overdue(2)])
    assert len(rectifications(city)) == 6  # another week: another two and another digest


def test_the_page_of_a_digest_lists_each_finding_with_its_matter_and_what_is_gone(
    city: Connection,
) -> None:
    alarms(4, MONDAY)
    sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(2)])
    digest, count = rectifications(city)[-1]
    held = dict(
        city.rows("SELECT matter_id, closed_at FROM finding WHERE rectification = ?", (digest,))
    )
    officer = Reader(person="wang", organ="station", roles=("rectifier", "call_taker"))
    stranger = Reader(person="zhao", organ="bureau", roles=("inspector",), supervisor=True)

    shown = read.open_file(digest, officer, "handle", now=MONDAY + timedelta(days=1))
    assert isinstance(shown, File)
    assert (shown.gathered_in_all, len(shown.gathered)) == (count, count)
    assert {one.link.matter for one in shown.gathered if one.link} == held.keys()
    assert all(one.says.startswith("期限届满未办：") and one.events for one in shown.gathered)

    sweeping.sweep_all(MONDAY + timedelta(days=1, hours=1), [])
    above = read.open_file(digest, stranger, "supervise", now=MONDAY + timedelta(days=2))
    assert isinstance(above, File)
    assert {one.link.matter for one in above.gathered if one.link} == held.keys()
    assert all(one.closed for one in above.gathered)


def test_the_view_of_findings_tells_those_of_the_sweeps_before_and_never_those_of_its_own(
    city: Connection,
) -> None:
    alarms(2, MONDAY)
    card = msgspec.structs.replace(
        MODELS["clock_overdue"].card,
        id="found_again",
        scope="all",
        causes={"stands": "仍在"},
        opens="notice",
    )
    sql = (
        "SELECT matter_id, 'stands' AS cause, min(seq) AS seq FROM finding"
        " WHERE model IN ('clock_overdue', 'found_again') AND closed_at IS NULL GROUP BY matter_id"
    )
    models = [overdue(20), replace(MODELS["clock_overdue"], card=card, sql=sql)]
    hours = [MONDAY + timedelta(days=1, hours=hour) for hour in range(4)]

    told = [sweeping.sweep_all(now, models).models for now in hours[:2]]
    assert told[0]["clock_overdue"].open == told[1]["clock_overdue"].open > 0
    assert [one["found_again"].open for one in told] == [0, 2]

    found = findings_told()
    standing = city.rows("SELECT matter_id, cause, rectification FROM finding")
    assert {(one["matter_id"], one["cause"], one["rectification"]) for one in found} == {
        row for row in standing if row[1] != "stands"
    }
    sweeping.sweep_all(hours[2], models[:1])
    sweeping.sweep_all(hours[3], models[:1])
    gone = {one["model"] for one in findings_told() if one["closed_at"] is not None}
    assert gone == {"found_again"}
    assert as_of_had(models[1], hours[0] - timedelta(seconds=1)) == 0
    assert as_of_had(models[1], hours[1]) == 2


def findings_told() -> list[dict[str, object]]:
    """The rows of view finding as the last refresh left them."""
    connection = open_views(mirror.folder())
    rows: list[dict[str, object]] = connection.sql("FROM finding").to_arrow_table().to_pylist()
    connection.close()
    return rows


def as_of_had(model: Model, at: datetime) -> int:
    """How much a model finds as of a past instant."""
    return sweeping.found_as_of(at, [model])[0].findings


def test_an_ordinary_matter_stands_for_no_finding(city: Connection) -> None:
    alarms(1, MONDAY)
    ((alarm,),) = city.rows("SELECT matter_id FROM matter")
    officer = Reader(person="li", organ="station", roles=("call_taker",))
    shown = read.open_file(alarm, officer, "handle", now=MONDAY)
    assert isinstance(shown, File)
    assert (shown.gathered, shown.gathered_in_all) == ((), 0)


def test_a_digest_is_rechecked_as_remaining_while_one_of_its_findings_stands(
    city: Connection,
) -> None:
    alarms(3, MONDAY)
    sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(1)])
    digest = rectifications(city)[-1][0]
    reply: Data = {"answer_facts": "漏派", "cause": "无人值守", "measures": "补派"}
    answer = write.submit(
        Command(key="reply", act="reply", actor=RECTIFIER, matter=digest, data=reply),
        now=MONDAY + timedelta(days=2),
    )
    assert isinstance(answer, Recorded), answer
    told = sweeping.sweep_touched(MONDAY + timedelta(days=2, hours=1), [overdue(1)])
    assert told.rechecked == 1
    ((said,),) = city.rows(
        "SELECT data FROM event WHERE matter_id = ? AND act = 'recheck'", (digest,)
    )
    assert msgspec.json.decode(said)["recheck_result"] == "remains"
    _nobody_of_the_organ_concerned_closes_it(digest, MONDAY + timedelta(days=3))


def _nobody_of_the_organ_concerned_closes_it(matter: str, at: datetime) -> None:
    note: Data = {"look_note": "已看记录", "overrule_reason": "其余已经另行处理"}
    for organ, allowed in (("station", False), ("branch", True)):
        checker = Actor(person=f"checker-{organ}", role="checker", organ=organ)
        answer = write.submit(
            Command(key=f"look-{organ}", act="look_pass", actor=checker, matter=matter, data=note),
            now=at,
        )
        assert isinstance(answer, Recorded if allowed else Refused), answer


def test_silence_hands_a_rectification_to_the_organ_above_and_never_twice(
    city: Connection,
) -> None:
    alarms(1, MONDAY)
    sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(20)])
    owner = "SELECT DISTINCT owner_organ, state FROM matter WHERE kind = 'rectification'"
    assert city.rows(owner) == [("station", "raised")]
    told = sweeping.sweep_touched(MONDAY + timedelta(days=30), [overdue(20)])
    assert told.escalated > 0
    assert city.rows(owner) == [("branch", "escalated")]
    assert sweeping.sweep_touched(MONDAY + timedelta(days=31), [overdue(20)]).escalated == 0
    assert sweeping.sweep_all(MONDAY + timedelta(days=32), [overdue(20)]).escalated == 0


def test_the_findings_of_a_model_that_is_taken_out_of_service_are_closed(city: Connection) -> None:
    alarms(1, MONDAY)
    sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(20)])
    assert standing(city, MODELS.values())
    sweeping.sweep_touched(MONDAY + timedelta(days=2), [MODELS["late_entry"]])
    assert not standing(city, MODELS.values())


def test_a_model_that_cannot_be_run_stops_no_other_and_keeps_its_findings(
    city: Connection,
) -> None:
    alarms(1, MONDAY)
    sweeping.sweep_all(MONDAY + timedelta(days=1), [overdue(20)])
    before = standing(city, MODELS.values())
    broken = replace(overdue(20), sql="SELECT motive FROM event")
    told = sweeping.sweep_all(MONDAY + timedelta(days=2), [broken, MODELS["late_entry"]])
    assert list(told.failed) == ["clock_overdue"]
    assert "late_entry" in told.models
    assert standing(city, MODELS.values()) == before
    past = sweeping.found_as_of(MONDAY + timedelta(days=2), [broken, MODELS["late_entry"]])
    assert [one.model.id for one in past] == ["late_entry"]

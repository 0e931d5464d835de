"""The simulated city as a whole: every course is clean, every fault is planted, the same seed."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest

from haihe.kernel.chronicle import Chronicle
from haihe.kernel.clocks import clocks
from haihe.pack import load_pack
from haihe.records.multiplied import multiply
from haihe.records.rehearsal import TRUTH_FILE, fault_lots, write_city, write_lots
from haihe.simulation.book import Fault, load_book
from haihe.simulation.city import Simulation
from haihe.simulation.faults import fits
from haihe.simulation.telling import chronicle_of, in_order_of_opening
from haihe.simulation.truth import truths_of
from haihe.simulation.walk import Played
from haihe.supervision.views import data_fields, open_views

PACK = load_pack()
BOOK = load_book()
UNTIL = date(2026, 11, 19)  # Thursday
KINDS = sorted(BOOK.courses)
FAULTS = sorted(BOOK.faults)
PLAYED_OF_EACH = 1
FAULT_TRIES = 2
DAYS, SCALE = 16, 0.0012


@cache
def clean_city() -> Simulation:
    return Simulation(PACK, BOOK, 11, faults=False)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(10), PACK.zone)


def test_every_kind_of_the_pack_has_courses() -> None:
    assert set(BOOK.courses) == set(PACK.procedures)


@pytest.mark.parametrize("kind", KINDS)
def test_every_course_of_a_kind_can_be_gone_and_misses_no_clock(kind: str) -> None:
    city = clean_city()
    newest = PACK.procedures[kind][-1].since
    for course in BOOK.courses[kind].courses:
        if course.version not in (None, newest) or not course.weight:
            continue
        played = [
            city.matter(
                kind,
                f"one-{course.id}-{n}",
                at_noon(UNTIL - timedelta(days=60 + 40 * n)),
                course.id,
            )
            for n in range(PLAYED_OF_EACH)
        ]
        assert any(played), (course.id, list(city.tally.problems)[-1:])
        for one in played:
            if one is not None:
                assert not _missed(one), course.id


def _missed(played: Played) -> list[str]:
    assert played.state is not None
    end = played.events[-1].recorded_at
    running = clocks(played.procedure, played.state, PACK.calendar, end, explain=False)
    missed = [
        one.id for one in running if one.whose == "organ" and one.status in ("late", "overdue")
    ]
    return missed + [name for child in played.opened.values() for name in _missed(child)]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_catalogue_is_planted_or_prevented_by_the_rules(name: str) -> None:
    fault = BOOK.faults[name]
    city = Simulation(PACK, BOOK, 5, faults=False)
    lots = fault_lots(city, fault, fault.kind, "", FAULT_TRIES, UNTIL)

    assert any(fits(one, fault) for one in BOOK.courses[fault.kind].courses), (
        "no course has its steps"
    )
    if fault.prevented:
        assert lots == []
        assert city.tally.problems
        return
    assert lots, list(city.tally.problems)
    truths = [one for lot in lots for one in truths_of(lot, PACK.calendar)]
    assert {one.model for one in truths} == {one.model for one in fault.truth}


def lines(seed: int) -> list[bytes]:
    """Some days of a city as `--out` writes them."""
    city = Simulation(PACK, BOOK, seed)
    end = datetime.combine(UNTIL, time(23, 59, 59), PACK.zone)
    lots: list[tuple[datetime, list[Played]]] = []
    for number in range(5):
        day = UNTIL - timedelta(days=4 - number)
        lot = [
            one for at, kind, key in city.openings(day, 0.0008) for one in city.lot(kind, key, at)
        ]
        lots.append((datetime.combine(day + timedelta(days=1), time(0), PACK.zone), lot))
    told = [chronicle_of(one, end) for one in in_order_of_opening(lots, end)]
    return [msgspec.json.encode(one) for one in told if one is not None]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = lines(3), lines(3), lines(4)

    assert hashlib.sha256(b"\n".join(first)).digest() == hashlib.sha256(b"\n".join(again)).digest()
    assert first != other


def test_histories_come_in_the_order_of_opening_and_are_entered_in_order() -> None:
    told = [msgspec.json.decode(one, type=Chronicle) for one in lines(3)]
    opened = [one.commands[0].happened_at for one in told]

    assert len(told) > 20
    assert opened == sorted(at for at in opened if at is not None)
    for one in told:
        assert list(one.recorded) == sorted(one.recorded)
        assert len(one.recorded) == len(one.commands)


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some weeks of a small city without faults, as views."""
    folder = tmp_path_factory.mktemp("city")
    write_city(folder, until=UNTIL, days=DAYS, scale=SCALE, seed=2, faults=False, processes=1)
    return folder


def counted(folder: Path, sql: str) -> list[tuple[object, ...]]:
    procedures = [one for versions in PACK.procedures.values() for one in versions]
    connection = open_views(folder, data_fields(procedures), data_fields(procedures, "matter"))
    try:
        return connection.sql(sql).fetchall()
    finally:
        connection.close()


def test_no_clock_of_an_organ_is_missed_in_a_city_without_faults(views: Path) -> None:
    missed = "SELECT * FROM clock WHERE whose = 'organ' AND status IN ('overdue', 'ended_late')"

    assert counted(views, missed) == []
    assert (
        counted(views, "SELECT * FROM event WHERE recorded_at > happened_at + INTERVAL 24 HOUR")
        == []
    )
    assert pq.read_table(views / TRUTH_FILE).num_rows == 0


def test_the_published_yearly_figures_are_met(views: Path) -> None:
    kinds = Counter(dict(counted(views, "SELECT kind, count(*) FROM matter GROUP BY kind")))
    share = SCALE * DAYS / 365
    cases = BOOK.figures.published["court_cases"]
    found = sum(kinds[kind] for kind in cases.kinds)

    assert found == pytest.approx(cases.yearly * share, rel=0.45)
    assert kinds["alarm"] == pytest.approx(BOOK.figures.volumes["alarm"].yearly * share, rel=0.4)


def test_matters_hand_over_and_what_they_opened_goes_on(views: Path) -> None:
    opened = counted(
        views, "SELECT count(*), max(last_seq) FROM matter WHERE from_matter IS NOT NULL"
    )[0]
    lost = counted(
        views,
        "SELECT * FROM matter a LEFT JOIN matter b ON b.matter_id = a.from_matter"
        " WHERE a.from_matter IS NOT NULL AND b.matter_id IS NULL",
    )
    assert opened[0] > 20
    assert opened[1] > 3
    assert lost == []


def test_a_city_is_multiplied_without_its_copies_meeting(views: Path, tmp_path: Path) -> None:
    procedures = tuple(one for versions in PACK.procedures.values() for one in versions)
    events = counted(views, "SELECT count(*) FROM event")[0][0]
    done = multiply(views, tmp_path / "many", events=3 * events, procedures=procedures)
    told = "SELECT count(*), count(DISTINCT matter_id) FROM {}"

    assert done.copies == 3
    assert counted(tmp_path / "many", told.format("event"))[0][0] == 3 * events
    matters = counted(views, told.format("matter"))[0][0]
    assert counted(tmp_path / "many", told.format("matter"))[0] == (3 * matters, 3 * matters)
    parties = "SELECT count(DISTINCT party) FROM party"
    assert counted(tmp_path / "many", parties)[0][0] == 3 * counted(views, parties)[0][0]
    shut = "SELECT count(*) FROM clock WHERE status = 'overdue' AND whose = 'organ'"
    assert counted(tmp_path / "many", shut) == counted(views, shut)


def test_what_is_planted_is_told_apart_from_the_views(tmp_path: Path) -> None:
    fault: Fault = BOOK.faults["withdrawal_not_examined"]
    city = Simulation(PACK, BOOK, 9, faults=False)
    lots = fault_lots(city, fault, fault.kind, "", 4, UNTIL)
    written = write_lots(tmp_path, lots, city, at_noon(UNTIL))
    truths = pq.read_table(tmp_path / TRUTH_FILE).to_pylist()

    assert len(lots) == len(written.truths) == 4
    assert {(one["model"], one["cause"]) for one in truths} == {
        ("withdrawn_alarm_unexamined", "unexamined")
    }
    held = {row[0] for row in counted(tmp_path, "SELECT matter_id FROM matter")}
    assert {one["matter_id"] for one in truths} <= held
    assert TRUTH_FILE not in {path.name for path in tmp_path.glob("*/*.parquet")}

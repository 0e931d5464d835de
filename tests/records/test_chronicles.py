"""Chronicles: whole histories with their times of entry, and how what they opened goes on."""

from __future__ import annotations

from datetime import datetime

import pytest

from haihe.kernel.chronicle import Chronicle
from haihe.kernel.values import Command
from haihe.records import database, rules, write
from haihe.records.database import Connection
from haihe.records.instants import stored
from haihe.records.verify import verify
from haihe.records.write import Taken
from tests.records.small_city import OFFICER, TAKER, TUESDAY, later


def chronicle(
    number: int,
    *,
    recorded: tuple[datetime, ...] = (TUESDAY, later(0.2), later(30)),
    opened: dict[str, Chronicle] | None = None,
) -> Chronicle:
    """A call, an arrival and a closing that opens a criminal case."""
    data = {"place": "马场道12号", "what": "邻里争吵", "caller_phone": f"1280000{number:04d}"}
    return Chronicle(
        commands=(
            Command(
                key=f"told-{number}",
                act="take_call",
                actor=TAKER,
                kind="alarm",
                data=data,
                happened_at=TUESDAY,
            ),
            Command(
                key="", act="arrive", actor=OFFICER, data={"people": 2}, happened_at=later(0.1)
            ),
            Command(
                key="",
                act="close",
                actor=OFFICER,
                data={"result": "已处理完毕", "criminal": True},
                happened_at=later(1),
            ),
        ),
        recorded=recorded,
        opened=opened or {},
    )


def take(histories: list[Chronicle], workers: int = 1) -> Taken:
    total = Taken()
    for taken in write.submit_many(histories, now=later(200), workers=workers):
        total.matters += taken.matters
        total.events += taken.events
        total.known += taken.known
        total.refused += taken.refused
    return total


def clean() -> None:
    connection = database.connect()
    assert verify(connection, rules.current()).problems == []
    connection.close()


def case_steps(connection: Connection) -> list[tuple[object, ...]]:
    return connection.rows(
        "SELECT e.act, e.recorded_at FROM event e JOIN matter m ON m.matter_id = e.matter_id"
        " WHERE m.kind = 'case' ORDER BY e.matter_id, e.seq"
    )


def test_each_step_keeps_the_time_at_which_it_was_entered(journal: Connection) -> None:
    assert take([chronicle(1)]).refused == []
    rows = journal.rows(
        "SELECT e.act, e.happened_at, e.recorded_at FROM event e JOIN matter m"
        " ON m.matter_id = e.matter_id WHERE m.kind = 'alarm' ORDER BY e.seq"
    )

    assert rows == [
        ("take_call", stored(TUESDAY), stored(TUESDAY)),
        ("arrive", stored(later(0.1)), stored(later(0.2))),
        ("close", stored(later(1)), stored(later(30))),
    ]
    assert journal.rows("SELECT changed_at FROM matter WHERE kind = 'alarm'") == [
        (stored(later(30)),)
    ]
    clean()


@pytest.mark.parametrize(
    "recorded",
    [
        (later(0.2), TUESDAY, later(30)),  # out of order
        (TUESDAY, later(0.2)),  # one is missing
        (TUESDAY, later(0.2), later(201)),  # in the future
    ],
)
def test_times_of_entry_that_cannot_be_are_refused(
    journal: Connection, recorded: tuple[datetime, ...]
) -> None:
    taken = take([chronicle(1, recorded=recorded), chronicle(2)])

    assert [(one.key, one.refused.reason) for one in taken.refused] == [("told-1", "wrong_value")]
    assert taken.matters == 2


def test_a_step_entered_before_it_happened_is_refused(journal: Connection) -> None:
    early = (TUESDAY, later(0.05), later(30))
    taken = take([chronicle(1, recorded=early)])

    assert [one.refused.reason for one in taken.refused] == ["happened_out_of_order"]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_matter_it_opened_goes_on_as_told(journal: Connection, workers: int) -> None:
    goes_on = Chronicle(
        commands=(
            Command(
                key="",
                act="remark",
                actor=OFFICER,
                data={"text": "看过现场"},
                happened_at=later(40),
            ),
        ),
        recorded=(later(41),),
    )
    taken = take([chronicle(n, opened={"2:0": goes_on}) for n in range(5)], workers)

    assert (taken.matters, taken.events, taken.refused) == (10, 25, [])
    steps = case_steps(journal)
    assert [row[0] for row in steps[1::2]] == ["remark"] * 5
    assert {row[1] for row in steps[1::2]} == {stored(later(41))}
    assert journal.rows(
        "SELECT count(*) FROM matter c JOIN matter a ON a.matter_id = c.from_matter"
        " AND c.from_seq = 3 WHERE c.kind = 'case' AND a.kind = 'alarm'"
    ) == [(5,)]
    clean()


def test_what_cannot_go_on_refuses_the_whole_history(journal: Connection) -> None:
    nobody = Chronicle(
        commands=(Command(key="", act="vanish", actor=OFFICER, happened_at=later(40)),),
        recorded=(later(40),),
    )
    taken = take([chronicle(1, opened={"2:0": nobody}), chronicle(2)])

    assert [(one.command, one.refused.reason) for one in taken.refused] == [(2, "no_such_act")]
    assert taken.matters == 2
    clean()


def test_a_chronicle_is_known_again_and_told_from_another_with_its_key(
    journal: Connection,
) -> None:
    take([chronicle(1)])
    again = take([chronicle(1)])
    other = take([chronicle(1, recorded=(TUESDAY, later(0.2), later(31)))])

    assert (again.matters, again.known) == (0, 1)
    assert [one.refused.reason for one in other.refused] == ["key_reused"]

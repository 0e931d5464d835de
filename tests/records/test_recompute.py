"""A year's calendar is published: running clocks that touch it move, and it is said which."""

from __future__ import annotations

from datetime import date

from haihe.kernel.values import Actor
from haihe.records import database, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.verify import verify
from tests.records.small_city import SmallCity, calendar, later, opening, step

OFFICER = Actor(person="li", role="officer", organ="hexi")


def test_running_clocks_of_the_year_move_and_others_do_not(journal: Connection) -> None:
    matters = []
    for hours in (0, 24 * 60):  # Tuesday 2026-09-01 and Saturday 2026-10-31
        alarm = write.submit(opening(), now=later(hours))
        assert isinstance(alarm, Recorded)
        closing = {"result": "涉嫌殴打他人", "criminal": True}
        write.submit(step(alarm.matter, "close", closing), now=later(hours))
        ((case,),) = journal.rows(
            "SELECT matter_id FROM matter WHERE from_matter = ?", (alarm.matter,)
        )
        matters.append(case)
    newer = SmallCity()
    newer.calendar = calendar(试放假="2026-11-06", 再放假="2026-11-30")
    moved = write.recompute_clocks(newer.calendar, frozenset({2026}))
    assert [(one.matter, one.clock, one.old_legal, one.new_legal) for one in moved] == [
        # five working days from Monday 2 November 2026, of which Friday the 6th is now off
        (matters[1], "notice", date(2026, 11, 6), date(2026, 11, 9)),
        # thirty days from Saturday 31 October end on Monday 30 November, which is now off
        (matters[1], "handling", date(2026, 11, 30), date(2026, 12, 1)),
    ] or {(one.clock, one.new_legal) for one in moved} == {
        ("notice", date(2026, 11, 9)),
        ("handling", date(2026, 12, 1)),
    }
    assert {one.matter for one in moved} == {matters[1]}
    assert write.recompute_clocks(newer.calendar, frozenset({2026})) == []
    assert write.recompute_clocks(newer.calendar, frozenset()) == []
    rules.use(newer)
    connection = database.connect()
    assert verify(connection, newer).problems == []
    connection.close()

"""A step that opens another matter: both or neither, nothing typed again, personal fields too."""

from __future__ import annotations

from haihe.kernel.values import Refused
from haihe.records import read, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from tests.records.small_city import TUESDAY, later, opening, step

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
CRIMINAL = {"result": "涉嫌殴打他人", "criminal": True}


def test_the_other_matter_opens_in_the_same_transaction_with_what_is_known(
    journal: Connection,
) -> None:
    alarm = write.submit(opening(), now=TUESDAY)
    assert isinstance(alarm, Recorded)
    closed = write.submit(step(alarm.matter, "close", CRIMINAL), now=later(1))
    assert isinstance(closed, Recorded)
    ((case, number, origin, seq),) = journal.rows(
        "SELECT matter_id, number, from_matter, from_seq FROM matter WHERE kind = 'case'"
    )
    assert (number, origin, seq) == ("CA-2026-000001", alarm.matter, 2)
    file = read.open_file(case, OFFICER, "handle", now=later(2))
    assert isinstance(file, File)
    assert {field.label: field.value for field in file.fields} == {
        "事实": "涉嫌殴打他人",
        "当事人": "张三",
    }
    assert [(link.relation, link.number) for link in file.links] == [("来自", "AL-2026-000001")]
    before = read.open_file(alarm.matter, OFFICER, "handle", now=later(2))
    assert isinstance(before, File)
    assert [(link.relation, link.number) for link in before.links] == [("移交为", "CA-2026-000001")]


def test_if_the_other_matter_may_not_open_the_step_is_refused(journal: Connection) -> None:
    alarm = write.submit(opening(), now=TUESDAY)
    assert isinstance(alarm, Recorded)
    far = CRIMINAL | {"result": "甲" * 15_000}
    ok = write.submit(step(alarm.matter, "close", far, key="far"), now=later(1))
    assert isinstance(ok, Refused), "the case refuses facts longer than 10000"
    assert journal.rows("SELECT state, seq FROM matter") == [("received", 1)]
    assert journal.rows("SELECT count(*) FROM command_key") == [(1,)]


def test_the_same_step_twice_opens_one_case(journal: Connection) -> None:
    alarm = write.submit(opening(), now=TUESDAY)
    assert isinstance(alarm, Recorded)
    command = step(alarm.matter, "close", CRIMINAL)
    write.submit(command, now=later(1))
    again = write.submit(command, now=later(1))
    assert isinstance(again, Recorded)
    assert again.replayed
    assert journal.rows("SELECT count(*) FROM matter") == [(2,)]

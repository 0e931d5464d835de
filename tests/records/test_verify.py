"""Whatever is changed behind the journal's back is found and named: every byte, row and order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from haihe.kernel.values import Actor
from haihe.records import database, read, reading, rules, seals, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from haihe.records.tables import TABLES
from haihe.records.verify import Problem, Verified, verify
from tests.records.small_city import TUESDAY, later, opening, step

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
CHIEF = Actor(person="chief", role="officer", organ="hexi")
# Columns that say how delivery went or what nobody but the sender knows: nothing follows from them.
UNVOUCHED = {
    ("outbox", "tries"),
    ("outbox", "sent_at"),
    ("command_key", "key"),
    ("command_key", "digest"),
}
JOURNAL = ("matter", "event", "personal", "matter_key", "number_tag", "clock", "outbox")
JOURNAL += ("command_key", "reading", "seal")


def recorded(answer: object) -> Recorded:
    assert isinstance(answer, Recorded), answer
    return answer


@pytest.fixture
def story(journal: Connection) -> tuple[Connection, list[str]]:
    """Three alarms, one of which became a case; two readings, a search; all of it sealed twice."""
    matters = [recorded(write.submit(opening(), now=TUESDAY)).matter for _ in range(3)]
    recorded(write.submit(step(matters[0], "arrive", {"caller_phone": "139"}), now=later(0.1)))
    seals.close_all(journal, later(1))
    data = {"result": "涉嫌殴打他人", "criminal": True}
    recorded(write.submit(step(matters[0], "close", data), now=later(2)))
    recorded(write.submit(step(matters[1], "arrive"), now=later(2)))
    assert isinstance(read.open_file(matters[0], OFFICER, "handle", now=later(3)), File)
    reading.trace("search", OFFICER, "handle", later(3), told={"found": 1})
    assert isinstance(read.open_file(matters[0], OFFICER, "handle", now=later(3)), File)
    seals.close_all(journal, later(4))
    assert problems() == []
    return journal, matters


def verified() -> Verified:
    connection = database.connect()
    try:
        return verify(connection, rules.current())
    finally:
        connection.close()


def problems() -> list[Problem]:
    return verified().problems


def kinds() -> set[str]:
    return {one.problem for one in problems()}


def test_an_untouched_journal_is_clean_and_counted(story: tuple[Connection, list[str]]) -> None:
    found = verified()
    assert found.problems == []
    assert (found.matters, found.events, found.readings, found.seals) == (4, 7, 3, 2)
    assert (found.personal, found.unsealed_events) == (8, 0)
    assert found.last_seal.startswith("2:")


def flipped(value: Any) -> Any:
    """The value with one byte changed; something where nothing was."""
    if value is None:
        return 1
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value ^ 64
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    assert isinstance(value, str)
    return value[:-1] + ("x" if value[-1:] != "x" else "y") if value else "x"


@contextmanager
def changed(connection: Connection, table: str, key: dict[str, Any], column: str) -> Iterator[None]:
    """One column of one row flipped by direct SQL, and put back afterwards."""
    where = " AND ".join(f"{name} = ?" for name in key)
    ((before,),) = connection.rows(
        f"SELECT {column} FROM {table} WHERE {where}", tuple(key.values())
    )
    after = flipped(before)
    types = {one.name: one.type for one in TABLES[table].columns}
    if before is None and types.get(column) == "text":
        after = "1"
    connection.run(f"UPDATE {table} SET {column} = ? WHERE {where}", (after, *key.values()))
    yield
    moved = {**key, column: after} if column in key else key
    where = " AND ".join(f"{name} = ?" for name in moved)
    connection.run(f"UPDATE {table} SET {column} = ? WHERE {where}", (before, *moved.values()))


@pytest.mark.parametrize("table", JOURNAL)
def test_one_flipped_byte_in_any_column_is_found_and_its_row_named(
    story: tuple[Connection, list[str]], table: str
) -> None:
    connection, _ = story
    spec = TABLES[table]
    key_names = (spec.counted,) if spec.counted else spec.key
    columns = [*key_names, *(name for name in spec.names if name not in key_names)]
    order = ", ".join(f"{name} DESC" for name in key_names)
    row = connection.rows(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order} LIMIT 1")[0]
    here = dict(zip(columns, row, strict=True))
    key = {name: here[name] for name in key_names}
    for column in columns:
        if (table, column) in UNVOUCHED or (table == "outbox" and column == "position"):
            continue
        with changed(connection, table, key, column):
            found = problems()
        assert found, f"a flipped {table}.{column} was not found"
        if table == "seal":
            assert any(one.seal is not None for one in found)
        elif (table, column) == ("event", "position"):
            assert {one.problem for one in found} == {"sealed_events"}
        elif (table, column) == ("reading", "position"):
            assert {one.problem for one in found} == {"sealed_readings"}
        else:
            owner = here["chain" if table == "reading" else "matter_id"]
            told = {owner, flipped(owner)}
            assert any(one.matter in told for one in found), (column, found)
    assert problems() == []


def test_an_event_deleted_in_the_middle_is_named(story: tuple[Connection, list[str]]) -> None:
    connection, matters = story
    connection.run("DELETE FROM event WHERE matter_id = ? AND seq = 2", (matters[0],))
    found = {(one.problem, one.matter, one.seq) for one in problems()}
    assert ("event_missing", matters[0], 2) in found
    assert ("event_hash", matters[0], 3) in found


def test_a_deleted_tail_is_named(story: tuple[Connection, list[str]]) -> None:
    connection, matters = story
    connection.run("DELETE FROM event WHERE matter_id = ? AND seq = 3", (matters[0],))
    found = {(one.problem, one.matter, one.seq) for one in problems()}
    assert ("tail_missing", matters[0], 3) in found
    assert ("outbox_stranger", matters[0], 3) in found


def test_a_tail_cut_off_with_everything_that_hints_at_it_is_found_by_the_seal(
    story: tuple[Connection, list[str]],
) -> None:
    connection, matters = story
    cut = "WHERE matter_id = ? AND seq = 2"
    for table in ("event", "outbox", "command_key"):
        connection.run(f"DELETE FROM {table} {cut}", (matters[1],))
    connection.run("DELETE FROM clock WHERE matter_id = ?", (matters[1],))
    head = connection.rows("SELECT hash FROM event WHERE matter_id = ?", (matters[1],))[0][0]
    twin = connection.rows(
        "SELECT seq, state, changed_at, urgent_at, urgent_clock FROM matter WHERE matter_id = ?",
        (matters[2],),
    )[0]
    connection.run(
        "UPDATE matter SET head = ?, seq = ?, state = ?, changed_at = ?, urgent_at = ?, "
        "urgent_clock = ? WHERE matter_id = ?",
        (head, *twin, matters[1]),
    )
    for clock in connection.rows(
        "SELECT clock, started_at, stopped_at, nominal, legal, falls_at, official, status, whose "
        "FROM clock WHERE matter_id = ?",
        (matters[2],),
    ):
        connection.insert("clock", [(matters[1], *clock)])
    (found,) = problems()
    assert (found.problem, found.seal) == ("sealed_events", 2)


def test_a_whole_matter_removed_without_a_trace_is_found_by_the_seal(
    story: tuple[Connection, list[str]],
) -> None:
    connection, matters = story
    for table in JOURNAL[:-1]:
        owner = "chain" if table == "reading" else "matter_id"
        connection.run(f"DELETE FROM {table} WHERE {owner} = ?", (matters[2],))
    (found,) = problems()
    assert (found.problem, found.seal) == ("sealed_events", 1)
    assert "positions without one: 3" in found.says


def test_two_events_in_the_other_order_are_named(story: tuple[Connection, list[str]]) -> None:
    connection, matters = story
    for old, new in ((1, 99), (2, 1), (99, 2)):
        connection.run(
            "UPDATE event SET seq = ? WHERE matter_id = ? AND seq = ?", (new, matters[0], old)
        )
    found = {(one.problem, one.seq) for one in problems() if one.matter == matters[0]}
    assert {("event_hash", 1), ("event_hash", 2)} <= found


def test_positions_exchanged_between_two_matters_are_found_by_the_seal(
    story: tuple[Connection, list[str]],
) -> None:
    connection, _ = story
    for old, new in ((1, 99), (2, 1), (99, 2)):
        connection.run("UPDATE event SET position = ? WHERE position = ?", (new, old))
    assert kinds() == {"sealed_events"}


def test_exchanged_ciphertexts_are_named(story: tuple[Connection, list[str]]) -> None:
    connection, matters = story
    where = "WHERE matter_id = ? AND seq = 1 AND field = ?"
    name, phone = (
        connection.rows(f"SELECT sealed FROM personal {where}", (matters[1], field))[0][0]
        for field in ("caller_name", "caller_phone")
    )
    for field, sealed in (("caller_name", phone), ("caller_phone", name)):
        connection.run(f"UPDATE personal SET sealed = ? {where}", (sealed, matters[1], field))
    found = [(one.problem, one.matter, one.seq) for one in problems()]
    assert found == [("personal_value", matters[1], 1)] * 2


def test_a_personal_value_removed_without_an_erasure_is_named(
    story: tuple[Connection, list[str]],
) -> None:
    connection, matters = story
    connection.run("DELETE FROM personal WHERE matter_id = ? AND seq = 2", (matters[0],))
    assert [(one.problem, one.seq) for one in problems()] == [("personal_missing", 2)]


def test_a_seal_forged_with_another_key_is_named(story: tuple[Connection, list[str]]) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    connection, _ = story
    seal = seals.last(connection)
    assert seal is not None
    forger = Ed25519PrivateKey.generate()
    public = forger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    forged = seal._replace(public_key=public, events=seal.events)
    digest = seals.hash_of("sha256")
    assert digest is not None
    hashed = digest(seals.canonical_seal(forged))
    connection.run(
        "UPDATE seal SET public_key = ?, hash = ?, signature = ? WHERE number = 2",
        (public, hashed, forger.sign(hashed)),
    )
    assert kinds() == {"seal_signature", "seal_missing"}


def test_removed_seals_are_missed_by_the_log_outside_the_database(
    story: tuple[Connection, list[str]],
) -> None:
    connection, _ = story
    connection.run("DELETE FROM seal WHERE number = 2")
    assert [(one.problem, one.seal) for one in problems()] == [("seal_missing", 2)]


def test_an_erasure_leaves_the_chain_verifiable_and_nothing_to_read(
    story: tuple[Connection, list[str]],
) -> None:
    connection, matters = story
    done = recorded(
        write.erase(
            matters[0], ["caller_phone"], approved_by=CHIEF, reason="当事人申请删除", now=later(5)
        )
    )
    assert done.seq == 4
    assert problems() == []
    left = connection.rows("SELECT seq, field FROM personal WHERE matter_id = ?", (matters[0],))
    assert left == [(1, "caller_name")]
    file = read.open_file(matters[0], OFFICER, "handle", now=later(6))
    assert isinstance(file, File)
    assert "13800000000" not in repr(file)
    assert file.timeline[-1].what == "依法删除个人信息"
    recorded(write.erase(matters[0], None, approved_by=CHIEF, reason="保存期限届满", now=later(7)))
    assert connection.rows("SELECT 1 FROM matter_key WHERE matter_id = ?", (matters[0],)) == []
    assert problems() == []


def test_after_an_erasure_new_personal_fields_are_sealed_with_a_new_key(
    story: tuple[Connection, list[str]],
) -> None:
    _, matters = story
    recorded(write.erase(matters[2], None, approved_by=CHIEF, reason="当事人申请", now=later(5)))
    recorded(write.submit(step(matters[2], "arrive", {"caller_phone": "137"}), now=later(6)))
    assert problems() == []
    file = read.open_file(matters[2], OFFICER, "handle", now=later(7))
    assert isinstance(file, File)
    assert {one.label: one.value for one in file.fields}["报警人电话"] == "137"

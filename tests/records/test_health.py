"""What the doctor sees on both databases, and settings of PostgreSQL that lose or repeat steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from haihe.records import health, seals, write
from haihe.records.database import Connection
from tests.records.small_city import opening


def levels(lines: list[health.Line]) -> dict[str, str]:
    return {one.says: one.level for one in lines if one.level != "ok"}


def look(journal: Connection) -> list[health.Line]:
    """What is wrong with a database, but for the fsync that the tests' PostgreSQL does without."""
    lines = [one for one in health.look_at_database(journal) if one.level != "ok"]
    return [one for one in lines if "fsync" not in one.says]


def test_a_database_at_work_has_no_defect(journal: Connection) -> None:
    now = datetime.now(UTC)
    write.submit(opening(), now=now)
    seals.close_all(journal, now)
    assert levels(look(journal)) == {}
    assert levels(list(health.look_at_clock(journal, now))) == {}
    assert levels(list(health.look_at_keys(journal, now))) == {}
    found = {one.check: one.level for one in health.look_at_worker(journal, now)}
    assert found == {"worker": "warning", "outbox": "ok", "views": "warning", "seals": "ok"}


def test_what_waits_too_long_is_first_a_warning_then_a_defect(journal: Connection) -> None:
    write.submit(opening(), now=datetime.now(UTC))
    for age, level in (
        (timedelta(minutes=1), "ok"),
        (timedelta(hours=1), "warning"),
        (timedelta(days=3), "defect"),
    ):
        lines = health.look_at_worker(journal, datetime.now(UTC) + age)
        found = {one.check: one.level for one in lines}
        assert (found["outbox"], found["seals"]) == (level, level)


@pytest.mark.parametrize("journal", ["postgresql"], indirect=True)
def test_a_postgresql_that_does_not_wait_for_the_disk_is_a_defect(journal: Connection) -> None:
    assert journal.rows("SHOW fsync") == [("off",)]
    (line,) = [one for one in health.look_at_database(journal) if one.level != "ok"]
    assert (line.level, "fsync" in line.says) == ("defect", True)


@pytest.mark.parametrize("journal", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("setting", "level", "words"),
    [
        ("synchronous_commit = off", "defect", "synchronous_commit"),
        ("default_transaction_isolation = 'serializable'", "warning", "read committed"),
    ],
)
def test_a_setting_of_postgresql_that_loses_or_repeats_steps_is_named(
    journal: Connection, setting: str, level: str, words: str
) -> None:
    journal.run(f"SET {setting}")
    (line,) = look(journal)
    assert line.level == level
    assert words in line.says + line.todo


def test_a_table_or_a_column_that_is_missing_is_named(journal: Connection) -> None:
    journal.run("ALTER TABLE seal DROP COLUMN algorithm")
    (line,) = look(journal)
    assert (line.check, line.level, "seal" in line.says) == ("tables", "defect", True)

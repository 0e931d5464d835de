"""What is announced reaches the sink in order, again after a failure, and not twice otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from haihe.records import outbox, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.outbox import FileSink, Notice
from tests.records.small_city import TUESDAY, later, opening, step


class Deaf:
    """A receiver that is out of reach."""

    def send(self, notices: Sequence[Notice]) -> None:
        raise OSError("nobody there")


def two_events() -> str:
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    assert isinstance(write.submit(step(done.matter, "arrive"), now=later(1)), Recorded)
    return done.matter


def test_notices_arrive_in_order_and_once(journal: Connection, tmp_path: Path) -> None:
    matter = two_events()
    file = tmp_path / "out.jsonl"
    assert outbox.deliver(journal, FileSink(file), later(2)) == 2
    assert outbox.deliver(journal, FileSink(file), later(2)) == 0
    lines = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    assert [(line["topic"], line["matter"], line["seq"]) for line in lines] == [
        ("alarm.take_call", matter, 1),
        ("alarm.arrive", matter, 2),
    ]


def test_what_could_not_be_delivered_waits_and_is_counted(
    journal: Connection, tmp_path: Path
) -> None:
    two_events()
    with pytest.raises(OSError, match="nobody there"):
        outbox.deliver(journal, Deaf(), later(2))
    assert journal.rows("SELECT tries, sent_at FROM outbox") == [(1, None)] * 2
    assert outbox.deliver(journal, FileSink(tmp_path / "out.jsonl"), later(3)) == 2

"""What a hall remembers of its recent days: what people found when they came, and how they waited.

It is derived: computed from the events of a day once the day is over, and kept as one row a day.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date
from typing import Final

import msgspec

from haihe.queueing.hall import remembered
from haihe.queueing.waiting import Memory
from haihe.queueing.watch import Moment
from haihe.records import database
from haihe.records.halls_journal import day_id

DAYS_REMEMBERED: Final = 30  # the newest days of a hall that have any
MOMENTS_A_GROUP_MAX: Final = 3_000
MEMORIES_KEPT: Final = 2_000

Lived = tuple[Moment, float]

_decode = msgspec.json.Decoder(list[Lived]).decode
_kept: OrderedDict[tuple[database.Place, str], Memory] = OrderedDict()
_lock = threading.Lock()


def remember(id_: str, row: tuple[str, str]) -> None:
    """Keep what was lived on a day that is over: halls_journal.lived_row."""
    connection = database.reading_connection()
    with database.writing(connection):
        connection.replace("hall_lived", [(id_, *row)])
    forget()


def memory_of(site: str, day: date) -> Memory:
    """What the hall knows on the morning of this day."""
    place = (database.place(), day_id(site, day))
    with _lock:
        known = _kept.get(place)
    if known is not None:
        return known
    memory = Memory(MOMENTS_A_GROUP_MAX)
    rows = database.reading_connection().rows(
        "SELECT moments FROM hall_lived WHERE day_id >= ? AND day_id < ? "
        "ORDER BY day_id DESC LIMIT ?",
        (f"{site}/", day_id(site, day), DAYS_REMEMBERED),
    )
    memory.learn(remembered(one for (moments,) in reversed(rows) for one in _decode(moments)))
    with _lock:
        _kept[place] = memory
        if len(_kept) > MEMORIES_KEPT:
            _kept.popitem(last=False)
    return memory


def levels_before(site: str, day: date) -> list[str]:
    """How wide the intervals were in the evening of the last day before this one."""
    rows = database.reading_connection().rows(
        "SELECT level FROM hall_lived WHERE day_id >= ? AND day_id < ? "
        "ORDER BY day_id DESC LIMIT 1",
        (f"{site}/", day_id(site, day)),
    )
    return str(rows[0][0]).split() if rows else []


def forget() -> None:
    """Days were added: read them again."""
    with _lock:
        _kept.clear()

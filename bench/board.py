"""`haihe bench board`: the supervisor's board, its lists, its map, its past, at a million matters.

The city is that of `haihe bench lists` (ten thousand matters through the door, their rows copied),
with NEW matters more that are taken in on the day, and the recorded history copied in the same way.
A supervisor of a district and one of the whole city ask in turn for each page of the program in
process. `one_pass_ms` is what the board's numbers cost before they had indexes: every matter in
reach read once, for nine numbers. `numbers_ms` are today's, all of them, and `unchanged_ms` what a
page costs that asks whether anything has changed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench import lists
from bench.installation import installation
from bench.lists import BASE, OF_DOOR, _columns, histories, say
from bench.measure import percentile
from tests.postgresql import PostgresServer, running_postgresql

HELP = "the supervisor's board, its lists, its map and its past days at a million matters"

SIZES: Final = (100_000, 1_000_000)
NEW: Final = 2_000  # matters taken in on the day
ROUNDS: Final = 15  # of each page by each reader
WARM: Final = 2
READERS: Final = ("district_supervisor", "city_leader")

Figures = dict[str, Any]

# What the board asked before: one pass over all matters in reach, for nine numbers.
ONE_PASS: Final = """
SELECT count(CASE WHEN m.opened_at >= ? THEN 1 END),
 count(CASE WHEN m.opened_at >= ? AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.chain =
  m.matter_id AND r.purpose = 'supervise' AND r.sort <> 'refused') THEN 1 END),
 count(CASE WHEN NOT m.ended AND m.urgent_at < ? THEN 1 END),
 count(CASE WHEN NOT m.ended AND m.urgent_at >= ? AND m.urgent_at < ? THEN 1 END),
 count(CASE WHEN m.contested THEN 1 END),
 count(CASE WHEN NOT m.ended AND m.suspended THEN 1 END),
 count(CASE WHEN NOT m.ended THEN 1 END),
 count(CASE WHEN m.kind = 'rectification' AND NOT m.ended THEN 1 END),
 count(CASE WHEN m.kind = 'rectification' AND NOT m.ended AND m.urgent_at < ? THEN 1 END)
FROM matter m WHERE NOT EXISTS (SELECT 1 FROM stake a WHERE a.matter_id = m.matter_id
 AND a.how = 'apart' AND a.organ = ?)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many matters, where."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--size", type=int, action="append", help="matters; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of each page and reader")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    sizes = sorted(args.size or SIZES)
    figures: Figures = {}
    with contextlib.ExitStack() as stack:
        for database in args.database or ["sqlite", "postgresql"]:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            figures[database] = measure_database(sizes, args.rounds, server, database)
    print(json.dumps(figures) if args.json else json.dumps(figures, indent=1))
    return 0


def measure_database(
    sizes: list[int], rounds: int, server: PostgresServer | None, database: str
) -> Figures:
    """Every size in turn, in one journal that grows."""
    found: Figures = {}
    with installation(server) as fresh:
        fresh.python("-m", "bench.lists", "prepare")
        filled = 0
        for size in sizes:
            say(f"{database}: filling up to {size:,} matters")
            fresh.figures("-m", "bench.lists", "fill", str(filled), str(size))
            told = fresh.figures("-m", "bench.board", "past", str(filled), str(size))
            filled = size
            say(f"{database}: {size:,} matters: asking")
            found[str(size)] = told | fresh.figures("-m", "bench.board", "ask", str(rounds))
    return found


def past(first: int, last: int) -> Figures:
    """The matters of the day, and the history of all: made for those of the door, else copied."""
    from haihe.records import past as history
    from haihe.records import seals, write
    from haihe.records.database import connect, writing

    told: Figures = {}
    connection = connect()
    if first == 0:
        now = datetime.now(UTC)
        for taken in write.submit_many(_today(now), now=now, workers=2):
            if taken.refused:
                raise RuntimeError(f"refused: {taken.refused[0]}")
        begun = time.perf_counter()
        events = _make(connection)
        told["history_events_per_second"] = round(events / (time.perf_counter() - begun))
    copied = "printf('%08x', ?)"
    if connection.vendor == "postgresql":
        copied = "lpad(to_hex(?::bigint), 8, '0')"
    matter = f"{copied} || substr(t.matter_id, 9)"
    stood = _columns("stood", {"matter_id": matter}) + OF_DOOR
    for copy in range(max(1, first // BASE), last // BASE):
        with writing(connection):
            connection.run(stood, [copy] * stood.count("?"))
    ((newest,),) = connection.rows("SELECT max(position) FROM event")
    with writing(connection):
        connection.replace("reached", [(history.NOTE, newest)])
    seals.close_all(connection, datetime.now(UTC))
    if connection.vendor == "postgresql":
        connection.run("VACUUM ANALYZE")
    connection.close()
    return told


def _make(connection: Any) -> int:
    """The history of the matters of the door; gives how many events it tells."""
    from haihe.records import past as history
    from haihe.records.database import writing

    rows = connection.rows(
        "SELECT m.matter_id FROM matter m WHERE length(m.number) < ? ORDER BY m.matter_id",
        (lists.LONGER,),
    )
    matters = [row[0] for row in rows]
    for start in range(0, len(matters), history.MATTERS_AT_ONCE):
        with writing(connection):
            history.tell(connection, matters[start : start + history.MATTERS_AT_ONCE])
    return int(connection.rows("SELECT count(*) FROM stood")[0][0])


def _today(now: datetime) -> Any:
    """Matters of the day, in the words of the bench of lists."""
    for number, told in enumerate(histories(10**7, 10**7 + NEW)):
        opening = told[0]
        shifted = now - timedelta(minutes=number % 50)
        yield [_at(opening, shifted)]


def _at(command: Any, at: datetime) -> Any:
    from msgspec.structs import replace

    return replace(command, happened_at=at)


def ask(rounds: int) -> Figures:
    """Every page by both readers in turn: p50 and p95 in milliseconds."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    found: Figures = {}
    for person in READERS:
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(get_user_model().objects.get(username=person))
        pages = _pages(client)
        found[person] = {name: _timed(one, rounds) for name, one in pages.items()}
    found["one_pass_ms"] = _timed(_one_pass, min(rounds, 5))
    return found


def _pages(client: Any) -> dict[str, Callable[[], object]]:
    zone_day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    known = {"tag": ""}

    def page(address: str) -> Callable[[], object]:
        def once() -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")

        return once

    def unchanged() -> None:
        answer = client.get("/center/?part=live", HTTP_IF_NONE_MATCH=known["tag"])
        known["tag"] = answer.headers["ETag"]

    unchanged()
    return {
        "board": page("/center/"),
        "unchanged": unchanged,
        "open": page("/center/matters/open/"),
        "overdue": page("/center/matters/overdue/"),
        "new_today": page("/center/matters/new_today/"),
        "board_as_of": page(f"/center/?as_of={zone_day}"),
        "open_as_of": page(f"/center/matters/open/?as_of={zone_day}"),
        "map": page("/center/map/"),
        "trends": page("/center/trends/"),
    }


def _one_pass() -> None:
    from haihe.records.database import reading_connection
    from haihe.records.instants import stored

    now = stored(datetime.now(UTC))
    reading_connection().rows(ONE_PASS, (now, now, now, now, now, now, lists.CITY))


def _timed(once: Callable[[], object], rounds: int) -> Figures:
    spent: list[float] = []
    for number in range(WARM + rounds):
        begun = time.perf_counter()
        once()
        if number >= WARM:
            spent.append((time.perf_counter() - begun) * 1000)
    return {
        "p50_ms": round(statistics.median(spent), 1),
        "p95_ms": round(percentile(sorted(spent), 0.95), 1),
    }


def main() -> int:
    """The parts that run inside an installation."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    what, *words = sys.argv[1:]
    if what == "past":
        print(json.dumps(past(int(words[0]), int(words[1]))))
    else:
        print(json.dumps(ask(int(words[0]))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

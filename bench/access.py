"""`haihe bench access`: decisions of the pure rule of reading a second, and what a trace costs.

`may_read` is asked of every kind of the pack in turn, by an officer of the organ that has the
matter, a stranger, a supervisor in reach and one out of reach; `knows_of` is the part that lists
and links ask. `trace` appends to the chains of many matters, each on the disk before the next;
beside it one bare INSERT with its COMMIT into a table of the same columns: the limit of the disk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from bench.installation import installation
from bench.measure import measure
from tests.postgresql import PostgresServer, running_postgresql

HELP = "decisions a second of the rule of reading; the cost of recording a read"

SECONDS: Final = 2.0
CHAINS: Final = 1_000
BARE: Final = (
    "CREATE TABLE bare (chain TEXT, seq BIGINT, sort TEXT, person TEXT, role TEXT, organ TEXT, "
    "post TEXT, purpose TEXT, basis TEXT, told TEXT, read_at BIGINT, hash TEXT)"
)

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long, where."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    figures: Figures = {"rule": decisions(args.seconds)}
    with contextlib.ExitStack() as stack:
        for database in args.database or ["sqlite", "postgresql"]:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            figures[database] = recording(server, args.seconds)
    if args.json:
        print(json.dumps(figures))
        return 0
    for name, told in figures["rule"].items():
        print(f"{name:<28}{told:>14,}")
    for database in figures.keys() - {"rule"}:
        for name, told in figures[database].items():
            print(
                f"{database} {name:<20}{told['steps_per_second']:>12,}/s  p50 {told['p50_ms']} ms"
            )
    return 0


def decisions(seconds: float) -> Figures:
    """How many answers a second, of every kind of the pack in turn."""
    from haihe.kernel.reading import Reader, may_read
    from haihe.kernel.standing import knows_of

    asked = list(_matters())
    readers = [
        Reader(person="p", kind="officer", organ="owner", roles=()),
        Reader(person="p", kind="officer", organ="elsewhere", roles=("nobody",)),
        Reader(person="p", kind="supervisor", organ="above", scope=frozenset({"owner"})),
        Reader(person="p", kind="supervisor", organ="beside", scope=frozenset({"beside"})),
    ]

    def read(turn: int) -> None:
        procedure, state = asked[turn % len(asked)]
        who = readers[turn % len(readers)]
        may_read(who, "supervise" if who.kind == "supervisor" else "handle", state, procedure)

    def know(turn: int) -> None:
        procedure, state = asked[turn % len(asked)]
        knows_of(readers[turn % len(readers)], state, procedure)

    return {
        "kinds": len(asked),
        "may_read_per_second": _rate(read, seconds),
        "knows_of_per_second": _rate(know, seconds),
    }


def _rate(act: Callable[[int], None], seconds: float) -> int:
    for turn in range(200):
        act(turn)
    turn, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        for _ in range(100):
            act(turn)
            turn += 1
    return round(turn / spent)


def _matters() -> Any:
    """A matter just opened of every kind, in the state its first step leads to."""
    from haihe.kernel.fold import state_of
    from haihe.kernel.values import Actor, Event
    from haihe.pack import load_pack

    now = datetime(2026, 9, 1, 8, tzinfo=UTC)
    for versions in load_pack().procedures.values():
        procedure = versions[-1]
        name, step = next(one for one in procedure.steps.items() if not one[1].from_)
        actor = Actor(person="opener", role=step.by[0], organ="owner")
        event = Event(
            seq=1,
            act=name,
            actor=actor,
            happened_at=now,
            recorded_at=now,
            data={},
            kind=procedure.kind,
            version=procedure.since,
        )
        yield procedure, state_of(procedure, [event])


def recording(server: PostgresServer | None, seconds: float) -> Figures:
    """A trace, and a bare INSERT with its COMMIT, on one database."""
    with installation(server) as fresh:
        return fresh.figures("-m", "bench.access", str(seconds))


def main(seconds: float) -> Figures:
    """In the installation: traces of a reader over many matters, then the bare limit."""
    from haihe.records import reading
    from haihe.records.database import connect, writing
    from haihe.records.shown import Reader

    chance = random.Random(1)
    reader = Reader(person="li", organ="hexi", roles=("officer",))
    told = {"clear": ["place", "what"], "masked": ["phone"]}

    def trace(_caller: int, _turn: int) -> None:
        matter = f"{chance.randrange(CHAINS):032x}"
        reading.trace("open", reader, "handle", datetime.now(UTC), matter=matter, told=told)

    connection = connect()
    connection.run(BARE)
    row = ("m" * 32, 1, "open", "li", "officer", "hexi", "", "handle", "", "{}", 1, "h" * 64)
    marks = ", ".join("?" * len(row))

    def bare(_caller: int, _turn: int) -> None:
        with writing(connection):
            connection.run(f"INSERT INTO bare VALUES ({marks})", row)

    return {
        "trace": measure(trace, callers=1, seconds=seconds),
        "bare_insert": measure(bare, callers=1, seconds=seconds),
    }


if __name__ == "__main__":
    import sys

    print(json.dumps(main(float(sys.argv[1]))))

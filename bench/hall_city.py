"""Begins the day of many halls with every window open; with --act the windows call and finish.

A process of its own for bench/hall.py, under the environment of the installation it measures.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from datetime import UTC, datetime

from bench.measure import percentile

PERSON = "bench-officer"
CALLERS = 8
PEOPLE_A_HALL = 12  # who wait when the windows begin to call


def begin(halls: int, windows: int) -> None:
    """Today in every hall: all windows open, some people waiting."""
    from haihe.commands.run import prepare
    from haihe.queueing.hall import Told
    from haihe.records import halls as door

    prepare(demo=False)
    today = door.today()
    at = max(0.0, door.second(today, datetime.now(UTC)) - 600)
    for nth in range(halls):
        site = f"hall-{nth:04d}"
        events = [
            Told(seq=2 + one, act="open_window", at=at, by=PERSON, data={"window": str(one + 1)})
            for one in range(windows)
        ]
        events += [
            Told(
                seq=2 + windows + one,
                act="take",
                at=at + 1 + one,
                data={"number": f"A{one + 1:03d}", "errands": ["one"], "place": at + 1 + one},
            )
            for one in range(PEOPLE_A_HALL)
        ]
        door.enter(door.plan_for(site, today), events)
    print(json.dumps({"person": PERSON}))


def act(halls: int, person: str, seconds: float) -> None:
    """Call, begin, finish at the windows of all halls, as many as can be in the time."""
    import django

    django.setup()
    from haihe.kernel.values import Refused
    from haihe.records import halls as door

    today = door.today()
    door.every_hall()
    for nth in range(halls):  # a server has read the days of its halls long ago
        with door.looking(f"hall-{nth:04d}", today):
            pass
    latencies: list[float] = []
    refused: dict[str, int] = {}
    starts_at = time.perf_counter() + 1.0
    ends_at = starts_at + seconds

    def windows_of(caller: int) -> None:
        turn = 0
        while time.perf_counter() < ends_at:
            site = f"hall-{(caller + turn * CALLERS) % halls:04d}"
            window = str(1 + (turn * CALLERS // halls) % 12)
            turn += 1
            for name in ("call", "start", "finish"):
                before = time.perf_counter()
                answer = door.act(site, today, name, by=person, data={"window": window})
                if isinstance(answer, Refused):
                    refused[answer.reason] = refused.get(answer.reason, 0) + 1
                    break
                if before >= starts_at:
                    latencies.append(time.perf_counter() - before)

    threads = [threading.Thread(target=windows_of, args=(nth,)) for nth in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(latencies)
    if not ordered:
        raise SystemExit(f"no window could call anybody: {refused}")
    print(
        json.dumps(
            {
                "per_second": round(len(ordered) / seconds, 1),
                "p50_ms": round(percentile(ordered, 0.5) * 1000, 2),
                "p95_ms": round(percentile(ordered, 0.95) * 1000, 2),
            }
        )
    )


def main() -> None:
    """As the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("halls", type=int)
    parser.add_argument("windows", type=int, nargs="?", default=0)
    parser.add_argument("--act", nargs=2, metavar=("PERSON", "SECONDS"))
    args = parser.parse_args()
    if args.act:
        act(args.halls, args.act[0], float(args.act[1]))
    else:
        begin(args.halls, args.windows)


if __name__ == "__main__":
    main()

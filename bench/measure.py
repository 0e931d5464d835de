"""Time one repeated act with several callers: steps per second, p50, p99; for all benches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

SAMPLES_MAX = 2_000_000  # latencies kept in memory by one measurement


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the sorted values lie; 0.0 for none."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(
    act: Callable[[int, int], None], *, callers: int, seconds: float, warmup: float = 0.5
) -> dict[str, float]:
    """Let `callers` threads repeat `act(caller, turn)` for `seconds`.

    Returns steps, steps_per_second, p50_ms, p99_ms, callers. An exception in a caller ends the
    measurement and is raised here: a bench that lost a step has measured nothing.
    """
    latencies: list[list[float]] = [[] for _ in range(callers)]
    failures: list[BaseException] = []
    starts_at = time.perf_counter() + warmup
    ends_at = starts_at + seconds

    def call(caller: int) -> None:
        mine = latencies[caller]
        turn = 0
        try:
            while not failures:
                before = time.perf_counter()
                if before >= ends_at:
                    return
                act(caller, turn)
                after = time.perf_counter()
                if before >= starts_at and len(mine) < SAMPLES_MAX // callers:
                    mine.append(after - before)
                turn += 1
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=call, args=(n,)) for n in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    ordered = sorted(value for mine in latencies for value in mine)
    return {
        "callers": callers,
        "steps": len(ordered),
        "steps_per_second": round(len(ordered) / seconds, 1),
        "p50_ms": round(percentile(ordered, 0.50) * 1000, 2),
        "p99_ms": round(percentile(ordered, 0.99) * 1000, 2),
    }

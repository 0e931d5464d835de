"""A server under load that is killed: steps of several callers, told only once they are durable.

Run as `python crash_victim.py NAME`: callers open matters and take steps until the process is
killed, and write a line to the pipe for each answer. Nothing is written before `submit` returned.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime

from haihe.records import rules, write
from haihe.records.answers import Recorded
from tests.records.small_city import SmallCity, opening, step

CALLERS = 8
STEPS_MAX = 200_000


def call(name: str, caller: int) -> None:
    """Open a matter, arrive twice, close it, again and again."""
    for turn in range(STEPS_MAX):
        key = f"{name}-{caller}-{turn}"
        done = write.submit(opening(f"{key}-0"))
        tell(done)
        matter = done.matter
        for number, (act, data) in enumerate(
            [
                ("arrive", {"people": 2}),
                ("arrive", {"caller_phone": "139"}),
                ("close", {"result": "涉嫌殴打他人", "criminal": True}),
            ],
            start=1,
        ):
            tell(write.submit(step(matter, act, data, key=f"{key}-{number}")))


def tell(answer: object) -> None:
    """One line an acknowledged event; a pipe takes a short line whole."""
    assert isinstance(answer, Recorded), answer
    os.write(1, f"{answer.matter} {answer.seq} {answer.event_hash}\n".encode())


if __name__ == "__main__":
    rules.use(SmallCity())
    write.submit(opening(f"{sys.argv[1]}-warm"), now=datetime.now(UTC))
    os.write(1, b"ready\n")
    name, callers = sys.argv[1], range(CALLERS)
    threads = [threading.Thread(target=call, args=(name, one), daemon=True) for one in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit("the load ended before anybody killed it")

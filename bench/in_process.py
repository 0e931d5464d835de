"""Human steps through `write.submit` in this process; prints one JSON line, as the peers do."""

from __future__ import annotations

import argparse
import json

from bench.human_step import take_steps
from bench.measure import measure
from haihe.kernel.values import Command
from haihe.records import write
from haihe.records.answers import Recorded


def submit(command: Command) -> str:
    """Carry a command out; a refusal ends the bench."""
    answer = write.submit(command)
    if not isinstance(answer, Recorded):
        raise RuntimeError(f"{command.act}: {answer.says}")
    return answer.matter


def main() -> None:
    """Measure with the callers and seconds of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    args = parser.parse_args()
    act = take_steps(submit)
    act(args.callers, 0)  # reads procedures and city, which no caller shall wait for
    figures = measure(act, callers=args.callers, seconds=args.seconds)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()

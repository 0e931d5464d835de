"""Human steps over HTTP: `callers` kept-open connections to /api/steps; prints one JSON line."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

import msgspec

from bench.human_step import command
from bench.measure import percentile

WARM_UP_SECONDS = 1.0
ANSWER_SECONDS_MAX = 30.0


async def call(
    port: int, caller: int, tokens: dict[str, str], starts_at: float, ends_at: float
) -> list[float]:
    """One caller's latencies in seconds; a refusal or a broken connection ends the bench."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    matter: str | None = None
    latencies: list[float] = []
    turn = 0
    while (before := time.perf_counter()) < ends_at:
        wish = command(caller, turn, matter)
        body = msgspec.json.encode(wish)
        head = (
            "POST /api/steps HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {tokens[wish.actor.person]}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await asyncio.wait_for(_answer(reader), ANSWER_SECONDS_MAX)
        if before >= starts_at:
            latencies.append(time.perf_counter() - before)
        matter = answer["matter"]
        turn += 1
    writer.close()
    return latencies


async def _answer(reader: asyncio.StreamReader) -> dict[str, str]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    if b" 200 " not in head[:16]:
        raise RuntimeError(f"{head[:60]!r}: {body.decode()}")
    decoded: dict[str, str] = msgspec.json.decode(body)
    return decoded


async def load(
    port: int, callers: int, seconds: float, tokens: dict[str, str]
) -> dict[str, float | int]:
    """Steps per second, p50 and p99 of all callers together."""
    starts_at = time.perf_counter() + WARM_UP_SECONDS
    told = await asyncio.gather(
        *(call(port, n, tokens, starts_at, starts_at + seconds) for n in range(callers))
    )
    ordered = sorted(value for mine in told for value in mine)
    return {
        "callers": callers,
        "steps": len(ordered),
        "steps_per_second": round(len(ordered) / seconds, 1),
        "p50_ms": round(percentile(ordered, 0.50) * 1000, 2),
        "p99_ms": round(percentile(ordered, 0.99) * 1000, 2),
    }


def main() -> None:
    """Measure with the arguments of the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tokens", type=Path, required=True)
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    args = parser.parse_args()
    tokens = json.loads(args.tokens.read_text(encoding="utf-8"))
    print(json.dumps(asyncio.run(load(args.port, args.callers, args.seconds, tokens))), flush=True)


if __name__ == "__main__":
    main()

"""`haihe bench hall`: a thousand halls with fifty windows, and the waits that a hall tells.

A server of its own over a database of its own, on SQLite and on PostgreSQL. Taps and calls go
through the real door and are durable when answered; open pages ask the one small address whether
anything is new. Every figure stands beside the limit it is held to.

What a city of that size needs follows from its windows: each serves somebody every eight minutes,
who tapped, was called, began and was finished; every phone that waits asks every two seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench import hall_waits
from bench.environment import ROOT
from bench.measure import percentile
from tests.postgresql import running_postgresql

HELP = "1,000 halls with 50 windows: taps, calls, updates; the waits told, on days of ciw"

HALLS: Final = 1_000
WINDOWS: Final = 50
TURN_MINUTES: Final = 8.0
SECONDS: Final = 8.0
WARM_UP_SECONDS: Final = 1.0
TAP_MS_MAX: Final = 100.0  # p95 of a tap, as a phone sees it
CALL_MS_MAX: Final = 100.0
UPDATE_SECONDS_MAX: Final = 2.0  # p95 from an act to the page that shows it
TAPPING, LISTENING = 4, 8
START_SECONDS_MAX: Final = 60
DATABASES: Final = ("sqlite", "postgresql")
OURS: Final = frozenset({"HAIHE_HOME", "HAIHE_DATABASE_URL"})  # settings the bench makes itself

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many halls, how long, with or without the simulated days."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--halls", type=int, default=HALLS)
    parser.add_argument("--windows", type=int, default=WINDOWS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--days", type=int, default=hall_waits.DAYS, help="of ciw; 0 leaves it out")
    parser.add_argument("--database", choices=DATABASES, action="append", help="one; else each")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 1 if a limit is missed."""
    figures: Figures = {}
    if args.days:
        learn = args.days * hall_waits.LEARN_DAYS // hall_waits.DAYS
        figures["waits"] = hall_waits.measured(args.days, learn)
    for database in args.database or DATABASES:
        with contextlib.ExitStack() as stack:
            url = ""
            if database == "postgresql":
                url = stack.enter_context(running_postgresql()).create_database()
            one = served(args.halls, args.windows, args.seconds, url)
        figures[database] = {**one, "aim": _aim(one)}
    aims = [one["aim"]["met"] for one in figures.values()]
    figures["aim"] = {"met": all(aims)}
    if args.json:
        print(json.dumps(figures))
    else:
        for name, told in figures.items():
            print(f"{name}: {told}")
    return 0 if figures["aim"]["met"] else 1


def city_yaml(halls: int, windows: int) -> str:
    """So many halls alike, open at every hour."""
    served = ", ".join(
        f'{{id: "{one}", name: {one}号, serves: [A, B]}}' for one in range(1, windows + 1)
    )
    alike = [
        "    organ: hall-organ",
        "    window_roles: [window]",
        "    lobby_roles: [lobby]",
        "    quota: {phone_a_day: 0, address_an_hour: 0}",  # every phone here has one address
        '    hours: {workday: ["00:00-24:00"], restday: ["00:00-24:00"]}',
        "    queues: [{letter: A, name: 综合}, {letter: B, name: 证件}]",
        "    errands: [{id: one, name: 综合, queue: A}, {id: two, name: 证件, queue: B}]",
    ]
    rows = ["halls:"]
    for nth in range(halls):
        windows_of = "*windows" if nth else f"&windows [{served}]"
        rows += [f"  hall-{nth:04d}:", f"    name: 第{nth + 1}大厅", *alike]
        rows.append(f"    windows: {windows_of}")
    return "\n".join(rows) + "\n"


def served(halls: int, windows: int, seconds: float, url: str = "") -> Figures:
    """Taps, calls and updates against one server; `url`: of a PostgreSQL database, else SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        city = Path(folder) / "city"
        subprocess.run(["cp", "-r", ROOT / "city", city], check=True)
        (city / "halls.yaml").write_text(city_yaml(halls, windows), encoding="utf-8")
        told = {name: value for name, value in os.environ.items() if name not in OURS}
        told |= {"HAIHE_DATABASE_URL": url} if url else {}
        told |= {
            "HAIHE_HOME": str(home),
            "HAIHE_CITY": str(city),
            "DJANGO_SETTINGS_MODULE": "haihe.config.settings",
        }
        words = [sys.executable, "-m", "bench.hall_city", str(halls), str(windows)]
        filled = subprocess.run(words, env=told, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        figures: Figures = {
            "halls": halls,
            "windows": windows,
        }
        acting = json.loads(filled.stdout)
        with _server(told) as port:
            figures["taps"] = _taps(port, halls, seconds)
            figures["updates"] = _updates(port, halls, seconds)
            figures["fan_out"] = _fan_out(port, halls)
        figures["calls"] = _calls(told, halls, acting["person"], seconds)
    needed = halls * windows / (TURN_MINUTES * 60)
    figures["needed"] = {
        "taps_per_second": round(needed, 1),
        "acts_per_second": round(3 * needed, 1),
    }
    return figures


@contextlib.contextmanager
def _server(environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    words += ["--workers", "1", "--blocking-threads", "16", "--log-level", "error", "--no-ws"]
    words.append("haihe.config.wsgi:application")
    with subprocess.Popen(words, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            give_up_at = time.monotonic() + START_SECONDS_MAX
            while True:
                try:
                    _ask(http.client.HTTPConnection("127.0.0.1", port, timeout=30), "GET", "/hall/")
                    break
                except OSError:
                    if time.monotonic() > give_up_at or server.poll() is not None:
                        raise
                    time.sleep(0.2)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def _ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: str = "", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, sent)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def _load(
    callers: int, seconds: float, one: Callable[[int, int], None]
) -> tuple[list[float], float]:
    """Every caller's latencies in seconds, and how many a second of all together."""
    latencies: list[float] = []
    failures: list[BaseException] = []
    starts_at = time.perf_counter() + WARM_UP_SECONDS
    ends_at = starts_at + seconds

    def calling(caller: int) -> None:
        turn = 0
        try:
            while (before := time.perf_counter()) < ends_at:
                one(caller, turn)
                if before >= starts_at:
                    latencies.append(time.perf_counter() - before)
                turn += 1
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=calling, args=(nth,)) for nth in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sorted(latencies), len(latencies) / seconds


def _told(latencies: list[float], rate: float) -> Figures:
    return {
        "per_second": round(rate, 1),
        "p50_ms": round(percentile(latencies, 0.50) * 1000, 2),
        "p95_ms": round(percentile(latencies, 0.95) * 1000, 2),
    }


def _taps(port: int, halls: int, seconds: float) -> Figures:
    """A phone that never was there presses one button and has its number; each is another phone."""
    connections = [
        http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(TAPPING)
    ]
    token = "a" * 32

    def tap(caller: int, turn: int) -> None:
        site = f"hall-{(caller * 257 + turn * TAPPING) % halls:04d}"
        status, _, body = _ask(
            connections[caller],
            "POST",
            f"/hall/{site}/take/",
            f"errand=one&csrfmiddlewaretoken={token}",
            Content_Type="application/x-www-form-urlencoded",
            Cookie=f"csrftoken={token}",
        )
        if status != 302:
            raise RuntimeError(f"a tap was answered {status}: {body[:200]!r}")

    return _told(*_load(TAPPING, seconds, tap))


def _calls(environment: dict[str, str], halls: int, person: str, seconds: float) -> Figures:
    """Windows that call, begin and finish, through the door of records in a process of its own."""
    words = [sys.executable, "-m", "bench.hall_city", str(halls), "--act", person, str(seconds)]
    done = subprocess.run(words, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    told: Figures = json.loads(done.stdout)
    return told


def _updates(port: int, halls: int, seconds: float) -> Figures:
    """Open pages that ask whether anything is new, and are told 304."""
    day = _today()
    connections = [
        http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(LISTENING)
    ]
    known: dict[str, str] = {}

    def look(caller: int, turn: int) -> None:
        path = f"/hall/v/hall-{(caller * 61 + turn * LISTENING) % halls:04d}/{day}/"
        status, headers, _ = _ask(
            connections[caller], "GET", path, If_None_Match=known.get(path, '"0"')
        )
        if status == 200:
            known[path] = headers["ETag"]
        elif status != 304:
            raise RuntimeError(f"{path} was answered {status}")

    told = _told(*_load(LISTENING, seconds, look))
    told["phones_at_two_seconds"] = round(told["per_second"] * 2)
    return told


def _fan_out(port: int, halls: int) -> Figures:
    """From a tap in a hall to the page of somebody else in it that has heard of it."""
    day = _today()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    spent = []
    token = "a" * 32
    for nth in range(40):
        site = f"hall-{nth % halls:04d}"
        path = f"/hall/v/{site}/{day}/"
        version = _ask(connection, "GET", path)[1]["ETag"]
        _ask(
            connection,
            "POST",
            f"/hall/{site}/take/",
            f"errand=two&csrfmiddlewaretoken={token}",
            Content_Type="application/x-www-form-urlencoded",
            Cookie=f"csrftoken={token}",
        )
        before = time.perf_counter()
        while _ask(connection, "GET", path, If_None_Match=version)[0] == 304:
            time.sleep(0.01)
        spent.append(time.perf_counter() - before)
    # A page asks every two seconds, so it shows a change that much later at most.
    return {"server_p95_s": round(percentile(sorted(spent), 0.95), 3)}


def _today() -> str:
    from zoneinfo import ZoneInfo

    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def _aim(figures: Figures) -> Figures:
    """Each figure as a part of its limit: below 1 (or above, where more is better) it is met."""
    needed = figures["needed"]
    ratios = {
        "tap_p95_to_limit": figures["taps"]["p95_ms"] / TAP_MS_MAX,
        "call_p95_to_limit": figures["calls"]["p95_ms"] / CALL_MS_MAX,
        "taps_to_needed": figures["taps"]["per_second"] / needed["taps_per_second"],
        "acts_to_needed": figures["calls"]["per_second"] / needed["acts_per_second"],
        "heard_to_limit": figures["fan_out"]["server_p95_s"] / UPDATE_SECONDS_MAX,
    }
    met = (
        max(ratios["tap_p95_to_limit"], ratios["call_p95_to_limit"], ratios["heard_to_limit"]) < 1
        and min(ratios["taps_to_needed"], ratios["acts_to_needed"]) >= 1
    )
    return {**{name: round(value, 3) for name, value in ratios.items()}, "met": met}

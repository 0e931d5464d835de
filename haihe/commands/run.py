"""`haihe run`: prepare the database, start the web server and the worker, stop both together."""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

HELP = "启动海河：网页服务和后台进程；--demo 向空库装入演示城市"

ANSWER_SECONDS_MAX = 60
STOP_SECONDS_MAX = 15
LOOK_SECONDS = 0.1
PAGE_SECONDS_MAX = 5
WORKERS_MAX = 32
THREADS = 16
DEPARTMENTS = [sys.executable, "-m", "haihe", "departments"]  # of a demo; nobody waits for them


class Stopped(Exception):
    """Somebody asked the program to stop, with Ctrl-C or a signal."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen, and whether to show the demo city."""
    parser.add_argument("--host", default="127.0.0.1", help="监听的地址（默认 127.0.0.1）")
    parser.add_argument("--port", type=int, default=8000, help="监听的端口（默认 8000）")
    parser.add_argument("--demo", action="store_true", help="数据库是空的就装入演示城市")
    parser.add_argument(
        "--public-demo",
        action="store_true",
        help="允许在公网地址上提供演示（演示口令是公开的）",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C, SIGTERM, or the end of one of the two processes."""
    shielded = args.public_demo or is_loopback(args.host)
    refusal = refused_port(args.host, args.port)
    if args.demo and not shielded:
        refusal = public_demo_refusal(args.host)
    if refusal:
        return refuse(refusal)
    os.environ.pop("HAIHE_DEMO", None)  # nobody else turns it on
    if args.demo:
        os.environ.setdefault("HAIHE_SENDER", "console")
        os.environ["HAIHE_DEMO"] = "1"
    with stopped_by_signals():
        try:
            prepare(demo=args.demo)
            refusal = refused_keys()
            if refusal:
                return refuse(refusal)
            if not shielded and holds_demo_accounts():
                return refuse(public_demo_refusal(args.host))
            return serve(args.host, args.port, demo=args.demo)
        except (Stopped, KeyboardInterrupt):
            print("海河已停止。", file=sys.stderr)
            return 0


# ── Before anything starts ───────────────────────────────────────────────────────────────────


def refuse(refusal: str) -> int:
    """Say why it does not start; gives the exit code."""
    print(f"haihe run: {refusal}", file=sys.stderr)
    return 2


def public_demo_refusal(host: str) -> str:
    """Why a demo is not shown where others can reach it, and what can be done instead."""
    return (
        f"演示账号的口令是公开的，不在 {host} 上提供。请用 127.0.0.1；"
        "确要公开演示，加 --public-demo；正式使用，去掉 --demo，换一个空的数据库。"
    )


def holds_demo_accounts() -> bool:
    """Whether the database was filled with the demo city earlier and its accounts still work."""
    from haihe.commands.demo import holds_accounts

    return holds_accounts()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def refused_port(host: str, port: int) -> str:
    """Why nobody can listen there, or ""."""
    if not 0 < port < 65536:
        return f"端口必须在 1 和 65535 之间：{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        return f"不能在 {host}:{port} 上提供服务（{error.strerror}）。请换一个，例如 --port 8001。"
    return ""


def prepare(*, demo: bool) -> None:
    """Bring the tables up to date; fill an empty database with the demo city if asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    if demo:
        from haihe.commands.demo import fill

        fill()
    connections.close_all()


def refused_keys() -> str:
    """Why the keys here are not those of this database, or "": steps would be sealed by others."""
    from haihe.records import database, key_uses

    connection = database.connect()
    try:
        strangers = key_uses.strangers(connection)
        fits = not strangers and key_uses.opens(connection)
    finally:
        connection.close()
    if fits:
        return ""
    told = strangers[0] if strangers else "打不开已有的内容"
    return f"密钥和数据库不是一套（{told}）。请放回密钥备份（docs/keys.md），再用 haihe doctor 查。"


# ── Serving ──────────────────────────────────────────────────────────────────────────────────


def serve(host: str, port: int, *, demo: bool) -> int:
    """Start the server, then the worker, and watch them until one ends (1) or Stopped is raised.

    The worker begins with a sweep of everything; the first page does not wait for it.
    """
    with contextlib.ExitStack() as running:
        server = running.enter_context(program(server_words(host, port)))
        if answered(host, port, server):
            worker = running.enter_context(program([sys.executable, "-m", "haihe", "work"]))
            if demo:
                running.enter_context(program(DEPARTMENTS, quiet=True))
            print(welcome(host, port, demo=demo), file=sys.stderr, flush=True)
            while server.poll() is None and worker.poll() is None:
                time.sleep(LOOK_SECONDS)
    print("haihe run: 网页服务或后台进程意外结束，已全部停止。", file=sys.stderr)
    return 1


def server_words(host: str, port: int) -> list[str]:
    """The command line of the web server.

    SQLite has one writer, so one process with threads; PostgreSQL takes a process a core.
    """
    cores = len(os.sched_getaffinity(0))
    workers = min(cores, WORKERS_MAX) if os.environ.get("HAIHE_DATABASE_URL") else 1
    words = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    words += ["--host", host, "--port", str(port), "--workers", str(workers)]
    words += ["--blocking-threads", str(THREADS), "--log-level", "error", "--no-ws"]
    return [*words, "haihe.config.wsgi:application"]


@contextlib.contextmanager
def program(words: list[str], *, quiet: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is stopped at the end: asked first, then ended with all that it started.

    It has a process group of its own: Ctrl-C reaches us alone, and we stop it in good order.
    """
    started = None
    said = subprocess.DEVNULL if quiet else None
    try:
        with signals_wait():
            started = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stderr=said, process_group=0
            )
        yield started
    finally:
        if started is not None:
            _end(started, words[2])


def _end(started: subprocess.Popen[bytes], name: str) -> None:
    try:
        started.terminate()
        started.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        print(f"haihe run: {name} 没有按时停止，强制结束。", file=sys.stderr)
    finally:  # also when a second signal cuts the waiting short
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


@contextlib.contextmanager
def signals_wait() -> Iterator[None]:
    """A signal that comes meanwhile takes effect at the end.

    One that came while a program is being started would leave it running with nobody to stop it.
    """
    came: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {one: signal.signal(one, lambda number, _: came.append(number)) for one in numbers}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
    for late in came:
        signal.raise_signal(late)


def answered(host: str, port: int, server: subprocess.Popen[bytes]) -> bool:
    """Wait for the first page; False when the server ended first, TimeoutError after too long."""
    give_up_at = time.monotonic() + ANSWER_SECONDS_MAX
    while time.monotonic() < give_up_at:
        if server.poll() is not None:
            return False
        try:
            urllib.request.urlopen(address_of(host, port), timeout=PAGE_SECONDS_MAX).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(LOOK_SECONDS)
        else:
            return True
    raise TimeoutError(f"the web server did not answer in {ANSWER_SECONDS_MAX} seconds")


def address_of(host: str, port: int) -> str:
    """The address to type into a browser on this machine."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{near}]:{port}/" if ":" in near else f"http://{near}:{port}/"


def welcome(host: str, port: int, *, demo: bool) -> str:
    """What is printed when the first page answers."""
    lines = [f"海河 Haihe: {address_of(host, port)}"]
    if demo:
        from haihe.commands.demo import welcome as demo_welcome

        lines.append(demo_welcome(address_of(host, port)))
    return "\n".join([*lines, "按 Ctrl-C 停止。"])


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Stopped, as Ctrl-C raises KeyboardInterrupt."""

    def stop(*_: object) -> None:
        raise Stopped

    before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)

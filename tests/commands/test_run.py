"""`haihe run` starts both programs, answers, and stops both; a demo stays on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haihe.commands import run
from tests.demo_home import copy_of
from tests.postgresql import free_port

STOP_SECONDS_MAX = 120
APPOINT = """
from haihe.commands import demo
from haihe.records.accounts import create_staff
create_staff("officer", name="警员", organ="station", roles=["officer"], password=demo.PASSWORD)
"""


def environment(home: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "HAIHE" not in name}
    return kept | {"HAIHE_HOME": str(home)} | settings


def run_words(*words: str) -> list[str]:
    return [sys.executable, "-m", "haihe", "run", *words]


def refused(home: Path, *words: str) -> str:
    """What a start that must be refused says."""
    done = subprocess.run(
        run_words(*words), env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    return done.stderr


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def started(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The first start of all: it fills the demo city."""
    yield from running_demo(tmp_path / "var", port)


@pytest.fixture
def started_again(tmp_path: Path, filled_home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A start over a demo city that is there."""
    yield from running_demo(copy_of(filled_home, tmp_path / "var"), port)


def running_demo(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    words = run_words("--demo", "--port", str(port))
    with subprocess.Popen(
        words, env=environment(home), stderr=subprocess.PIPE, text=True
    ) as running:
        yield running
        if running.poll() is None:
            running.kill()


def said_until(running: subprocess.Popen[str], word: str) -> str:
    """The lines a start prints until one of them holds `word`."""
    assert running.stderr is not None
    said = []
    for line in running.stderr:
        said.append(line)
        if word in line:
            return "".join(said)
    raise AssertionError("it ended before it answered:\n" + "".join(said))


def children_of(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def worker_among(pids: list[int]) -> int:
    """The process that is `haihe work`; one that has only just begun has no words yet."""
    give_up_at = time.monotonic() + STOP_SECONDS_MAX
    while time.monotonic() < give_up_at:
        for pid in pids:
            if b"work" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        time.sleep(0.05)
    raise AssertionError(f"none of {pids} is the worker")


def gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be collected has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until_gone(pids: list[int]) -> list[int]:
    """The processes that are still there after a while."""
    give_up_at = time.monotonic() + STOP_SECONDS_MAX
    while time.monotonic() < give_up_at and not all(gone(pid) for pid in pids):
        time.sleep(0.05)
    return [pid for pid in pids if not gone(pid)]


def test_a_demo_refuses_an_address_that_others_can_reach(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        assert "--public-demo" in refused(tmp_path, "--demo", "--host", host)


def test_accounts_left_by_a_demo_are_not_shown_to_others_without_demo_either(
    tmp_path: Path, port: int
) -> None:
    home = tmp_path / "var"
    subprocess.run(
        [
            sys.executable,
            "-c",
            "from haihe.commands import run; run.prepare(demo=False)\n" + APPOINT,
        ],
        env=environment(home),
        check=True,
    )
    assert "--public-demo" in refused(home, "--host", "0.0.0.0", "--port", str(port))


def test_a_port_that_is_taken_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(tmp_path / "var", "--port", str(port))
    assert not (tmp_path / "var").exists()


def test_a_port_that_is_no_port_is_refused(tmp_path: Path) -> None:
    assert "65535" in refused(tmp_path, "--port", "70000")


def test_a_start_answers_prints_its_address_and_stops_with_everything_it_started(
    started: subprocess.Popen[str], port: int
) -> None:
    said = said_until(started, "Ctrl-C")
    assert f"http://127.0.0.1:{port}/" in said
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
        assert page.status == 200
        assert "<html" in page.read().decode()
    children = children_of(started.pid)
    assert len(children) == 3, "the web server, the worker and the departments of the demo"
    started.send_signal(signal.SIGTERM)
    assert started.wait(STOP_SECONDS_MAX) == 0
    assert not wait_until_gone(children)
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_when_the_worker_dies_the_web_server_does_not_stay_behind(
    started_again: subprocess.Popen[str],
) -> None:
    started = started_again
    said_until(started, "Ctrl-C")
    children = children_of(started.pid)
    worker = worker_among(children)
    os.kill(worker, signal.SIGKILL)
    assert started.wait(STOP_SECONDS_MAX) == 1
    assert not wait_until_gone(children)


def test_a_stop_that_comes_while_a_program_is_being_started_leaves_none_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def interrupted(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        made.append(real(*words, **options))
        os.kill(os.getpid(), signal.SIGTERM)
        return made[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    waits = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(run.Stopped), run.stopped_by_signals(), run.program(waits):
        pytest.fail("the stop was not heard")
    assert made[0].returncode is not None

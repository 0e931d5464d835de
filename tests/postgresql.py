"""A private PostgreSQL server for tests and benches: own folder, own port, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

PORT_TRIES_MAX = 5
START_SECONDS_MAX = 300
STOP_SECONDS_MAX = 120
CONNECTIONS_MAX = 200
# A test process that is killed takes its server along.
ENDS_WITH_US = ["setpriv", "--pdeathsig", "INT", "--"]


@dataclass
class PostgresServer:
    """A running server; `create_database` gives the address of a new empty database."""

    port: int
    postmaster: subprocess.Popen[bytes]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """The address of one database, as HAIHE_DATABASE_URL takes it."""
        return f"postgresql://haihe@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str = "template0") -> str:
        """Create a database like `template` (a name; nobody may be connected to it)."""
        name = f"t{next(self.numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database made by `create_database`, ending the connections left to it."""
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@contextlib.contextmanager
def running_postgresql(*, durable: bool = True) -> Iterator[PostgresServer]:
    """Start a server in a temporary folder and stop it at the end, folder and all.

    `durable=False` turns fsync off, for work that measures nothing and survives nothing.
    PostgreSQL refuses to run as root: then it runs as the account `postgres`.
    """
    programs = find_programs()
    account = account_for_server()
    folder = Path(tempfile.mkdtemp(prefix="haihe-postgresql-"))
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        init_cluster(programs, folder, account)
        server = start_server(programs, folder, account, durable=durable)
        try:
            yield server
        finally:
            stop_server(server.postmaster)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_programs() -> Path:
    """The folder of initdb and postgres, newest version first; an error says what to install."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda initdb: float(initdb.parent.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if not folders and on_path is None:
        raise RuntimeError("PostgreSQL is not installed; `make setup` installs it")
    return folders[0].parent if folders else Path(str(on_path)).parent


def account_for_server() -> pwd.struct_passwd | None:
    """None where the caller's own account will do; as root, an account that is not root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


def launch(
    words: list[str], folder: Path, account: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL as `account`, its words going to a log in `folder`."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
            start_new_session=True,
        )


def init_cluster(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    """Create the data folder; it is temporary, so the files of its creation are not synced."""
    words = [str(programs / "initdb"), "--pgdata", str(folder / "data"), "--username", "haihe"]
    words += ["--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    if launch(words, folder, account).wait(START_SECONDS_MAX) != 0:
        raise RuntimeError("initdb failed:\n" + (folder / "log").read_text())


def start_server(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, *, durable: bool
) -> PostgresServer:
    """Start the server on a free port; another program may take the port first, so try again."""
    for _ in range(PORT_TRIES_MAX):
        port = free_port()
        words = [*ENDS_WITH_US, str(programs / "postgres")]
        words += ["-D", str(folder / "data"), "-k", str(folder)]
        words += ["-h", "127.0.0.1", "-p", str(port), "-c", f"max_connections={CONNECTIONS_MAX}"]
        words += ["-c", f"fsync={'on' if durable else 'off'}"]
        server = PostgresServer(port, launch(words, folder, account))
        if answers(server):
            return server
        stop_server(server.postmaster)
    raise RuntimeError("PostgreSQL did not start:\n" + (folder / "log").read_text())


def answers(server: PostgresServer) -> bool:
    """Wait until the server accepts connections; False when it ends or takes too long."""
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while server.postmaster.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(server.url("postgres"), connect_timeout=30).close()
            return True
        time.sleep(0.05)
    return False


def stop_server(postmaster: subprocess.Popen[bytes]) -> None:
    """Stop the server at once without losing what was committed; kill it if it will not."""
    if postmaster.poll() is not None:
        return
    postmaster.send_signal(signal.SIGINT)
    try:
        postmaster.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        postmaster.kill()
        postmaster.wait()


def free_port() -> int:
    """A TCP port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

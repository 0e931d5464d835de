"""A fresh installation for one measurement: its own home, its own database, gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.environment import ROOT
from tests.postgresql import PostgresServer

ANSWER_SECONDS_MAX = 30

PREPARE = """
from haihe.commands.run import prepare
prepare(demo=False)
"""
ACCOUNTS = """
import json, sys
import django
django.setup()
from bench.human_step import PEOPLE
from haihe.records.accounts import create_staff
from haihe.records.clients import SCOPES, issue_token
tokens = {}
for actor in PEOPLE:
    create_staff(actor.person, name=actor.person, organ=actor.organ, roles=[actor.role])
    issued = issue_token(actor.person, scopes=SCOPES, label="bench", made_by="bench")
    tokens[actor.person] = issued.text
json.dump(tokens, open(sys.argv[1], "w"))
"""


@dataclass(frozen=True)
class Installation:
    """Where it is: the folder and the environment of its programs."""

    home: Path
    environment: dict[str, str]

    def python(self, *words: str) -> str:
        """Run Python in this installation; what it printed. Raises if it failed."""
        told = subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        if told.returncode != 0:
            raise RuntimeError(f"failed ({told.returncode}): {' '.join(words)[:200]}")
        return told.stdout

    def figures(self, *words: str) -> dict[str, Any]:
        """Run a bench module that prints one JSON line."""
        printed: dict[str, Any] = json.loads(self.python(*words).splitlines()[-1])
        return printed

    def tokens(self) -> Path:
        """Accounts for the people of the bench, their tokens in a file."""
        file = self.home / "tokens.json"
        self.python("-c", ACCOUNTS, str(file))
        return file


@contextlib.contextmanager
def installation(
    server: PostgresServer | None, like: Installation | None = None
) -> Iterator[Installation]:
    """A migrated installation on SQLite (`server` is None) or on a database of `server`.

    It is empty, or a copy of `like`, which nobody uses meanwhile.
    """
    with tempfile.TemporaryDirectory(prefix="haihe-bench-") as folder:
        environment = dict(os.environ) | {
            "HAIHE_HOME": folder,
            "DJANGO_SETTINGS_MODULE": "haihe.config.settings",
            "PYTHONPATH": str(ROOT),
        }
        environment.pop("HAIHE_DATABASE_URL", None)
        if like is not None:
            shutil.copytree(like.home, folder, dirs_exist_ok=True)
        url = _database(server, like) if server is not None else ""
        if url:
            environment["HAIHE_DATABASE_URL"] = url
        fresh = Installation(Path(folder), environment)
        if like is None:
            fresh.python("-c", PREPARE)
        try:
            yield fresh
        finally:
            if server is not None:
                server.drop_database(url)


def _database(server: PostgresServer, like: Installation | None) -> str:
    if like is None:
        return server.create_database()
    return server.create_database(like.environment["HAIHE_DATABASE_URL"].rsplit("/", 1)[1])


@contextlib.contextmanager
def served(fresh: Installation) -> Iterator[int]:
    """The web server of an installation, as `haihe run` starts it; gives its port."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    words = [
        sys.executable,
        "-c",
        "import os, sys; from haihe.commands.run import server_words;"
        f"words = server_words('127.0.0.1', {port}); os.execv(words[0], words)",
    ]
    with subprocess.Popen(words, cwd=ROOT, env=fresh.environment, stdout=sys.stderr) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    ends_at = time.monotonic() + ANSWER_SECONDS_MAX
    while time.monotonic() < ends_at:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not answer within {ANSWER_SECONDS_MAX} seconds")

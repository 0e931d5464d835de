"""A walk over the program's addresses in a process of its own, and a step at the machines' door."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from haihe.kernel.values import Command

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS_MAX: Final = 900


def walked(module: str, factory: pytest.TempPathFactory) -> Any:
    """What a module of tests.rights prints as JSON when it is run over an empty home."""
    home = factory.mktemp("home")
    home.chmod(0o700)
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    told |= {"HAIHE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "haihe.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.rights.{module}"],
        cwd=ROOT,
        env=told,
        capture_output=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return msgspec.json.decode(done.stdout)


def sent_by_machine(command: Command, token: str) -> tuple[int, bytes]:
    """The status and the body of what the machines' door answers to a command."""
    from haihe.api import steps

    body = msgspec.json.encode(command)
    environ = {
        "REQUEST_METHOD": "POST",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    status, answer = steps.respond(environ)
    return int(status), msgspec.json.encode(answer)

"""A running installation with the demo city, one a test process, and visitors to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haihe.commands.demo import PASSWORD
from tests.demo_home import copy_of
from tests.oidc_server import CLIENT, SECRET, Provider, running_provider
from tests.pages.visitor import Visitor

START_SECONDS_MAX = 300
STOP_SECONDS_MAX = 60
ROOT = Path(__file__).resolve().parents[2]
FIRST_PAGES = ("/officer/", "/identity/administration/")  # of staff, of the three administrators


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    """The national identity provider, played on this machine."""
    with running_provider() as running:
        yield running


@pytest.fixture(scope="session")
def settings(
    tmp_path_factory: pytest.TempPathFactory, filled_home: Path, provider: Provider
) -> dict[str, str]:
    """The environment of an installation that was filled with the demo city."""
    home = copy_of(filled_home, tmp_path_factory.mktemp("demo") / "home")
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    told |= {"HAIHE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.pages.quick_settings"}
    secret = home / "provider.secret"
    secret.write_text(SECRET)
    told |= {"HAIHE_SENDER": "console", "HAIHE_OIDC_ISSUER": provider.issuer}
    told |= {"HAIHE_OIDC_CLIENT": CLIENT, "HAIHE_OIDC_SECRET_FILE": str(secret)}
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=told, cwd=ROOT, check=True)  # the provider's tables are its own
    return told


@pytest.fixture(scope="session")
def city(settings: dict[str, str]) -> Iterator[str]:
    """The address of a server over the demo city; stopped at the end."""
    with serving(settings, free_port()) as (address, _):
        yield address


@contextmanager
def serving(settings: dict[str, str], port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server over this installation, and its process; stopped at the end if it still runs."""
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1"]
    granian += ["--port", str(port), "--blocking-threads", "4", "--log-level", "warning", "--no-ws"]
    log = (Path(settings["HAIHE_HOME"]) / "server.log").open("ab")
    with (
        log,
        subprocess.Popen(
            [*granian, "haihe.config.wsgi:application"],
            env=settings,
            cwd=ROOT,
            stderr=log,
            stdout=log,
            start_new_session=True,
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}/"
            _wait_for(address, server)
            yield address, server
        finally:
            server.terminate()
            server.wait(STOP_SECONDS_MAX)


@pytest.fixture
def anybody(city: str) -> Visitor:
    """A citizen who just opened a browser."""
    return Visitor(city)


@pytest.fixture
def signed_in(city: str) -> Callable[[str], Visitor]:
    """Gives a visitor signed in as this member of the demo's staff."""

    def sign_in(person: str) -> Visitor:
        visitor = Visitor(city)
        assert visitor.sign_in(person, PASSWORD).path in FIRST_PAGES
        return visitor

    return sign_in


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < give_up_at:
        assert server.poll() is None, "the server ended before it answered"
        try:
            urllib.request.urlopen(address, timeout=60).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)

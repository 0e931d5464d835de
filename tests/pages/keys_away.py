"""Pages and the machine door while the KMS is down, and after; prints what came as JSON."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.records.loopback_kms import TOKEN, LoopbackKms, serve

ADDRESSES = ("/", "/follow/2222-2222-2222-2222/", "/officer/login/")


def asked(word: str) -> list[list[object]]:
    """Every address once, then the machine door: status, words, when to try again."""
    from django.test import Client

    from haihe.api import steps

    client = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
    told: list[list[object]] = []
    for address in ADDRESSES:
        answer = client.get(address)
        told.append([answer.status_code, answer.content.decode(), answer.get("Retry-After", "")])
    environ = {"REQUEST_METHOD": "POST", "HTTP_AUTHORIZATION": f"Bearer {word}"}
    status, trouble = steps.respond(environ | {"wsgi.input": io.BytesIO()})
    return [*told, [status, getattr(trouble, "says", ""), ""]]


def main() -> None:
    """Up, down, and up again."""
    home = Path(tempfile.mkdtemp(dir=os.environ["HAIHE_HOME"]))
    token = home / "kms.token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    server = serve()
    os.environ |= {
        "HAIHE_KEY_SOURCE": "kms",
        "HAIHE_KMS_URL": f"http://127.0.0.1:{server.server_port}/",
        "HAIHE_KMS_TOKEN_FILE": str(token),
    }
    from haihe.commands.run import prepare
    from haihe.records import accounts, clients, keys, kms

    kms.REST_SECONDS = 0.2  # type: ignore[misc] # nobody waits here
    prepare(demo=False)
    accounts.create_staff("robot", name="机器", organ="tj-110", roles=["call_taker"])
    # A token is looked at anew for each: a known one is kept in memory for some seconds.
    words = [
        clients.issue_token("robot", scopes=clients.SCOPES, label="t", made_by="tests").text
        for _ in range(3)
    ]
    found = [asked(words.pop())]
    LoopbackKms.mood = "failing"
    keys.forget()
    found.append(asked(words.pop()))
    LoopbackKms.mood = ""
    time.sleep(kms.REST_SECONDS + 0.1)
    found.append(asked(words.pop()))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()

"""A real KMS on loopback over HTTP: keeps keys in memory, and fails in the ways it is told to."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.records.ciphers import CIPHERS, NotOpened

TOKEN = "kms-token"


class LoopbackKms(BaseHTTPRequestHandler):
    """Answers as kms.py says it wants to be answered; `mood` makes it fail."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    keys: ClassVar[dict[tuple[str, int], dict[str, Any]]] = {}
    mood: ClassVar[str] = ""
    slow_seconds: ClassVar[float] = 3.0

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self.answer(json.loads(self.rfile.read(length) or b"{}"))

    def answer(self, body: dict[str, Any]) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send(401, b"{}")
        mood = type(self).mood
        if mood == "slow":
            time.sleep(self.slow_seconds)
        if mood == "failing":
            return self.send(500, b"{}")
        if mood == "nonsense":
            return self.send(200, b"<html>please log in</html>")
        if mood == "gone":
            self.close_connection = True
            return None
        status, told = self.carried_out(self.path.split("/")[1:], body)
        if mood == "lying" and "wrapped" in told:
            told = {"wrapped": base64.b64encode(b"x" * 60).decode()}
        if mood == "short" and "plain" in told:
            told = {"plain": base64.b64encode(b"x").decode()}
        return self.send(status, json.dumps(told).encode())

    def carried_out(self, path: list[str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == ["keys"]:
            live = [one["told"] for one in self.keys.values() if not one["retired"]]
            return 200, {"keys": live}
        name, number, verb = path[1], int(path[2]), (path[3] if len(path) > 3 else "make")
        if verb == "make":
            told = {"name": name, "number": number, "cipher": body["cipher"]}
            told["made_at"] = datetime.now(UTC).isoformat()
            made = {"told": told, "key": Ed25519PrivateKey.generate(), "retired": False}
            self.keys.setdefault((name, number), made)
            return 200, {}
        one = self.keys.get((name, number))
        if one is None:
            return 404, {}
        if verb in ("retire", "restore"):
            one["retired"] = verb == "retire"
            return 200, {}
        given = {word: base64.b64decode(text) for word, text in body.items()}
        return self.used(one, verb, given)

    def used(
        self, one: dict[str, Any], verb: str, given: dict[str, bytes]
    ) -> tuple[int, dict[str, Any]]:
        private: Ed25519PrivateKey = one["key"]
        cipher = CIPHERS[one["told"]["cipher"]]
        box = cipher.box(private.private_bytes_raw()[: cipher.key_bytes])
        if verb == "wrap":
            made = {"wrapped": box.seal(given["plain"], given["place"])}
        elif verb == "unwrap":
            try:
                made = {"plain": box.open(given["wrapped"], given["place"])}
            except NotOpened:
                return 422, {}
        elif verb == "sign":
            made = {"signature": private.sign(given["message"])}
        elif verb == "public":
            public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            made = {"public": public}
        else:
            mac = hmac.digest(private.private_bytes_raw(), given["message"], cipher.hash)
            made = {"mac": mac}
        return 200, {word: base64.b64encode(text).decode() for word, text in made.items()}

    def send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


def serve() -> ThreadingHTTPServer:
    """The KMS listening on a free port, with no key yet."""
    LoopbackKms.keys, LoopbackKms.mood = {}, ""
    server = ThreadingHTTPServer(("127.0.0.1", 0), LoopbackKms)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

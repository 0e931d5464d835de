"""A small, honest OpenID Connect provider on loopback: code flow with PKCE, keys, userinfo.

It keeps to OpenID Connect Core 1.0 and RFC 7636; `fault` makes the next answer dishonest in one
way, to see that it is not believed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "haihe-trial", "a-secret-of-the-trial"
CODE_SECONDS = 60
KID = "key-1"


@dataclass
class Provider:
    """What the provider knows; `person` is who answers its question next."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    exchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    other: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def discovery(self) -> dict[str, Any]:
        """Who it is and where things are."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self) -> dict[str, Any]:
        """The public key that signs identity tokens."""
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [told | {"kid": KID, "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to, with a code."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked | {"at": time.time(), "person": dict(self.person)}
        if self.fault == "replayed":
            code = self.exchanged[-1]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchange(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once; None when anything is not as it was agreed."""
        asked = self.codes.pop(sent.get("code", ""), None)
        verifier = sent.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if (
            asked is None
            or time.time() - asked["at"] > CODE_SECONDS
            or sent.get("client_id") != CLIENT
            or sent.get("client_secret") != SECRET
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or digest.decode().rstrip("=") != asked["code_challenge"]
        ):
            self.refused.append(sent.get("code", ""))
            return None
        self.exchanged.append(sent["code"])
        access = secrets.token_urlsafe(16)
        self.tokens[access] = asked["person"]
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(asked),
        }

    def id_token(self, asked: dict[str, Any]) -> str:
        """The identity token, or what the fault makes of it."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": asked["person"]["sub"],
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        key: Any = self.key
        algorithm = "RS256"
        match self.fault:
            case "issuer":
                claims["iss"] = "https://elsewhere.test"
            case "audience":
                claims["aud"] = "another-client"
            case "expired":
                claims |= {"iat": now - 900, "exp": now - 600}
            case "nonce":
                claims["nonce"] = secrets.token_urlsafe(16)
            case "no nonce":
                del claims["nonce"]
            case "signature":
                key = self.other
            case "none":
                key, algorithm = None, "none"
            case "shared secret":
                key, algorithm = SECRET.ljust(32, "x"), "HS256"
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": KID})

    def userinfo(self, access: str) -> dict[str, Any] | None:
        """What is known of whoever an access token is about."""
        told = self.tokens.get(access)
        return told | {"sub": "another"} if told and self.fault == "userinfo" else told


@contextmanager
def running_provider() -> Iterator[Provider]:
    """The provider, answering on a free port of this machine."""
    provider = Provider()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            match parts.path:
                case "/.well-known/openid-configuration":
                    self._json(provider.discovery())
                case "/keys":
                    self._json(provider.keys())
                case "/authorize":
                    self.send_response(302)
                    self.send_header("Location", provider.authorize(asked))
                    self.end_headers()
                case "/userinfo":
                    word = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    self._json(provider.userinfo(word))
                case _:
                    self._json(None)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            sent = parse_qs(self.rfile.read(length).decode())
            self._json(provider.exchange({name: values[0] for name, values in sent.items()}))

        def _json(self, told: dict[str, Any] | None) -> None:
            body = json.dumps(told or {"error": "invalid_grant"}).encode()
            self.send_response(400 if told is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()

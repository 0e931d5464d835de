"""The signing keys of the identity provider, kept for a while and fetched again for an unknown one.

A provider that changes its keys is followed at once: a token with a key we do not know makes us
ask. Whoever sends made-up keys makes us ask no more than once in ASK_SECONDS.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

Key = dict[str, Any]

KEYS_MAX: Final = 50  # of one provider
KEPT_SECONDS: Final = 3_600.0  # a key that was withdrawn is believed no longer than this
ASK_SECONDS: Final = 30.0  # between two questions because of an unknown key


class ProviderKeys:
    """The keys of one address at a time; safe to ask from many threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._address = ""
        self._asked_at = 0.0
        self._keys: dict[str, Key] = {}

    def key(self, kid: str, address: str, fetch: Callable[[str], list[Key]]) -> Key | None:
        """The signing key of this name; None if the provider does not know it either.

        `fetch` asks the provider; what it raises is passed on, and the keys known before stay.
        """
        with self._lock:
            now = self._clock()
            age = now - self._asked_at if self._address == address else KEPT_SECONDS
            if age >= KEPT_SECONDS or (kid not in self._keys and age >= ASK_SECONDS):
                found = fetch(address)[:KEYS_MAX]
                signing = (one for one in found if one.get("use", "sig") == "sig")
                self._keys = {str(one.get("kid", "")): one for one in signing}
                self._address, self._asked_at = address, now
            return self._keys.get(kid)

    def forget(self) -> None:
        """Ask again at the next token."""
        with self._lock:
            self._address, self._keys = "", {}


KEYS: Final = ProviderKeys()

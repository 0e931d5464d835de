"""How a code reaches a phone: a sender is chosen by HAIHE_SENDER, and another is easily added.

A sender is anything with `send(phone, words)`. `console` prints on the terminal of the server, for
development and the demo; `package.module:name` names a sender of the installation's own.
"""

from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from typing import Protocol

from django.conf import settings

CONSOLE = "console"


class Sender(Protocol):
    """Brings a short message to a phone."""

    def send(self, phone: str, words: str) -> None:
        """Hand the message over; raises NotSent when it cannot be."""


class NotSent(Exception):
    """The message could not be handed over; the citizen is asked to try again later."""


class UnusableSender(Exception):
    """HAIHE_SENDER names nothing that can send; the message says what to write."""


class ConsoleSender:
    """Prints messages where the server runs; nobody else sees them."""

    def send(self, phone: str, words: str) -> None:
        """One line on standard error."""
        print(f"[短信] {phone}: {words}", file=sys.stderr, flush=True)  # Chinese: a log


def sender() -> Sender | None:
    """The sender of this installation; None where none is set up (then no codes are offered)."""
    return _sender(settings.HAIHE_SENDER)


@lru_cache(maxsize=4)
def _sender(named: str) -> Sender | None:
    if not named:
        return None
    if named == CONSOLE:
        return ConsoleSender()
    module, _, name = named.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as wrong:
        raise UnusableSender(
            f"HAIHE_SENDER={named}: write `console` or `package.module:name` ({wrong})"
        ) from wrong
    made = found() if isinstance(found, type) else found
    if not callable(getattr(made, "send", None)):
        raise UnusableSender(f"HAIHE_SENDER={named} has no send(phone, words)")
    sends: Sender = made
    return sends

"""The doors through which a story is told: that of records, or pages in a browser (chromium.py).

Whoever plays a story knows what somebody does and when; a door does it there and says what came of
it. The same sentences are told through either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Command, Refused
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.stories.telling import Expect
from haihe.stories.visiting import Answer, visit


class Told(NamedTuple):
    """An act as it is told: the command, the rules it falls under, and what the story states."""

    command: Command
    procedure: Procedure
    stated: frozenset[str]  # fields the story itself gives; the others were supplied
    refused: str  # the reason for which it must be refused; "" if it must be carried out


class Looked(NamedTuple):
    """A matter to look at: what is expected of it, and what the journal says of it."""

    matter: str
    state: State
    procedure: Procedure
    wanted: Expect
    by: str  # who opens its file; "" the public, with its code


class Door(Protocol):
    """A way in."""

    def take(self, told: Told, at: datetime) -> Recorded | Refused:
        """Do it at that moment; what was recorded, or why it was refused."""

    def visit(self, path: str, person: str, at: datetime) -> Answer:
        """What somebody sees at an address."""

    def look(self, looked: Looked, at: datetime) -> Iterator[str]:
        """What a page of the matter does not show that it should."""


class RecordsDoor:
    """The one door in of records; pages are asked for over HTTP."""

    def take(self, told: Told, at: datetime) -> Recorded | Refused:
        """Submit the command."""
        return write.submit(told.command, now=at)

    def visit(self, path: str, person: str, at: datetime) -> Answer:
        """Ask for the page."""
        del at
        return visit(path, person)

    def look(self, looked: Looked, at: datetime) -> Iterator[str]:
        """Nobody looks at pages here: the journal is judged."""
        del looked, at
        yield from ()

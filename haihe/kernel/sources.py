"""Asking a register of another department: what is asked, and what comes back or does not.

Basis: 政务数据共享条例. A question names its purpose, its matter and its legal basis;
an answer says where it comes from and when; a register that is silent never stops a citizen.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from haihe.kernel.values import Frozen


class Question(Frozen, frozen=True, kw_only=True):
    """One question to one register about one person or enterprise; `matter` is "" before it opened.

    `thread` names what it is asked for before there is a matter, and stays the same afterwards: the
    same question of the same thread is one question, however often it is sent. `number` is an
    identity number, or the code of an enterprise where the register is of those.
    """

    source: str
    name: str
    number: str
    purpose: str
    basis: str
    matter: str = ""
    thread: str = ""


class Answer(Frozen, frozen=True, kw_only=True):
    """What the register holds: `values` by the names it gives; nothing found is an answer too."""

    source: str
    at: datetime
    values: dict[str, str]
    reference: str = ""  # what the register calls this answer
    proof: str = ""  # the digest of the kept file with the signed answer


class Down(Frozen, frozen=True, kw_only=True):
    """The register did not answer, or answered what cannot be used; `why` is for people.

    `refused`: it will not answer this question, ever. `held`: it was not asked at all, because it
    did not answer others; this does not count as a try.
    """

    source: str
    at: datetime
    why: str
    refused: bool = False
    held: bool = False


class Source(Protocol):
    """A register that can be asked; it never raises and always comes back within its limit."""

    def fetch(self, question: Question, now: datetime) -> Answer | Down:
        """Ask it once."""

"""A whole history as somebody tells it: what was done, when it was entered, what it opened."""

from __future__ import annotations

from datetime import datetime

from haihe.kernel.values import Command, Frozen


class Chronicle(Frozen, frozen=True, kw_only=True):
    """A matter's commands in order, and how the matters go on that it handed over to.

    `recorded` has the instant at which each command was entered (as many as there are commands, in
    order, never before it happened); empty: when the history is taken in. `opened` has, under
    `<command>:<hand-over>` (both counted from 0), the further commands of the matter which that
    hand-over opened; its own `commands` do not hold the opening, which follows from the hand-over.
    `matter` is the id the matter gets (32 hex digits, those of its opening's milliseconds first),
    so that others can name it; empty: one is made.
    """

    commands: tuple[Command, ...]
    recorded: tuple[datetime, ...] = ()
    opened: dict[str, Chronicle] = {}
    matter: str = ""

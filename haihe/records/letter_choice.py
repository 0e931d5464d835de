"""Which letter another one is joined to: searched for in words, or typed by its number.

Only letters that the reader's organ has or had to do with are found; of each is said whether it may
be chosen, or why not (letter_fit.py). A number of a letter one may not know of is like none.
"""

from __future__ import annotations

import re
from typing import Final

from haihe.kernel.state import State
from haihe.kernel.values import Frozen
from haihe.records import lists, rules, words
from haihe.records.database import Connection, reading_connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.letter_fit import KIND, unfit
from haihe.records.shown import Item, Reader

FOUND_MAX: Final = 10
SEARCHED_MAX: Final = 100  # matters looked at for one search, letters or not
_ID: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"[0-9A-Za-z -]+")


class Choice(Frozen, frozen=True, kw_only=True):
    """A letter that was found; `why_not` is "" where this one may be joined to it."""

    matter: str
    number: str
    gist: str
    state_name: str
    opened: str
    why_not: str


def searched(matter: str, reader: Reader, sought: str) -> tuple[Choice, ...]:
    """Letters with a number that begins so, or with these words; those that may be chosen first.

    The search leaves its trace.
    """
    found = _found(reader, sought)
    connection = reading_connection()
    state = _state(connection, matter)
    if state is None:
        return ()
    choices = [
        one
        for item in found
        if item.matter != matter and (one := _choice(connection, state, item)) is not None
    ]
    return tuple(sorted(choices, key=lambda one: bool(one.why_not))[:FOUND_MAX])


def named(reader: Reader, typed: str) -> str:
    """The id of the letter whose number or id was typed; "" where the reader knows of none."""
    plain = "".join(typed.split())
    if _ID.fullmatch(plain.lower()):
        chosen = lists.Condition("m.kind = ? AND m.matter_id = ?", (KIND, plain.lower()))
    else:
        chosen = lists.Condition("m.kind = ? AND m.number = ?", (KIND, plain.upper()))
    found = lists.with_own(reader, chosen, 1).items
    return found[0].matter if found else ""


def _found(reader: Reader, sought: str) -> tuple[Item, ...]:
    if _NUMBER.fullmatch(sought):
        return lists.search(reader, sought, SEARCHED_MAX).items
    found = words.search(reader, sought, SEARCHED_MAX)
    return found.items if found is not None else ()


def _choice(connection: Connection, mine: State, item: Item) -> Choice | None:
    """The letter of a row; None for other matters."""
    state = _state(connection, item.matter)
    if state is None:
        return None
    refused = unfit(connection, rules.current(), mine, item.matter)
    return Choice(
        matter=item.matter,
        number=item.number,
        gist=str(state.fields.get("gist", "")),
        state_name=item.state_name,
        opened=item.opened,
        why_not="" if refused is None else refused.says,
    )


def _state(connection: Connection, matter: str) -> State | None:
    in_use = rules.current()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows or rows[0][0] != KIND:
        return None
    return folded(procedure_of(in_use, *rows[0]), history(connection, matter, in_use.zone))

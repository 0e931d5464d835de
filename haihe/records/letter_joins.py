"""Letters joined to an earlier one about the same matter, and the answer that reaches each writer.

A joined letter stays where it was registered, with its code, its clocks and its writer; what is
investigated has one owner, whoever has the earlier letter. Once that is answered, each joined
letter gets the same answer by an act of its own. Basis: chief-letter-settings#9.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import followed, rules, write
from haihe.records.database import Connection, reading_connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.letter_fit import JOIN, JOINED, KIND, SAME_AS

REPLY: Final = "reply"
ANSWER: Final = "answer_joined"
PASSED_ON: Final = ("reply_text", "result", "reply_basis", "replied_how")
PERSON: Final = "haihe"  # nobody of the staff: the city's rules
MARK_FILE: Final = "letters_followed.json"  # in HAIHE_HOME: how far replies were looked at
JOINED_MAX: Final = 500  # letters joined to one


def joined_to(matter: str, connection: Connection | None = None) -> tuple[str, ...]:
    """The letters that wait for the answer of this one, in the order of their ids."""
    connection = connection or reading_connection()
    in_use = rules.current()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows or rows[0][0] != KIND:
        return ()
    state = folded(procedure_of(in_use, *rows[0]), history(connection, matter, in_use.zone))
    organs = {state.owner.organ, str(state.fields.get("mailbox", ""))}
    organs.update(one.organ for one in state.earlier_owners)
    return tuple(sorted(_waiting(connection, matter, organs)))


def _waiting(connection: Connection, matter: str, organs: set[str]) -> Iterator[str]:
    for organ in sorted(organs):
        last: dict[str, str] = {}
        for one, data in connection.rows(
            "SELECT m.matter_id, e.data FROM matter m JOIN event e ON e.matter_id = m.matter_id "
            "AND e.act = ? WHERE m.owner_organ = ? AND m.ended = ? AND m.kind = ? "
            "AND m.state = ? ORDER BY m.matter_id, e.seq LIMIT ?",
            (JOIN, organ, False, KIND, JOINED, JOINED_MAX),
        ):
            last[one] = str(msgspec.json.decode(data).get(SAME_AS, ""))
        yield from (one for one, into in last.items() if into == matter)


def answer_joined(connection: Connection, now: datetime) -> int:
    """Give the writers of joined letters the answers sent since the last round; how many.

    Done again, nothing is done twice: each answer has one key.
    """
    told = 0
    for one in followed.since(connection, MARK_FILE, (REPLY,)):
        told += _answer(connection, one.matter, now)
    return told


def _answer(connection: Connection, matter: str, now: datetime) -> int:
    in_use = rules.current()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows or rows[0][0] != KIND:
        return 0
    state = folded(procedure_of(in_use, *rows[0]), history(connection, matter, in_use.zone))
    given: Data = {name: state.fields[name] for name in PASSED_ON if name in state.fields}
    count = 0
    for letter in joined_to(matter, connection):
        ((organ, seq),) = connection.rows(
            "SELECT owner_organ, seq FROM matter WHERE matter_id = ?", (letter,)
        )
        command = Command(
            key=f"{ANSWER}/{letter}/{seq}",
            act=ANSWER,
            actor=Actor(person=PERSON, role="mailbox_clerk", organ=organ),
            matter=letter,
            data=given,
        )
        if not isinstance(write.submit(command, now=now), Refused):
            count += 1
    return count

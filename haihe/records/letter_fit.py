"""Which letter may be joined to which: judged at the door, whoever asks and by whatever page."""

from __future__ import annotations

from typing import Final

from haihe.kernel.facts import organs_apart
from haihe.kernel.state import State
from haihe.kernel.values import Refused
from haihe.records.database import Connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.rules import Rules

KIND: Final = "chief_letter"
JOIN: Final = "join_letter"
SAME_AS: Final = "same_as"
JOINED: Final = "joined"  # the state of a letter that waits for the answer of another
CITES: Final = ("chief-letter-settings#9", "chief-letter-settings#4")


def unfit(connection: Connection, in_use: Rules, state: State, into: str) -> Refused | None:
    """Why a letter may not be joined to another one; None if it may.

    The other is an earlier letter that is being handled and reports all this one reports: otherwise
    what is said of a body might be answered by that body.
    """
    rows = connection.rows("SELECT kind, version, ended FROM matter WHERE matter_id = ?", (into,))
    if not rows or rows[0][0] != KIND:
        return _unfit("要并入的不是来信", "请填写先来的那一封来信")
    procedure = procedure_of(in_use, KIND, rows[0][1])
    other = folded(procedure, history(connection, into, in_use.zone))
    if other.ended or other.state == JOINED or other.opened_at > state.opened_at:
        return _unfit(
            "要并入的来信已经办结、已经并入别的来信，或者比这一封晚到",
            "请并入正在办理的、先来的那一封",
        )
    mine = organs_apart(procedure.apart, state.fields)
    if not mine <= organs_apart(procedure.apart, other.fields):
        return _unfit(
            "这一封反映的单位，那一封没有写明，一并办理可能落到被反映单位手里",
            "请先在那一封查明被反映单位，或者单独办理",
        )
    return None


def _unfit(says: str, instead: str) -> Refused:
    return Refused(
        reason="wrong_value",
        says=says,
        instead=instead,
        cites=CITES,
        field=SAME_AS,
    )

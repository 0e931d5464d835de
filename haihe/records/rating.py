"""A rating from a matter: by whoever has its code, after the end, once, and only by own wish.

Kinds that ask for a rating have their own step. For the others a bad rating opens a rectification
filled with the matter, so it goes to the organ that ended it and nobody types it again.
Basis: 国务院办公厅关于建立政务服务“好差评”制度的意见 (voluntary; the two lowest are
answered).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import MINOR
from haihe.kernel.values import Data, Frozen
from haihe.records import rules
from haihe.records.database import reading_connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.looked import code_of

KIND: Final = "rectification"
RATE: Final = "raise_rating"
SCORE: Final = "score"
# What is itself an answer to somebody who was not satisfied is not rated again by this way.
NOT_OF: Final = frozenset({KIND, "reading_objection"})


class Ratable(Frozen, frozen=True, kw_only=True):
    """A matter that may be rated so: what the form is filled with, and who is rated."""

    organ: str
    title: str
    given: Data
    rated: str = ""  # the follow code of the rating, if there is one already


def ratable(matter: str, now: datetime | None = None) -> Ratable | None:
    """What a rating of this matter is filled with; None where it is not to be rated this way."""
    current, connection = rules.current(), reading_connection()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows or rows[0][0] in NOT_OF:
        return None
    day = (now or datetime.now(UTC)).astimezone(current.zone).date()
    procedure = procedure_of(current, *rows[0])
    if current.governing(KIND, day) is None or has_own(procedure):
        return None
    state = folded(procedure, history(connection, matter, current.zone))
    if not state.ended or state.merged_into is not None:
        return None
    given: Data = {"organ_concerned": state.owner.organ, "concerned_matter": matter}
    if isinstance(state.fields.get(MINOR), bool):
        given[MINOR] = state.fields[MINOR]
    return Ratable(
        organ=current.organ_name(state.owner.organ),
        title=procedure.name,
        given=given,
        rated=_rated(matter),
    )


def has_own(procedure: Procedure) -> bool:
    """Whether the kind asks the public for a rating by a step of its own."""
    public = {name for name, role in procedure.roles.items() if role.stands == "public"}
    return any(SCORE in step.asks and public & set(step.by) for step in procedure.steps.values())


def rating_key(matter: str) -> str:
    """The key of the one rating of a matter: a second one finds the first."""
    return f"public:{RATE}:{matter}"


def _rated(matter: str) -> str:
    rows = reading_connection().rows(
        "SELECT m.matter_id, m.code_tag FROM command_key k "
        "JOIN matter m ON m.matter_id = k.matter_id WHERE k.key = ?",
        (rating_key(matter),),
    )
    if not rows:
        return ""
    return code_of(*rows[0])

"""What whoever follows a matter is told of its values: who deals with it, what was answered.

The procedure says which fields these are (`told`); none of them is personal or kept from anybody.
A contest of the end and the organ's answer to it are told in their own words.
Where a minor is concerned the page tells the state alone, as for every kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from haihe.kernel.acts import ANSWER_CONTEST, FINDINGS
from haihe.kernel.facts import is_given
from haihe.kernel.reading import concerns_minor
from haihe.kernel.state import Done
from haihe.records import rules
from haihe.records.database import reading_connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.printing import Printer
from haihe.records.shown import Shown


def answers_told(matter: str, now: datetime | None = None) -> tuple[Shown, ...]:
    """The told fields that are given, as they stand, in the order of the procedure."""
    connection, in_use = reading_connection(), rules.current()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows:
        return ()
    procedure = procedure_of(in_use, *rows[0])
    told = {name: field for name, field in procedure.fields.items() if field.told}
    state = folded(procedure, history(connection, matter, in_use.zone))
    if concerns_minor(state, procedure):
        return ()
    printer = Printer(rules=in_use, now=now or datetime.now(UTC))
    given = (
        Shown(label=field.name, value=printer.value(field, state.fields[name]))
        for name, field in told.items()
        if is_given(state.fields.get(name))
    )
    return (*given, *_contests(state.done))


def _contests(done: Iterable[Done]) -> Iterator[Shown]:
    """What was contested and what was answered, in the words of both, as far as they are kept."""
    for one in done:
        reason = one.data.get("reason")
        if not is_given(reason):
            continue
        if one.act == "contest":
            yield Shown(label="您的异议", value=str(reason))
        elif one.act == ANSWER_CONTEST:
            found = FINDINGS.get(str(one.data.get("finding")), "")
            yield Shown(label="对异议的答复", value=f"{found}。{reason}")

"""What models found becomes rows of table finding, and matters of kind `rectification`.

A finding is its model, its matter and its cause: raised once, kept up to date, closed when the
sweep no longer finds it, and opened again if it comes back. A model in force opens a rectification
through the one door in; its key is made from the finding, so a sweep that was cut off and runs
again opens nothing twice. A model on trial only tells. Whoever answers for a finding is the organ
that has the matter, or the organ that the cause names (the card says which).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.models import Card
from haihe.records import journal, rules, write
from haihe.records.database import Connection, Row, connect, reading_connection, writing
from haihe.records.instants import stored
from haihe.supervision.sweep import Finding

KIND: Final = "rectification"
RUNNER: Final = Actor(person="model_runner", role="model_runner", organ="supervision")
EVENTS_TOLD_MAX: Final = 100
WORDS_MAX: Final = 200

_COLUMNS: Final = (
    "finding_id, model, matter_id, cause, says, events, first_seen, last_seen, closed_at, times,"
    " rectification"
)


@dataclass
class Raised:
    """What a sweep of one model changed; `refused` are rectifications that could not be opened."""

    open: int = 0
    new: int = 0
    returned: int = 0
    gone: int = 0
    rechecked: int = 0
    refused: list[str] = field(default_factory=list)


class Known(msgspec.Struct, frozen=True, array_like=True):
    """A row of table finding."""

    finding_id: int
    model: str
    matter: str
    cause: str
    says: str
    events: str
    first_seen: int
    last_seen: int
    closed_at: int | None
    times: int
    rectification: str | None


def raise_findings(card: Card, found: Iterable[Finding], now: datetime) -> Raised:
    """Bring the findings of one model up to what a full sweep found.

    Several sweeps at once do no harm, but do work twice: call it from one place.
    """
    told = Raised()
    known = {(one.matter, one.cause): one for one in _known(reading_connection(), card.id)}
    connection = connect()
    try:
        for finding in found:
            told.open += 1
            before = known.pop((finding.matter_id, finding.cause), None)
            _raise(connection, card, finding, before, now, told)
        for gone in known.values():
            if gone.closed_at is None:
                told.gone += 1
                _close(connection, gone, now)
    finally:
        connection.close()
    told.rechecked = recheck(card.id, now)
    return told


def _known(connection: Connection, model: str) -> list[Known]:
    rows = connection.rows(f"SELECT {_COLUMNS} FROM finding WHERE model = ?", (model,))
    return [Known(*row) for row in rows]


def _raise(
    connection: Connection,
    card: Card,
    finding: Finding,
    before: Known | None,
    now: datetime,
    told: Raised,
) -> None:
    """One finding: new, come back, or seen again; nothing is written when nothing changed."""
    matter = _matter(connection, finding.matter_id)
    if matter is None:  # gone since the views were made; the next sweep will tell
        told.open -= 1
        return
    says = _says(card, finding, matter[0])
    events = msgspec.json.encode(list(finding.seqs[:EVENTS_TOLD_MAX])).decode()
    instant = stored(now)
    if before is not None and before.closed_at is None:
        opened = before.rectification or _open(card, finding, matter, says, 1, "", now, told)
        if (before.says, before.events, before.rectification) != (says, events, opened):
            _update(connection, before, says, events, instant, before.times, opened)
        return
    times = 1 if before is None else before.times + 1
    earlier = (before.rectification or "") if before is not None else ""
    opened = _open(card, finding, matter, says, times, earlier, now, told)
    if before is None:
        told.new += 1
        with writing(connection):
            connection.insert(
                "finding",
                [
                    (
                        card.id,
                        finding.matter_id,
                        finding.cause,
                        says,
                        events,
                        instant,
                        instant,
                        None,
                        times,
                        opened,
                    )
                ],
            )
        return
    told.returned += 1
    _update(connection, before, says, events, instant, times, opened)


def _matter(connection: Connection, matter: str) -> tuple[Procedure, str] | None:
    """The procedure of a matter and the organ that has it."""
    rows = connection.rows(
        "SELECT kind, version, owner_organ FROM matter WHERE matter_id = ?", (matter,)
    )
    if not rows:
        return None
    kind, version, organ = rows[0]
    return journal.procedure_of(rules.current(), kind, version), organ


def _says(card: Card, finding: Finding, procedure: Procedure) -> str:
    """The finding in words: 期限届满未办：派遣期限."""
    run = finding.cause.partition("#")[0]
    if finding.cause in card.causes:
        cause = card.causes[finding.cause]
    elif run in procedure.clocks:
        cause = procedure.clocks[run].name
    elif finding.cause in procedure.steps:
        cause = procedure.steps[finding.cause].name
    else:
        cause = rules.current().organ_name(finding.cause)
    return f"{card.name}：{cause}"[:WORDS_MAX]


def _open(
    card: Card,
    finding: Finding,
    matter: tuple[Procedure, str],
    says: str,
    times: int,
    earlier: str,
    now: datetime,
    told: Raised,
) -> str | None:
    """The rectification of a finding, opened unless it is there; None where the model only tells."""
    if card.status != "in_force" or card.opens == "notice":
        return None
    key = f"finding/{card.id}/{finding.matter_id}/{finding.cause}/{times}"
    data: Data = {
        "model": card.id,
        "finding": says,
        "concerned_matter": finding.matter_id,
        "organ_concerned": finding.cause if card.concerns == "cause" else matter[1],
        "events": [str(seq) for seq in finding.seqs[:EVENTS_TOLD_MAX]],
        "article": rules.current().article(card.basis[0]),
        "question": card.question,
    }
    if earlier:
        data["relapse_of"] = earlier
    command = Command(key=key, act="raise_finding", actor=RUNNER, kind=KIND, data=data)
    answer = write.submit(command, now=now)
    if not isinstance(answer, Refused):
        return answer.matter
    if answer.reason == "key_reused":  # opened by a sweep that was cut off, with other events
        rows = reading_connection().rows("SELECT matter_id FROM command_key WHERE key = ?", (key,))
        return str(rows[0][0])
    told.refused.append(f"{card.id} {finding.matter_id}: {answer.says}")
    return None


def _update(
    connection: Connection,
    before: Known,
    says: str,
    events: str,
    instant: int,
    times: int,
    rectification: str | None,
) -> None:
    with writing(connection):
        connection.run(
            "UPDATE finding SET says = ?, events = ?, last_seen = ?, closed_at = NULL, times = ?,"
            " rectification = ? WHERE finding_id = ?",
            (says, events, instant, times, rectification, before.finding_id),
        )


def _close(connection: Connection, gone: Known, now: datetime) -> None:
    with writing(connection):
        connection.run(
            "UPDATE finding SET closed_at = ? WHERE finding_id = ?",
            (stored(now), gone.finding_id),
        )


def recheck(model: str, now: datetime) -> int:
    """Answer for the machine in every rectification of a model that was replied to.

    An answer is not a rectification: the sweep that has just run says whether the cause is gone.
    Gives how many were rechecked.
    """
    rows: list[Row] = reading_connection().rows(
        "SELECT r.matter_id, r.seq, f.closed_at, f.events FROM matter r"
        " JOIN finding f ON f.rectification = r.matter_id"
        " WHERE r.kind = ? AND r.state = 'replied' AND f.model = ?",
        (KIND, model),
    )
    count = 0
    for matter, seq, closed_at, events in rows:
        remains = closed_at is None
        answer = write.submit(
            Command(
                key=f"recheck/{matter}/{seq}",
                act="recheck",
                actor=RUNNER,
                matter=matter,
                data={
                    "recheck_result": "remains" if remains else "gone",
                    "recheck_events": [str(one) for one in msgspec.json.decode(events)],
                },
                expects=seq,
            ),
            now=now,
        )
        count += not isinstance(answer, Refused)
    return count

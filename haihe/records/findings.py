"""What models found becomes rows of table finding, and matters of kind `rectification`.

A finding is its model, its matter and its cause: raised once, kept up to date, closed when a sweep
no longer finds it, and opened again if it comes back. A model in force opens a rectification
through the one door in; its key is made from the finding, so a sweep that was cut off and runs
again opens nothing twice. A model on trial, or one whose card says `opens: notice`, only tells.
Whoever answers for a finding is the organ that has the matter, or the organ that the cause names
(the card says which). Above a model's alert budget of the week the findings against one organ are
gathered in one digest, a rectification that stands for all of them; none is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.models import Card
from haihe.records import journal, rules, write
from haihe.records.chain import sha256
from haihe.records.database import IN_MAX, Connection, Row, connect, reading_connection, writing
from haihe.records.instants import stored
from haihe.records.journal import NEVER
from haihe.records.printing import matter_number
from haihe.records.staging import rule_of
from haihe.records.writer import first_id

if TYPE_CHECKING:  # a sweep needs Arrow, a page that shows findings does not
    from haihe.supervision.sweep import Finding

KIND: Final = "rectification"
RUNNER: Final = Actor(person="model_runner", role="model_runner", organ="supervision")
EVENTS_TOLD_MAX: Final = 100
WORDS_MAX: Final = 200
WEEK: Final = timedelta(days=7)

# A rectification in this state, whose clock ran out, goes to the organ above by this step.
SILENCES: Final = {
    "raised": ("escalate_silence", ("reply",)),
    "returned": ("escalate_rework", ("rework",)),
}

_MATTER: Final = re.compile(r"\b[0-9a-f]{32}\b")  # a model names another matter by its id

_COLUMNS: Final = (
    "finding_id, model, matter_id, cause, says, events, first_seen, last_seen, closed_at, times,"
    " rectification"
)


@dataclass
class Raised:
    """What a sweep of one model changed; `refused` are rectifications that could not be opened.

    `gathered` counts the new findings that went into a digest of their organ's week.
    """

    open: int = 0
    new: int = 0
    returned: int = 0
    gone: int = 0
    gathered: int = 0
    refused: list[str] = field(default_factory=list)

    def add(self, other: Raised) -> None:
        """Count another sweep of the same model in."""
        self.open += other.open
        self.new += other.new
        self.returned += other.returned
        self.gone += other.gone
        self.gathered += other.gathered
        self.refused += other.refused


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


class Week:
    """What each model told each organ one by one since Monday; looked up when first asked."""

    def __init__(self, now: datetime) -> None:
        self.begun = _monday(now)
        self._alone: dict[tuple[str, str], int] | None = None

    def alone(self, connection: Connection, model: str, organ: str) -> int:
        """How many rectifications the model opened against the organ, digests left out."""
        if self._alone is None:
            self._alone = _opened_since(connection, self.begun)
        return self._alone.get((model, organ), 0)

    def count(self, model: str, organ: str) -> None:
        """One more."""
        if self._alone is not None:
            self._alone[model, organ] = self._alone.get((model, organ), 0) + 1


def raise_findings(
    card: Card,
    found: Iterable[Finding],
    now: datetime,
    within: Sequence[str] | None = None,
    week: Week | None = None,
) -> Raised:
    """Bring the findings of one model up to what a sweep found: of all matters, or of some.

    `week` is shared by the models of a sweep. Several sweeps at once do no harm, but do work
    twice: call it from one place.
    """
    found = list(found)
    connection = connect()
    try:
        known = {(one.matter, one.cause): one for one in _known(connection, card.id, within)}
        if not found and not known:
            return Raised()
        raising = _Raising(connection, card, now, week or Week(now))
        for finding in found:
            raising.take(finding, known.pop((finding.matter_id, finding.cause), None))
        gone = [one for one in known.values() if one.closed_at is None]
        raising.told.gone = len(gone)
        _close(connection, gone, now)
        return raising.told
    finally:
        connection.close()


def close_others(models: set[str], now: datetime) -> int:
    """Close the open findings of models that are no longer in service; gives how many."""
    connection = connect()
    try:
        rows = connection.rows(f"SELECT {_COLUMNS} FROM finding WHERE closed_at IS NULL")
        gone = [one for one in (Known(*row) for row in rows) if one.model not in models]
        _close(connection, gone, now)
        return len(gone)
    finally:
        connection.close()


def _known(connection: Connection, model: str, within: Sequence[str] | None) -> list[Known]:
    if within is None:
        rows = connection.rows(f"SELECT {_COLUMNS} FROM finding WHERE model = ?", (model,))
        return [Known(*row) for row in rows]
    found: list[Known] = []
    for start in range(0, len(within), IN_MAX):
        part = within[start : start + IN_MAX]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT {_COLUMNS} FROM finding WHERE model = ? AND matter_id IN ({marks})"
        found += [Known(*row) for row in connection.rows(sql, (model, *part))]
    return found


class _Raising:
    """The findings of one model, taken one after another."""

    def __init__(self, connection: Connection, card: Card, now: datetime, week: Week) -> None:
        self.connection = connection
        self.card = card
        self.now = now
        self.told = Raised()
        self._week = week

    def take(self, finding: Finding, before: Known | None) -> None:
        """One finding: new, come back, or seen again; nothing is written when nothing changed."""
        matter = _matter(self.connection, finding.matter_id)
        if matter is None:  # gone since the views were made; the next sweep will tell
            return
        self.told.open += 1
        says = _says(self.card, finding, matter[0])
        events = msgspec.json.encode(list(finding.seqs[:EVENTS_TOLD_MAX])).decode()
        if before is not None and before.closed_at is None:
            opened = before.rectification or self._open(finding, matter, says, before.times, "")
            if (before.says, before.events, before.rectification) != (says, events, opened):
                self._update(before, says, events, before.times, opened)
            return
        times = 1 if before is None else before.times + 1
        earlier = (before.rectification or "") if before is not None else ""
        opened = self._open(finding, matter, says, times, earlier)
        if before is not None:
            self.told.returned += 1
            self._update(before, says, events, times, opened)
            return
        self.told.new += 1
        instant = stored(self.now)
        row = (self.card.id, finding.matter_id, finding.cause, says, events)
        with writing(self.connection):
            self.connection.insert("finding", [(*row, instant, instant, None, times, opened)])
            self.connection.run(
                "INSERT INTO finding_span (finding_id, since, until) SELECT finding_id, ?, ? "
                "FROM finding WHERE model = ? AND matter_id = ? AND cause = ?",
                (instant, NEVER, *row[:3]),
            )

    def _open(
        self,
        finding: Finding,
        matter: tuple[Procedure, str],
        says: str,
        times: int,
        earlier: str,
    ) -> str | None:
        """The rectification of a finding, opened unless it is there; None where a model tells."""
        if self.card.status != "in_force" or self.card.opens == "notice":
            return None
        organ = finding.cause if self.card.concerns == "cause" else matter[1]
        key = f"finding/{self.card.id}/{finding.matter_id}/{finding.cause}/{times}"
        known = _opened_before(self.connection, key)
        if known:
            return known
        if self._week.alone(self.connection, self.card.id, organ) < self.card.alert_budget:
            opened = self._submit(key, finding, organ, says, earlier)
            if opened is not None:
                self._week.count(self.card.id, organ)
            return opened
        self.told.gathered += 1
        kept = kept_from(self.connection, finding.matter_id)
        digest = _digest_key(self.card.id, organ, self._week.begun, kept)
        told = f"{self.card.name}：本周同类发现超过{self.card.alert_budget}件，其余合并整改"
        return _opened_before(self.connection, digest) or self._submit(
            digest, finding, organ, told, ""
        )

    def _submit(
        self, key: str, finding: Finding, organ: str, says: str, earlier: str
    ) -> str | None:
        data: Data = {
            "model": self.card.id,
            "finding": says,
            "concerned_matter": finding.matter_id,
            "organ_concerned": organ,
            "events": [str(seq) for seq in finding.seqs[:EVENTS_TOLD_MAX]],
            "article": rules.current().article(self.card.basis[0]),
            "question": self.card.question,
        }
        kept = kept_from(self.connection, finding.matter_id)
        if kept:
            data["kept_from"] = kept
        if earlier:
            data["relapse_of"] = earlier
        command = Command(key=key, act="raise_finding", actor=RUNNER, kind=KIND, data=data)
        answer = write.submit(command, now=self.now)
        if not isinstance(answer, Refused):
            return answer.matter
        if answer.reason == "key_reused":  # opened by a sweep that was cut off, with other events
            return _opened_before(reading_connection(), key) or None
        self.told.refused.append(f"{self.card.id} {finding.matter_id}: {answer.says}")
        return None

    def _update(
        self, before: Known, says: str, events: str, times: int, rectification: str | None
    ) -> None:
        with writing(self.connection):
            self.connection.run(
                "UPDATE finding SET says = ?, events = ?, last_seen = ?, closed_at = NULL,"
                " times = ?, rectification = ? WHERE finding_id = ?",
                (says, events, stored(self.now), times, rectification, before.finding_id),
            )
            if before.closed_at is not None:
                span = (before.finding_id, stored(self.now), NEVER)
                self.connection.replace("finding_span", [span])


def kept_from(connection: Connection, matter: str) -> list[str]:
    """Which bodies and persons must not know of a matter, so not of what is found in it either."""
    sql = "SELECT DISTINCT organ FROM stake WHERE matter_id = ? AND how = 'apart' ORDER BY organ"
    return [str(organ) for (organ,) in connection.rows(sql, (matter,))]


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
    run = rule_of(finding.cause)
    if finding.cause in card.causes:
        cause = card.causes[finding.cause]
    elif run in procedure.clocks:
        cause = procedure.clocks[run].name
    elif finding.cause in procedure.steps:
        cause = procedure.steps[finding.cause].name
    else:
        named = rules.current().organ_name(finding.cause)
        cause = _MATTER.sub(lambda found: matter_number(found[0]), named)
    return f"{card.name}：{cause}"[:WORDS_MAX]


def _opened_before(connection: Connection, key: str) -> str:
    rows = connection.rows("SELECT matter_id FROM command_key WHERE key = ?", (key,))
    return str(rows[0][0]) if rows else ""


def _close(connection: Connection, gone: Sequence[Known], now: datetime) -> None:
    for start in range(0, len(gone), IN_MAX):
        with writing(connection):
            for one in gone[start : start + IN_MAX]:
                connection.run(
                    "UPDATE finding SET closed_at = ? WHERE finding_id = ?",
                    (stored(now), one.finding_id),
                )
                connection.run(
                    "UPDATE finding_span SET until = ? WHERE finding_id = ? AND until = ?",
                    (stored(now), one.finding_id, NEVER),
                )


# ── the alert budget of a week ───────────────────────────────────────────────────────────────


def _monday(now: datetime) -> datetime:
    """The midnight with which the week began."""
    zone = rules.current().zone
    day = now.astimezone(zone).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(), tzinfo=zone)


def _digest_key(model: str, organ: str, begun: datetime, kept: Sequence[str] = ()) -> str:
    """The digest of a model, an organ and a week; what is kept from somebody is gathered apart."""
    key = f"digest/{model}/{organ}/{begun.date().isoformat()}"
    return f"{key}/{sha256('/'.join(kept).encode()).hex()[:16]}" if kept else key


def _opened_since(connection: Connection, begun: datetime) -> dict[tuple[str, str], int]:
    """How many rectifications each model opened against each organ, digests left out.

    Ids are ordered by time, so this reads the matters of the week and no others.
    """
    rows = connection.rows(
        "SELECT e.data FROM matter m"
        " JOIN event e ON e.matter_id = m.matter_id AND e.seq = 1"
        " WHERE m.matter_id >= ? AND m.kind = ? AND e.act = 'raise_finding'",
        (first_id(begun), KIND),
    )
    counts: dict[tuple[str, str], int] = {}
    for (data,) in rows:
        told = msgspec.json.decode(data)
        pair = (told["model"], told["organ_concerned"])
        counts[pair] = counts.get(pair, 0) + 1
    for model, organ in counts:
        if _opened_before(connection, _digest_key(model, organ, begun)):
            counts[model, organ] -= 1
    return counts


# ── rectifications that were answered, or that nobody answers ────────────────────────────────


def follow_up(matters: Sequence[str] | None, now: datetime) -> tuple[int, int]:
    """Answer for the machine in rectifications (None: all): look again, or go to the organ above.

    An answer is not a rectification: the sweep that has just run says whether the cause is gone.
    Silence goes up the tiers (基层、分局、市局) by the step the procedure has for it, where the
    city tells an organ above. Gives how many were rechecked, and how many went up.
    """
    connection = reading_connection()
    columns = "SELECT matter_id, seq, state, owner_organ FROM matter WHERE"
    if matters is None:
        states = ", ".join(f"'{state}'" for state in ("replied", *SILENCES))
        rows = connection.rows(
            f"{columns} kind = ? AND ended = ? AND state IN ({states})", (KIND, False)
        )
    else:
        rows = [
            row
            for start in range(0, len(matters), IN_MAX)
            for row in connection.rows_in(
                f"{columns} matter_id", matters[start : start + IN_MAX], "ORDER BY matter_id"
            )
        ]
    rechecked = sum(_recheck(connection, row, now) for row in rows if row[2] == "replied")
    escalated = sum(_escalate(connection, row, now) for row in rows if row[2] in SILENCES)
    return rechecked, escalated


def _recheck(connection: Connection, row: Row, now: datetime) -> bool:
    """Say in a rectification of a model whether what it stands for is still found."""
    matter, seq, _, _ = row
    opening = connection.rows("SELECT act FROM event WHERE matter_id = ? AND seq = 1", (matter,))
    if opening[0][0] != "raise_finding":
        return False
    remaining = connection.rows(
        "SELECT events FROM finding WHERE closed_at IS NULL AND rectification = ?", (matter,)
    )
    events = [str(one) for row in remaining for one in msgspec.json.decode(row[0])]
    command = Command(
        key=f"recheck/{matter}/{seq}",
        act="recheck",
        actor=RUNNER,
        matter=matter,
        data={
            "recheck_result": "remains" if remaining else "gone",
            "recheck_events": list(dict.fromkeys(events))[:EVENTS_TOLD_MAX],
        },
        expects=seq,
    )
    return not isinstance(write.submit(command, now=now), Refused)


def _escalate(connection: Connection, row: Row, now: datetime) -> bool:
    """Hand a rectification nobody answered in time to the organ above its owner."""
    matter, seq, state, organ = row
    act, clocks = SILENCES[state]
    above = rules.current().organ_above(organ)
    if not above:
        return False
    running = connection.rows(
        "SELECT clock FROM clock WHERE matter_id = ? AND stopped_at IS NULL AND falls_at < ?",
        (matter, stored(now)),
    )
    if not any(rule_of(clock) in clocks for (clock,) in running):
        return False
    command = Command(
        key=f"escalate/{matter}/{seq}",
        act=act,
        actor=RUNNER,
        matter=matter,
        data={"upper_organ": above},
        expects=seq,
    )
    return not isinstance(write.submit(command, now=now), Refused)

"""Lawful erasure of personal fields: the values go, the record that they went stays in the chain.

Basis: 个人信息保护法第47条. The ciphertext with its salt is deleted, with the last one the key of
the matter too, and the keys of papers issued with it; what the chain keeps is a digest that nobody
can guess from without the salt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final, NamedTuple

from haihe.kernel.paper import fields_of
from haihe.kernel.values import Actor, Data, Event, Refused
from haihe.records import answers, files
from haihe.records.answers import Recorded
from haihe.records.database import Connection, connect, writing
from haihe.records.journal import ERASE, MATTER_HELD, Held, held
from haihe.records.staging import Batch, Stage
from haihe.records.writer import means, rows_of

REASON_MIN: Final = 2
REASON_MAX: Final = 2_000
CITES: Final = ("personal-information-2021#47",)
ISSUE: Final = "issue"


def erase(
    matter: str,
    fields: Collection[str] | None,
    *,
    approved_by: Actor,
    reason: str,
    now: datetime | None = None,
) -> Recorded | Refused:
    """Erase these personal fields of a matter wherever they were given (None: all of them).

    Recorded once nothing of them is left in the database. Backups made earlier still hold them:
    docs/records.md says how long to keep those.
    """
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        return answers.unusable("reason", "没有写明删除的理由。", "请写明依据和理由后再提交。")
    return in_one(
        lambda connection: erase_within(connection, matter, fields, approved_by, reason, now)
    )


class Disposed(NamedTuple):
    """Besides the personal fields: what the record of a disposal tells, and files that go."""

    told: Data
    files: frozenset[str]


def in_one(
    work: Callable[[Connection], tuple[Recorded | Refused, list[str]]],
) -> Recorded | Refused:
    """Carry an erasure out as one transaction, then free what it left on the disk."""
    connection = connect()
    try:
        with writing(connection):
            answer, gone = work(connection)
        if connection.vendor == "sqlite" and isinstance(answer, Recorded):
            connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")  # the log held the old pages
        files.remove(gone)
        return answer
    finally:
        connection.close()


def erase_within(
    connection: Connection,
    matter: str,
    fields: Collection[str] | None,
    approved_by: Actor,
    reason: str,
    now: datetime | None,
    disposed: Disposed | None = None,
) -> tuple[Recorded | Refused, list[str]]:
    """The same inside a transaction; also gives the files whose keys it destroyed.

    Papers that were issued with one of the fields go with it; a disposal names all files.
    """
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    rows = connection.rows(f"SELECT {MATTER_HELD} FROM matter WHERE matter_id = ?{lock}", (matter,))
    if not rows:
        return answers.unknown_matter(matter), []
    given = connection.rows(
        "SELECT seq, field FROM personal WHERE matter_id = ? ORDER BY seq, field", (matter,)
    )
    chosen = [(seq, name) for seq, name in given if fields is None or name in fields]
    if not chosen and not (disposed and disposed.files):
        return _nothing(), []
    before = held(connection, rows[0], means().rules)
    at = now or datetime.now(UTC)
    gone = files.destroy_keys(
        connection,
        disposed.files if disposed else _papers_with({name for _, name in chosen}, before),
    )
    told: Data = {"erased": [f"{seq}:{name}" for seq, name in chosen], "reason": reason}
    if gone:
        told["files"] = gone
    event = Event(
        seq=before.state.seq + 1,
        act=ERASE,
        actor=approved_by,
        happened_at=at,
        recorded_at=at,
        data=told | (disposed.told if disposed else {}),
    )
    after = _append(connection, before, event, at)
    for seq, name in chosen:
        for table in ("personal", "number_tag"):
            connection.run(
                f"DELETE FROM {table} WHERE matter_id = ? AND seq = ? AND field = ?",
                (matter, seq, name),
            )
    if len(chosen) == len(given):
        connection.run("DELETE FROM matter_key WHERE matter_id = ?", (matter,))
    connection.run("UPDATE certificate SET sealed = ? WHERE matter_id = ?", (b"", matter))
    for table in ("source_question", "citizen_joined"):
        connection.run(f"DELETE FROM {table} WHERE matter_id = ?", (matter,))
    return Recorded(matter=matter, seq=event.seq, event_hash=after.head.hex()), gone


def _append(connection: Connection, before: Held, event: Event, at: datetime) -> Held:
    desk = Batch(connection, means(), at, {before.matter: before}, {})
    own = Stage()
    after = desk.append(own, before.procedure, before, event, {}, None)
    desk.stage.take(own)
    connection.write(*rows_of(desk))
    return after


def _papers_with(names: set[str], before: Held) -> list[str]:
    """The digests of issued papers that hold one of these fields."""
    state, procedure, rules = before.state, before.procedure, means().rules
    steps = {done.seq: done.act for done in state.done if done.act in procedure.steps}
    issued = (
        (done, steps.get(int(str(done.data["step"])))) for done in state.done if done.act == ISSUE
    )
    return [
        str(done.data["digest"])
        for done, act in issued
        if act is not None
        for one in rules.papers(procedure, act)
        if one.name == done.data["paper"] and names & set(fields_of(one))
    ]


def _nothing() -> Refused:
    return Refused(
        reason="nothing_to_erase",
        says="本事项没有这些个人信息，或者已经删除。",
        instead="请核对事项和字段。",
        cites=CITES,
    )

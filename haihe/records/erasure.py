"""Lawful erasure of personal fields: the values go, the record that they went stays in the chain.

Basis: 个人信息保护法第47条. The ciphertext with its salt is deleted, with the last one the key of
the matter too; what the chain keeps is a digest that nobody can guess from without the salt.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from haihe.kernel.values import Actor, Event, Refused
from haihe.records import answers
from haihe.records.answers import Recorded
from haihe.records.database import Connection, connect, writing
from haihe.records.journal import ERASE, MATTER_HELD, held
from haihe.records.staging import Batch, Stage
from haihe.records.writer import means, rows_of

REASON_MIN: Final = 2
REASON_MAX: Final = 2_000
CITES: Final = ("personal-information-2021#47",)


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
    connection = connect()
    try:
        with writing(connection):
            answer = _erase(connection, matter, fields, approved_by, reason, now)
        if connection.vendor == "sqlite" and isinstance(answer, Recorded):
            connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")  # the log held the old pages
        return answer
    finally:
        connection.close()


def _erase(
    connection: Connection,
    matter: str,
    fields: Collection[str] | None,
    approved_by: Actor,
    reason: str,
    now: datetime | None,
) -> Recorded | Refused:
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    rows = connection.rows(f"SELECT {MATTER_HELD} FROM matter WHERE matter_id = ?{lock}", (matter,))
    if not rows:
        return answers.unknown_matter(matter)
    given = connection.rows(
        "SELECT seq, field FROM personal WHERE matter_id = ? ORDER BY seq, field", (matter,)
    )
    chosen = [(seq, name) for seq, name in given if fields is None or name in fields]
    if not chosen:
        return Refused(
            reason="nothing_to_erase",
            says="本事项没有这些个人信息，或者已经删除。",
            instead="请核对事项和字段。",
            cites=CITES,
        )
    before = held(connection, rows[0], means().rules)
    at = now or datetime.now(UTC)
    desk = Batch(connection, means(), at, {matter: before}, {})
    event = Event(
        seq=before.state.seq + 1,
        act=ERASE,
        actor=approved_by,
        happened_at=at,
        recorded_at=at,
        data={"erased": [f"{seq}:{name}" for seq, name in chosen], "reason": reason},
    )
    own = Stage()
    after = desk.append(own, before.procedure, before, event, {}, None)
    desk.stage.take(own)
    connection.write(*rows_of(desk))
    for seq, name in chosen:
        connection.run(
            "DELETE FROM personal WHERE matter_id = ? AND seq = ? AND field = ?",
            (matter, seq, name),
        )
        connection.run(
            "DELETE FROM number_tag WHERE matter_id = ? AND seq = ? AND field = ?",
            (matter, seq, name),
        )
    if len(chosen) == len(given):
        connection.run("DELETE FROM matter_key WHERE matter_id = ?", (matter,))
    return Recorded(matter=matter, seq=event.seq, event_hash=after.head.hex())

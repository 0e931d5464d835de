"""Disposal of personal data whose time is over: what is due, proposed by one, decided by another.

Basis: 个人信息保护法 19, 47; the years are the city's (city/retention.yaml). Approved,
the keys of the matter and of its files are destroyed; the events, their hashes and who did it stay,
so the chain verifies as before. Nothing is disposed of while the matter or one beside it goes on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice
from typing import Final, Literal

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Frozen, Refused
from haihe.pack.place import city_folder
from haihe.pack.retention import Retention, Schedule, load_retention
from haihe.records import answers, reach, rules
from haihe.records.accounts import person_name
from haihe.records.answers import Recorded
from haihe.records.database import IN_MAX, Connection, Row, reading_connection, writing
from haihe.records.erasure import REASON_MAX, REASON_MIN, Disposed, erase_within, in_one
from haihe.records.instants import restored, stored
from haihe.records.journal import procedure_of
from haihe.records.printing import Printer
from haihe.records.shown import Reader

DUE_MAX: Final = 50
CITES: Final = ("retention-settings#2",)
Decision = Literal["approve", "refuse"]
# Ended, not contested, with something left to dispose of, and no matter beside it still runs.
_DUE: Final = (
    "m.ended = ? AND m.contested = ? AND m.changed_at < ? "
    "AND (EXISTS (SELECT 1 FROM personal p WHERE p.matter_id = m.matter_id) OR EXISTS "
    "(SELECT 1 FROM file_use u JOIN file_key k ON k.digest = u.digest "
    "WHERE u.matter_id = m.matter_id)) "
    "AND NOT EXISTS (SELECT 1 FROM matter c WHERE c.from_matter = m.matter_id AND c.ended = ?) "
    "AND NOT EXISTS (SELECT 1 FROM matter c WHERE c.matter_id = m.from_matter AND c.ended = ?)"
)
_WAITING: Final = (
    "EXISTS (SELECT 1 FROM disposal d WHERE d.matter_id = m.matter_id AND d.state = 'proposed')"
)


class Due(Frozen, frozen=True, kw_only=True):
    """A matter whose personal data may no longer be kept."""

    matter: str
    number: str
    title: str
    organ: str
    ended: str
    years: int
    articles: tuple[str, ...]
    cites: tuple[str, ...]


class Proposed(Frozen, frozen=True, kw_only=True):
    """A disposal that waits for a second person; `mine`: the reader proposed it."""

    id: int
    matter: str
    number: str
    title: str
    organ: str
    proposed: str
    by: str
    reason: str
    articles: tuple[str, ...]
    mine: bool


class Kept(Frozen, frozen=True, kw_only=True):
    """An entry of the city's schedule in words."""

    kinds: str
    years: int
    remains: str
    articles: tuple[str, ...]
    source: str
    checked_on: date


def schedules() -> tuple[Kept, ...]:
    """How long what is kept, in the order of the city's file."""
    told = rules.current()
    printer = Printer(rules=told, now=datetime.now(UTC))
    names = {one.kind: one.name for one in told.every_version()}
    return tuple(
        Kept(
            kinds="、".join(names.get(kind, kind) for kind in one.kinds) or "其他各类",
            years=one.years,
            remains=one.remains,
            articles=printer.articles(one.cites),
            source=one.source,
            checked_on=one.checked_on,
        )
        for one in _retention().retention
    )


def due(reader: Reader, limit: int = DUE_MAX, now: datetime | None = None) -> tuple[Due, ...]:
    """What is due among the matters of the organs in reach, and not yet proposed; oldest first."""
    return _due(reader.organ, limit, now)


def due_everywhere(limit: int, now: datetime | None = None) -> tuple[Due, ...]:
    """The same for every organ: for the command of who keeps the machines."""
    return _due(None, limit, now)


def _due(by: str | None, limit: int, now: datetime | None) -> tuple[Due, ...]:
    """What is due in the reach of an organ; None: everywhere."""
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    connection = reading_connection()
    found: list[Due] = []
    for schedule, kinds in _kinds_by_schedule(printer.rules.every_version()):
        marks = ", ".join("?" * len(kinds))
        rows = connection.stream(
            "SELECT m.matter_id, m.number, m.kind, m.version, m.owner_organ, m.changed_at "
            f"FROM matter m WHERE m.kind IN ({marks}) AND {_DUE} AND NOT {_WAITING} "
            "ORDER BY m.changed_at, m.matter_id",
            (*kinds, *_due_values(schedule, printer)),
        )
        chosen = islice(
            (row for row in rows if by is None or reach.holds(by, row[4], row[2])), limit
        )
        found += [_due_shown(printer, schedule, row) for row in chosen]
    return tuple(found[:limit])


def propose(
    reader: Reader, matters: list[str], reason: str, now: datetime | None = None
) -> int | Refused:
    """Propose the disposal of these matters, as far as they are due; gives how many."""
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        return answers.unusable("reason", "没有写明处置的理由。", "请写明依据和核对情况后再提交。")
    at = now or datetime.now(UTC)
    wanted = set(matters)
    chosen = [one for one in due(reader, IN_MAX, at) if one.matter in wanted]
    connection = reading_connection()
    with writing(connection):
        connection.insert(
            "disposal",
            [
                (
                    *(one.matter, reader.person, reader.organ, stored(at)),
                    *(" ".join(one.cites), reason.strip(), "proposed", None, None),
                )
                for one in chosen
            ],
        )
    return len(chosen)


def waiting(reader: Reader, now: datetime | None = None) -> tuple[Proposed, ...]:
    """Disposals that wait for a second person, oldest first."""
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    rows = reading_connection().rows(
        "SELECT d.disposal_id, m.matter_id, m.number, m.kind, m.version, m.owner_organ, "
        "d.proposed_at, d.proposed_by, d.reason, d.cites FROM disposal d "
        "JOIN matter m ON m.matter_id = d.matter_id WHERE d.state = 'proposed' "
        "ORDER BY d.disposal_id LIMIT ?",
        (IN_MAX,),
    )
    return tuple(
        Proposed(
            id=row[0],
            matter=row[1],
            number=row[2],
            title=procedure_of(printer.rules, row[3], row[4]).name,
            organ=printer.rules.organ_name(row[5]),
            proposed=printer.instant(restored(row[6], printer.rules.zone)),
            by=person_name(row[7]),
            reason=row[8],
            articles=printer.articles(row[9].split()),
            mine=row[7] == reader.person,
        )
        for row in rows
        if reach.holds(reader.organ, row[5], row[3])
    )


def decide(
    reader: Reader, disposal: int, decision: Decision, reason: str, now: datetime | None = None
) -> Recorded | Refused | None:
    """Another person approves or refuses; None once it was refused, Recorded once all is gone."""
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        return answers.unusable("reason", "没有写明决定的理由。", "请写明核对情况后再提交。")
    at = now or datetime.now(UTC)
    if decision == "approve":
        return in_one(lambda connection: _approved(connection, reader, disposal, reason, at))
    connection = reading_connection()
    with writing(connection):
        found = _proposal(connection, reader, disposal)
        if isinstance(found, Refused):
            return found
        _settle(connection, disposal, "refused", reader, at)
    return None


def _approved(
    connection: Connection, reader: Reader, disposal: int, reason: str, at: datetime
) -> tuple[Recorded | Refused, list[str]]:
    found = _proposal(connection, reader, disposal)
    if isinstance(found, Refused):
        return found, []
    matter, kind, proposed_by, cites, why = found
    printer = Printer(rules=rules.current(), now=at)
    schedule = _retention().of(kind)
    still = schedule is not None and connection.rows(
        f"SELECT 1 FROM matter m WHERE m.matter_id = ? AND {_DUE}",
        (matter, *_due_values(schedule, printer)),
    )
    if not still:
        _settle(connection, disposal, "refused", reader, at)
        return _refused("need_unmet", "本事项现在不符合处置条件", "没有处置；这项提议已经撤下"), []
    disposed = Disposed(
        told={"proposed_by": proposed_by, "proposed_reason": why, "cites": cites.split()},
        files=frozenset(_files_of(connection, matter)),
    )
    actor = Actor(person=reader.person, role=next(iter(reader.roles), ""), organ=reader.organ)
    answer, gone = erase_within(connection, matter, None, actor, reason.strip(), at, disposed)
    if isinstance(answer, Recorded):
        _settle(connection, disposal, "done", reader, at)
    return answer, gone


def _proposal(
    connection: Connection, reader: Reader, disposal: int
) -> tuple[str, str, str, str, str] | Refused:
    """Matter, kind, proposer, citations and reason of what waits, if this reader may decide it."""
    lock = " FOR UPDATE OF d" if connection.vendor == "postgresql" else ""
    rows: list[Row] = connection.rows(
        "SELECT d.matter_id, m.kind, d.proposed_by, d.cites, d.reason, m.owner_organ "
        "FROM disposal d JOIN matter m ON m.matter_id = d.matter_id "
        f"WHERE d.disposal_id = ? AND d.state = 'proposed'{lock}",
        (disposal,),
    )
    if not rows or not reach.holds(reader.organ, rows[0][5], rows[0][1]):
        return _refused("need_unmet", "没有这项待批准的处置，或者已经决定", "请看最新的清单")
    matter, kind, proposed_by, cites, reason, _ = rows[0]
    if proposed_by == reader.person:
        return _refused("same_person", "提出处置的人不能自己批准或者退回", "请由另一人决定")
    return matter, kind, proposed_by, cites, reason


def _settle(
    connection: Connection, disposal: int, state: str, reader: Reader, at: datetime
) -> None:
    connection.run(
        "UPDATE disposal SET state = ?, decided_by = ?, decided_at = ? WHERE disposal_id = ?",
        (state, reader.person, stored(at), disposal),
    )


def _files_of(connection: Connection, matter: str) -> list[str]:
    """The files of a matter that no other matter uses which still has its own."""
    rows = connection.rows(
        "SELECT u.digest FROM file_use u WHERE u.matter_id = ? AND NOT EXISTS (SELECT 1 "
        "FROM file_use o WHERE o.digest = u.digest AND o.matter_id <> u.matter_id "
        "AND NOT EXISTS (SELECT 1 FROM disposal d WHERE d.matter_id = o.matter_id "
        "AND d.state = 'done')) LIMIT ?",
        (matter, IN_MAX),
    )
    return [row[0] for row in rows]


def _retention() -> Retention:
    return load_retention(city_folder())


def _kinds_by_schedule(every: list[Procedure]) -> list[tuple[Schedule, list[str]]]:
    told = _retention()
    found: dict[int, tuple[Schedule, list[str]]] = {}
    for kind in sorted({one.kind for one in every}):
        schedule = told.of(kind)
        if schedule is not None:
            found.setdefault(id(schedule), (schedule, []))[1].append(kind)
    return list(found.values())


def _due_values(schedule: Schedule, printer: Printer) -> tuple[object, ...]:
    """The values of _DUE: what ended before this was kept long enough."""
    local = printer.now.astimezone(printer.rules.zone)
    day = min(local.day, 28) if local.month == 2 else local.day
    before = local.replace(year=local.year - schedule.years, day=day)
    return True, False, stored(before), False, False


def _due_shown(printer: Printer, schedule: Schedule, row: Row) -> Due:
    matter, number, kind, version, organ, changed_at = row
    return Due(
        matter=matter,
        number=number,
        title=procedure_of(printer.rules, kind, version).name,
        organ=printer.rules.organ_name(organ),
        ended=printer.instant(restored(changed_at, printer.rules.zone)),
        years=schedule.years,
        articles=printer.articles(schedule.cites),
        cites=schedule.cites,
    )


def _refused(reason: Literal["need_unmet", "same_person"], says: str, instead: str) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=CITES)

"""The auditor's search over traces: by organ, reader, matter, time, sort and searched word.

Basis: 个人信息保护法 54. A supervisor sees the traces of the organs within reach, never of the own
one; the audit administrator sees all. Every look at traces is a trace itself. Rows are told,
never persons ranked: unusual reading is a finding of a model (haihe#need-to-know).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from haihe.kernel.reading import PURPOSES
from haihe.kernel.values import Datum, Frozen
from haihe.records import reach, reading, rules, traces
from haihe.records.account_book import DUTIES
from haihe.records.accounts import person_name
from haihe.records.audit_people import ReadByMany, marks_of, of_person, read_by_many
from haihe.records.database import IN_MAX, Connection, Row, reading_connection
from haihe.records.instants import restored, stored
from haihe.records.journal import NEVER, procedure_of
from haihe.records.printing import Printer
from haihe.records.shown import Reader

SORTS: Final = reading.SORTS
AUDITOR: Final = "auditor"  # the role of the audit administrator
# Whoever holds no post is told by the duty; words of traces, duties of accounts.
_DUTIES: Final = {str(duty): name for duty, name in DUTIES.items()} | {AUDITOR: DUTIES["audit"]}
LIMIT: Final = 50
DAYS_USUAL: Final = 30
DAYS_MAX: Final = 366
NO_NUMBER: Final = "这不是完整的身份证号或者手机号。请照原样写全，一位也不要少。"
ORGANS_MAX: Final = 200  # bodies whose name holds the words asked for
# Models that look at reading; the page leads to their findings.
MODELS: Final = ("reading_without_need", "reading_out_of_place")
_COLUMNS: Final = (
    "r.position, r.chain, r.seq, r.sort, r.person, r.role, r.organ, r.post, r.purpose, r.basis, "
    "r.told, r.read_at, m.number, m.kind, m.version, p.name"
)


class Sought(Frozen, frozen=True, kw_only=True):
    """What an auditor asks for; "" asks for nothing in particular. Days are local, inclusive."""

    organ: str = ""
    person: str = ""
    number: str = ""
    sort: str = ""
    word: str = ""
    subject: str = ""  # identity number, phone or mark of the person whose data were read
    first: date | None = None
    last: date | None = None


class Found(Frozen, frozen=True, kw_only=True):
    """One trace in words; `what` says what was seen, sought or why it was refused."""

    when: str
    organ: str
    person: str
    post: str
    sort: str
    purpose: str
    need: str
    what: str
    matter: str
    number: str
    title: str
    refused: bool
    fingerprint: str  # chain and number, by which `haihe verify` names it


class Traces(Frozen, frozen=True, kw_only=True):
    """A page of traces, newest first; `after` continues it. `wrong` says what cannot be asked.

    `many`: whose data many people read in these days, among the traces this reader may see.
    """

    many: tuple[ReadByMany, ...] = ()
    rows: tuple[Found, ...] = ()
    after: str = ""
    first: date
    last: date
    wrong: str = ""


class Findings(Frozen, frozen=True, kw_only=True):
    """A model that looks at reading, and how many of its findings are open."""

    model: str
    name: str
    open: int


def may_audit(reader: Reader) -> bool:
    """Whether this reader may look at traces at all."""
    return reader.supervisor or AUDITOR in reader.roles


def search(reader: Reader, sought: Sought, after: str = "", now: datetime | None = None) -> Traces:
    """Traces that this reader may see, newest first; the search is on the disk before they are."""
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    zone = printer.rules.zone
    last = sought.last or printer.now.astimezone(zone).date()
    first = sought.first or last - timedelta(days=DAYS_USUAL)
    if not timedelta() <= last - first <= timedelta(days=DAYS_MAX):
        return Traces(first=first, last=last, wrong=f"起止日期不对：请选至多{DAYS_MAX}天的一段。")
    if sought.subject and not marks_of(sought.subject):
        return Traces(first=first, last=last, wrong=NO_NUMBER)
    connection = reading_connection()
    where = ["r.read_at >= ?", "r.read_at < ?"]
    values: list[object] = [_midnight(first, zone), _midnight(last + timedelta(days=1), zone)]
    for sql, given in _may_see(reader):
        where.append(sql)
        values += given
    many = read_by_many(connection, printer, where, values)
    for sql, given in _conditions(connection, sought):
        where.append(sql)
        values += given
    if after:
        at, _, position = after.partition("-")
        where.append("(r.read_at, r.position) < (?, ?)")
        values += [_whole(at), _whole(position)]
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM reading r LEFT JOIN matter m ON m.matter_id = r.chain "
        f"LEFT JOIN post p ON p.post_id = r.post WHERE {' AND '.join(where)} "
        "ORDER BY r.read_at DESC, r.position DESC LIMIT ?",
        (*values, LIMIT + 1),
    )
    shown = rows[:LIMIT]
    _leave_trace(reader, sought, printer.now, len(shown))
    follows = f"{shown[-1][11]}-{shown[-1][0]}" if len(rows) > LIMIT else ""
    found = tuple(_found(printer, row) for row in shown)
    return Traces(rows=found, many=many, after=follows, first=first, last=last)


def findings() -> tuple[Findings, ...]:
    """The models that look at reading, with their open findings; those that find nothing too."""
    rows = reading_connection().rows_in(
        "SELECT model, count(*) FROM finding WHERE closed_at IS NULL AND model",
        MODELS,
        "GROUP BY model",
    )
    open_now: dict[str, int] = dict(rows)
    told = rules.current()
    return tuple(
        Findings(model=one, name=told.model_name(one), open=open_now.get(one, 0)) for one in MODELS
    )


def _may_see(reader: Reader) -> list[tuple[str, list[object]]]:
    """Which traces this reader may see: not those of the own organ, and within reach."""
    if AUDITOR in reader.roles:
        return []
    within = reach.reach_of(reader.organ).organs
    found: list[tuple[str, list[object]]] = [("r.organ <> ?", [reader.organ])]
    return found if within is None else [*found, _among("r.organ", sorted(within))]


def _conditions(connection: Connection, sought: Sought) -> list[tuple[str, list[object]]]:
    found: list[tuple[str, list[object]]] = []
    if sought.organ:
        found.append(_among("r.organ", _organs(sought.organ)))
    if sought.person:
        rows = connection.rows("SELECT person FROM staff WHERE name = ?", (sought.person,))
        people = [row[0] for row in rows[:IN_MAX]] or [sought.person]
        found.append(_among("r.person", people))
    if sought.number:
        rows = connection.rows(
            "SELECT matter_id FROM matter WHERE number = ?", (sought.number.strip().upper(),)
        )
        found.append(("r.chain = ?", [rows[0][0] if rows else ""]))
    if sought.subject:
        found.append(of_person(marks_of(sought.subject)))
    if sought.sort:
        found.append(("r.sort = ?", [sought.sort]))
    if sought.word:
        kept = reading.sought(sought.word)
        tags = reading.tags_of(sought.word) if "tag" in kept else [str(kept["sought"])]
        likes = " OR ".join(["r.told LIKE ?"] * len(tags))
        found.append((f"r.sort = 'search' AND ({likes})", [f'%"{one}"%' for one in tags]))
    return found


def _among(column: str, words: list[str]) -> tuple[str, list[object]]:
    if not words:
        return "1 = 0", []
    return f"{column} IN ({', '.join('?' * len(words))})", list(words)


def _organs(words: str) -> list[str]:
    """The organs whose name holds these words, or whose id they are."""
    every = rules.current().every_organ().items()
    return [organ for organ, name in every if words in name or words == organ][:ORGANS_MAX]


def _leave_trace(reader: Reader, sought: Sought, at: datetime, count: int) -> None:
    told: dict[str, Datum] = {"found": count}
    for name in ("organ", "person", "number", "sort"):
        if asked := getattr(sought, name):
            told[name] = asked
    if words := sought.subject or sought.word:
        told |= reading.sought(words)
    for name, day in (("first", sought.first), ("last", sought.last)):
        if day is not None:
            told[name] = day.isoformat()
    reading.trace("audit", reader, "audit", at, basis=traces.basis("audit", None), told=told)


def _found(printer: Printer, row: Row) -> Found:
    _, chain, seq, sort, person, role, organ, _, purpose, _, told, at, *rest = row
    number, kind, version, post = rest
    assert isinstance(sort, str)
    aim, _, need = purpose.partition(": ")
    return Found(
        when=printer.instant(restored(at, printer.rules.zone)),
        organ=printer.rules.organ_name(organ),
        person=person_name(person),
        post=str(post or _DUTIES.get(role, role)),
        sort=reading.SORTS.get(sort, sort),
        purpose=PURPOSES.get(aim) or reading.SORTS.get(aim, aim),
        need=need,
        what=_what(printer, traces.told_of(told), kind, version),
        matter=chain if number else "",
        number=number or "",
        title=procedure_of(printer.rules, kind, version).name if kind else "",
        refused=sort == "refused",
        fingerprint=f"{chain}:{seq}",
    )


def _what(printer: Printer, told: dict[str, object], kind: str | None, version: str | None) -> str:
    """What was seen, sought, or why it was refused, in words."""
    fields = procedure_of(printer.rules, kind, version).fields if kind and version else {}

    def names(sight: str) -> str:
        listed = told.get(sight)
        return "、".join(
            fields[one].name if one in fields else str(one)
            for one in (listed if isinstance(listed, list) else ())
        )

    parts = [f"看到：{names('clear')}"] if "clear" in told else []
    parts += [f"遮盖后看到：{names('masked')}"] if "masked" in told else []
    if "sought" in told:
        parts.append(f"查{told['sought']}")
    if "like" in told:
        parts.append(f"查{told['like']}（只留遮盖的样子）")
    if "found" in told:
        parts.append(f"得到{told['found']}条")
    if "reason" in told:
        parts.append(f"原因 {told['reason']}")
    return "；".join(parts)


def _midnight(day: date, zone: tzinfo) -> int:
    return stored(datetime.combine(day, time(), tzinfo=zone))


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 20 else NEVER

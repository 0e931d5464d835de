"""The supervisor's numbers, and the list behind each: both are the same condition, asked twice.

Limits: a list gives LIST_USUAL rows and continues with `after`; numbers are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from haihe.kernel.values import Frozen
from haihe.pack.settings import SettingRow, length_words
from haihe.records import lists, rules
from haihe.records.database import reading_connection
from haihe.records.instants import day_words, instant_words, restored, stored
from haihe.records.lists import Condition
from haihe.records.printing import period_words
from haihe.records.shown import Item, Reader, Tone

Which = Literal[
    "new_today",
    "unseen_today",
    "overdue",
    "near",
    "contested",
    "suspended",
    "open",
    "rectifications",
    "rectifications_overdue",
]

LIST_USUAL: Final = 25
LEVEL_WORDS: Final = {"C": "凭记忆转述，没有读到原文", "D": "本市约定，法律没有写明长短"}
NEAR: Final = timedelta(days=2)
SEAL_FINGERPRINT_BYTES: Final = 8
MODELS_MAX: Final = 500

_SEEN = (
    "EXISTS (SELECT 1 FROM reading r WHERE r.chain = m.matter_id AND r.purpose = 'supervise'"
    " AND r.sort <> 'refused')"
)


class _List(NamedTuple):
    """A number of the board: its name, what it means, and the condition its matters fulfil.

    `:now`, `:near` and `:today` stand for instants; they are bound in the order they are met.
    """

    name: str
    says: str
    tone: Tone
    where: str


LISTS: Final[Mapping[Which, _List]] = {
    "new_today": _List("今日新收", "今天零时以来", "plain", "m.opened_at >= :today"),
    "unseen_today": _List(
        "今日新收未查看",
        "还没有监督人员打开过",
        "warn",
        f"m.opened_at >= :today AND NOT {_SEEN}",
    ),
    "overdue": _List(
        "已经超期", "法定期限已过仍未办到", "bad", "m.ended = :no AND m.urgent_at < :now"
    ),
    "near": _List(
        "即将到期",
        "两天之内到期",
        "warn",
        "m.ended = :no AND m.urgent_at >= :now AND m.urgent_at < :near",
    ),
    "contested": _List("群众有异议", "办结后提出异议", "bad", "m.contested = :yes"),
    "suspended": _List("已经中止", "期限暂停计算", "plain", "m.ended = :no AND m.suspended = :yes"),
    "open": _List("正在办理", "全部未办结事项", "plain", "m.ended = :no"),
    "rectifications": _List(
        "正在整改", "监督发现立的整改", "plain", "m.kind = 'rectification' AND m.ended = :no"
    ),
    "rectifications_overdue": _List(
        "整改超期",
        "没有按期答复或者整改",
        "bad",
        "m.kind = 'rectification' AND m.ended = :no AND m.urgent_at < :now",
    ),
}


class Count(Frozen, frozen=True, kw_only=True):
    """A number with the name of the list that has this length."""

    which: str
    name: str
    says: str
    tone: Tone
    total: int


class ModelCount(Frozen, frozen=True, kw_only=True):
    """How many open findings a model has."""

    model: str
    name: str
    total: int


class SealFace(Frozen, frozen=True, kw_only=True):
    """The last seal: up to which event the journal cannot be altered unseen."""

    number: int
    at: str
    events: int
    fingerprint: str


class Board(Frozen, frozen=True, kw_only=True):
    """The supervisor's page of the moment."""

    now: str
    counts: tuple[Count, ...]
    models: tuple[ModelCount, ...]
    findings: int
    seal: SealFace | None
    unsealed: int


class SeenItem(Frozen, frozen=True, kw_only=True):
    """A matter of a list, and whether a supervisor has opened it."""

    item: Item
    seen: bool


class Matters(Frozen, frozen=True, kw_only=True):
    """A page of the list behind a number; `total` is that number."""

    name: str
    says: str
    total: int
    rows: tuple[SeenItem, ...]
    after: str


class SettingFace(Frozen, frozen=True, kw_only=True):
    """A clock that a city may set; `changes` tells its settings, `ours` that there is one."""

    name: str
    lengths: str
    level: str
    source: str
    checked_on: str
    ours: bool
    changes: tuple[str, ...]


class SettingGroup(Frozen, frozen=True, kw_only=True):
    """The clocks of one kind that a city may set."""

    kind: str
    name: str
    rows: tuple[SettingFace, ...]


def board(reader: Reader, now: datetime | None = None) -> Board:
    """Every number of the moment, of what the organs in the reader's reach have."""
    now = now or datetime.now(UTC)
    by_model = models(reader)
    seal = _seal()
    totals = _totals(now, lists.visible(reading_connection(), reader))
    return Board(
        now=instant_words(now, rules.current().zone),
        counts=tuple(
            Count(
                which=which,
                name=one.name,
                says=one.says,
                tone=one.tone,
                total=totals[which],
            )
            for which, one in LISTS.items()
        ),
        models=by_model,
        findings=sum(one.total for one in by_model),
        seal=seal,
        unsealed=_events() - (seal.events if seal else 0),
    )


def matters(which: Which, reader: Reader, after: str = "", now: datetime | None = None) -> Matters:
    """The matters behind a number, newest first."""
    now = now or datetime.now(UTC)
    connection = reading_connection()
    where, values = _bound(which, now)
    beyond, place = _beyond(after)
    visible = lists.visible(connection, reader)
    rows = connection.rows(
        f"SELECT m.matter_id, m.opened_at, {_SEEN} FROM matter m WHERE {where}{beyond} "
        f"AND {visible.sql} ORDER BY m.opened_at DESC, m.matter_id DESC LIMIT ?",
        (*values, *place, *visible.values, LIST_USUAL + 1),
    )
    shown = rows[:LIST_USUAL]
    items = {item.matter: item for item in lists.items([row[0] for row in shown], now)}
    return Matters(
        name=LISTS[which].name,
        says=LISTS[which].says,
        total=_total(which, now, visible),
        rows=tuple(SeenItem(item=items[row[0]], seen=bool(row[2])) for row in shown),
        after=f"{shown[-1][1]}-{shown[-1][0]}" if len(rows) > LIST_USUAL else "",
    )


def models(reader: Reader) -> tuple[ModelCount, ...]:
    """How many open findings in the reader's reach each model has, by its name."""
    connection = reading_connection()
    visible = lists.visible(connection, reader)
    rows = connection.rows(
        "SELECT f.model, count(*) FROM finding f JOIN matter m ON m.matter_id = f.matter_id "
        f"WHERE f.closed_at IS NULL AND {visible.sql} GROUP BY f.model ORDER BY f.model LIMIT ?",
        (*visible.values, MODELS_MAX),
    )
    name = rules.current().model_name
    return tuple(ModelCount(model=row[0], name=name(row[0]), total=row[1]) for row in rows)


def _totals(now: datetime, visible: Condition) -> dict[Which, int]:
    """Every number in one pass over the matters."""
    counts: list[str] = []
    values: list[object] = []
    for which in LISTS:
        where, bound = _bound(which, now)
        counts.append(f"count(CASE WHEN {where} THEN 1 END)")
        values += bound
    rows = reading_connection().rows(
        f"SELECT {', '.join(counts)} FROM matter m WHERE {visible.sql}", (*values, *visible.values)
    )
    return dict(zip(LISTS, (int(count) for count in rows[0]), strict=True))


def settings(now: datetime | None = None) -> tuple[SettingGroup, ...]:
    """The clocks a city may set, kind by kind: what holds today, its source, and who set it."""
    current = rules.current()
    today = (now or datetime.now(UTC)).astimezone(current.zone).date()
    groups: dict[str, list[SettingFace]] = {}
    names: dict[str, str] = {}
    for row in current.settings(today):
        names[row.kind] = row.kind_name
        groups.setdefault(row.kind, []).append(_setting_face(row))
    return tuple(
        SettingGroup(kind=kind, name=names[kind], rows=tuple(faces))
        for kind, faces in groups.items()
    )


def _setting_face(row: SettingRow) -> SettingFace:
    return SettingFace(
        name=row.clock_name,
        lengths=length_words(row),
        level=LEVEL_WORDS[row.level],
        source=row.source,
        checked_on=day_words(row.checked_on) if row.checked_on else "",
        ours=bool(row.settings),
        changes=tuple(
            f"{day_words(one.since)}起{period_words(one.allow)}，{one.decided_by}决定，来源：{one.source}，"
            f"{day_words(one.checked_on)}核对"
            for one in row.settings
        ),
    )


def _total(which: Which, now: datetime, visible: Condition) -> int:
    where, values = _bound(which, now)
    rows = reading_connection().rows(
        f"SELECT count(*) FROM matter m WHERE {where} AND {visible.sql}",
        (*values, *visible.values),
    )
    return int(rows[0][0])


def _bound(which: Which, now: datetime) -> tuple[str, tuple[object, ...]]:
    """The condition of a list with its marks replaced, and the values in their order."""
    known: dict[str, object] = {
        ":today": stored(_midnight(now)),
        ":near": stored(now + NEAR),
        ":now": stored(now),
        ":yes": True,
        ":no": False,
    }
    words: list[str] = []
    values: list[object] = []
    for word in LISTS[which].where.split(" "):
        mark = word.rstrip(")")
        if mark in known:
            values.append(known[mark])
            words.append("?" + word[len(mark) :])
        else:
            words.append(word)
    return " ".join(words), tuple(values)


def _midnight(now: datetime) -> datetime:
    zone = rules.current().zone
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)


def _beyond(after: str) -> tuple[str, tuple[object, ...]]:
    opened_at, _, matter = after.partition("-")
    if not opened_at.isdecimal() or len(opened_at) > 18 or not matter:
        return "", ()
    return " AND (m.opened_at, m.matter_id) < (?, ?)", (int(opened_at), matter)


def _events() -> int:
    rows = reading_connection().rows("SELECT count(*) FROM event")
    return int(rows[0][0])


def _seal() -> SealFace | None:
    rows = reading_connection().rows(
        "SELECT number, sealed_at, hash, (SELECT sum(events) FROM seal) FROM seal "
        "ORDER BY number DESC LIMIT 1"
    )
    if not rows:
        return None
    number, sealed_at, hashed, events = rows[0]
    return SealFace(
        number=number,
        at=instant_words(restored(sealed_at, rules.current().zone), rules.current().zone),
        events=int(events),
        fingerprint=bytes(hashed)[:SEAL_FINGERPRINT_BYTES].hex(),
    )

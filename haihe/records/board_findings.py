"""Findings on the board: how many each model has, of the moment or as of a past one, and the list.

As of a past moment a finding is there if one of its spans holds it (table finding_span), and it
stands beside its matter and its rectification as those stood then.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from haihe.kernel.values import Frozen
from haihe.pack.measured import Measured, load_measured
from haihe.pack.models import Card
from haihe.records import lists, published, rules
from haihe.records.board import as_of_text, in_area, moment_of, words_of
from haihe.records.board_lists import Moment
from haihe.records.database import Connection, Place, place, reading_connection
from haihe.records.instants import stored
from haihe.records.lists import FOUND_NOW, Condition, Found
from haihe.records.shown import FindingList, Reader

# open: found at the moment; today: found for the first time on its day, gone again or not.
When = Literal["open", "today"]

MODELS_MAX: Final = 500
CARDS_KEPT_SECONDS: Final = 60.0  # a model published meanwhile shows its level that much later
LEVELS: Final = ("grave", "warning", "notice")


class ModelNumber(Frozen, frozen=True, kw_only=True):
    """Findings of a model; `hit` of `judged` were right in the back-test (0 of 0: not measured).

    `precision_aim` is what its card promises, in percent; 0 for a model no longer in use.
    """

    model: str
    name: str
    level: str
    trial: bool
    open: int
    today: int
    hit: int
    judged: int
    precision_aim: int


class Findings(Frozen, frozen=True, kw_only=True):
    """A page of the list behind a number of findings; `total` is that number."""

    total: int
    listing: FindingList
    now: str
    as_of: str


class AskFindings(NamedTuple):
    """Which findings."""

    model: str = ""
    when: When = "open"
    kind: str = ""
    area: str = ""
    organ: str = ""
    as_of: datetime | None = None


def numbers(
    reader: Reader, now: datetime | None = None, as_of: datetime | None = None
) -> tuple[ModelNumber, ...]:
    """Each model with a finding open at the moment or made on its day, the gravest first."""
    moment = moment_of(as_of, now)
    connection = reading_connection()
    standing = _by_model(connection, reader, moment, "open")
    fresh = _by_model(connection, reader, moment, "today")
    cards = _cards(connection)
    measured = load_measured()
    name = rules.current().model_name
    found: list[ModelNumber] = []
    for model in sorted({*standing, *fresh}):
        card = cards.get(model)
        told = measured.get(model, Measured())
        found.append(
            ModelNumber(
                model=model,
                name=name(model),
                level=card.level if card else "",
                trial=card is not None and card.status == "trial",
                open=standing.get(model, 0),
                today=fresh.get(model, 0),
                hit=told.hit,
                judged=told.hit + told.extra if told.planted else 0,
                precision_aim=round(card.expects.precision * 100) if card else 0,
            )
        )
    return tuple(sorted(found, key=_gravest_first))


class _Kept:
    """The cards of the models in use, read a while ago: ninety files are not read for a page."""

    cards: Mapping[str, Card] = MappingProxyType({})
    of: Place | None = None
    until = 0.0


_kept = _Kept()


def _cards(connection: Connection) -> Mapping[str, Card]:
    here = place()
    if _kept.of != here or time.monotonic() >= _kept.until:
        _kept.cards = {one.id: one.card for one in published.in_use(connection).models}
        _kept.of, _kept.until = here, time.monotonic() + CARDS_KEPT_SECONDS
    return _kept.cards


def open_now(reader: Reader) -> Mapping[str, int]:
    """How many findings each model has at the moment."""
    moment = Moment(at=datetime.now(UTC), past=False)
    return _by_model(reading_connection(), reader, moment, "open")


def page(
    ask: AskFindings,
    reader: Reader,
    after: str = "",
    now: datetime | None = None,
    limit: int = lists.LIST_USUAL,
) -> Findings:
    """The findings behind a number, newest first."""
    moment = moment_of(ask.as_of, now, stood=bool(ask.area))
    connection = reading_connection()
    where = _where(connection, ask, reader, moment)
    return Findings(
        total=_total(connection, where, moment),
        listing=lists.found_by(_start(moment), where, limit, after, moment.at),
        now=words_of(moment.at),
        as_of=as_of_text(moment.at),
    )


def total_of(ask: AskFindings, reader: Reader) -> int:
    """The number itself."""
    moment = moment_of(ask.as_of, stood=bool(ask.area))
    connection = reading_connection()
    return _total(connection, _where(connection, ask, reader, moment), moment)


def by_area(
    ask: AskFindings, reader: Reader, moment: Moment, areas_max: int
) -> list[tuple[str, int]]:
    """How many findings lie in each area of the history."""
    connection = reading_connection()
    return _grouped(
        connection, "m.area", _where(connection, ask, reader, moment), moment, areas_max
    )


def _total(connection: Connection, where: list[Condition], moment: Moment) -> int:
    start = _start(moment).start
    rows = connection.rows(
        f"SELECT count(*) FROM {start.sql} WHERE {' AND '.join(one.sql for one in where)}",
        (*start.values, *(value for one in where for value in one.values)),
    )
    return int(rows[0][0])


def _grouped(
    connection: Connection, column: str, where: list[Condition], moment: Moment, groups_max: int
) -> list[tuple[str, int]]:
    start = _start(moment).start
    rows = connection.rows(
        f"SELECT {column}, count(*) FROM {start.sql} WHERE "
        f"{' AND '.join(one.sql for one in where)} GROUP BY {column} ORDER BY {column} LIMIT ?",
        (*start.values, *(value for one in where for value in one.values), groups_max),
    )
    return [(str(row[0]), int(row[1])) for row in rows]


def _gravest_first(one: ModelNumber) -> tuple[int, str]:
    return LEVELS.index(one.level) if one.level in LEVELS else len(LEVELS), one.model


def _by_model(connection: Connection, reader: Reader, moment: Moment, when: When) -> dict[str, int]:
    where = _where(connection, AskFindings(when=when), reader, moment)
    return dict(_grouped(connection, "f.model", where, moment, MODELS_MAX))


def _start(moment: Moment) -> Found:
    if not moment.past:
        return FOUND_NOW
    at = stored(moment.at)
    then = "{0}.until > ? AND {0}.since <= ?"
    return Found(
        Condition(
            f"finding f JOIN stood m ON m.matter_id = f.matter_id AND {then.format('m')} LEFT JOIN "
            f"stood r ON r.matter_id = f.rectification AND {then.format('r')}",
            (at, at, at, at),
        ),
        closed_at="NULL",
        times=(
            "(SELECT count(*) FROM finding_span p WHERE p.finding_id = f.finding_id "
            f"AND p.since <= {at})"
        ),
    )


def _where(
    connection: Connection, ask: AskFindings, reader: Reader, moment: Moment
) -> list[Condition]:
    at = stored(moment.at)
    where: list[Condition] = []
    if ask.when == "today":
        span = (stored(moment.midnight), at)
        where.append(Condition("f.first_seen >= ? AND f.first_seen <= ?", span))
    elif moment.past:
        where.append(
            Condition(
                "EXISTS (SELECT 1 FROM finding_span o WHERE o.finding_id = f.finding_id "
                "AND o.since <= ? AND o.until > ?)",
                (at, at),
            )
        )
    else:
        where.append(Condition("f.closed_at IS NULL"))
    if ask.model:
        where.append(Condition("f.model = ?", (ask.model,)))
    if ask.kind:
        where.append(Condition("m.kind = ?", (ask.kind,)))
    if ask.area:
        where.append(in_area(ask.area))
    if ask.organ:
        where.append(Condition("m.owner_organ = ?", (ask.organ,)))
    where.append(lists.visible(connection, reader))
    return where

"""The numbers of the map: how many matters, or findings, lie in each district and street.

A matter lies where its own words say it happened; one that tells no place, where the organ works
that has it (table stood, column area). Each number is the length of the list with that area.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from haihe.kernel.values import Frozen
from haihe.records import board, board_findings, lists, rules
from haihe.records.board import DISTRICT_DIGITS, Ask
from haihe.records.board_findings import AskFindings
from haihe.records.database import reading_connection
from haihe.records.shown import Reader

STREET_DIGITS: Final = 9
AREAS_MAX: Final = 5_000


class AreaNumber(Frozen, frozen=True, kw_only=True):
    """A district or street with its number."""

    code: str
    name: str
    total: int


class AreaNumbers(Frozen, frozen=True, kw_only=True):
    """Every district with what lies in it; the streets, each once; and what lies nowhere known.

    `now` is the moment in words, `as_of` asks for it again.
    """

    districts: tuple[AreaNumber, ...]
    streets: tuple[AreaNumber, ...]
    nowhere: int
    total: int
    now: str
    as_of: str


def of_matters(ask: Ask, reader: Reader, now: datetime | None = None) -> AreaNumbers:
    """Matters of a list by area, in the order of the codes."""
    moment = board.moment_of(ask.as_of, now, stood=True)
    connection = reading_connection()
    whole = board.whole(ask, moment, lists.visible(connection, reader))
    rows = connection.rows(
        f"SELECT m.area, count(*) FROM stood m WHERE {whole.sql} GROUP BY m.area LIMIT ?",
        (*whole.values, AREAS_MAX),
    )
    return _numbers({row[0]: int(row[1]) for row in rows}, moment.at)


def of_findings(ask: AskFindings, reader: Reader, now: datetime | None = None) -> AreaNumbers:
    """Findings by the area of their matters, in the order of the codes."""
    moment = board.moment_of(ask.as_of, now, stood=True)
    rows = board_findings.by_area(ask, reader, moment, AREAS_MAX)
    return _numbers(dict(rows), moment.at)


def _numbers(by_area: Mapping[str, int], at: datetime) -> AreaNumbers:
    current = rules.current()
    day = at.astimezone(current.zone).date()
    places = sorted(current.places.at(day), key=lambda one: one.code)
    of_district: dict[str, int] = {}
    for area, count in by_area.items():
        if len(area) >= DISTRICT_DIGITS:
            code = area[:DISTRICT_DIGITS]
            of_district[code] = of_district.get(code, 0) + count
    return AreaNumbers(
        districts=tuple(
            AreaNumber(code=one.code, name=one.name, total=of_district.get(one.code, 0))
            for one in places
            if len(one.code) == DISTRICT_DIGITS
        ),
        streets=tuple(
            AreaNumber(code=one.code, name=one.name, total=by_area.get(one.code, 0))
            for one in places
            if len(one.code) == STREET_DIGITS
        ),
        nowhere=sum(count for area, count in by_area.items() if len(area) < DISTRICT_DIGITS),
        total=sum(by_area.values()),
        now=board.words_of(at),
        as_of=board.as_of_text(at),
    )

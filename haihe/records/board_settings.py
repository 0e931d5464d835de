"""The lengths a city may set, kind by kind: what holds today, its source, and who set it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from haihe.kernel.values import Frozen
from haihe.pack.settings import SettingRow, length_words
from haihe.records import rules
from haihe.records.instants import day_words
from haihe.records.printing import period_words

LEVEL_WORDS: Final = {"C": "凭记忆转述，没有读到原文", "D": "本市约定，法律没有写明长短"}


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

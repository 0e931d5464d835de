"""Takes the calendar of a newly published year into the pack, after checking it against the law.

Basis: the yearly notice of the State Council; 全国年节及纪念日放假办法 art. 2 says which
days may never be missing from it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from haihe.pack.calendar import (
    PROVISIONAL,
    Provisional,
    UnusableCalendar,
    YearFile,
    build_calendar,
    days_of,
    read_provisional,
    read_year,
    year_files,
)

Occupied = Literal["refuse", "replace"]


class NewYear(NamedTuple):
    """What was loaded: the file as it now lies in the pack, and the years its days fall in."""

    path: Path
    file: YearFile
    touching: frozenset[int]
    state: Literal["new", "same", "replaced"]


def install_year(source: Path, folder: Path, occupied: Occupied = "refuse") -> NewYear:
    """Check `source` and copy it to `folder`/YEAR.yaml; raises UnusableCalendar.

    A year that is already there with other content is only overwritten with `replace`: a later
    notice that amends an earlier one (as in 2015, 2019 and 2020) is the reason to do so.
    """
    found = read_year(source)
    provisional = read_provisional(folder / PROVISIONAL)
    missing = missing_statutory(found, provisional)
    if missing:
        raise UnusableCalendar(
            f"{source.name}: holidays: 缺少法定假日 {'、'.join(str(day) for day in missing)}"
            f"（{provisional.source}{provisional.article}），请对照放假通知补上"
        )
    others = [read_year(path) for path in year_files(folder)]
    build_calendar([*(one for one in others if one.year != found.year), found], provisional)
    target = folder / f"{found.year}.yaml"
    content = source.read_bytes()
    known = target.read_bytes() if target.exists() else None
    touching = frozenset(day.year for day in (*found.off_days(), *found.work_days()))
    if known == content:
        return NewYear(target, found, touching, "same")
    if known is not None and occupied == "refuse":
        raise UnusableCalendar(
            f"{found.year}年的放假安排已经载入，内容不同；确要以新文件替换，请加 --replace"
        )
    if known is not None:
        before = read_year(target)
        touching |= {day.year for day in (*before.off_days(), *before.work_days())}
    _put(content, target)
    return NewYear(target, found, touching, "new" if known is None else "replaced")


def missing_statutory(found: YearFile, provisional: Provisional) -> list[date]:
    """Statutory days of the year that the file does not list as days off."""
    if found.year < provisional.in_force_from.year:
        return []
    texts = [text for one in provisional.every_year for text in one.days]
    statutory = {date.fromisoformat(f"{found.year}-{text}") for text in texts}
    lunar = {day for one in provisional.lunar for day in days_of(one.off)}
    statutory |= {day for day in lunar if day.year == found.year}
    return sorted(statutory - found.off_days().keys())


def _put(content: bytes, target: Path) -> None:
    """Write a file whole or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as failed:
        draft.unlink(missing_ok=True)
        raise UnusableCalendar(
            f"不能写入 {target.parent}（{failed.strerror}）；请用有写权限的账户运行，"
            "或者用 HAIHE_PACK 指定自己的目录"
        ) from failed

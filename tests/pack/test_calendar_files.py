"""The files of `law/calendar` hold what the notices say; a wrong file is refused and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from haihe.pack.calendar import (
    LEVELS,
    PROVISIONAL,
    UnusableCalendar,
    build_calendar,
    days_of,
    load_calendar,
    read_provisional,
    read_year,
    year_files,
)
from haihe.pack.new_year import install_year, missing_statutory
from tests.kernel.clock_days import CALENDAR_FOLDER, day

YEARS = year_files(CALENDAR_FOLDER)
# A notice only swaps days: rest weekdays less make-up weekends are the statutory days of its year.
# 10 by the measures of 1999, 11 by those of 2007, 13 by those of 2024; one more on 2015-09-03, two
# more when the Spring Festival of 2020 was prolonged.
STATUTORY_DAYS = (
    dict.fromkeys(range(2004, 2008), 10)
    | dict.fromkeys(range(2008, 2025), 11)
    | {2015: 12, 2020: 13, 2025: 13, 2026: 13}
)
NOTICE_2027 = """\
year: 2027
source: 国务院办公厅关于2027年部分节假日安排的通知
number: 国办发明电〔2026〕1号
level: D
read_at: an invented notice, for tests only
holidays:
  - name: 元旦
    off: [2027-01-01..2027-01-03]
  - name: 春节
    off: [2027-02-05..2027-02-11]
    work: [2027-01-31, 2027-02-20]
  - name: 清明节
    off: [2027-04-03..2027-04-05]
  - name: 劳动节
    off: [2027-05-01..2027-05-05]
    work: [2027-04-25, 2027-05-08]
  - name: 端午节
    off: [2027-06-09]
  - name: 中秋节
    off: [2027-09-15]
  - name: 国庆节
    off: [2027-10-01..2027-10-07]
    work: [2027-09-26, 2027-10-09]
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A calendar folder with 2025, 2026 and the provisional days."""
    folder = tmp_path / "calendar"
    folder.mkdir()
    for name in ("2025.yaml", "2026.yaml", PROVISIONAL):
        (folder / name).write_bytes((CALENDAR_FOLDER / name).read_bytes())
    return folder


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.yaml"
    path.write_text(NOTICE_2027, encoding="utf-8")
    return path


def test_every_year_from_2004_to_2026_is_published() -> None:
    assert [int(path.stem) for path in YEARS][:23] == list(range(2004, 2027))


@pytest.mark.parametrize("path", YEARS, ids=lambda path: path.stem)
def test_a_year_names_its_notice_its_level_and_where_it_was_read(path: Path) -> None:
    found = read_year(path)
    assert found.year == int(path.stem)
    assert f"{found.year}年" in found.source
    assert found.level in LEVELS
    assert found.read_at


@pytest.mark.parametrize("year", STATUTORY_DAYS)
def test_a_notice_swaps_days_but_gives_no_more_than_the_statutory_ones(year: int) -> None:
    found = read_year(CALENDAR_FOLDER / f"{year}.yaml")
    rest_weekdays = [one for one in found.off_days() if one.weekday() < 5]
    assert len(rest_weekdays) - len(found.work_days()) == STATUTORY_DAYS[year]


def test_the_text_of_the_2006_notice_comes_out_day_by_day() -> None:
    found = read_year(CALENDAR_FOLDER / "2006.yaml")
    assert sorted(found.off_days()) == days_of(
        [
            "2006-01-01..2006-01-03", "2006-01-29..2006-02-04", "2006-05-01..2006-05-07",
            "2006-10-01..2006-10-07",
        ]
    )  # fmt: skip
    assert sorted(found.work_days()) == days_of(
        [
            "2005-12-31", "2006-01-28", "2006-02-05", "2006-04-29..2006-04-30", "2006-09-30",
            "2006-10-08",
        ]
    )  # fmt: skip


def test_the_text_of_the_2026_notice_comes_out_day_by_day() -> None:
    found = read_year(CALENDAR_FOLDER / "2026.yaml")
    assert {str(one) for one in found.work_days()} == {
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    }  # fmt: skip
    assert sorted(found.off_days()) == days_of(
        [
            "2026-01-01..2026-01-03", "2026-02-15..2026-02-23", "2026-04-04..2026-04-06",
            "2026-05-01..2026-05-05", "2026-06-19..2026-06-21", "2026-09-25..2026-09-27",
            "2026-10-01..2026-10-07",
        ]
    )  # fmt: skip


def test_since_2025_no_statutory_day_is_missing() -> None:
    provisional = read_provisional(CALENDAR_FOLDER / PROVISIONAL)
    for path in YEARS:
        assert missing_statutory(read_year(path), provisional) == []


def test_the_provisional_file_covers_the_next_two_years_and_every_fixed_day() -> None:
    provisional = read_provisional(CALENDAR_FOLDER / PROVISIONAL)
    lunar = {one for holiday in provisional.lunar for one in days_of(holiday.off)}
    assert {one.year for one in lunar} >= {2027, 2028}
    assert {"元旦", "劳动节", "国庆节"} == {one.name for one in provisional.every_year}


# ── A new year ───────────────────────────────────────────────────────────────────────────────


def test_a_new_year_is_taken_in_and_its_days_are_official(pack: Path, notice: Path) -> None:
    loaded = install_year(notice, pack)
    assert loaded.state == "new"
    assert loaded.touching == {2027}
    calendar = load_calendar(pack)
    assert calendar.is_official(day("Sun 2027-01-31"))
    assert calendar.is_workday(day("Sun 2027-01-31"))
    assert not calendar.is_workday(day("Thu 2027-02-11"))
    assert (pack / "2027.yaml").read_bytes() == notice.read_bytes()


def test_loading_the_same_year_again_changes_nothing(pack: Path, notice: Path) -> None:
    install_year(notice, pack)
    assert install_year(notice, pack).state == "same"


def test_another_text_for_a_loaded_year_is_only_taken_when_asked(pack: Path, notice: Path) -> None:
    install_year(notice, pack)
    notice.write_text(NOTICE_2027.replace("[2027-06-09]", "[2027-06-09..2027-06-10]"), "utf-8")
    with pytest.raises(UnusableCalendar, match="--replace"):
        install_year(notice, pack)
    assert install_year(notice, pack, "replace").state == "replaced"
    assert not load_calendar(pack).is_workday(day("Thu 2027-06-10"))


def test_a_notice_may_name_days_of_the_december_before(pack: Path, notice: Path) -> None:
    notice.write_text(
        NOTICE_2027.replace("[2027-01-01..2027-01-03]", "[2026-12-31..2027-01-03]"), "utf-8"
    )
    assert install_year(notice, pack).touching == {2026, 2027}
    assert not load_calendar(pack).is_workday(day("Thu 2026-12-31"))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda text: text.replace("year: 2027", "year: 1927"), "notice.yaml: year"),
        (lambda text: text.replace("level: D", "level: E"), "level: 应是 A、B、C、D"),
        (lambda text: text.replace("level: D\n", ""), "level"),
        (lambda text: text.replace("source:", "sauce:"), "sauce"),
        (lambda text: text.replace("[2027-06-09]", "[2027-06-31]"), "端午节: off: “2027-06-31”"),
        (lambda text: text.replace("[2027-06-09]", "[2026-06-09]"), "2026-06-09 不属于2027年"),
        (lambda text: text.replace("[2027-06-09]", "[]"), "缺少法定假日 2027-06-09"),
        (lambda text: text.replace("[2027-10-01..2027-10-07]", "[2027-10-01]"), "2027-10-02"),
        (lambda text: text.replace("2027-10-09", "2027-10-08"), "本来就是工作日|写了两次"),
        (lambda text: text.replace("2027-10-09", "2027-02-06"), "2027-02-06 写了两次"),
        (lambda text: text.replace("..2027-10-07", "..2027-09-07"), "先后两日"),
        (lambda text: text[: text.index("holidays:")] + "holidays: []\n", "一个节日也没有"),
        (lambda _: "year: [", "YAML"),
        (lambda _: "", "notice.yaml"),
        (lambda text: text + "#" * 70_000, "文件过大"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_file_key_and_remedy_and_nothing_is_written(
    pack: Path, notice: Path, change: Callable[[str], str], complaint: str
) -> None:
    notice.write_text(change(NOTICE_2027), encoding="utf-8")
    with pytest.raises(UnusableCalendar, match=complaint):
        install_year(notice, pack)
    assert not (pack / "2027.yaml").exists()


def test_a_file_that_is_not_there_is_named(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableCalendar, match=r"none\.yaml"):
        install_year(tmp_path / "none.yaml", pack)


def test_a_calendar_without_its_provisional_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableCalendar, match=PROVISIONAL):
        load_calendar(tmp_path)


def test_later_notices_overrule_earlier_ones_on_the_same_day() -> None:
    provisional = read_provisional(CALENDAR_FOLDER / PROVISIONAL)
    years = [read_year(path) for path in YEARS]
    calendar = build_calendar(years, provisional)
    assert calendar.is_workday(date(2005, 12, 31))
    assert not calendar.is_workday(date(2007, 12, 31))
    assert calendar.is_workday(date(2007, 12, 29))

"""A city's own lengths: what may be set, from which day, and how the versions follow."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from haihe.commands import main
from haihe.kernel.procedure import ClockRule
from haihe.pack import Pack, UnusablePack, load_pack
from haihe.pack.lint import check
from haihe.pack.settings import (
    ARTICLE,
    Setting,
    faults,
    load_settings,
    rows,
    settings_of_the_city,
    with_settings,
)
from tests.pack.mutations import pack
from tests.pack.small_pack import PROCEDURE, changed, small_pack

TUESDAY = date(2026, 12, 1)
MONDAY_BEFORE = date(2026, 11, 30)
FACTS: dict[str, Any] = {
    "kind": "idea",
    "clock": "take_in",
    "since": TUESDAY,
    "allow": "1 working day",
    "source": "津社建〔2026〕3号",
    "checked_on": date(2026, 11, 22),
    "decided_by": "市委社会工作部",
}
EARLY = date(2025, 6, 2)
ARRIVE: dict[str, Any] = {"kind": "alarm", "clock": "arrive_urgent", "allow": "4 minutes"}
SPECIAL = ("30 minutes", "3 minutes", "20 minutes")


def setting(**other: Any) -> Setting:
    return msgspec.convert(FACTS | other, Setting)


def clock(of: Pack, day: date, kind: str = "idea", name: str = "take_in") -> ClockRule:
    governing = of.governing(kind, day)
    assert governing is not None
    return governing.clocks[name]


@cache
def changed_city() -> Pack:
    return with_settings(pack(), [setting()])


def test_the_settings_of_the_shipped_city_can_be_used() -> None:
    assert list(faults(pack(), settings_of_the_city())) == []


def test_a_length_holds_from_its_day_on_and_not_before() -> None:
    assert clock(changed_city(), MONDAY_BEFORE).allow == clock(pack(), TUESDAY).allow
    assert clock(changed_city(), TUESDAY).allow == "1 working day"
    assert pack().governing("idea", TUESDAY) is pack().governing("idea", MONDAY_BEFORE)


def test_the_version_before_is_the_one_shipped_and_the_new_one_bears_the_day() -> None:
    shipped = pack().governing("idea", MONDAY_BEFORE)
    assert shipped is not None
    before, after = changed_city().procedures["idea"][-2:]
    assert (before.since, before.until) == (shipped.since, MONDAY_BEFORE)
    assert (after.since, after.until) == (TUESDAY, shipped.until)
    assert before.clocks == shipped.clocks
    assert after.steps == shipped.steps


def test_a_clock_that_was_set_tells_who_decided_and_cites_no_default_of_ours() -> None:
    rule = clock(changed_city(), TUESDAY)
    assert rule.source == "津社建〔2026〕3号（市委社会工作部决定，2026-12-01起）"
    assert rule.checked_on == date(2026, 11, 22)
    assert rule.cites == (ARTICLE,)
    assert pack().law.resolves(ARTICLE)


def test_a_national_rule_beside_our_default_is_cited_still() -> None:
    of = with_settings(pack(), [setting(kind="alarm", clock="call_back", allow="2 working days")])
    rule = clock(of, TUESDAY, "alarm", "call_back")
    assert rule.cites == ("alarm-rules-2003#回访", ARTICLE)


def test_the_later_of_two_settings_holds_and_the_earlier_keeps_its_days() -> None:
    later = setting(since=date(2027, 2, 1), allow="2 working days")
    of = with_settings(pack(), [later, setting()])
    days = (MONDAY_BEFORE, TUESDAY, date(2027, 1, 31), date(2027, 2, 1))
    assert [clock(of, day).allow for day in days[1:]] == [
        "1 working day",
        "1 working day",
        "2 working days",
    ]
    assert clock(of, days[0]).allow == clock(pack(), days[0]).allow


def test_a_setting_goes_on_in_a_version_that_comes_later(tmp_path: Path) -> None:
    local = changed(PROCEDURE, "stops: [end]", LOCAL)
    of = small_pack(tmp_path, procedure=changed(local, "basis", "until: 2027-12-31\nbasis"))
    newer = of.root
    assert newer is not None
    path = newer / "procedures" / "fence" / "from-2028-01-01.yaml"
    path.write_text(changed(local, "since: 2024-01-01", "since: 2028-01-01"), encoding="utf-8")
    city = with_settings(load_pack(newer), [setting(kind="fence", clock="decide", allow="9 days")])
    lengths = [one.clocks["decide"].allow for one in city.procedures["fence"]]
    assert lengths == ["30 days", "9 days", "9 days"]


LOCAL = "stops: [end]\n    level: D\n    source: 本市约定\n    checked_on: 2026-11-22"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"kind": "ideas"}, "there is no kind `ideas`"),
        ({"clock": "take"}, "idea has no clock `take`; known: "),
        (
            {"kind": "public_security_case", "clock": "case", "allow": "20 days"},
            "办案期限 is of level A: the law fixes it, a city cannot set it",
        ),
        (
            {"kind": "alarm", "clock": "store_recordings", "allow": "12 hours"},
            "is of level B: the law fixes it",
        ),
        (
            {"kind": "service_item", "clock": "promise", "allow": "21 working days"},
            "21 working days is longer than the law allows (20 working days)",
        ),
        (
            {"kind": "arrest_review", "clock": "release", "allow": "25 hours"},
            "25 hours is longer than the law allows (24 hours)",
        ),
        ({"allow": "8 hours"}, "8 hours cannot replace 3 working days"),
        ({"allow": "3 days before"}, "3 days before cannot replace 3 working days"),
        ({"allow": "soon"}, "allow: 看不懂期间“soon”"),
        (
            ARRIVE | {"allow_when": ["9 minutes"]},
            "expected 3 lengths, in the order of the procedure",
        ),
        ({"since": date(2026, 11, 22)}, "a setting never works backwards"),
        ({"source": " "}, "expected `source` and `decided_by`"),
        (
            {"clock": "view", "kind": "evidence", "since": EARLY, "checked_on": date(2025, 6, 1)},
            "no version of evidence is in force on 2025-06-02",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_told(other: dict[str, Any], says: str) -> None:
    assert says in "\n".join(one for _, one in faults(pack(), [setting(**other)]))
    with pytest.raises(UnusablePack, match=r"city/settings\.yaml"):
        with_settings(pack(), [setting(**other)])


def test_one_clock_cannot_be_set_twice_from_one_day() -> None:
    assert ("stands twice") in [one for _, one in faults(pack(), [setting(), setting()])]


def test_special_lengths_are_set_all_together_or_stay() -> None:
    kept = with_settings(pack(), [setting(**ARRIVE)])
    shipped = clock(pack(), TUESDAY, "alarm", "arrive_urgent")
    rule = clock(kept, TUESDAY, "alarm", "arrive_urgent")
    assert (rule.allow, rule.allow_when) == ("4 minutes", shipped.allow_when)
    set_ = with_settings(pack(), [setting(**ARRIVE, allow_when=SPECIAL)])
    rule = clock(set_, TUESDAY, "alarm", "arrive_urgent")
    assert tuple(one.allow for one in rule.allow_when) == SPECIAL
    assert [one.when for one in rule.allow_when] == [one.when for one in shipped.allow_when]


def test_the_rows_tell_every_local_clock_and_where_it_was_set() -> None:
    found = rows(pack(), [setting()], TUESDAY)
    assert len(found) == sum(
        rule.level in ("C", "D") for one in pack().in_force(TUESDAY) for rule in one.clocks.values()
    )
    row = next(one for one in found if (one.kind, one.clock) == ("idea", "take_in"))
    assert (row.allow, row.shipped, row.since) == ("1 working day", "3 working days", TUESDAY)
    assert row.settings == (setting(),)
    assert all(one.source and one.checked_on for one in found)


def test_a_cap_that_the_pack_itself_breaks_is_found(tmp_path: Path) -> None:
    local = changed(PROCEDURE, "stops: [end]", LOCAL)
    capped = changed(local, "level: D", "level: D\n    cap: 20 days")
    assert "cap: 30 days is longer than 20 days" in "\n".join(
        map(str, check(small_pack(tmp_path, procedure=capped)))
    )


def city_of(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return folder


WRITTEN = """\
settings:
  - kind: idea
    clock: take_in
    since: 2026-12-01
    allow: 1 working day
    source: 津社建〔2026〕3号
    checked_on: 2026-11-22
    decided_by: 市委社会工作部
"""


def test_the_command_lists_them_and_the_check_refuses_a_wrong_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load_settings(city_of(tmp_path / "good", WRITTEN)) == (setting(),)
    monkeypatch.setenv("HAIHE_CITY", str(tmp_path / "good"))
    assert main(["procedures", "settings", "idea", "--json"]) == 0
    told = {one["clock"]: one for one in json.loads(capsys.readouterr().out)}
    assert told["take_in"]["settings"][0]["decided_by"] == "市委社会工作部"
    assert told["answer"]["settings"] == []
    assert main(["procedures", "settings", "idea"]) == 0
    assert "2026-12-01 起 1 working day（原 3 working days）" in capsys.readouterr().out
    city_of(tmp_path / "bad", WRITTEN.replace("1 working day", "1 hour"))
    monkeypatch.setenv("HAIHE_CITY", str(tmp_path / "bad"))
    assert main(["procedures", "settings", "idea"]) == 2
    assert "1 hour cannot replace 3 working days" in capsys.readouterr().err

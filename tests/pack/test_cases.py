"""The case runner believes nothing: every way in which a case can be wrong is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from haihe.pack import Pack, UnusablePack
from haihe.pack.cases import Exercised, load_cases, run_cases
from tests.pack.small_pack import CASES, PROCEDURE, changed, small_pack


def problems(pack: Pack) -> str:
    results = run_cases(pack, "fence", load_cases(pack, "fence"))
    return "\n".join(f"{one.id}: {says}" for one in results for says in one.problems)


def test_cases_that_hold_have_no_problems_and_show_what_they_exercised(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    assert problems(pack) == ""
    shown: dict[date, Exercised] = {}
    list(run_cases(pack, "fence", load_cases(pack, "fence"), shown))
    seen = shown[date(2024, 1, 1)]
    assert seen.steps == {"receive", "close"}
    assert seen.needs == {("close", 0)}
    assert seen.statuses == {("decide", "met"), ("decide", "overdue")}


WRONG = [
    ("2026-09-01 Tue 09:10", "2026-09-01 Wed 09:10", "that day is a Tue"),
    ("2026-09-01 Tue 09:10", "2026-09-01 09:10", "expected a day with its weekday"),
    ("2026-09-01 Tue 09:10", "2026-09-01 Tue", "expected a time too"),
    ("2026-09-01 Tue 09:10", "2026-09-01 Tue 25:10", "there is no such time"),
    ("2026-09-01 Tue 09:10", "2026-02-30 Tue 09:10", "there is no such day"),
    ("2026-09-01 Tue 09:10", "2026-08-31 Mon 09:10", "lies before the step before it"),
    ("2026-09-01 Tue 08:10", "2023-09-01 Fri 08:10", "no version of fence is in force"),
    ("do: close, by: clerk}", "do: shut, by: clerk}", "refused (no_such_act)"),
    ("do: close, by: clerk}", "do: close, by: clark}", "did you mean `clerk`?"),
    ("do: close, by: clerk}", "do: close, by: clerk, cites: [a#1]}", "belong to a step that is"),
    ("state: closed", "state: open", "state: expected 'open'; it is 'closed'"),
    ("state: closed", "state: close", "there is no state `close`; did you mean `closed`?"),
    ("outcome: 办结", "outcome: 完结", "outcome: expected '完结'; it is '办结'"),
    ("owner: 分局", "owner: 总队", "owner: expected '总队'; it is '分局'"),
    ("owner: 分局", "fields: {size: 41}", "fields.size: expected 41; it is 40"),
    ("owner: 分局", "fields: {hearing_on: 2026-09-01}", "expected '2026-09-01'; it is None"),
    ("owner: 分局", "fields: {hearing: null}", "did you mean `hearing_on`?"),
    ("owner: 分局", "fields: {phone: null}", "no rule can read a field `phone`"),
    ('legal: "2026-10-01 Thu"', 'legal: "2026-10-02 Fri"', "it is 2026-10-01 Thu"),
    ('nominal: "2026-10-01 Thu"', "nominal: null", "expected null; it is 2026-10-01 Thu"),
    ('nominal: "2026-10-01 Thu"', 'nominal: "2026-10-01 Fri"', "that day is a Thu"),
    ("status: met", "status: late", "status: expected late; it is met"),
    ("official: false", "official: true", "official: expected True; it is False"),
    ("clocks: {decide: {legal", "clocks: {decided: {legal", "there is no clock `decided`"),
    ("clocks: {decide: {legal", 'clocks: {"decide#2": {legal', "never started"),
    (
        "clocks: {decide: {status: overdue}}",
        "clocks: {decide: null}",
        "expected not to have started",
    ),
    ('at: "2026-09-01 Tue 10:00"', 'at: "2026-09-01 Tue 09:00"', "lies before the last step"),
    ("refused: need_unmet", "refused: wrong_role", "expected wrong_role, refused with need_unmet"),
    ("refused: need_unmet", "refused: because", "there is no reason `because`"),
    ("cites: [fences#118]", "cites: [fences#1]", "cites: expected fences#1; cited fences#118"),
    ("size: 140", "size: 14", "expected to be refused (need_unmet), but it is allowed"),
    ("what: 搭建, size: 40", "size: 40", "refused (missing_field)"),
    ("  - id: too_long", "  - id: too_long\n    after: usual", "there is no case `usual`"),
    ("  - id: too_long", "  - id: too_long\n    after: too_long", "a circle"),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG)
def test_a_case_that_does_not_hold_or_makes_no_sense_is_told(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    found = problems(small_pack(tmp_path, cases=changed(CASES, old, new)))
    assert says in found


def test_a_key_nobody_knows_names_the_file_and_the_case(tmp_path: Path) -> None:
    pack = small_pack(
        tmp_path, cases=changed(CASES, "do: close, by: clerk}", "does: close, by: clerk}")
    )
    with pytest.raises(UnusablePack) as found:
        load_cases(pack, "fence")
    assert "procedures/fence/cases.yaml: cases.ordinary" in str(found.value)
    assert "did you mean `do`?" in str(found.value)


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    pack = small_pack(tmp_path, cases=changed(CASES, "id: too_long", "id: ordinary"))
    with pytest.raises(UnusablePack, match="stands twice"):
        load_cases(pack, "fence")


def test_a_case_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    text = CASES.split("    then:")[0]
    assert "tells nothing" in problems(small_pack(tmp_path, cases=text))


def test_a_case_continues_the_accepted_steps_of_another(tmp_path: Path) -> None:
    more = CASES + (
        "  - id: shortened\n    it: 改短后办结\n    after: too_long\n    steps:\n"
        "      - {on: 2026-09-03 Thu 08:10, do: remark, by: clerk, with: {text: 改短}}\n"
        "    then: {at: 2026-09-03 Thu 09:00, state: open, suspended: false, contested: false}\n"
    )
    assert problems(small_pack(tmp_path, cases=more)) == ""


def test_what_is_delivered_late_is_written_with_recorded(tmp_path: Path) -> None:
    text = CASES + (
        "  - id: offline\n    it: 离线补录\n    after: too_long\n    steps:\n"
        "      - {on: 2026-09-05 Sat 08:10, do: remark, by: clerk, with: {text: 现场}}\n"
        "      - {on: 2026-09-04 Fri 08:10, recorded: 2026-09-06 Sun 08:10, do: remark, by: clerk,"
        " with: {text: 补录}}\n"
        "    then: {at: 2026-09-06 Sun 09:00, state: open}\n"
    )
    assert problems(small_pack(tmp_path, cases=text)) == ""


def test_days_instants_and_files_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    procedure = changed(
        PROCEDURE,
        "hearing_on: {",
        "seen_at: {name: 时刻, type: instant}\n  photos: {name: 图, type: files}\n  hearing_on: {",
    )
    procedure = changed(procedure, "size, hearing_on]", "size, hearing_on, seen_at, photos]")
    cases = changed(
        CASES,
        "size: 40}",
        "size: 40, hearing_on: 2026-09-01 Tue, seen_at: 2026-09-01 Tue 08:00, photos: [井盖]}",
    )
    assert problems(small_pack(tmp_path, procedure=procedure, cases=cases)) == ""
    wrong = changed(cases, "hearing_on: 2026-09-01 Tue", "hearing_on: 2026-09-01 Wed")
    assert "that day is a Tue" in problems(
        small_pack(tmp_path / "wrong", procedure=procedure, cases=wrong)
    )

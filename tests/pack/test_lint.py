"""Every fault that `haihe procedures check` promises to find is found, in the right place."""

from __future__ import annotations

from pathlib import Path

import pytest

from haihe.commands import main
from haihe.pack.lint import check
from tests.pack.small_pack import CASES, LAW, PROCEDURE, changed, small_pack, write_pack

FAULTS = [
    ("minors: []\n", "", "fields.phone: may be about a minor: offer the field `minor_involved`"),
    ("minors: []", "minors: [child]", "minors.child: no such field"),
    ("minors: []", "minors: [size]", "minors.size: is of type number; it must be yes_no"),
    (
        "  closed: {",
        "  lost: {name: 不见, citizen: 您的申请找不到了。, next: 请再申请。, end: true}\n"
        "  closed: {",
        "states.lost: unreachable",
    ),
    ("from: [open]\n    to: closed", "from: [open]\n    to: open", "states.open: dead end"),
    ("  reviewer: {", "  ghost: {name: 无事人}\n  reviewer: {", "roles.ghost: takes no step"),
    ("by: [clerk, reviewer]", "by: []", "steps.close: nobody may take it"),
    ("starts: [receive]", "starts: []", "clocks.decide: nobody starts it"),
    ("stops: [end]", "stops: []", "clocks.decide: nobody stops it"),
    ("stops: [end]", "stops: [end, receive]", "receive both starts and stops it"),
    (
        "allow: 30 days",
        "allow: 8 hours\n    starts_on: hearing_on",
        "counts 8 hours from hearing_on, a day: it needs an instant",
    ),
    ("stops: [end]", "stops: [end]\n    level: D", "level D needs `source` and `checked_on`"),
    ("allow: 30 days", "allow: 3 days before", "`starts_on` must name the day"),
    (
        "stops: [end]",
        "stops: [end]\n    extensions: [{allow: 8 hours, by: [局长], cites: [fences#118]}]",
        "the units do not mix",
    ),
    (
        "stops: [end]",
        "stops: [end]\n    starts_on: size",
        "clocks.decide.starts_on: expected a day",
    ),
    (
        "fences#118]\n    needs",
        "fences#119]\n    needs",
        "cites fences#119, which law/ does not tell",
    ),
    ("basis: [fences#118]", "basis: []", "basis: cites nothing"),
    ("cites: [fences#3之一]", "cites: []", "steps.receive.cites: cites nothing"),
    ("citizen: 您的申请已经收到。", "citizen: ''", "states.open.citizen: no sentence"),
    ("citizen: 您的申请已经收到。", f"citizen: {'好' * 41}", "states.open.citizen: 41 characters"),
    ("next: 审查后办结。", "next: ''", "states.open.next: no sentence"),
    ("next: 审查后办结。", "next: 审查后就办结", "states.open.next: expected a whole sentence"),
    ("next: 审查后办结。", "next: 提请负责人研判。", "states.open.next: “研判” is jargon"),
    (
        "next: 审查后办结。",
        "next: 审查后办结。, until: [deicde]",
        "states.open.until: there is no clock `deicde`",
    ),
    ("name: 决定期限", "name: 合议庭审限", "clocks.decide: “合议庭” is jargon"),
    ("name: 决定期限", f"name: {'长' * 15}", "clocks.decide: 长长长长长长长长长长长长长长长: 15"),
    ("may_ask: [phone, size,", "may_ask: [size,", "fields.phone: no step asks it"),
    ("may_ask: [phone,", "may_ask: [what, phone,", "steps.receive.asks: asked twice"),
    ("{field: size, below: 100}", "{field: phone, equals: x}", "phone is personal"),
    ("{field: size, below: 100}", "{field: size, equals: long}", "it never equals 'long'"),
    ("{field: size, below: 100}", "{field: hearing_on, below: 1}", "it has no size to compare"),
    (
        "  clerk: {name: 窗口人员}",
        "  clerk: {name: 窗口人员, stands: public}",
        "never owns: add `hands_to`",
    ),
    ("outcome: 办结", "opens: [{kind: wall}]", "there is no kind `wall`"),
    ("outcome: 办结", "opens: [{kind: fence, step: shut}]", "name one of them in `step`"),
    (
        "outcome: 办结",
        "opens: [{kind: fence, role: mayor, carries: {what: what}}]",
        "mayor may not open",
    ),
    ("outcome: 办结", "opens: [{kind: fence}]", "fence.what is asked, but nothing is carried"),
    ("outcome: 办结", "opens: [{kind: fence, carries: {what: that}}]", "we have no field `that`"),
    ("outcome: 办结", "opens: [{kind: fence, carries: {who: what}}]", "does not ask `who`"),
    (
        "outcome: 办结",
        "opens: [{kind: fence, carries: {what: size}}]",
        "size (number) cannot become what",
    ),
    (
        "outcome: 办结",
        "opens: [{kind: fence, carries: {what: phone}}]",
        "phone is personal; what is not",
    ),
    (
        "name: 决定期限\n",
        "name: 决定期限\n    extensions: [{allow: 1 days, by: [局长], cites: [x#1]}]\n",
        "cites x#1",
    ),
]


def found(root: Path, **texts: str) -> str:
    return "\n".join(str(one) for one in check(small_pack(root, **texts)))


ASKED_BEFORE = "    asks: [what]\n    may_ask: [phone, size, hearing_on]"
MAY_TELL = ASKED_BEFORE.replace("phone,", "phone, minor_involved,")
MUST_TELL = ASKED_BEFORE.replace("[what]", "[what, minor_involved]")
NEED = "    needs:\n      - {all: [{field: minor_involved, given: true}], when: [%s]}"


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (MAY_TELL, ["states.closed"]),
        (MUST_TELL, []),
        (f"{MAY_TELL}\n{NEED % '{field: phone, given: true}'}", []),
        (f"{MAY_TELL}\n{NEED % '{field: size, given: true}'}", ["states.closed"]),
    ],
)
def test_a_file_with_a_name_in_it_does_not_end_before_somebody_said_whether_a_child_is_in_it(
    tmp_path: Path, told: str, where: list[str]
) -> None:
    offered = "  minor_involved: {name: 未成年, type: yes_no}\n  size: {name"
    text = PROCEDURE.replace("minors: []\n", "").replace("  size: {name", offered)
    assert ASKED_BEFORE in text
    pack = small_pack(tmp_path, procedure=text.replace(ASKED_BEFORE, told))
    found = [one for one in check(pack) if "without `minor_involved`" in one.says]
    assert [one.where for one in found] == where


def test_a_sound_pack_has_no_problems(tmp_path: Path) -> None:
    assert found(tmp_path) == ""


@pytest.mark.parametrize(("old", "new", "says"), FAULTS)
def test_a_fault_is_found(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert says in found(tmp_path, procedure=changed(PROCEDURE, old, new))


def test_a_step_a_refusal_and_a_clock_that_no_case_exercises_are_found(tmp_path: Path) -> None:
    empty = "cases: [{id: none, it: 无, steps: []}]"
    told = found(tmp_path, cases=empty)
    assert "steps.receive: no case takes it" in told
    assert "steps.close.needs[0]: no case is refused by it (过长的不能当场办结)" in told
    assert "clocks.decide: no case shows it met" in told
    assert "clocks.decide: no case shows it overdue or late" in told


def test_a_law_out_of_force_on_the_first_day_is_found(tmp_path: Path) -> None:
    law = changed(LAW, "{from: 2020-01-01}", "{from: 2024-01-02}")
    assert "which is not in force on 2024-01-01" in found(tmp_path, law=law)


def test_a_law_that_ends_before_the_version_does_is_found(tmp_path: Path) -> None:
    law = changed(LAW, "{from: 2020-01-01}", "{from: 2020-01-01, to: 2025-12-31}")
    told = found(tmp_path / "open", law=law)
    assert "cites fences#118, which ends on 2025-12-31, before this version does" in told
    until = changed(PROCEDURE, "since: 2024-01-01\n", "since: 2024-01-01\nuntil: 2025-12-31\n")
    assert "ends on" not in found(tmp_path / "closed", law=law, procedure=until)


@pytest.mark.parametrize(
    ("until", "says"),
    [
        ("", "until: expected 2025-12-31"),
        ("until: 2026-01-01\n", "overlaps the version from 2026-01-01"),
        ("until: 2025-12-30\n", "leaves a gap before 2026-01-01"),
        ("until: 2025-12-31\n", ""),
    ],
)
def test_versions_neither_overlap_nor_leave_a_gap(tmp_path: Path, until: str, says: str) -> None:
    first = changed(PROCEDURE, "since: 2024-01-01\n", f"since: 2024-01-01\n{until}")
    root = write_pack(tmp_path, procedure=first)
    newer = changed(PROCEDURE, "since: 2024-01-01", "since: 2026-01-01")
    (root / "procedures" / "fence" / "from-2026-01-01.yaml").write_text(newer, encoding="utf-8")
    from haihe.pack import load_pack

    told = [str(one) for one in check(load_pack(root)) if "until" in one.says]
    assert (says in "".join(told)) if says else not told


def test_one_name_has_one_type_in_the_whole_pack(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    other = changed(PROCEDURE, "kind: fence", "kind: wall")
    folder = root / "procedures" / "wall"
    folder.mkdir()
    (folder / "from-2024-01-01.yaml").write_text(
        changed(other, "type: number", "type: integer"), encoding="utf-8"
    )
    from haihe.pack import load_pack

    told = "\n".join(str(one) for one in check(load_pack(root)))
    assert "wall/from-2024-01-01.yaml: fields.size: is of type integer; in fence it is" in told


def test_the_command_says_all_is_well_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_pack(tmp_path / "good")
    assert main(["procedures", "check", "--pack", str(good)]) == 0
    assert "没有发现问题" in capsys.readouterr().err
    bad = write_pack(tmp_path / "bad", cases=changed(CASES, "state: closed", "state: open"))
    assert main(["procedures", "check", "--pack", str(bad)]) == 1
    assert "procedures/fence/cases.yaml: ordinary: then: state" in capsys.readouterr().err
    broken = write_pack(tmp_path / "broken", procedure="kind: fence\n")
    assert main(["procedures", "check", "--pack", str(broken)]) == 1
    assert main(["procedures", "--pack", str(broken)]) == 2


def test_the_command_lists_shows_and_runs_cases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    root = str(write_pack(tmp_path))
    assert main(["procedures", "--json", "--pack", root]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "kind": "fence",
            "name": "围挡",
            "versions": [{"since": "2024-01-01", "until": None}],
            "steps": ["receive", "close"],
            "clocks": ["decide"],
            "cases": 2,
        }
    ]
    assert main(["procedures", "show", "fence", "--pack", root]) == 0
    page = capsys.readouterr().out
    assert "办结（close）：已收件 → 已办结" in page
    assert "决定期限（decide）：30日，收件 → 办结" in page
    assert "围挡办法第118条" in page
    assert main(["procedures", "cases", "fence", "--pack", root]) == 0
    assert "相符  ordinary" in capsys.readouterr().out
    assert main(["procedures", "show", "wall", "--pack", root]) == 2
    assert main(["procedures", "show", "--pack", root]) == 2


def test_what_a_citizen_may_do_is_called_by_a_plain_and_short_name(tmp_path: Path) -> None:
    public = changed(PROCEDURE, "name: 审查人员, stands: anywhere", "name: 当事人, stands: public")
    jargon = changed(public, "    name: 办结\n", "    name: 提请办结\n")
    assert "steps.close: “提请” is jargon" in found(tmp_path / "a", procedure=jargon)
    long = changed(public, "    name: 办结\n", f"    name: 办结\n    citizen: {'办' * 13}\n")
    assert f"steps.close: {'办' * 13}: 13 characters" in found(tmp_path / "b", procedure=long)
    plain = changed(jargon, "    name: 提请办结\n", "    name: 提请办结\n    citizen: 请求办结\n")
    assert "jargon" not in found(tmp_path / "c", procedure=plain)

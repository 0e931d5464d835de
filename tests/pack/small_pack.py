"""A small pack written to a folder, to be broken in one place by a test."""

from __future__ import annotations

from pathlib import Path

from haihe.pack import Pack, load_pack

LAW = """\
id: fences
name: 围挡管理办法
short: 围挡办法
number: 第1号
in_force: {from: 2020-01-01}
read_at: 为测试编写
checked_on: 2026-11-22
level: A
articles:
  118: {tells: 三十日内决定。}
  3之一: {tells: 受理。}
  三个当场: {tells: 当场登记。, level: B}
  two-persons: {name: 两人查看, tells: 两人查看。, level: D}
"""
PROCEDURE = """\
kind: fence
name: 围挡
since: 2024-01-01
basis: [fences#118]
minors: []
roles:
  clerk: {name: 窗口人员}
  reviewer: {name: 审查人员, stands: anywhere}
fields:
  what: {name: 事项, type: long_text}
  phone: {name: 电话, personal: true}
  size: {name: 长度, type: number}
  hearing_on: {name: 听证日, type: day}
states:
  open: {name: 已收件, citizen: 您的申请已经收到。, next: 审查后办结。}
  closed: {name: 已办结, citizen: 您的申请已经办结。, next: 可以再次申请。, end: true}
steps:
  receive:
    name: 收件
    by: [clerk]
    to: open
    cites: [fences#3之一]
    asks: [what]
    may_ask: [phone, size, hearing_on]
  close:
    name: 办结
    by: [clerk, reviewer]
    from: [open]
    to: closed
    cites: [fences#118]
    needs:
      - {all: [{field: size, below: 100}], says: 过长的不能当场办结}
    outcome: 办结
clocks:
  decide:
    name: 决定期限
    allow: 30 days
    starts: [receive]
    stops: [end]
    cites: [fences#118]
"""
CASES = """\
cases:
  - id: ordinary
    it: 收件后当日办结
    steps:
      - {on: "2026-09-01 Tue 08:10", do: receive, by: clerk, with: {what: 搭建, size: 40}}
      - {on: "2026-09-01 Tue 09:10", do: close, by: clerk}
    then:
      at: "2026-09-01 Tue 10:00"
      state: closed
      outcome: 办结
      owner: 分局
      clocks: {decide: {legal: "2026-10-01 Thu", nominal: "2026-10-01 Thu",
        status: met, official: false}}
  - id: too_long
    it: 过长的不能办结，期限届满
    steps:
      - {on: "2026-09-01 Tue 08:10", do: receive, by: clerk, with: {what: 搭建, size: 140}}
      - {on: 2026-09-02 Wed 08:10, do: close, by: {role: reviewer, person: 甲, organ: 22},
          refused: need_unmet, cites: [fences#118]}
    then: {at: "2026-10-02 Fri 00:00", state: open, clocks: {decide: {status: overdue}}}
"""


def write_pack(
    root: Path, *, procedure: str = PROCEDURE, cases: str = CASES, law: str = LAW
) -> Path:
    """The pack on disk, with one kind, one statute and no calendar."""
    kind = root / "procedures" / "fence"
    kind.mkdir(parents=True)
    (root / "law").mkdir()
    (root / "law" / "fences.yaml").write_text(law, encoding="utf-8")
    (kind / "from-2024-01-01.yaml").write_text(procedure, encoding="utf-8")
    (kind / "cases.yaml").write_text(cases, encoding="utf-8")
    return root


def small_pack(
    root: Path, *, procedure: str = PROCEDURE, cases: str = CASES, law: str = LAW
) -> Pack:
    """The same, loaded."""
    return load_pack(write_pack(root, procedure=procedure, cases=cases, law=law))


def changed(text: str, old: str, new: str) -> str:
    """The text with one place changed; the place must be there."""
    assert old in text, f"{old!r} is not in the text"
    return text.replace(old, new, 1)

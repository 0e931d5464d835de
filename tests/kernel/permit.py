"""A small invented procedure with one of everything, and a desk at which tests take its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import msgspec

from haihe.kernel.clocks import clocks
from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Datum, Decided, Event, Refused
from tests.kernel.clock_days import calendar, moment

DIGEST = "ab" * 32
OPENED = "Tue 2026-09-01 08:10"
OFFICE, OTHER, THIRD = "north", "south", "centre"

PERMIT = {
    "kind": "permit",
    "name": "许可",
    "since": "2025-01-01",
    "basis": ["permits#1"],
    "roles": {
        "applicant": {"name": "申请人", "stands": "public"},
        "clerk": {"name": "窗口人员"},
        "reviewer": {"name": "审查人员"},
        "inspector": {"name": "检查人员", "stands": "anywhere"},
        "chief": {"name": "监督员", "stands": "anywhere"},
    },
    "supervisors": ["chief"],
    "apart": ["complained_of"],
    "fields": {
        "what": {"name": "申请事项", "type": "long_text", "at_least": 2},
        "unit": {"name": "受理单位", "type": "organ"},
        "complained_of": {"name": "被反映单位", "type": "organ"},
        "phone": {"name": "电话", "personal": True, "pattern": "[0-9]{6,20}", "hint": "只写数字"},
        "size": {"name": "面积", "type": "number", "at_least": 0},
        "floors": {"name": "层数", "type": "integer", "at_most": 99},
        "complex": {"name": "是否复杂", "type": "yes_no"},
        "class": {"name": "类别", "type": "choice", "choices": {"small": "小型", "large": "大型"}},
        "seen_on": {"name": "查看日", "type": "day"},
        "hearing_on": {"name": "听证日", "type": "day"},
        "called_at": {"name": "通知时刻", "type": "instant"},
        "officers": {"name": "检查人", "type": "texts", "at_least": 2},
        "photos": {"name": "照片", "type": "files", "at_least": 1},
        "looked": {"name": "是否看过", "type": "yes_no"},
        "report": {"name": "摘要一"},
        "copy": {"name": "摘要二"},
    },
    "states": {
        "open": {"name": "已收件", "citizen": "您的申请已经收到。"},
        "accepted": {"name": "已受理", "citizen": "您的申请正在审查。"},
        "granted": {"name": "已许可", "citizen": "您的申请已经批准。", "end": True},
        "refused": {"name": "不予许可", "citizen": "您的申请没有批准。", "end": True},
        "elsewhere": {"name": "已转出", "citizen": "您的申请已经转给其他单位。", "end": True},
    },
    "steps": {
        "apply": {
            "name": "申请",
            "by": ["applicant"],
            "to": "open",
            "cites": ["permits#2"],
            "asks": ["what", "unit"],
            "may_ask": ["phone", "size", "complained_of"],
            "hands_to": "unit",
        },
        "receive": {
            "name": "收件",
            "by": ["clerk"],
            "to": "open",
            "cites": ["permits#2"],
            "asks": ["what"],
            "may_ask": ["phone", "size", "complained_of"],
        },
        "accept": {
            "name": "受理",
            "by": ["clerk"],
            "from": ["open"],
            "to": "accepted",
            "cites": ["permits#3"],
            "may_ask": ["complex", "class", "hearing_on"],
            "issues": ["受理通知书"],
        },
        "measure": {
            "name": "测量",
            "by": ["clerk", "inspector"],
            "from": ["open", "accepted"],
            "to": "stay",
            "cites": ["permits#4"],
            "may_ask": [
                "size",
                "floors",
                "complex",
                "class",
                "seen_on",
                "hearing_on",
                "called_at",
                "officers",
                "photos",
                "phone",
                "report",
                "copy",
            ],
        },
        "look": {
            "name": "现场查看",
            "by": ["inspector"],
            "from": ["accepted"],
            "to": "stay",
            "cites": ["permits#5"],
            "asks": ["officers"],
            "sets": {"looked": True},
        },
        "ask_expert": {
            "name": "委托鉴定",
            "by": ["clerk"],
            "from": ["accepted"],
            "to": "stay",
            "cites": ["permits#6"],
        },
        "expert_answers": {
            "name": "收到鉴定",
            "by": ["clerk"],
            "from": ["accepted"],
            "to": "stay",
            "cites": ["permits#6"],
        },
        "start_again": {
            "name": "重新审查",
            "by": ["clerk"],
            "from": ["accepted"],
            "to": "stay",
            "cites": ["permits#7"],
        },
        "grant": {
            "name": "许可",
            "by": ["reviewer"],
            "from": ["accepted"],
            "to": "granted",
            "cites": ["permits#8"],
            "needs": [
                {"other_person_than": "accept", "says": "受理的人不能自己审查"},
                {"after": "look", "cites": ["permits#9"]},
                {
                    "any": [{"field": "size", "below": 100}, {"field": "class", "equals": "large"}],
                    "instead": "请补正类别",
                    "cites": ["permits#10"],
                },
                {"answered": True},
                {"same": ["report", "copy"], "when": [{"field": "report", "given": True}]},
                {"within": "decide", "when": [{"field": "class", "equals": "small"}]},
                {"guard": "every_co_handler_agreed"},
            ],
            "outcome": "许可",
            "final": True,
        },
        "refuse": {
            "name": "不予许可",
            "by": ["reviewer"],
            "from": ["accepted"],
            "to": "refused",
            "cites": ["permits#11"],
            "outcome": "不予许可",
        },
        "lapse": {
            "name": "逾期处理",
            "by": ["chief"],
            "from": ["accepted"],
            "to": "refused",
            "cites": ["permits#12"],
            "needs": [
                {"over": "decide"},
                {"other_organ_than": "accept"},
                {"organ_not_in": "unit"},
                {"not_after": "look"},
            ],
            "outcome": "逾期",
        },
        "send_on": {
            "name": "转其他单位",
            "by": ["clerk"],
            "from": ["open", "accepted"],
            "to": "elsewhere",
            "cites": ["permits#13"],
            "opens": [
                {
                    "kind": "permit",
                    "step": "receive",
                    "role": "clerk",
                    "organ_from": "unit",
                    "carries": {"what": "what", "phone": "phone", "size": "size"},
                    "when": [{"field": "what", "given": True}],
                }
            ],
        },
        "hand": {
            "name": "移交",
            "by": ["clerk"],
            "from": ["open", "accepted"],
            "to": "stay",
            "cites": ["permits#14"],
            "asks": ["unit"],
            "hands_to": "unit",
        },
        "reopen": {
            "name": "重新办理",
            "by": ["chief"],
            "from": ["refused"],
            "to": "accepted",
            "cites": ["permits#15"],
        },
    },
    "clocks": {
        "decide": {
            "name": "审查期限",
            "allow": "30 days",
            "starts": ["accept"],
            "stops": ["end"],
            "cites": ["permits#8"],
            "restarts": ["start_again"],
            "excludes": [
                {
                    "name": "鉴定",
                    "starts": ["ask_expert"],
                    "stops": ["expert_answers"],
                    "cites": ["permits#6"],
                }
            ],
            "extensions": [
                {"allow": "30 days", "by": ["局长"], "cites": ["permits#16"]},
                {
                    "allow": "15 days",
                    "by": ["上一级"],
                    "cites": ["permits#17"],
                    "when": [{"field": "complex", "equals": True}],
                },
            ],
        },
        "first_look": {
            "name": "首次查看",
            "allow": "24 hours",
            "allow_when": [
                {
                    "allow": "72 hours",
                    "when": [{"field": "complex", "equals": True}],
                    "cites": ["permits#5a"],
                }
            ],
            "starts": ["accept"],
            "stops": ["look"],
            "cites": ["permits#5"],
            "extensions": [{"allow": "12 hours", "by": ["局长"], "cites": ["permits#5"]}],
        },
        "notice": {
            "name": "听证通知",
            "allow": "7 working days before",
            "starts": ["accept"],
            "starts_on": "hearing_on",
            "starts_when": [{"field": "hearing_on", "given": True}],
            "stops": ["measure"],
            "cites": ["permits#18"],
        },
        "silent": {
            "name": "答复",
            "allow": "30 days",
            "roll": "silent",
            "starts": ["accept"],
            "stops": ["measure"],
            "cites": ["permits#19"],
            "suspends": False,
        },
        "found": {
            "name": "查明后期限",
            "allow": "5 days",
            "starts": ["accept"],
            "tolls_until": ["look"],
            "stops": ["end"],
            "cites": ["permits#20"],
        },
        "limitation": {
            "name": "追究时效",
            "allow": "6 months",
            "roll": "never",
            "starts": ["measure"],
            "starts_on": "seen_on",
            "starts_when": [{"field": "seen_on", "given": True}],
            "stops": ["measure"],
            "cites": ["permits#21"],
        },
    },
    "suspend": {"court": {"name": "诉讼", "cites": ["permits#22"]}},
}


@cache
def permit() -> Procedure:
    """The procedure, always the same object."""
    return msgspec.convert(PERMIT, Procedure)


def actor(role: str, person: str = "", organ: str = OFFICE) -> Actor:
    """Somebody in a role; the person is called like the role unless named."""
    return Actor(person=person or role, role=role, organ=organ)


@dataclass
class Desk:
    """One matter and its history; every accepted act moves it, a refused one leaves it alone."""

    state: State | None = None
    history: list[Event] = field(default_factory=list)
    personal: dict[str, Datum] = field(default_factory=dict)
    procedure: Procedure = field(default_factory=permit)

    def try_(
        self,
        act: str,
        who: Actor,
        at: str | datetime,
        *,
        now: str | None = None,
        expects: int | None = None,
        **data: Datum,
    ) -> Decided | Refused:
        """Decide an act, and advance if it is allowed."""
        happened = moment(at) if isinstance(at, str) else at
        command = Command(
            key=f"{act}-{len(self.history)}",
            act=act,
            actor=who,
            matter="m1" if self.state is not None else None,
            kind="permit" if self.state is None else None,
            data=data,
            happened_at=happened,
            expects=expects,
        )
        result = decide(
            self.procedure, self.state, command, moment(now) if now else happened, calendar()
        )
        if isinstance(result, Decided):
            self.history.append(result.event)
            self.personal.update(result.personal)
            self.state = advance(self.procedure, self.state, result.event)
        return result

    def take(self, act: str, who: Actor, at: str | datetime, **data: Datum) -> State:
        """Take an act that must be allowed."""
        result = self.try_(act, who, at, **data)
        assert isinstance(result, Decided), result
        assert self.state is not None
        return self.state

    def refuse(self, act: str, who: Actor, at: str | datetime, **data: Datum) -> Refused:
        """Try an act that must be refused; the matter must stay as it was."""
        before = self.state
        result = self.try_(act, who, at, **data)
        assert isinstance(result, Refused), result
        assert self.state is before
        return result

    def clock(self, name: str, at: str) -> RunningClock:
        """One clock as it stands at an instant, with its reasons."""
        return self.clocks(at)[name]

    def clocks(self, at: str) -> dict[str, RunningClock]:
        """Every clock as it stands at an instant."""
        assert self.state is not None
        return {one.id: one for one in clocks(self.procedure, self.state, calendar(), moment(at))}


def received() -> Desk:
    """A matter received by the north office on Tuesday 2026-09-01 08:10."""
    desk = Desk()
    desk.take("receive", actor("clerk"), OPENED, what="搭建围挡", size=40)
    return desk


def accepted(**data: Datum) -> Desk:
    """A matter received and accepted on Tuesday 2026-09-01, 30 days to Thursday 2026-10-08."""
    desk = received()
    desk.take("accept", actor("clerk"), "Tue 2026-09-01 09:00", **data)
    return desk


def looked(**data: Datum) -> Desk:
    """An accepted matter that two inspectors have looked at."""
    desk = accepted(**data)
    desk.take("look", actor("inspector"), "Tue 2026-09-01 15:00", officers=["甲", "乙"])
    return desk


def extension(**data: Datum) -> dict[str, Datum]:
    """The fields of an extension of the deciding clock, granted in time by the right rank."""
    return {
        "clock": "decide",
        "rank": "局长",
        "approved_on": "2026-09-20",
        "document": "延期审批表1号",
        "reason": "材料较多",
        **data,
    }

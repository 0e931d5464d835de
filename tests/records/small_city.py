"""A small city for the tests of records: three kinds of matter and a calendar, no pack on disk."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from haihe.kernel.calendar import Calendar
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Command, Data

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 9, 1, 8, 10, tzinfo=ZONE)

_ALARM = """
{
  "kind": "alarm", "name": "报警", "since": "2025-01-01", "basis": ["law#1"],
  "roles": {
    "call_taker": {"name": "接警员", "stands": "anywhere"},
    "officer": {"name": "民警"},
    "caller": {"name": "报警人", "stands": "public"}
  },
  "fields": {
    "place": {"name": "地点"}, "what": {"name": "情况"}, "people": {"name": "人数", "type": "integer"},
    "caller_name": {"name": "报警人姓名", "personal": true},
    "caller_phone": {"name": "报警人电话", "personal": true},
    "result": {"name": "处理结果", "type": "long_text"},
    "criminal": {"name": "涉嫌违法", "type": "yes_no"},
    "related": {"name": "相关事项", "type": "matter"}
  },
  "states": {
    "received": {"name": "已接警", "citizen": "您的报警已经收到。"},
    "arrived": {"name": "已到场", "citizen": "民警已经到场。"},
    "closed": {"name": "已办结", "citizen": "已经办结。", "end": true}
  },
  "steps": {
    "take_call": {"name": "接警", "by": ["call_taker", "caller"], "to": "received", "cites": ["law#1"],
      "asks": ["place", "what"], "may_ask": ["caller_name", "caller_phone", "people"]},
    "arrive": {"name": "到场", "by": ["officer"], "from": ["received", "arrived"], "to": "arrived",
      "cites": ["law#2"], "may_ask": ["people", "caller_phone", "related"]},
    "close": {"name": "办结", "by": ["officer"], "from": ["received", "arrived"], "to": "closed",
      "cites": ["law#3"], "asks": ["result"], "may_ask": ["criminal"], "outcome": "已处理",
      "opens": [{"kind": "case", "step": "accept", "carries": {"facts": "result", "party": "caller_name"},
        "role": "officer", "when": [{"field": "criminal", "equals": true}]}]}
  },
  "clocks": {
    "feedback": {"name": "反馈期限", "allow": "24 hours", "starts": ["take_call"], "stops": ["close"],
      "cites": ["law#4"]},
    "arrival": {"name": "到场期限", "allow": "10 minutes", "starts": ["take_call"], "stops": ["arrive", "close"],
      "cites": ["law#5"]}
  }
}
"""
_CASE = """
{
  "kind": "case", "name": "案件", "since": "2025-01-01", "basis": ["law#10"],
  "roles": {"officer": {"name": "民警"}, "supervisor": {"name": "监督员", "stands": "anywhere"}},
  "fields": {"facts": {"name": "事实", "type": "long_text"}, "party": {"name": "当事人", "personal": true},
    "decision": {"name": "决定"}},
  "states": {"open": {"name": "办理中", "citizen": "正在办理。"},
    "decided": {"name": "已决定", "citizen": "已经决定。", "end": true}},
  "steps": {
    "accept": {"name": "受案", "by": ["officer"], "to": "open", "cites": ["law#10"], "asks": ["facts"],
      "may_ask": ["party"]},
    "decide": {"name": "决定", "by": ["officer"], "from": ["open"], "to": "decided", "cites": ["law#11"],
      "asks": ["decision"], "outcome": "已决定", "final": true}
  },
  "clocks": {
    "handling": {"name": "办案期限", "allow": "30 days", "starts": ["accept"], "stops": ["decide"],
      "cites": ["law#12"], "extensions": [{"allow": "30 days", "by": ["上一级公安机关"], "cites": ["law#12"]}]},
    "notice": {"name": "告知期限", "allow": "5 working days", "starts": ["accept"], "stops": ["decide"],
      "cites": ["law#13"]}
  },
  "suspend": {"appraisal": {"name": "鉴定", "cites": ["law#14"]}},
  "supervisors": ["supervisor"]
}
"""


class SmallCity:
    """Rules as records asks for them."""

    zone: tzinfo = ZONE

    def __init__(self) -> None:
        decode = msgspec.json.Decoder(Procedure).decode
        self.procedures = {one.kind: one for one in (decode(_ALARM), decode(_CASE))}
        self.calendar = calendar()

    def governing(self, kind: str, day: date) -> Procedure | None:
        found = self.procedures.get(kind)
        return found if found is not None and found.since <= day else None

    def version(self, kind: str, since: date) -> Procedure | None:
        found = self.procedures.get(kind)
        return found if found is not None and found.since == since else None

    def in_force(self, day: date) -> list[Procedure]:
        return [one for one in self.procedures.values() if one.since <= day]

    def article(self, cite: str) -> str:
        return f"《试验条例》第{cite.partition('#')[2]}条"

    def organ_name(self, organ: str) -> str:
        return {"hexi": "河西分局", "center110": "指挥中心"}.get(organ, organ)

    def organs(self) -> dict[str, str]:
        return {"hexi": "河西分局", "center110": "指挥中心"}

    def model_name(self, model: str) -> str:
        return {"late-feedback": "反馈超期"}.get(model, model)


def calendar(**published: str) -> Calendar:
    """2026 with the National Day holiday only; `rest` days of other years as ISO text."""
    rest = {date(2026, 10, day): "国庆节" for day in range(1, 8)}
    for name, day in published.items():
        rest[date.fromisoformat(day)] = name
    return Calendar(zone=ZONE, published=frozenset({2026}), rest_days=rest, makeup_days={})


TAKER = Actor(person="wang", role="call_taker", organ="hexi")
OFFICER = Actor(person="li", role="officer", organ="hexi")
OTHER_OFFICER = Actor(person="zhao", role="officer", organ="nankai")

_count = iter(range(10**9))


def opening(key: str = "", data: Data | None = None, actor: Actor = TAKER) -> Command:
    """A call: who rang is personal."""
    return Command(
        key=key or f"k{next(_count)}",
        act="take_call",
        actor=actor,
        kind="alarm",
        data=data
        or {
            "place": "马场道12号",
            "what": "邻里争吵",
            "caller_name": "张三",
            "caller_phone": "13800000000",
        },
    )


def step(
    matter: str, act: str, data: Data | None = None, actor: Actor = OFFICER, key: str = ""
) -> Command:
    """A further act."""
    return Command(
        key=key or f"k{next(_count)}", act=act, actor=actor, matter=matter, data=data or {}
    )


def later(hours: float) -> datetime:
    """Some hours after Tuesday 1 September 2026, 08:10."""
    return TUESDAY + timedelta(hours=hours)

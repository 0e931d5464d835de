"""A small city for the tests of records: three kinds of matter and a calendar, no pack on disk."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from haihe.kernel.calendar import Calendar
from haihe.kernel.competence import UNRESTRICTED
from haihe.kernel.grids import Tiles
from haihe.kernel.organs import Organ, Organs
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.places import Places
from haihe.kernel.procedure import Procedure
from haihe.kernel.qualification import Qualifications
from haihe.kernel.responsible import Responsible
from haihe.kernel.values import Actor, Command, Data
from haihe.pack.settings import SettingRow

ZONE = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 9, 1, 8, 10, tzinfo=ZONE)

PAPERS = (
    PaperTemplate(
        id="receipt",
        name="接报案回执",
        kinds=("alarm",),
        steps=("take_call",),
        title="接报案回执",
        number="编号：{matter_number}",
        paragraphs=(
            "{caller_name}（{caller_phone}）：",
            "{step_time}，{organ}接到您的报警：{what}，地点{place}，{people}人。",
            "{clock:feedback}以前告诉您结果。",
        ),
        cites=("law#1",),
    ),
)

_FILES = ("alarm.json", "case.json")


class SmallCity:
    """Rules as records asks for them."""

    zone: tzinfo = ZONE

    qualifications = Qualifications()
    competence = UNRESTRICTED

    def look_again(self) -> None:
        """It has no simulated city beside it."""

    def __init__(self) -> None:
        decode = msgspec.json.Decoder(Procedure).decode
        folder = Path(__file__).parent
        read = (decode((folder / name).read_bytes()) for name in _FILES)
        self.procedures = {one.kind: one for one in read}
        self.calendar = calendar()

    def governing(self, kind: str, day: date) -> Procedure | None:
        found = self.procedures.get(kind)
        return found if found is not None and found.since <= day else None

    def version(self, kind: str, since: date) -> Procedure | None:
        found = self.procedures.get(kind)
        return found if found is not None and found.since == since else None

    def in_force(self, day: date) -> list[Procedure]:
        return [one for one in self.procedures.values() if one.since <= day]

    def every_version(self) -> list[Procedure]:
        return list(self.procedures.values())

    def settings(self, day: date) -> list[SettingRow]:
        return []

    def article(self, cite: str) -> str:
        return f"《试验条例》第{cite.partition('#')[2]}条"

    def organ_name(self, organ: str) -> str:
        return {"hexi": "河西分局", "center110": "指挥中心"}.get(organ, organ)

    def organs(self) -> dict[str, str]:
        return {"hexi": "河西分局", "center110": "指挥中心"}

    def every_organ(self) -> dict[str, str]:
        return self.organs()

    organ_register = Organs(
        (
            Organ(id="city", name="市局", sort="city_police", tier="city", area="12"),
            Organ(id="hexi", name="河西分局", sort="district_police", tier="district",
                  above="city", area="120103"),
            Organ(id="bureau", name="督察", sort="city_government", tier="city", area="12"),
            Organ(id="center110", name="指挥中心", sort="command", tier="city", area="12"),
            Organ(id="nankai", name="南开分局", sort="district_police", tier="district",
                  above="city", area="120104"),
        )
    )  # fmt: skip

    places = Places(())
    tiles = Tiles()

    def responsible(self, area: str, day: date) -> Responsible | None:
        return None

    def organ_above(self, organ: str) -> str:
        return {"hexi": "city"}.get(organ, "")

    def organ_tier(self, organ: str) -> str:
        return {"hexi": "district"}.get(organ, "")

    def papers(self, procedure: Procedure, step: str) -> tuple[PaperTemplate, ...]:
        names = procedure.steps[step].issues
        return tuple(one for one in PAPERS if step in one.steps and one.name in names)

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

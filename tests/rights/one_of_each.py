"""A small city with one reader and one matter of every kind, for the matrix of rights."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

import msgspec

from haihe.kernel.organs import Organ, Organs
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Command, Data
from haihe.queueing.plan import Errand, Queue, Window
from haihe.records import files, write
from haihe.records.account_book import DUTIES, Duty
from haihe.records.answers import Recorded
from haihe.records.halls_city import HallOf, Hours
from tests.kernel.permit import PERMIT
from tests.records.small_city import TUESDAY, SmallCity

OPENER: Final = "c-77"  # who came with every matter: no page tells this id
PHONE: Final = "13800001234"
PICTURE: Final = b"\x89PNG\r\n\x1a\n of a hall"


class Person(NamedTuple):
    """One account; `roles` empty: an account without a post, `duty`: of an administrator."""

    organ: str
    roles: tuple[str, ...]
    supervisor: bool = False
    duty: Duty | None = None


HALL: Final = HallOf(
    name="北厅",
    organ="north",
    window_roles=("clerk",),
    lobby_roles=("cook",),
    hours=Hours(workday=("08:30-17:30",), restday=("08:30-17:30",)),
    queues=(Queue(letter="A", name="综合"),),
    errands=(Errand(id="permit", name="许可", queue="A", kind="permit", step="receive"),),
    windows=(Window(id="1", name="1号窗口", serves=("A",)),),
)
PEOPLE: Final[dict[str, Person]] = {
    "handler": Person("north", ("clerk", "reviewer")),
    "colleague": Person("north", ("cook",)),
    "own_supervisor": Person("north", ("clerk",), supervisor=True),
    "co_handler": Person("east", ("clerk",)),
    "asked": Person("west", ("traffic",)),
    "earlier_owner": Person("old", ("clerk",)),
    "may_go_on": Person("far", ("inspector",)),
    "stranger": Person("far", ("clerk",)),
    "district_supervisor": Person("watch", ("watcher",), supervisor=True),
    "far_supervisor": Person("farwatch", ("watcher",), supervisor=True),
    "city_leader": Person("city", ("watcher",), supervisor=True),
    "without_post": Person("", ()),
    **{f"{duty}-administrator": Person("", (), duty=duty) for duty in DUTIES},
}
AREA, FAR = "120101", "120102"


class City(SmallCity):
    """One kind of matter; `watch` supervises the area, `west` stands below it."""

    organ_register = Organs(
        (
            Organ(id="city", name="市政府", sort="city_government", tier="city", area="12"),
            Organ(id="watch", name="区司法局", sort="justice", tier="district", area=AREA),
            Organ(id="farwatch", name="远司法局", sort="justice", tier="district", area=FAR),
            Organ(id="north", name="北街道", sort="street", tier="street", area=f"{AREA}001"),
            Organ(id="east", name="区城管委", sort="urban", tier="district", area=AREA),
            Organ(
                id="west",
                name="西司法所",
                sort="justice_office",
                tier="street",
                area=f"{AREA}002",
                above="watch",
            ),
            Organ(id="old", name="区市场局", sort="market", tier="district", area=AREA),
            Organ(id="far", name="远城管委", sort="urban", tier="district", area=FAR),
        )
    )

    def __init__(self) -> None:
        super().__init__()
        told = msgspec.to_builtins(PERMIT)
        told["about"] = ["unit"]
        told["fields"] |= {
            "minor_involved": {"name": "涉及未成年人", "type": "yes_no"},
            "stars": {"name": "评价星数", "type": "integer", "informant": True},
            "secret": {"name": "背靠背记录", "type": "long_text", "confined": True},
        }
        told["steps"]["apply"]["may_ask"] += ["minor_involved"]
        told["steps"]["measure"]["may_ask"] += ["secret"]
        told["steps"]["rate"] = {
            "name": "打分评价",
            "by": ["applicant"],
            "from": ["accepted"],
            "to": "stay",
            "cites": ["permits#23"],
            "asks": ["stars"],
        }
        self.procedures = {"permit": msgspec.convert(told, Procedure)}

    def papers(self, procedure: Procedure, step: str) -> tuple[PaperTemplate, ...]:
        return (NOTICE,) if step == "accept" else ()


NOTICE: Final = PaperTemplate(
    id="notice",
    name="受理通知书",
    kinds=("permit",),
    steps=("accept",),
    title="受理通知书",
    number="编号：{matter_number}",
    paragraphs=("{phone}：您申请的{what}已经受理。",),
    cites=("permits#3",),
)

CITIZEN: Final = Actor(person=OPENER, role="applicant", organ="public")
MATTERS: Final = ("open", "sealed", "reported")
PAPER_STEP: Final = 2  # the number of the step that issues the paper


def clerk(organ: str, person: str = "") -> Actor:
    return Actor(person=person or f"{organ}-clerk", role="clerk", organ=organ)


def opened(name: str) -> Recorded:
    """A matter that `old` had, `north` has, `east` helps with, and `west` was asked about."""
    told: Data = {"what": f"搭建围挡{name}", "unit": "old", "phone": PHONE, "minor_involved": False}
    if name == "sealed":
        told["minor_involved"] = True
    if name == "reported":
        told["complained_of"] = "watch"
    steps: list[tuple[str, Actor, Data]] = [
        ("apply", CITIZEN, told),
        ("accept", clerk("old"), {}),
        ("hand", clerk("old"), {"unit": "north"}),
        ("co_handle", clerk("north"), {"organ": "east"}),
        ("request", clerk("north"), {"organ": "west", "question": "有无", "due": "2 days"}),
        ("measure", clerk("north", "handler"), {"photos": [files.keep([PICTURE])]}),
        ("measure", clerk("north", "handler"), {"secret": "只对调解员说的话"}),
        ("rate", CITIZEN, {"stars": 1}),
    ]
    if name == "sealed":
        reviewer = Actor(person="handler", role="reviewer", organ="north")
        steps.append(("refuse", reviewer, {}))
    first: Recorded | None = None
    for number, (act, actor, data) in enumerate(steps):
        command = Command(
            key=f"{name}-{number}",
            act=act,
            actor=actor,
            kind=None if first else "permit",
            matter=first.matter if first else None,
            data=data,
        )
        answer = write.submit(command, now=TUESDAY + timedelta(minutes=number))
        assert isinstance(answer, Recorded), (name, act, answer)
        first = first or answer
    assert first is not None
    return first

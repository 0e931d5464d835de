"""Nobody acts for a body without the power, and what comes to the wrong body is passed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from haihe.kernel.competence import Asked, Competence, CompetenceRules, Grant, KindRules, Order
from haihe.kernel.values import Actor, Command, Refused
from haihe.records import bulk, rules, write, writer
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from tests.records.small_city import TAKER, TUESDAY, ZONE, SmallCity, opening

MONDAY = TUESDAY - timedelta(days=1)
NANKAI = Actor(person="zhao", role="call_taker", organ="nankai")
GRANT = Grant(roles=("call_taker",), power="open", sorts=("district_police",), cites=("law#2",))
ORDER = Order(
    name="指定",
    since=TUESDAY.date(),
    kinds=("alarm",),
    roles=("call_taker",),
    giver=("hexi",),
    taker=("center110",),
    how="empower",
    running="stay",
    cites=("law#3",),
)


@dataclass
class _Ruled(SmallCity):
    """The small city where calls are taken by district police, and by order elsewhere."""

    orders: tuple[Order, ...] = ()
    competence: Any = field(init=False)

    def __post_init__(self) -> None:
        super().__init__()
        self.competence = Competence(
            CompetenceRules(kinds={"alarm": KindRules(grants=(GRANT,))}, orders=self.orders),
            self.organ_register,
            {"alarm": frozenset({"call_taker"})},
            {"alarm": frozenset({"call_taker"})},
        )


@cache
def installed() -> InstalledRules:
    return InstalledRules()


def use(city: rules.Rules) -> None:
    writer.forget_writer()
    rules.use(city)


def taker(organ: str) -> Actor:
    return Actor(person="li", role="call_taker", organ=organ)


def test_a_body_without_the_power_is_refused_and_told_who_has_it(journal: Connection) -> None:
    use(_Ruled())
    assert isinstance(write.submit(opening(actor=TAKER), now=TUESDAY), Recorded)
    refused = write.submit(opening(actor=taker("center110")), now=TUESDAY)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.cites) == ("not_competent", ("law#2",))
    assert "河西分局" in refused.instead
    assert journal.rows("SELECT count(*) FROM matter") == [(1,)]


def test_on_the_day_of_an_order_the_power_is_the_other_bodys(journal: Connection) -> None:
    use(_Ruled(orders=(ORDER,)))
    for at, organ, may in (
        (MONDAY, "hexi", True),
        (MONDAY, "center110", False),
        (TUESDAY, "hexi", False),
        (TUESDAY, "center110", True),
    ):
        answer = write.submit(opening(actor=taker(organ)), now=at)
        assert isinstance(answer, Recorded) is may, (at, organ)


def test_bulk_intake_asks_the_same(journal: Connection) -> None:
    use(_Ruled())
    told = [opening(key=f"b{n}", actor=taker(one)) for n, one in enumerate(("hexi", "center110"))]
    (taken,) = bulk.submit_many([[one] for one in told], now=TUESDAY)
    assert taken.matters == 1
    assert [(one.key, one.refused.reason) for one in taken.refused] == [("b1", "not_competent")]


def test_a_matter_may_not_be_given_to_a_body_that_cannot_have_it(journal: Connection) -> None:
    use(_Ruled())
    opened = write.submit(opening(actor=TAKER), now=TUESDAY)
    assert isinstance(opened, Recorded)
    for organ, may in (("center110", False), ("nankai", True)):
        given = Command(
            key=f"to-{organ}",
            act="transfer",
            actor=TAKER,
            matter=opened.matter,
            data={"to_organ": organ, "reason": "属其辖区"},
        )
        assert isinstance(write.submit(given, now=TUESDAY), Recorded) is may


def call(street: str, place: str, **more: Any) -> Command:
    told: dict[str, Any] = {
        "street": street,
        "place": place,
        "what": "路灯不亮",
        "category": "facility",
    }
    told["minor_involved"] = False
    actor = more.pop("actor")
    return Command(
        key=f"{street}-{place}", act="call_in", actor=actor, kind="grid_event", data=told | more
    )


CLERK = Actor(person="lin", role="hotline", organ="hotline-12345")
PERSONAL = {"reporter": "居民甲", "reporter_phone": "13900000011"}
AT = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)  # a Monday


CITIZEN = Actor(person="public", role="citizen", organ="public")
THERE = "河西区大营门街道绍兴道20号"


@pytest.mark.parametrize(
    ("actor", "street", "place", "owner"),
    [
        (CITIZEN, "tianta-street", THERE, "dayingmen-street"),
        (CLERK, "tianta-street", THERE, "dayingmen-street"),
        (CITIZEN, "hexi-court", THERE, "dayingmen-street"),  # a court takes no such matter
        (CITIZEN, "dayingmen-street", THERE, "dayingmen-street"),
        (CITIZEN, "tianta-street", "绍兴道20号", "tianta-street"),  # a road alone is not sure
        (CITIZEN, "tianta-street", "和平区劝业场街道", "tianta-street"),  # nobody is listed there
    ],
)
def test_what_came_to_the_wrong_body_goes_to_the_one_of_the_place_with_its_clocks(
    journal: Connection, actor: Actor, street: str, place: str, owner: str
) -> None:
    use(installed())
    answer = write.submit(call(street, place, actor=actor, **PERSONAL), now=AT)
    assert isinstance(answer, Recorded), answer
    assert answer.seq == 1
    assert answer.code
    found = journal.rows("SELECT owner_organ FROM matter")
    assert found == [(owner,)]
    acts = [act for (act,) in journal.rows("SELECT act FROM event ORDER BY seq")]
    assert acts == (["call_in"] if owner == street else ["call_in", "transfer"])
    opened = journal.rows("SELECT DISTINCT started_at FROM clock")
    assert opened == journal.rows("SELECT happened_at FROM event WHERE seq = 1")
    again = write.submit(call(street, place, actor=actor, **PERSONAL), now=AT)
    assert isinstance(again, Recorded)
    assert (again.replayed, again.matter, again.seq) == (True, answer.matter, 1)


def test_a_clerk_who_names_a_body_that_cannot_have_it_is_told_who_can(journal: Connection) -> None:
    use(installed())
    refused = write.submit(call("hexi-court", "绍兴道20号", actor=CLERK, **PERSONAL), now=AT)
    assert isinstance(refused, Refused)
    assert refused.reason == "not_competent"
    assert "街道" in refused.instead


def test_a_call_taker_of_a_street_is_told_that_the_command_centre_takes_calls(
    journal: Connection,
) -> None:
    use(installed())
    refused = write.submit(
        Command(key="c", act="take_call", actor=taker("dayingmen-street"), kind="alarm", data={}),
        now=AT,
    )
    assert isinstance(refused, Refused)
    assert refused.cites == ("alarm-rules-2003#2",)
    assert "指挥中心" in refused.instead


@pytest.mark.parametrize(
    ("place", "owner"), [(THERE, "dayingmen-street"), ("绍兴道20号", "tianta-street")]
)
def test_news_of_many_claims_goes_to_the_street_of_the_place(
    journal: Connection, place: str, owner: str
) -> None:
    use(installed())
    told: dict[str, Any] = {"street": "tianta-street", "gist": "超市关门", "place": place}
    reporter = Actor(person="shi", role="reporter", organ="tianta-street")
    command = Command(key="n", act="report", actor=reporter, kind=NEWS, data=told)
    answer = write.submit(command, now=AT)
    assert isinstance(answer, Recorded), answer
    assert journal.rows("SELECT owner_organ FROM matter") == [(owner,)]


NEWS = "mass_claims_incident"


@pytest.mark.parametrize(
    ("day", "organ", "area", "may"),
    [
        (date(2026, 11, 1), "tianta-street", "120103008", False),
        (date(2026, 11, 2), "tianta-street", "120103008", True),
        (date(2026, 11, 2), "hexi-urban", "120103008", True),  # entrusted, not given away
        (date(2026, 11, 2), "dayingmen-street", "120103001", False),
        (date(2027, 11, 1), "tianta-street", "120103008", True),
        (date(2027, 11, 2), "tianta-street", "120103008", False),
    ],
)
def test_the_entrustment_of_the_demo_holds_from_its_first_to_its_last_day(
    day: date, organ: str, area: str, *, may: bool
) -> None:
    judge = installed().competence.judge
    asked = Asked(
        power="decide",
        organ=organ,
        kind="administrative_inspection",
        area=area,
        day=day,
        opened_on=day,
        role="inspector",
    )
    assert isinstance(judge(asked), Refused) is not may
    (order,) = installed().competence.rules.orders
    assert (order.source, order.how) == ("demo", "entrust")


def test_every_kind_of_the_pack_has_its_rules() -> None:
    city = installed()
    kinds = {one.kind for one in city.in_force(date(2026, 11, 23))}
    assert kinds
    assert not [kind for kind in sorted(kinds) if not city.competence.binds(kind)]

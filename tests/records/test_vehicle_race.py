"""A restriction and a transfer of the same car arrive together: never a transfer after it."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from tests.records.small_city import ZONE
from tests.records.test_concurrency import at_once

PAIRS = 1_000
CHANCE = random.Random(20261122)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
JUDGE = Actor(person="孙法官", role="enforcement_judge", organ="hexi-court")
CLERK = Actor(person="经办人甲", role="vehicle_clerk", organ="tj-vehicle-office")

QUERY: Data = {
    "vehicle_office": "tj-vehicle-office",
    "plate": "津A12345",
    "plate_kind": "small",
    "case_no": "（2026）津0101执12号",
}
FOUND: Data = {
    "vehicle_found": True,
    "owner_match": True,
    "vin": "LSVAA4182E2184847",
    "minor_involved": False,
}
RULING: Data = {"ruling_no": "（2026）津0101执12号之一"}
RESTRICT: tuple[str, Data] = ("take_effect", {"owner_match": True, "restricted_before": False})
TRANSFER: tuple[str, Data] = ("register_change", {"change_kind": "transfer"})


def act(number: int, matter: str | None, name: str, who: Actor, data: Data) -> Recorded | Refused:
    """One act on the car of this number (a new file if there is none yet)."""
    kind = None if matter else "vehicle_control"
    key = f"{number}/{name}"
    command = Command(key=key, act=name, actor=who, matter=matter, kind=kind, data=data)
    return write.submit(command, now=MONDAY)


def ordered(number: int) -> str:
    """A car whose restriction is ordered and on its way to the vehicle office."""
    opened = act(number, None, "query", JUDGE, QUERY)
    assert isinstance(opened, Recorded), opened
    for name, who, data in (("answer_query", CLERK, FOUND), ("order", JUDGE, RULING)):
        done = act(number, opened.matter, name, who, data)
        assert isinstance(done, Recorded), done
    return opened.matter


def test_of_a_thousand_pairs_no_car_is_transferred_after_it_is_restricted(
    journal: Connection,
) -> None:
    rules.use(InstalledRules())
    cars = [one for one in at_once(ordered, PAIRS) if isinstance(one, str)]
    assert len(cars) == PAIRS
    race = [(number, *one) for number in range(PAIRS) for one in (RESTRICT, TRANSFER)]
    for first in range(0, len(race), 2):
        if CHANCE.random() < 0.5:
            race[first], race[first + 1] = race[first + 1], race[first]

    def run(place: int) -> Recorded | Refused:
        number, name, data = race[place]
        return act(number, cars[number], name, CLERK, data)

    answers = at_once(run, len(race))
    assert all(isinstance(one, Recorded | Refused) for one in answers)
    refused = [one for one in answers if isinstance(one, Refused)]
    assert len(refused) == PAIRS, "of every pair exactly one is carried out"
    assert {one.reason for one in refused} == {"need_unmet"}
    won: dict[str, int] = dict(
        journal.rows(
            "SELECT act, count(*) FROM event WHERE act IN ('take_effect', 'register_change') "
            "GROUP BY act"
        )
    )
    assert sum(won.values()) == PAIRS
    assert len(won) == 2, "both come first now and then"
    both = journal.rows(
        "SELECT a.matter_id FROM event a JOIN event b ON a.matter_id = b.matter_id "
        "WHERE a.act = 'take_effect' AND b.act = 'register_change'"
    )
    assert both == []


def test_a_released_car_is_transferred_the_same_minute(journal: Connection) -> None:
    rules.use(InstalledRules())
    car = ordered(0)
    assert isinstance(act(0, car, *_as(RESTRICT, CLERK)), Recorded)
    assert isinstance(act(0, car, *_as(TRANSFER, CLERK)), Refused)
    assert isinstance(act(0, car, "ground_gone", JUDGE, {"release_ground": "wrong"}), Recorded)
    assert isinstance(act(0, car, "order_release", JUDGE, RULING), Recorded)
    assert isinstance(act(0, car, "unlock", CLERK, {}), Recorded)
    again = Command(key="again", act=TRANSFER[0], actor=CLERK, matter=car, data=TRANSFER[1])
    assert isinstance(write.submit(again, now=MONDAY + timedelta(minutes=1)), Recorded)


def _as(act_and_data: tuple[str, Data], who: Actor) -> tuple[str, Actor, Data]:
    return act_and_data[0], who, act_and_data[1]

"""A8, F7: every one of the 140 items at every one of the 39 one-window stations, end to end.

The kernel alone is asked, so that all 5,460 pairs are walked: taken in, handed to the body that is
competent, decided there by another person, and handed out by the window that took it in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from haihe.kernel.catalogue import Item, approver
from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.organs import Organs
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Decided
from haihe.pack import Pack, load_pack
from haihe.pack.catalogue import load_catalogue
from haihe.pack.city import load_organs

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in the city


@cache
def pack() -> Pack:
    return load_pack()


Steps = tuple[tuple[str, Actor, Data], ...]


def of_service(item: Item, station: str, body: str) -> Steps:
    """Taken in, accepted, approved and delivered."""
    clerk = Actor(person="clerk", role="window", organ=station)
    taken_in: Data = {
        "item_name": item.name,
        "item_code": item.code,
        "window_site": station,
        "approving_organ": body,
        "minor_involved": False,
    }
    decides = Actor(person="approver", role="approver", organ=body)
    return (
        ("receive", clerk, taken_in),
        ("accept", clerk, {"promise": "d5"}),
        ("approve", decides, {"result_number": "1号"}),
        ("deliver", clerk, {"delivered_how": "window"}),
    )


def of_permit(item: Item, station: str, body: str) -> Steps:
    """Taken in, accepted by the body that decides, granted and delivered."""
    clerk = Actor(person="clerk", role="window", organ=station)
    taken_in: Data = {
        "window_site": station,
        "permit_office": body,
        "permit_kind": "generic",
        "applicant_kind": "person",
        "purpose": item.name,
        "applicant": "王女士",
        "minor_involved": False,
    }
    accepted: Data = {
        "materials_complete": True,
        "joint": False,
        "counted_from": MORNING.isoformat(),
        "office_level": "county",
    }
    return (
        ("receive", clerk, taken_in),
        ("accept", Actor(person="office", role="window", organ=body), accepted),
        ("grant", Actor(person="reviewer", role="reviewer", organ=body), {"permit_number": "1号"}),
        ("deliver", clerk, {}),
    )


STEPS = {"service_item": of_service, "police_permit": of_permit}
OWNERS = {
    "service_item": "{site} {body} {site} {site}",
    "police_permit": "{body} {body} {site} {site}",
}


def walked(procedure: Procedure, item: Item, station: str, body: str) -> list[str]:
    """The owners after each step of an application that a station took in."""
    state: State | None = None
    owners = []
    for hour, (act, actor, data) in enumerate(STEPS[item.kind](item, station, body)):
        now = MORNING + timedelta(hours=hour)
        command = Command(
            key=f"{act} {item.code}",
            act=act,
            kind=procedure.kind,
            matter=None if state is None else "m",
            actor=actor,
            data=data,
        )
        answer = decide(procedure, state, command, now, pack().calendar)
        assert isinstance(answer, Decided), (item.code, station, act, answer)
        state = advance(procedure, state, answer.event)
        owners.append(state.owner.organ)
    assert state is not None
    assert state.state in ("delivered", "granted"), (item.code, station)
    return owners


def test_every_item_at_every_one_window_station_comes_back_to_the_window_that_took_it_in() -> None:
    catalogue, organs = load_catalogue(pack().law, pack().calendar), load_organs()
    items, stations = catalogue.at_stations(), _stations(organs)
    day = MORNING.date()
    walks = 0
    for item in items:
        procedure = pack().procedures[item.kind][-1]
        for station in stations:
            body = approver(catalogue, item, station, organs, day)
            assert body is not None, (item.code, station)
            wanted = OWNERS[item.kind].format(site=station, body=body).split()
            assert walked(procedure, item, station, body) == wanted
            walks += 1

    assert (len(items), len(stations), walks) == (140, 39, 5_460)


def _stations(organs: Organs) -> list[str]:
    return [one for one in organs.ids() if one.startswith("binhai-station-")]

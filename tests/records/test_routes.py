"""Every kind says where a new matter goes; what is sent wrong arrives right, its clocks unmoved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from haihe.kernel.competence import Intake, KindRules
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack import load_pack
from haihe.pack.cases import CaseStep, load_cases
from haihe.pack.competence import read_rules, unrouted
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from tests.records.fresh import fresh_journal
from tests.records.test_power_at_the_door import AT

ROUTES = read_rules().kinds
CLOCKS = "SELECT clock, started_at, legal, status FROM clock ORDER BY clock"


@cache
def city() -> InstalledRules:
    return InstalledRules()


@cache
def opening_of(kind: str, act: str) -> CaseStep:
    """The first worked case that is opened by this step, so what it gives is complete."""
    found = (one.steps[0] for one in load_cases(load_pack(), kind) if one.steps and not one.after)
    return next(one for one in found if one.do == act and not one.refused)


def _read(procedure: Procedure, given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of a worked case as a form gives them; no other matter is there to name."""
    for name, value in given.items():
        type_ = procedure.fields[name].type
        if type_ == "day":
            yield name, value.split()[0]
        elif type_ == "instant":
            yield name, AT.isoformat()
        elif type_ != "matter":
            yield name, value


def send(kind: str, act: str, to: str, about: str = "", **by: str) -> Recorded | Refused:
    """Open a matter with the values of a worked case, sent to a body, about another."""
    procedure = city().governing(kind, AT.date())
    assert procedure is not None
    intake = ROUTES[kind].intake
    assert intake is not None
    told: Data = dict(_read(procedure, opening_of(kind, act).with_))
    told[procedure.steps[act].hands_to] = to
    if about:
        told[intake.organ] = about
    else:
        told.pop(intake.organ, None)
    actor = Actor(**({"person": "public", "role": "citizen", "organ": "public"} | by))
    return write.submit(
        Command(key=f"{kind}-{to}", act=act, actor=actor, kind=kind, data=told), now=AT
    )


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


@pytest.mark.parametrize(
    ("kind", "act", "to", "about", "owner"),
    [
        # A body that takes no such matter: the one of its area that does.
        ("civil_first_instance", "submit", "machang-street", "", "hexi-court"),
        ("pre_litigation_mediation", "submit", "hexi-police", "", "hexi-court"),
        ("judicial_confirmation", "apply", "dayingmen-mediation", "", "hexi-court"),
        ("criminal_first_instance", "prosecute_privately", "machang-station", "", "hexi-court"),
        ("enforcement", "apply", "machang-street", "", "hexi-court"),
        ("chief_letter", "write_named", "machang-station", "", "hexi-police"),
        ("public_hearing", "apply", "hexi-court", "", "hexi-procuratorate"),
        ("governance_dispute", "come_in", "hexi-court", "", "hexi-center"),
        ("procuratorial_petition", "lodge", "hexi-court", "", "hexi-procuratorate"),
        # The body it is about decides whose it is.
        ("procuratorial_petition", "lodge", "hexi-court", "hexi-police", "hexi-procuratorate"),
        ("supervision_clue", "complain", "hexi-justice", "hexi-police", "hexi-procuratorate"),
        ("enforcement_supervision_case", "complain", "hexi-urban", "hexi-urban", "hexi-justice"),
        ("reading_objection", "object", "dongli-center", "hexi-police", "hexi-justice"),
        ("administrative_reconsideration", "apply", "12-city-government", "hexi-urban",
         "120103-district-government"),
        ("administrative_reconsideration", "apply", "120110-district-government", "hexi-urban",
         "120103-district-government"),
        ("administrative_reconsideration", "apply", "120103-district-government",
         "120103-district-government", "12-city-government"),
        # Right where it was sent: the law leaves the choice, or it is the nearest already.
        ("administrative_reconsideration", "apply", "12-city-government", "hexi-police", ""),
        ("administrative_reconsideration", "apply", "120103-district-government", "hexi-urban", ""),
        ("civil_first_instance", "submit", "tj-second-court", "", ""),
        ("chief_letter", "write_named", "dongli-police", "", ""),
        ("petition", "petition", "machang-station", "", ""),
        ("idea", "send", "machang-street", "", ""),
        ("service_item", "apply", "hexi-planning", "", ""),
    ],
)  # fmt: skip
def test_what_is_sent_to_a_wrong_body_arrives_at_the_right_one(
    installed: Connection, kind: str, act: str, to: str, about: str, owner: str
) -> None:
    answer = send(kind, act, to, about)
    assert isinstance(answer, Recorded), answer
    assert answer.code, "whoever sent it keeps the follow code of the first day"
    assert installed.rows("SELECT owner_organ FROM matter") == [(owner or to,)]
    acts = [one for (one,) in installed.rows("SELECT act FROM event ORDER BY seq")]
    assert acts == ([act, "transfer"] if owner else [act])


def test_the_clocks_of_what_was_passed_on_are_those_of_what_came_right(
    installed: Connection,
) -> None:
    send("administrative_reconsideration", "apply", "120103-district-government", "hexi-urban")
    right = installed.rows(CLOCKS)
    installed.run("DELETE FROM clock")
    send("administrative_reconsideration", "apply", "120110-district-government", "hexi-urban")
    assert right
    assert installed.rows(CLOCKS) == right


def test_why_it_was_passed_on_names_the_article(installed: Connection) -> None:
    send("civil_first_instance", "submit", "machang-street")
    ((told,),) = installed.rows("SELECT data FROM event WHERE act = 'transfer'")
    assert "民事诉讼法" in told
    assert "错投代转" in told


def test_a_body_that_sends_to_one_of_the_wrong_sort_is_told_who_takes_it(
    installed: Connection,
) -> None:
    head = {"person": "ju", "role": "bureau_head", "organ": "hexi-police"}
    refused = send("arrest_review", "receive_request", "hexi-court", "hexi-police", **head)
    assert isinstance(refused, Refused)
    assert "检察院" in refused.instead
    assert installed.rows("SELECT count(*) FROM matter") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "act", "role", "organ", "to", "owner"),
    [
        ("arrest_review", "receive_request", "bureau_head", "hexi-police",
         "12-city-procuratorate", "hexi-procuratorate"),
        ("prosecution_review", "receive_case", "bureau_head", "hexi-police",
         "12-city-procuratorate", "hexi-procuratorate"),
        ("linkage_opinion", "ask", "enforcement_judge", "hexi-court",
         "heping-linkage", "hexi-linkage"),
    ],
)  # fmt: skip
def test_what_a_body_sends_to_another_level_or_district_goes_to_its_own(
    installed: Connection, kind: str, act: str, role: str, organ: str, to: str, owner: str
) -> None:
    answer = send(kind, act, to, organ, person="zhou", role=role, organ=organ)
    assert isinstance(answer, Recorded), answer
    assert installed.rows("SELECT owner_organ FROM matter") == [(owner,)]


# ── the data ──────────────────────────────────────────────────────────────────────────────────


def test_every_kind_has_a_route_or_says_why_nobody_can_send_one_wrong() -> None:
    assert list(unrouted(read_rules(), load_pack().procedures)) == []


@pytest.mark.parametrize("kind", ["grid_event", "whistle"])
def test_a_kind_with_neither_or_with_both_is_refused_and_told_what_to_write(kind: str) -> None:
    told = read_rules()
    grants = told.kinds[kind].grants
    both = KindRules(grants=grants, intake=Intake(sorts=("*",), cites=("x#1",)), no_address="无")
    for one in (KindRules(grants=grants), both):
        (said,) = unrouted(replace(told, kinds=told.kinds | {kind: one}), [kind])
        assert kind in said
        assert "no_address" in said


def test_what_the_public_opens_or_a_body_sends_to_another_has_a_route() -> None:
    """A reason instead of a route is only for what nobody sends to a body of their choice."""
    carried = {"rectification": "the body is that of the rated or watched matter"}
    for procedure in city().in_force(AT.date()):
        public = {role for role, one in procedure.roles.items() if one.stands == "public"}
        sent = [one for one in procedure.steps.values() if not one.from_ and public & set(one.by)]
        if any(one.hands_to for one in sent) and procedure.kind not in carried:
            assert ROUTES[procedure.kind].intake is not None, procedure.kind


def test_a_route_by_a_body_names_a_field_of_the_opening() -> None:
    for kind, told in ROUTES.items():
        procedure: Any = city().governing(kind, AT.date())
        if told.intake is None or not (told.intake.organ or told.intake.place):
            continue
        field = told.intake.organ or told.intake.place
        first = [one for one in procedure.steps.values() if not one.from_ and one.hands_to]
        assert any(field in (*one.asks, *one.may_ask) for one in first), kind

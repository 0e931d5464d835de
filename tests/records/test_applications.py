"""An application: filled in from registers, never stopped by one, one matter however it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from haihe.connectors.contract import Played
from haihe.kernel.catalogue import Item
from haihe.kernel.sources import Answer, Down, Question
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.records import agents, applications, certificates, drafts, looked, read, sources, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.drafts import Draft, Kept
from haihe.records.installed import InstalledRules
from haihe.records.shown import Reader
from tests.records.fresh import fresh_journal, problems

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in the city
NUMBER = "120199199003070019"
WHO = {
    "applicant": "王女士",
    "number": NUMBER,
    "applicant_phone": "13900000004",
    "minor_involved": False,
}
CLERK = Actor(person="clerk", role="window", organ="machang-station")
APPROVER = Actor(person="approver", role="approver", organ="hexi-police")


@cache
def city() -> InstalledRules:
    return InstalledRules()


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


def marriage() -> Played:
    return Played("marriage", {NUMBER: {"spouse_name": "刘某", "married_on": "2020-05-20"}})


def moving(register: Played) -> Kept:
    """王女士 moves her household, filled in from this register."""
    item = applications.catalogue().items["rk13"]
    draft = Draft(item="rk13", window="machang-station", channels=("online",), who=dict(WHO))
    filled = applications.filled(draft, item, MORNING, {"marriage": register})
    return drafts.begin(filled, MORNING)


def sent(kept: Kept, now: datetime = MORNING) -> str:
    done = applications.submit(kept, now)
    assert isinstance(done, Recorded), done
    return done.matter


def fields(matter: str, organ: str = "machang-station") -> dict[str, str]:
    clerk = Reader(person="clerk", organ=organ, roles=("window",))
    file = read.open_file(matter, clerk, "handle", MORNING)
    assert not hasattr(file, "says"), file
    return {one.label: one.value for one in file.fields}


def test_nothing_the_state_holds_is_asked_for_and_each_value_says_where_it_comes_from() -> None:
    kept = moving(marriage())
    item = applications.catalogue().items["rk13"]
    seen = applications.review(kept.draft, item, MORNING)

    assert (seen.lacking, seen.down) == (("住房或者租赁备案证明",), ())
    spouse = next(one for one in seen.entries if one.fact == "spouse_name")
    assert (spouse.value, spouse.source, spouse.disputed) == ("刘某", "marriage", False)
    told = fields(sent(kept))
    assert told["自动填写的项目"] == "配偶姓名、结婚登记日"
    assert told["数据来源和取得时间"] == "婚姻登记：民政部门，2026-11-23 09:00取得"
    assert "配偶姓名：刘某" in told["填写的内容"]
    assert told["审批单位"] == "天津市公安局河西分局"


def test_a_register_that_is_down_is_asked_again_and_the_matter_goes_on_by_itself(
    journal: Connection,
) -> None:
    register = marriage()
    register.is_down = True
    matter = sent(moving(register))
    assert fields(matter)["待核验的项目"] == "婚姻登记"

    early = applications.resume(journal, MORNING, {"marriage": register})
    still = applications.resume(journal, MORNING + timedelta(minutes=2), {"marriage": register})
    register.is_down = False
    back = applications.resume(journal, MORNING + timedelta(minutes=30), {"marriage": register})

    assert [(one.answered, one.down) for one in (early, still, back)] == [(0, 0), (0, 1), (1, 0)]
    assert fields(matter)["待核验的项目是否都有答复"] == "是"
    assert "配偶姓名：刘某" in fields(matter)["来源的答复"]
    assert register.asked[-1].matter == matter
    again = applications.resume(journal, MORNING + timedelta(hours=9), {"marriage": register})
    assert again.answered == 0
    assert problems() == []


def test_without_an_answer_nobody_may_decide_and_with_it_they_may(journal: Connection) -> None:
    register = marriage()
    register.is_down = True
    matter = sent(moving(register))
    act(matter, "accept", CLERK, {"promise": "d5"})
    unready = write.submit(approval(matter), now=MORNING + timedelta(minutes=1))
    register.is_down = False
    applications.resume(journal, MORNING + timedelta(minutes=5), {"marriage": register})

    assert isinstance(unready, Refused)
    assert unready.cites == ("service-settings#5",)
    assert isinstance(write.submit(approval(matter), now=MORNING + timedelta(hours=1)), Recorded)


def approval(matter: str) -> Command:
    return Command(
        key=f"approve {matter}",
        act="approve",
        matter=matter,
        actor=APPROVER,
        data={"result_number": "迁字1号"},
    )


def act(matter: str, name: str, actor: Actor, data: Data) -> None:
    done = write.submit(
        Command(key=f"{name} {matter}", act=name, matter=matter, actor=actor, data=dict(data)),
        now=MORNING,
    )
    assert isinstance(done, Recorded), done


def test_what_the_citizen_says_instead_goes_with_the_matter_as_a_dispute() -> None:
    kept = moving(marriage())
    facts = {**kept.draft.facts, "married_on": "2020-05-21"}
    changed = Kept(id=kept.id, code=kept.code, draft=replace(kept.draft, facts=facts))
    told = fields(sent(changed))

    assert told["认为有误的项目"] == "结婚登记日（婚姻登记，民政部门）"
    assert told["正确的内容"] == "2020-05-21"


def test_a_dispute_is_a_matter_at_the_keeper_whose_result_comes_back_by_itself(
    journal: Connection,
) -> None:
    kept = moving(marriage())
    facts = {**kept.draft.facts, "married_on": "2020-05-21"}
    matter = sent(replace(kept, draft=replace(kept.draft, facts=facts)))
    act(matter, "accept", CLERK, {"promise": "d5"})
    ((correction, owner),) = journal.rows(
        "SELECT matter_id, owner_organ FROM matter WHERE kind = ?", ("data_correction",)
    )
    assert owner == "12-civil-affairs"
    assert isinstance(write.submit(approval(matter), now=MORNING + timedelta(hours=1)), Refused)

    keeper = Actor(person="keeper", role="keeper", organ="12-civil-affairs")
    act(correction, "correct", keeper, {"checked_how": "调原始登记表核对"})
    done = applications.resume(journal, MORNING + timedelta(hours=2), {})
    again = applications.resume(journal, MORNING + timedelta(hours=3), {})

    assert (done.settled, again.settled) == (1, 0)
    assert fields(matter)["校核结果"] == "已更正"
    assert isinstance(write.submit(approval(matter), now=MORNING + timedelta(hours=4)), Recorded)


def test_a_firm_disputes_what_its_licence_says_and_the_permit_is_reviewed_meanwhile(
    journal: Connection,
) -> None:
    items = applications.catalogue().items
    firm = {**WHO, "credit_code": "91120199MA0000000X"}
    draft = Draft(item="za39", window="hexi-police", who=firm)
    register = Played("business", {"91120199MA0000000X": {"enterprise_name": "津北旅馆"}})
    filled = applications.filled(draft, items["za39"], MORNING, {"business": register})
    facts = {**filled.facts, "enterprise_name": "津北大旅馆"}
    matter = sent(drafts.begin(replace(filled, facts=facts), MORNING))
    ((correction, owner),) = journal.rows(
        "SELECT matter_id, owner_organ FROM matter WHERE kind = ?", ("data_correction",)
    )
    window = Actor(person="clerk", role="window", organ="hexi-police")
    reviewer = Actor(person="reviewer", role="reviewer", organ="hexi-police")
    act(matter, "accept", window, ACCEPTED)
    grant = Command(
        key="grant", act="grant", matter=matter, actor=reviewer, data={"permit_number": "津旅1号"}
    )

    assert owner == "12-market"
    refused = write.submit(grant, now=MORNING + timedelta(hours=1))
    assert isinstance(refused, Refused)
    assert refused.cites == ("data-sharing-2025#数据校核",)
    keeper = Actor(person="keeper", role="keeper", organ="12-market")
    act(correction, "correct", keeper, {"checked_how": "调原始登记表核对"})
    assert applications.resume(journal, MORNING + timedelta(hours=2), {}).settled == 1
    assert isinstance(write.submit(grant, now=MORNING + timedelta(hours=3)), Recorded)


ACCEPTED: Data = {
    "materials_complete": True,
    "joint": False,
    "counted_from": MORNING.isoformat(),
    "office_level": "county",
}


def test_two_wrong_fields_are_settled_only_when_both_were_looked_into(journal: Connection) -> None:
    kept = moving(marriage())
    facts = {**kept.draft.facts, "married_on": "2020-05-21", "spouse_name": "刘某某"}
    matter = sent(replace(kept, draft=replace(kept.draft, facts=facts)))
    act(matter, "accept", CLERK, {"promise": "d5"})
    found = journal.rows("SELECT matter_id FROM matter WHERE kind = ?", ("data_correction",))
    keeper = Actor(person="keeper", role="keeper", organ="12-civil-affairs")
    ends = []
    for hour, (correction,) in enumerate(found, start=1):
        act(correction, "correct", keeper, {"checked_how": "调原始登记表核对"})
        applications.resume(journal, MORNING + timedelta(hours=hour), {})
        command = replace(approval(matter), key=f"approve {hour}")
        ends.append(write.submit(command, now=MORNING + timedelta(hours=hour, minutes=1)))

    assert len(found) == 2
    assert isinstance(ends[0], Refused)
    assert isinstance(ends[1], Recorded)


def test_a_dispute_nobody_answers_stops_nobody_who_checks_by_hand(journal: Connection) -> None:
    kept = moving(marriage())
    facts = {**kept.draft.facts, "married_on": "2020-05-21"}
    matter = sent(replace(kept, draft=replace(kept.draft, facts=facts)))
    act(matter, "accept", CLERK, {"promise": "d5"})
    act(matter, "verify", APPROVER, {"verified_note": "看了结婚证原件"})

    assert isinstance(write.submit(approval(matter), now=MORNING + timedelta(hours=1)), Recorded)


def test_every_limit_and_promise_of_the_catalogue_is_one_the_procedures_count() -> None:
    found = applications.catalogue()
    choices = {
        kind: {name: procedure.fields[name].choices for name in ("promise",)}
        for kind in ("service_item", "police_permit")
        for procedure in city().pack.procedures[kind][-1:]
    }
    for item in found.items.values():
        draft = Draft(item=item.code, window="hexi-police", who=dict(WHO))
        data = applications.data_of(draft, item, MORNING)
        assert data["promise"] in choices[item.kind]["promise"], item.code
        if found.order_for(item, MORNING.date()) is None:
            words = {"o": "office_hours", "h": "hours", "d": "working_days", "n": "days"}
            told = str(data["promise"])
            assert (item.promised.unit, str(item.promised.n)) == (words[told[0]], told[1:])


def test_sent_twice_or_from_two_devices_it_is_one_matter_and_the_draft_is_gone(
    journal: Connection,
) -> None:
    kept = moving(marriage())
    other_device = drafts.load(kept.code.lower(), MORNING)
    assert other_device is not None
    first = sent(kept)
    second = sent(other_device, MORNING + timedelta(days=1))

    assert first == second
    assert drafts.load(kept.code, MORNING) is None
    ((count,),) = journal.rows("SELECT count(*) FROM matter")
    assert count == 1


def test_a_submission_that_was_cut_off_is_completed(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = marriage()
    register.is_down = True
    kept = moving(register)
    with monkeypatch.context() as cut:
        cut.setattr(applications, "_follow_up", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            applications.submit(kept, MORNING)

    done = applications.resume(journal, MORNING + timedelta(minutes=3), {"marriage": register})

    assert done.completed == 1
    ((questions,),) = journal.rows("SELECT count(*) FROM source_question")
    ((matters,),) = journal.rows("SELECT count(*) FROM matter")
    assert (questions, matters) == (1, 1)


def test_a_draft_goes_on_where_it_was_left_and_is_forgotten_after_a_month(
    journal: Connection,
) -> None:
    kept = moving(marriage())

    assert drafts.load(kept.code, MORNING + timedelta(days=29)) is not None
    assert drafts.load(kept.code, MORNING + timedelta(days=31)) is None
    assert drafts.prune(journal, MORNING + timedelta(days=31)) == 1


def test_a_draft_lies_sealed(tmp_path: Path) -> None:
    moving(marriage())
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert "王女士".encode() not in path.read_bytes()


def test_a_window_takes_the_same_draft_in_as_the_same_matter() -> None:
    done = applications.submit(moving(marriage()), MORNING, CLERK)

    assert isinstance(done, Recorded)
    assert fields(done.matter)["收件窗口"] == "马场派出所"


def test_an_agent_without_authority_is_refused_and_nothing_typed_is_lost() -> None:
    kept = moving(marriage())
    who = {**kept.draft.who, "agent_name": "代办员"}
    by_agent = Kept(id=kept.id, code=kept.code, draft=replace(kept.draft, who=who))
    refused = applications.submit(by_agent, MORNING)
    left = drafts.load(kept.code, MORNING)

    assert isinstance(refused, Refused)
    assert refused.cites == ("catalogue-settings#3",)
    assert left is not None
    assert left.draft.who["agent_name"] == "代办员"
    agreed = replace(left.draft, who={**left.draft.who, "agent_authorised": True})
    assert isinstance(applications.submit(replace(left, draft=agreed), MORNING), Recorded)


def test_the_same_tenant_is_judged_by_the_rule_of_the_day_and_an_old_judgement_stays(
    journal: Connection,
) -> None:
    item = applications.catalogue().items["rk17"]
    facts: Data = {"home": "rented", "insured_months": 30}
    draft = Draft(item="rk17", window="machang-station", who=dict(WHO), facts=facts)
    eve = datetime(2026, 8, 31, 1, 0, tzinfo=UTC)  # Monday; the rule changes on Tuesday
    day = eve + timedelta(days=1)
    before, after = (applications.data_of(draft, item, at)["judged"] for at in (eve, day))
    done = applications.submit(drafts.begin(draft, eve), eve)
    assert isinstance(done, Recorded)
    held = certificates.held(journal, done.matter)
    why = applications.review(draft, item, eve).judged[0].condition.instead

    assert isinstance(before, list)
    assert isinstance(after, list)
    assert before[0].startswith("在本市有自有住房：不符合（")
    assert after[0].startswith("在本市有自有住房，或者租住且租赁已备案：符合（")
    assert why == "租住的，二〇二六年九月一日起也可以申请"
    assert held is not None
    assert held.told["judged"] == before == applications.data_of(draft, item, eve)["judged"]


def test_an_agent_looks_with_a_code_of_ones_own_traced_until_the_applicant_revokes_it() -> None:
    who = {**WHO, "agent_name": "代办员", "agent_authorised": True}
    draft = Draft(item="rk13", window="machang-station", who=who)
    done = applications.submit(drafts.begin(draft, MORNING), MORNING)
    assert isinstance(done, Recorded)
    own = agents.register(done.matter, who, MORNING)
    same = agents.register(done.matter, who, MORNING)
    seen = read.follow(own.lower(), MORNING)
    told = looked.readings(done.matter, MORNING)

    assert own == same != done.code
    assert seen is not None
    assert (seen.agent, [act.id for act in seen.acts]) == (True, ["supply"])
    assert read.matter_of(own) is None  # no messages, no certificates, no readings by this code
    assert told is not None
    assert [(row.organ, row.agent, row.purpose) for row in told.rows] == [
        ("您的代办人", True, "代办人查看进度")
    ]
    assert looked.objectionable(done.matter, told.rows[0].number, MORNING) is None
    revoke = Command(
        key="revoke", act="revoke_agent", matter=done.matter, actor=applications.PUBLIC
    )
    assert isinstance(write.submit(revoke, now=MORNING), Recorded)
    assert read.follow(own, MORNING) is None
    assert read.follow(done.code, MORNING) is not None
    assert problems() == []


def test_a_green_lane_makes_its_own_promise_and_names_its_order() -> None:
    item = applications.catalogue().items["jd06"]
    draft = Draft(item="jd06", window="hexi-police", who=dict(WHO))
    data = applications.data_of(draft, item, MORNING)

    assert (data["promise"], data["lane_order"]) == ("h4", "津公〔2026〕21号")
    assert data["legal_limit"] == "n3"


def test_precursors_and_events_become_permits_of_their_sort() -> None:
    items = applications.catalogue().items
    facts = {"buyer": "company", "chemical": "盐酸", "quantity": 200.0, "use": "清洗设备"}
    acid = Draft(item="jd03", window="hexi-police", who=dict(WHO), facts=dict(facts))
    event = Draft(
        item="za01",
        window="hexi-police",
        who=dict(WHO),
        facts={"event_name": "音乐节", "expected_people": 3000, "held_on": "2027-01-20"},
    )

    for draft, sort in ((acid, "precursor"), (event, "large_event")):
        data = applications.data_of(draft, items[draft.item], MORNING)
        assert (data["permit_kind"], data["permit_office"]) == (sort, "hexi-police")
        assert isinstance(applications.submit(drafts.begin(draft, MORNING), MORNING), Recorded)


def test_a_register_that_raises_or_talks_too_much_is_down_and_no_more() -> None:
    class Broken:
        def fetch(self, question: Question, now: datetime) -> Answer | Down:
            raise RuntimeError(question.name)

    class Endless:
        def fetch(self, question: Question, now: datetime) -> Answer | Down:
            return Answer(source=question.source, at=now, values={"spouse_name": "刘" * 10_000})

    question = Question(source="x", name="某", number=NUMBER, purpose="办理", basis="haihe#x")
    for register in (Broken(), Endless()):
        assert isinstance(sources.asked(question, MORNING, {"x": register}), Down)
    assert isinstance(sources.asked(question, MORNING, {}), Down)


TOLD: Data = {
    "expected_people": 6000, "held_on": "2027-03-01", "chemical": "盐酸", "quantity": 1.0,
    "use": "生产", "buyer": "company", "event_name": "花会",
}  # fmt: skip


def as_it_comes(item: Item, window: str) -> Recorded | Refused:
    """An application of somebody who answers only what the procedure needs."""
    facts = {fact: value for fact, value in TOLD.items() if fact in item.asks}
    draft = Draft(item=item.code, window=window, who=dict(WHO), facts=facts)
    return applications.submit(drafts.begin(draft, MORNING), MORNING)


def test_every_online_item_can_be_sent_without_anybody_mending_data() -> None:
    online = [one for one in applications.catalogue().items.values() if one.online]
    refused = {
        one.code: done
        for one in online
        if isinstance(done := as_it_comes(one, "hexi-police"), Refused)
    }

    assert (len(online), refused) == (289, {})


def test_every_one_window_station_takes_in_what_stations_take_and_hands_it_on() -> None:
    at_stations = applications.catalogue().at_stations()
    stations = [f"binhai-station-{number:02}" for number in range(1, 40)]
    pairs = list(zip(at_stations, stations, strict=False))  # all pairs: pack/test_one_window.py
    refused = {
        (item.code, station): done
        for item, station in pairs
        if isinstance(done := as_it_comes(item, station), Refused)
    }

    assert (len(at_stations), {station for _, station in pairs}, refused) == (
        140, set(stations), {},
    )  # fmt: skip


def test_the_result_goes_back_to_the_window_that_took_it_in(journal: Connection) -> None:
    station = Actor(person="clerk", role="window", organ="binhai-station-07")
    bureau = Actor(person="approver", role="approver", organ="binhai-police")
    draft = Draft(item="rk41", window=station.organ, who=dict(WHO), facts={"age": 30})
    done = applications.submit(drafts.begin(draft, MORNING), MORNING, station)
    assert isinstance(done, Recorded)
    act(done.matter, "accept", station, {"promise": "d5"})
    act(done.matter, "approve", bureau, {"result_number": "改名1号"})

    rows = journal.rows("SELECT owner_organ FROM matter WHERE matter_id = ?", (done.matter,))
    assert rows[0][0] == station.organ
    act(done.matter, "deliver", station, {"delivered_how": "window"})

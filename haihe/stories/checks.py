"""Expectations that are more than one state, clock, finding or page: a function each.

A check takes the story as it is being played and the name of a matter; it gives what does not hold,
in words, or "".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from haihe.records import files, journal
from haihe.records.database import reading_connection
from haihe.records.tables import TABLES
from haihe.stories.findings import found_by
from haihe.stories.playing import Playing

Check = Callable[[Playing, str], str]
CHECKS: Final[dict[str, Check]] = {}
FOUND: Final = 200
HELD: Final = 15
THREE: Final = 3
AGAINST: Final = ("fault_inquiry", "rectification")
GROUPS: Final = ("staff", "suppliers", "tenants")
SUPPLIERS: Final = 5
COUNTED: Final = re.compile("([一两三四五])家企业复工")
NUMBERS: Final = {"一": 1, "两": 2, "三": 3, "四": 4, "五": 5}
OF_PEOPLE: Final = frozenset({"staff", "post", "holding", "qualification", "citizen", "account"})
RANKING: Final = frozenset({"score", "rank", "ranking", "points", "credit", "level"})
MEASURED: Final = timedelta(days=90)
PROPOSED_MAX: Final = 3  # alarms that a model proposes as one series with another


def check(one: Check) -> Check:
    """Let stories name this function."""
    CHECKS[one.__name__] = one
    return one


@check
def linked_alarms(playing: Playing, name: str) -> str:
    """The series model proposes both other alarms of the story, among at most three."""
    found = [
        one
        for one in found_by("likely_series", playing.now)
        if one.matter == playing.matter(name).id
    ]
    others = {one.id for key, one in playing.matters.items() if key != name}
    named = {other for other in others if any(other in one.cause for one in found)}
    if len(found) > PROPOSED_MAX:
        return f"提出了{len(found)}起"
    return "" if named == others else f"只提出了{[one.cause for one in found]}"


@check
def series_of_three(playing: Playing, name: str) -> str:
    """Both other alarms of the story have been merged into this one, which leads to one case."""
    into = playing.matter(name).id
    others = [playing.state(key) for key in ("before", "third")]
    left = [one for one in others if one.merged_into != into]
    cases = reading_connection().rows(
        "SELECT matter_id FROM matter WHERE from_matter = ? AND kind = 'criminal_case'", (into,)
    )
    return f"没有并入的{len(left)}起，立案{len(cases)}件" if left or len(cases) != 1 else ""


@check
def fifteen_held(playing: Playing, name: str) -> str:
    """Fifteen stays came of the case: one a person, each registered, each with a clock."""
    held = _stays(playing, name)
    registered = [one for one in held if any(d.act == "register" for d in playing.state(one).done)]
    running = [
        one for one in held if any(c.status == "running" for c in playing.clocks(one, playing.now))
    ]
    people = {playing.matter(one).walk.given.get("suspect") for one in held}
    counts = {len(held), len(registered), len(running), len(people)}
    told = f"{len(held)}份，登记{len(registered)}，在走的钟{len(running)}"
    return "" if counts == {HELD} else told


@check
def fifteen_left(playing: Playing, name: str) -> str:
    """All of them left the area in time: no clock of theirs runs or ran out."""
    held = _stays(playing, name)
    left = [one for one in held if playing.state(one).ended]
    met = [one for one in held if all(c.status == "met" for c in playing.clocks(one, playing.now))]
    counts = {len(held), len(left), len(met)}
    return "" if counts == {HELD} else f"{len(held)}人，离区{len(left)}，按时{len(met)}"


def _stays(playing: Playing, name: str) -> list[str]:
    """The stays that came of a case, by their names in the story."""
    rows = reading_connection().rows(
        "SELECT matter_id FROM matter WHERE from_matter = ? AND kind = 'custody_stay'",
        (playing.matter(name).id,),
    )
    stays = {str(row[0]) for row in rows}
    return [key for key, one in playing.matters.items() if one.id in stays]


@check
def fewer_of_the_same(playing: Playing, name: str) -> str:
    """In the 90 days after the suggestion fewer disputes of its kind came than in those before."""
    served = next(one for one in playing.state(name).done if one.act == "serve").happened_at
    place = playing.organ("mediation")
    opened = [
        state.opened_at
        for state in playing.states("people_mediation")
        if state.fields.get("dispute_kind") == "property" and state.fields.get("committee") == place
    ]
    before = sum(1 for one in opened if served - MEASURED <= one < served)
    after = sum(1 for one in opened if served <= one < served + MEASURED)
    return "" if after < before else f"送达前九十日{before}起，送达后九十日{after}起"


@check
def spectators_see_no_name(playing: Playing, name: str) -> str:
    """Who follows the hearing by its code sees none of the names in it or in the case."""
    answer = playing.door.visit(f"/follow/{playing.code(name)}/", "", playing.now)
    known = {told for one in playing.matters for told in playing.personal(one)}
    if not known:
        return "案卷里没有姓名"
    personal = [told for told in sorted(known) if told in answer.text]
    if answer.status != FOUND:
        return f"页面答复{answer.status}"
    return f"页面露出了{'、'.join(personal)}" if personal else ""


@check
def opened_no_case(playing: Playing, name: str) -> str:
    """No case was opened from this matter."""
    rows = reading_connection().rows(
        "SELECT number FROM matter WHERE from_matter = ? AND kind LIKE '%case'",
        (playing.matter(name).id,),
    )
    return f"开立了{rows[0][0]}" if rows else ""


@check
def one_owner_at_any_time(playing: Playing, name: str) -> str:
    """From its first event to its last the matter had exactly one owner; it was merged nowhere."""
    placed = playing.matter(name)
    events = journal.history(reading_connection(), placed.id, playing.stage.pack.zone)
    state = None
    for event in events:
        state = journal.after(placed.walk.procedure, state, event)
        if not state.owner.organ:
            return f"第{event.seq}步以后没有承办单位"
    others = [playing.state(key) for key in playing.matters if key != name]
    left = [one for one in others if one.kind == placed.walk.procedure.kind and not one.ended]
    return f"还有{len(left)}件重复的没有并入" if left else ""


@check
def three_groups(playing: Playing, name: str) -> str:
    """Three groups of people have a clock of their own that runs."""
    running = {one.id for one in playing.clocks(name, playing.now) if one.status == "running"}
    wanted = {"staff", "suppliers", "tenants"}
    return "" if wanted <= running and "consumers" not in running else f"在走的钟：{running}"


@check
def three_tasks(playing: Playing, name: str) -> str:
    """The letter has opened three tasks, each with another owner and the same purpose."""
    tasks = [playing.state(one) for one in ("one", "two", "three")]
    owners = {one.owner.organ for one in tasks}
    purposes = {one.fields.get("legal_purpose") for one in tasks}
    asked = playing.state(name).requests
    if len(owners) == THREE and len(purposes) == 1 and len(asked) in (0, THREE):
        return ""
    return f"承办单位{owners}，目的{purposes}，请求{len(asked)}"


@check
def same_text_signed(playing: Playing, name: str) -> str:
    """Both sides signed the text of the agreement: three equal digests."""
    fields = playing.state(name).fields
    told = {fields.get(f"{one}_digest") for one in ("agreement", "applicant", "respondent")}
    return "" if len(told) == 1 and None not in told else f"指纹：{told}"


@check
def court_and_procuratorate_join(playing: Playing, name: str) -> str:
    """Court and procuratorate co-handle; neither is the owner."""
    organs = {one.organ for one in playing.state(name).co_handlers}
    wanted = {playing.organ("hexi-court"), playing.organ("hexi-procuratorate")}
    return "" if wanted <= organs else f"协同的单位：{organs}"


@check
def message_is_kept(playing: Playing, name: str) -> str:
    """The message's picture is a kept file of the matter."""
    told = playing.state(name).fields.get("message_files")
    if not isinstance(told, list) or not told:
        return "没有短信原件"
    return "" if all(files.kept(one) for one in told) else "短信原件没有保存"


@check
def officer_protected(playing: Playing, name: str) -> str:
    """Nothing was opened from the matter, and from none of the story against the officer."""
    from_this = "SELECT number FROM matter WHERE from_matter = ?"
    rows = list(reading_connection().rows(from_this, (playing.matter(name).id,)))
    for one in playing.matters.values():
        rows += reading_connection().rows(f"{from_this} AND kind IN (?, ?)", (one.id, *AGAINST))
    return f"开立了{rows[0][0]}" if rows else ""


@check
def sample_repeats(playing: Playing, name: str) -> str:
    """Whoever draws again by the seed that was written down gets the same recording first.

    The frame: every recording of the road that was uploaded in the story; the order: that of the
    SHA-256 of seed and recording.
    """
    review = playing.state(name)
    seed, rank = review.fields["sample_seed"], review.fields["sample_rank"]
    drawn: list[tuple[str, str]] = []
    for one in playing.matters.values():
        state = playing.state(one.name)
        told = state.fields.get("recording_files")
        if state.kind == "evidence" and isinstance(told, list) and told:
            drawn.append((sha256(f"{seed}/{told[0]}".encode()).hexdigest(), one.id))
    order = [matter for _, matter in sorted(drawn)]
    if len(order) != THREE:
        return f"总体是{len(order)}段"
    again = order[rank - 1] if isinstance(rank, int) else ""
    concerned = review.fields["concerned_matter"]
    place = order.index(str(concerned)) + 1
    return "" if again == concerned else f"重抽一次，它排第{place}"


@check
def payment_is_proved(playing: Playing, name: str) -> str:
    """The proof of payment is a kept file of the matter."""
    told = playing.state(name).fields.get("payment_proof")
    proved = isinstance(told, list) and told and all(files.kept(one) for one in told)
    return "" if proved else "没有付款凭证"


@check
def verified_by_another(playing: Playing, name: str) -> str:
    """Who checked is not who did it."""
    done = {one.act: one.actor.person for one in playing.state(name).done}
    did, checked = done.get("report_handled"), done.get("check_pass")
    return "" if did and checked and did != checked else f"做的人{did}，核实的人{checked}"


@check
def no_ranking_of_people(_playing: Playing, _name: str) -> str:
    """No column of any table holds a score, a rank or points of a person."""
    found = [
        f"{table.name}.{column}"
        for table in TABLES.values()
        for column in table.names
        if table.name in OF_PEOPLE and column in RANKING
    ]
    return f"有给人排名的列：{'、'.join(found)}" if found else ""


@check
def no_visit(playing: Playing, name: str) -> str:
    """Nobody was asked to come and nobody came: no such act, which the rules know, is there."""
    visits = {"inspect_site", "ask_correction", "start_expert", "hold_hearing"}
    if unknown := visits - set(playing.matter(name).walk.procedure.steps):
        return f"规则里没有{unknown}"
    found = [one.act for one in playing.state(name).done if one.act in visits]
    return f"案卷里有{'、'.join(found)}" if found else ""


@check
def prolonged_by_order(playing: Playing, name: str) -> str:
    """Every permit runs as long as the order says, its holder was told and sees it."""
    del name
    until = playing.moment("2026-08-10 Mon 23:59")
    found = []
    for one in playing.matters:
        fields = playing.state(one).fields
        told = fields.get("granted_until")
        if not isinstance(told, str) or datetime.fromisoformat(told) != until:
            found.append(f"{one}有效期到{told}")
        if fields.get("holder_told") is not True:
            found.append(f"没有通知{one}")
        answer = playing.door.visit(f"/follow/{playing.code(one)}/", "", playing.now)
        if f"{until:%Y年}{until.month}月{until.day}日" not in answer.text:
            found.append(f"{one}的页面没有新的有效期")
    return "；".join(found)


@check
def every_group_told(playing: Playing, name: str) -> str:
    """Each of the three groups was settled within its own time, and told of it."""
    met = {one.id for one in playing.clocks(name, playing.now) if one.status == "met"}
    done = {one.act: one.data for one in playing.state(name).done}
    late = [one for one in GROUPS if one not in met]
    untold = [one for one in GROUPS if done.get(f"close_{one}", {}).get("group_told") is not True]
    return f"没有按期的{late}，没有告知的{untold}" if late or untold else ""


@check
def leads_to_the_first(playing: Playing, name: str) -> str:
    """By its own code the page tells where the matter goes on, and what is done there."""
    first = playing.state(name).merged_into
    if not first:
        return "没有并入别的事项"
    other = next(one for one in playing.matters.values() if one.id == first)
    ((number,),) = reading_connection().rows(
        "SELECT number FROM matter WHERE matter_id = ?", (other.id,)
    )
    answer = playing.door.visit(f"/follow/{playing.code(name)}/", "", playing.now)
    return "" if str(number) in answer.text else f"页面没有{number}"


@check
def five_reopened(playing: Playing, _name: str) -> str:
    """The answers of the three offices add up to five companies."""
    told = [str(playing.state(one).fields.get("result_text")) for one in ("one", "two", "three")]
    counted = [COUNTED.match(one) for one in told]
    total = sum(NUMBERS[one[1]] for one in counted if one is not None)
    return "" if all(counted) and total == SUPPLIERS else f"回函：{told}"


@check
def two_documents(playing: Playing, name: str) -> str:
    """Agreement and forgiveness are there; court and procuratorate signed as well."""
    letter = playing.state("forgiveness")
    wanted = {playing.organ("hexi-court"), playing.organ("hexi-procuratorate")}
    signed = {one.actor.organ for one in playing.state(name).done if one.act == "countersign"}
    problems = [same_text_signed(playing, "deal")]
    if letter.fields.get("concerned_matter") != playing.matter(name).id:
        problems.append("谅解书没有指向这件事")
    if not wanted <= signed:
        problems.append(f"会签的是{signed}")
    return "；".join(filter(None, problems))

"""A letter about a body comes neither to it nor to those below it, nor to who serves there too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from haihe.kernel.acts import ACTS
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.letters.message import Message
from haihe.records import (
    accounts,
    letter_board,
    letter_joins,
    letter_replies,
    letter_stack,
    letters,
    lists,
    posts,
    read,
    words,
    write,
)
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.posts import Holding, Post
from haihe.records.shown import Reader, Refusal
from tests.records.fresh import fresh_journal, problems
from tests.records.small_city import TUESDAY

X, BOX, UPPER, INSPECTION = "machang-station", "hexi-police", "tj-police", "hexi-inspection"
PETITIONS = "tj-petitions"
CLERK = Actor(person="mailbox", role="mailbox_clerk", organ=BOX)
HANDLER = Actor(person="inspector", role="handler", organ=INSPECTION)
PUBLIC = Actor(person="public", role="citizen", organ="public")
ABOUT_X = "我去马场派出所办居住证，窗口两次推诿，说系统坏了，态度也不好。"
BARBECUE = "宾水道河边的烧烤摊每晚喧哗到后半夜，老人孩子都睡不着，希望派出所管一管。"


@cache
def city() -> InstalledRules:
    return InstalledRules()


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


def submit(
    act: str, actor: Actor, data: Data, matter: str | None = None, at: datetime = TUESDAY
) -> Recorded | Refused:
    kind = None if matter else "chief_letter"
    command = Command(key=uuid4().hex, act=act, actor=actor, matter=matter, kind=kind, data=data)
    return write.submit(command, now=at)


def done(
    act: str, actor: Actor, data: Data, matter: str | None = None, at: datetime = TUESDAY
) -> Recorded:
    answer = submit(act, actor, data, matter, at)
    assert isinstance(answer, Recorded), answer
    return answer


def written(text: str = ABOUT_X, at: datetime = TUESDAY, **more: str) -> Recorded:
    given: Data = {"mailbox": BOX, "subject": "来信", "letter_text": text}
    return done("write_anonymous", PUBLIC, given | more, at=at)


def registered(text: str, sort: str = "help", at: datetime = TUESDAY, **more: str) -> str:
    matter = written(text, at).matter
    given: Data = {"letter_class": sort, "gist": "摘要", "complexity": "ordinary"}
    done("register", CLERK, given | {"minor_involved": False} | more, matter, at)
    return matter


def complaint() -> str:
    return registered(ABOUT_X, "complaint", complained_organ=X)


def reader(organ: str, *roles: str, person: str = "somebody", supervisor: bool = False) -> Reader:
    return Reader(person=person, organ=organ, roles=roles, supervisor=supervisor)


# ── never to the body reported ───────────────────────────────────────────────────────────────────


def test_every_door_by_which_a_body_comes_to_a_matter_is_shut_for_the_reported_one(
    journal: Connection,
) -> None:
    matter = complaint()
    shut = 0
    for name, act in ACTS.items():
        fields = [one for one in ("to_organ", "organ") if one in act.fields]
        if not fields or name == "succeed":
            continue
        data: Data = {one: "2 working days" if one == "due" else "因为" for one in act.asks}
        answer = submit(name, CLERK, data | {fields[0]: X}, matter)
        if name == "escalate":
            chief = Actor(person="head", role="chief", organ=BOX)
            answer = submit(name, chief, data | {fields[0]: X}, matter)
        assert isinstance(answer, Refused), name
        assert answer.reason == "same_organ", (name, answer)
        shut += 1
    assert shut >= 4
    for step, field in (("assign", "handling_organ"), ("name_unit", "mailbox")):
        assert isinstance(submit(step, CLERK, {field: X}, matter), Refused)
    rows = journal.rows("SELECT how FROM stake WHERE organ = ?", (X,))
    assert {how for (how,) in rows} == {"apart"}


def test_a_letter_about_a_bureau_comes_to_none_of_its_stations_or_teams(
    journal: Connection,
) -> None:
    about = written(mailbox=UPPER, named_organ=BOX).matter
    upper = Actor(person="upper", role="mailbox_clerk", organ=UPPER)
    given: Data = {"letter_class": "complaint", "gist": "反映分局", "complexity": "ordinary"}
    done("register", upper, given | {"minor_involved": False}, about)
    for below in (X, INSPECTION, "hexi-legal"):
        for act, data in (
            ("assign", {"handling_organ": below}),
            ("transfer", {"to_organ": below, "reason": "就地办理"}),
            ("co_handle", {"organ": below}),
            ("request", {"organ": below, "question": "请说明", "due": "2 working days"}),
        ):
            answer = submit(act, upper, dict(data), about)
            assert isinstance(answer, Refused)
            assert answer.reason == "same_organ", (act, below, answer)
            assert "下级" in answer.says
    done("assign", upper, {"handling_organ": "dongli-police"}, about)


def test_a_helper_below_a_body_that_is_named_later_is_told_nothing_from_then_on(
    journal: Connection,
) -> None:
    matter = registered(BARBECUE)
    done("co_handle", CLERK, {"organ": X, "reason": "辖区"}, matter)
    below = Actor(person="zhang", role="handler", organ=X)
    done("remark", below, {"text": "已经看过"}, matter)
    done("transfer", CLERK, {"to_organ": UPPER, "reason": "交市局"}, matter)
    upper = Actor(person="upper", role="mailbox_clerk", organ=UPPER)
    named = submit("name_unit", upper, {"complained_organ": BOX}, matter)
    assert isinstance(named, Refused)  # it would go back to the mailbox of the body reported
    done("name_unit", upper, {"complained_organ": X}, matter)
    answer = submit("remark", below, {"text": "我来说明"}, matter)
    assert isinstance(answer, Refused)
    assert answer.reason == "unknown_matter"


def test_what_is_sent_to_the_wrong_mailbox_goes_to_the_one_above_the_body_it_is_about(
    journal: Connection,
) -> None:
    written(mailbox="dongli-police", named_organ=X)
    assert journal.rows("SELECT owner_organ FROM matter") == [(BOX,)]
    assert journal.rows("SELECT act FROM event ORDER BY seq") == [
        ("write_anonymous",),
        ("transfer",),
    ]


@pytest.mark.parametrize("mailbox", [UPPER, BOX, "dongli-police"])
def test_a_letter_about_the_city_s_bureau_goes_to_the_petition_office_above_it(
    journal: Connection, mailbox: str
) -> None:
    matter = written(mailbox=mailbox, named_organ=UPPER).matter
    assert journal.rows("SELECT owner_organ FROM matter") == [(PETITIONS,)]
    clerk = Actor(person="petitions", role="mailbox_clerk", organ=PETITIONS)
    given: Data = {"letter_class": "complaint", "gist": "反映市局", "complexity": "ordinary"}
    done("register", clerk, given | {"minor_involved": False}, matter)
    for below in (UPPER, BOX, X):
        answer = submit("assign", clerk, {"handling_organ": below}, matter)
        assert isinstance(answer, Refused)
        assert answer.reason == "same_organ"
    for own in (UPPER, BOX):
        seen = read.open_file(matter, reader(own, "mailbox_clerk"), "handle", TUESDAY)
        assert getattr(seen, "reason", "") == "unknown_matter"
    desk = letters.desk(matter, reader(PETITIONS, "mailbox_clerk"))
    assert desk is not None
    assert [one.organ for one in desk.handlers] == ["12-city-government"]
    done("assign", clerk, {"handling_organ": desk.handlers[0].organ}, matter)


def test_what_turns_out_to_be_about_the_city_s_bureau_is_handed_up_as_well(
    journal: Connection,
) -> None:
    matter = written(mailbox=UPPER).matter
    upper = Actor(person="upper", role="mailbox_clerk", organ=UPPER)
    up: Data = {"mailbox": PETITIONS, "gist": "反映市局", "complained_organ": UPPER}
    done("pass_up", upper, up, matter)
    assert journal.rows("SELECT owner_organ FROM matter") == [(PETITIONS,)]


def test_who_holds_another_post_in_the_body_reported_neither_reads_nor_acts(
    journal: Connection,
) -> None:
    for post, organ, role in (("own", INSPECTION, "handler"), ("other", X, "unit_head")):
        posts.make_post(Post(id=post, organ=organ, roles=(role,), name=post))
    for person in ("inspector", "double"):
        accounts.enrol(person, person)
        posts.hold(Holding(post="own", person=person, since=date(2024, 1, 1)))
    posts.hold(Holding(post="other", person="double", since=date(2024, 1, 1)))
    matter = complaint()
    done("assign", CLERK, {"handling_organ": INSPECTION}, matter)
    double = reader(INSPECTION, "handler", person="double")
    told = read.open_file(matter, double, "handle")
    assert isinstance(told, Refusal)
    assert told.reason == "unknown_matter"
    assert not lists.inbox(double).items
    assert not lists.with_own(double, lists.Condition("m.kind = 'chief_letter'")).items
    assert letters.desk(matter, double) is None or not lists.inbox(double).items
    acted = submit(
        "sign",
        Actor(person="double", role="handler", organ=INSPECTION),
        {"has_interest": False},
        matter,
    )
    assert isinstance(acted, Refused)
    assert acted.reason == "unknown_matter"
    assert lists.inbox(reader(INSPECTION, "handler", person="inspector")).items
    done("sign", HANDLER, {"has_interest": False}, matter)


def test_the_person_reported_does_not_see_the_letter_in_any_body(journal: Connection) -> None:
    matter = registered(ABOUT_X, "complaint", complained_organ=X, complained_person="inspector")
    done("assign", CLERK, {"handling_organ": INSPECTION}, matter)
    reported = reader(INSPECTION, "handler", "reply_reviewer", person="inspector")
    assert isinstance(read.open_file(matter, reported, "handle"), Refusal)
    assert not lists.inbox(reported).items
    assert isinstance(submit("sign", HANDLER, {"has_interest": False}, matter), Refused)
    assert lists.inbox(reader(INSPECTION, "handler", person="another")).items


def test_nobody_of_the_body_reported_finds_or_counts_or_reads_the_letter(
    journal: Connection,
) -> None:
    ours = complaint()
    other = registered(BARBECUE)
    ((number,),) = journal.rows("SELECT number FROM matter WHERE matter_id = ?", (ours,))
    for roles in (("handler", "reply_reviewer"), ("chief",), ("supervisor",), ("mailbox_clerk",)):
        seen = reader(X, *roles, supervisor=True)
        assert isinstance(read.open_file(ours, seen, "supervise", need="督办这封来信"), Refusal)
        assert not read.knows_of_matter(seen, ours)
        assert not lists.search(seen, number).items
        found = words.search(seen, "摘要", 25)
        assert found is None or ours not in {one.matter for one in found.items}
        for of in lists.OF:
            assert ours not in {one.matter for one in lists.inbox(seen, of=of).items}
        assert not any(one.total for one in letter_board.numbers(seen))
        assert not letter_board.categories(seen)
        assert not letter_board.repeated(seen)
    desk = letters.desk(other, reader(BOX, "mailbox_clerk"))
    assert desk is not None
    assert letters.desk(other, reader(X, "handler")) is None


# ── suggestions and decisions ────────────────────────────────────────────────────────────────────


def test_suggestions_say_why_and_name_no_body_that_is_reported(journal: Connection) -> None:
    matter = written(ABOUT_X, named_organ=X, letter_place="马场街道平山道").matter
    desk = letters.desk(matter, reader(BOX, "mailbox_clerk"))
    assert desk is not None
    assert len(desk.categories) == 3
    assert desk.categories[0].because
    assert desk.hints[0][0] == "投诉单位或者工作作风"
    assert "推诿" in desk.hints[0][1]
    assert [one.organ for one in desk.units] == [X]
    assert [one.organ for one in desk.handlers] == [INSPECTION]
    told = "".join(letters.told_of(desk))
    assert "事项类别" in told
    assert "推诿" not in told  # no word of the letter is recorded


@pytest.mark.parametrize(
    ("where", "takes"),
    [
        ("马场街道平山道", X),
        ("大营门街道徐州道", "dayingmen-station"),
        ("天塔街道宾水道", BOX),  # no station of the list stands there
        ("张贵庄街道", "zhangguizhuang-station"),
        ("宁河区俵口镇", "biaokou-station"),
    ],
)
def test_the_body_over_the_place_is_proposed_first_and_the_reported_one_never(
    journal: Connection, where: str, takes: str
) -> None:
    box = Reader(person="somebody", organ=BOX, roles=("mailbox_clerk",), supervisor=False)
    matter = written(BARBECUE, letter_place=where).matter
    assert (desk := letters.desk(matter, box)) is not None
    assert desk.handlers[0].organ == takes
    assert "辖区" in desk.handlers[0].why
    if takes == BOX:
        return
    told = written(f"{where}，{BARBECUE}").matter  # nobody filled the place in
    assert (desk := letters.desk(told, box)) is not None
    assert (desk.handlers[0].organ, "信里写到" in desk.handlers[0].why) == (takes, True)
    about = written(BARBECUE, letter_place=where, named_organ=takes, mailbox=BOX).matter
    owner = str(journal.rows("SELECT owner_organ FROM matter WHERE matter_id = ?", (about,))[0][0])
    desk = letters.desk(about, reader(owner, "mailbox_clerk"))
    assert desk is not None
    assert desk.handlers
    assert takes not in [one.organ for one in desk.handlers]


def test_what_was_suggested_is_recorded_with_the_decision_and_typed_by_nobody(
    journal: Connection,
) -> None:
    matter = written(BARBECUE).matter
    file = read.open_file(matter, reader(BOX, "mailbox_clerk"), "handle")
    assert not isinstance(file, Refusal)
    register = next(one for one in file.acts if one.id == "register")
    assert "suggested" not in {field.name for field in register.form}
    assert "letter_category" in {field.name for field in register.form}


def test_a_file_of_messages_gets_its_suggestions_row_by_row(journal: Connection) -> None:
    day = TUESDAY.date()
    messages = [
        Message("1", "u1", "烧烤摊", f"宁河区俵口镇{BARBECUE}", day),
        Message("2", "u2", "烧烤摊", f"宁河区俵口镇，求求你们，{BARBECUE}", day),
        Message("3", "u3", "态度", f"马场街{ABOUT_X}", day),
    ]
    rows = [
        dict(zip(letter_stack.HEAD, row, strict=True))
        for row in letter_stack.suggested(messages, BOX, day)
    ]
    assert [row["像哪一封"] for row in rows] == ["", "1", ""]
    assert [row["写到的地点"] for row in rows] == ["俵口镇", "俵口镇", "马场街道"]
    assert rows[0]["建议的承办单位"] == city().organ_name("biaokou-station")
    assert rows[2]["建议的来信类别"] == "投诉单位或者工作作风"
    assert all(row["建议的事项类别"] and row["依据的词"] for row in rows)
    assert journal.rows("SELECT count(*) FROM event") == [(0,)]
    with pytest.raises(ValueError, match="没有单位 nobody"):
        list(letter_stack.suggested(messages, "nobody", day))


# ── repeated letters ─────────────────────────────────────────────────────────────────────────────


def test_a_repeated_letter_is_found_joined_by_a_person_answered_and_can_be_separated(
    journal: Connection,
) -> None:
    hour = timedelta(hours=1)
    first = registered(BARBECUE)
    again = written("求求你们，" + BARBECUE + "我家就住旁边。", TUESDAY + hour)
    given: Data = {"letter_class": "help", "gist": "烧烤摊", "complexity": "ordinary"}
    at = TUESDAY + 2 * hour
    done("register", CLERK, given | {"minor_involved": False}, again.matter, at)
    desk = letters.desk(again.matter, reader(BOX, "mailbox_clerk"), at)
    assert desk is not None
    assert [(one.matter, one.sort, one.may_join) for one in desk.near] == [(first, "near", True)]
    back = letters.desk(first, reader(BOX, "mailbox_clerk"), at)
    assert back is not None
    assert not back.near[0].may_join  # the earlier one is not joined to the later one
    join: Data = {"same_as": first, "join_reason": "同一处烧烤摊"}
    done("join_letter", CLERK, join, again.matter, at)
    done("separate", CLERK, {"separate_reason": "再核对"}, again.matter, at)
    done("join_letter", CLERK, join, again.matter, at)
    assert letter_joins.joined_to(first) == (again.matter,)
    station = Actor(person="zhang", role="handler", organ=X)
    done("assign", CLERK, {"handling_organ": X}, first, at)
    done("sign", station, {"has_interest": False}, first, at)
    done("find_facts", station, {"facts_found": "摊贩占道"}, first, at)
    reply: Data = {"reply_text": "烧烤摊已经迁离河边", "result": "support", "reply_basis": "噪声法"}
    done("draft", station, reply, first, at)
    check: Data = {"answers_all": True, "template_share": 0.1}
    done("approve_reply", Actor(person="li", role="reply_reviewer", organ=X), check, first, at)
    assert letter_replies.answer(again.matter) is None
    done("reply", station, {"replied_how": "system"}, first, at)
    assert letter_joins.answer_joined(journal, at + hour) == 1
    assert letter_joins.answer_joined(journal, at + hour) == 0
    told = letter_replies.answer(again.matter)
    assert told is not None
    assert (told.text, told.joined) == ("烧烤摊已经迁离河边", True)
    followed = read.follow(again.code)
    assert followed is not None
    assert followed.state_name == "已答复"
    assert problems() == []


def test_a_letter_is_not_joined_to_a_later_an_ended_or_another_ones_kind_of_letter(
    journal: Connection,
) -> None:
    first = registered(BARBECUE)
    later = registered(BARBECUE, at=TUESDAY + timedelta(hours=1))
    about = registered(ABOUT_X, "complaint", at=TUESDAY + timedelta(hours=2), complained_organ=X)
    at = TUESDAY + timedelta(hours=3)
    for letter, into in ((first, later), (first, first + "0"), (about, first)):
        answer = submit(
            "join_letter", CLERK, {"same_as": into, "join_reason": "同一件"}, letter, at
        )
        assert isinstance(answer, Refused), (letter, into)
        assert answer.field == "same_as"
    done("join_letter", CLERK, {"same_as": first, "join_reason": "同一件事"}, later, at)


# ── replies ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("reply", "lacks"),
    [
        ("您好，来信收悉，感谢您的支持。", "empty"),
        ("您的来信已转市容管理部门处理。", "passed_on"),
        ("经查，您申请的驾驶证已经制作完成，可以到车管所领取，请携带身份证。", "off_topic"),
        ("经查，河边的烧烤摊没有许可，已经责令迁离，夜间加派巡逻。", ""),
    ],
)
def test_a_reply_that_says_nothing_is_told_before_it_is_sent(
    journal: Connection, reply: str, lacks: str
) -> None:
    assert letter_replies.checked(registered(BARBECUE), X, reply).lacks == lacks


def test_a_reply_copied_from_a_template_or_from_an_earlier_one_is_told_with_its_share(
    journal: Connection,
) -> None:
    matter = registered(BARBECUE)
    template = letter_replies.templates()[1]
    copied = letter_replies.checked(matter, X, template.text)
    assert copied.copied
    assert copied.template == template.name
    mine = (
        "经查，河边的烧烤摊没有许可，已经责令迁离，夜间由派出所加派两组巡逻，直到不再喧哗；"
        "市容部门在河边另设了不许摆摊的标志，您可以随时再告诉我们。"
    )
    assert not letter_replies.checked(matter, X, mine).copied
    earlier = registered("天塔街道的烧烤摊也很吵，整夜喧哗", at=TUESDAY + timedelta(hours=1))
    station = Actor(person="zhang", role="handler", organ=X)
    done("assign", CLERK, {"handling_organ": X}, earlier, TUESDAY + timedelta(hours=2))
    at = TUESDAY + timedelta(hours=3)
    done("sign", station, {"has_interest": False}, earlier, at)
    done("find_facts", station, {"facts_found": "摊贩占道"}, earlier, at)
    given: Data = {"reply_text": mine, "result": "support", "reply_basis": "噪声法"}
    done("draft", station, given, earlier, at)
    again = letter_replies.checked(matter, X, mine.replace("两组", "三组"))
    assert again.copied
    assert again.matter == earlier
    assert not letter_replies.checked(earlier, X, mine).matter  # its own draft is no other reply

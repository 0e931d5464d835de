"""The large stories of police, courts and villages: tasks, a task force, cards, fines, units."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from msgspec.json import decode

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.models import load_models
from haihe.records import keys, sweeping, write
from haihe.records.accounts import enrol
from haihe.records.database import reading_connection
from haihe.records.instants import restored
from haihe.records.posts import Holding, Post, hold, make_post
from haihe.stories.crowds import Crowd, Steps, count, equal, holds, played, rows_of
from haihe.stories.departments_asked import other_departments
from haihe.stories.large import BATCH, MINUTE, REPEATED, joined, large
from haihe.stories.playing import Broken, Line, Playing
from haihe.supervision.catalogue import Catalogue, read_catalogue
from haihe.supervision.package import fingerprint, opened, packed, signed, take

TASKS: Final = 46_000
ROOMS: Final = 1088
ROOMS_A_FLOOR: Final = 34
PLACE: Final = "诚基中心"
CONTROL: Final = "滨江道某写字楼"
PAID: Final = 40
FINES: Final = (*(5_000.0,) * 50, *(12_000.0,) * 10)  # unpaid: 370,000 yuan in all
UNENFORCED: Final = "penalty_unenforced"
UNITS: Final = 12
PAIR: Final = 2  # tasks that ask for the same and were both accepted


@large
def tasks(playing: Playing) -> Iterator[Line]:
    """警务协同: each task has one owner, a clock and a lawful purpose."""
    first = playing.moment("2026-03-02 Mon 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    ask: Any = {"do": "ask", "with": {"task_kind": "collect", "task_speed": "ordinary",
           "personal_data": False, "minor_involved": False,
           "legal_purpose": "查明案件事实，依法调取", "asked_for": "调取现场监控"}}  # fmt: skip
    answered = played(
        playing, "collaboration_task", "answered", first, [
            ask,
            {"do": "accept", "after": "1..2 hours"},
            {"do": "return_result", "after": "1..2 days"},
            {"do": "receive_result", "after": "4..5 hours"},
        ],
    )  # fmt: skip
    twice = played(
        playing, "collaboration_task", "twice", first, [
            ask,
            {"do": "refuse", "after": "1..2 hours",
             "with": {"refuse_ground": "duplicate", "refuse_text": "已经就同一内容请求过"}},
        ],
    )  # fmt: skip
    every = timedelta(seconds=1)

    def vary(number: int) -> dict[str, Data]:
        return {"ask": {"case_number": f"津公协2026第{number + 1:05d}号"}}

    of = playing.portion(TASKS)
    told, repeated = of(TASKS), of(REPEATED)
    ids = crowd.like(answered, told - repeated - PAIR, every, vary)
    again = crowd.like(twice, repeated, every, vary)
    begun: Any = [ask, {"do": "accept", "after": "1..2 hours"}]
    doing = played(playing, "collaboration_task", "again", first, begun)
    pair = crowd.like(doing, PAIR, MINUTE)
    taken = crowd.take_in()
    later = first + timedelta(days=30)
    everything = ids + again + pair
    yield equal(f"{told}件协同任务装得下。", first, taken, told)
    owned = count("owner_organ <> '' AND", everything)
    yield equal("每一件都有而且只有一个承办单位。", later, owned, told)
    asked = rows_of("SELECT data FROM event WHERE act = 'ask' AND matter_id", everything)
    lawful = sum(1 for (data,) in asked if '"legal_purpose"' in data)
    yield equal("每一件都写明合法的用途。", later, lawful, told)
    clocks = rows_of("SELECT DISTINCT matter_id FROM clock WHERE matter_id", everything)
    yield equal("每一件都有答复的钟。", later, len(clocks), told)
    refused = rows_of("SELECT data FROM event WHERE act = 'refuse' AND matter_id", again)
    reasons = sum(1 for (data,) in refused if '"duplicate"' in data and '"refuse_text"' in data)
    yield equal("重复的请求被拒绝，写明理由。", later, reasons, repeated)
    yield joined(
        "已经接受的，后一件并进前一件，只办一次。",
        "同一案件、同一内容，请求了两次",
        doing.commands[1].actor,
        pair,
        first + timedelta(hours=4),
        playing,
    )


@large
def task_force(playing: Playing) -> Iterator[Line]:
    """诚基中心: rooms of one place are listed, removed and checked.

    Alarms at the place before and after are compared with those of a place where nothing was done.
    """
    first = playing.moment("2026-04-07 Tue 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    ids: list[str] = []
    alarms: list[str] = []
    room: Any = [
        {"do": "note", "with": {"found_on": {"day": 0}, "place": PLACE, "minor_involved": False,
                                "what": "房间被隔成多间出租"}},
        {"do": "list", "after": "1..2 hours", "with": {"list_term": "d15"}},
        {"do": "fix_listed", "after": "6..7 days", "with": {"handled_how": "隔断已经拆除"}},
        {"do": "check_pass", "after": "1..2 days"},
    ]  # fmt: skip
    of = playing.portion(ROOMS)
    rooms = of(ROOMS)
    for number in range(0, rooms, BATCH):
        at = first + timedelta(days=number // BATCH)
        one = played(playing, "visit_problem", f"room-{number}", at, room)

        def vary(later: int, first: int = number) -> dict[str, Data]:
            floor, room = divmod(first + later, ROOMS_A_FLOOR)
            return {"note": {"place": f"{PLACE}{floor + 1}层{room + 1:02d}室"}}

        ids += crowd.like(one, min(BATCH, rooms - number), MINUTE, vary)
    before, after = first - timedelta(days=60), first + timedelta(days=30)
    hours = timedelta(hours=20)
    for name, steps, at, number in (
        ("here-before", alarm_at(PLACE), before, 60),
        ("here-after", alarm_at(PLACE), after, 24),
        ("there-before", alarm_at(CONTROL), before, 40),
        ("there-after", alarm_at(CONTROL), after, 39),
    ):
        alarms += crowd.like(played(playing, "alarm", name, at, steps), number, hours)
    crowd.take_in()
    _look_at_recordings(playing, alarms)
    later = after + timedelta(days=60)
    owned = rows_of(
        "SELECT DISTINCT m.matter_id FROM matter m JOIN clock c ON c.matter_id = m.matter_id"
        " WHERE m.owner_organ <> '' AND c.legal IS NOT NULL AND m.matter_id",
        ids,
    )
    yield equal(f"专班列出的{rooms}间，间间有承办单位和期限。", first, len(owned), rooms)
    closed = count("state = 'closed' AND", ids)
    yield equal(f"取缔{rooms}间：这个数是数出来的，不是填的。", later, closed, rooms)
    checked = rows_of(
        "SELECT c.matter_id FROM event f JOIN event c ON c.matter_id = f.matter_id"
        " AND c.act = 'check_pass' AND c.person <> f.person"
        " WHERE f.act = 'fix_listed' AND f.matter_id",
        ids,
    )
    yield equal("每一间由没有拆的人核实。", later, len(checked), rooms)
    here, there = alarms_at(PLACE, first, 60), alarms_at(CONTROL, first, 60)
    yield holds(
        f"整治前后六十日，这里的警情从{here[0]}起到{here[1]}起；没有整治的对照处从{there[0]}起到{there[1]}起。",
        later,
        "" if here[1] * there[0] < here[0] * there[1] else "没有比对照处下降得多",
    )


def alarm_at(place: str) -> Steps:
    """An alarm about noise and blows at a place, from the call to the call back."""
    return (
        {"do": "take_call", "with": {"channel": "phone", "urgent": False, "place": place,
                                     "what": "楼内吵闹，有人打架"}},
        {"do": "grade", "after": "20..40 seconds",
         "with": {"category": "public_security", "level": "third"}},
        {"do": "dispatch", "after": "20..40 seconds", "with": {"response_ring": "five"}},
        {"do": "acknowledge", "after": "20..40 seconds"},
        {"do": "arrive", "after": "10..20 minutes", "with": {"recording_on": True}},
        {"do": "handle", "after": "10..20 minutes",
         "with": {"recording_on": True, "scene_work": "enforcement",
                  "scene_found": "双方已分开，无人受伤", "injured": 0}},
        {"do": "feed_back", "after": "10..20 minutes",
         "with": {"handling_result": "劝解后各自回房", "jurisdiction": "ours",
                  "loss_stated": False, "unlawful_facts": False}},
        {"do": "close", "after": "2..9 minutes", "with": {"caller_told": True}},
        {"do": "store_recordings", "after": "2..4 hours",
         "with": {"recording_files": {"files": 1}, "keep": "six_months"}},
        {"do": "call_back", "after": "2..4 hours",
         "with": {"caller_satisfied": "accepted", "callback_note": "报警人表示认可"}},
    )  # fmt: skip


def _look_at_recordings(playing: Playing, alarms: list[str]) -> None:
    """Somebody of the law looks at what was recorded at each alarm, the next day."""
    opened = rows_of(
        "SELECT matter_id, opened_at FROM matter WHERE kind = 'evidence' AND from_matter",
        alarms,
    )
    legal = playing.organ("legal")
    for matter, at in opened:
        actor = Actor(person=f"{legal}·legal", role="legal", organ=legal)
        key = f"story:{playing.story.story}:{playing.run}:{matter}"
        told: Data = {"view_opinion": "全程有图像和声音，处置与记录一致", "flawed": False}
        command = Command(key=key, act="view", actor=actor, matter=matter, data=told)
        answer = write.submit(command, now=stored_at(at) + timedelta(days=1))
        if isinstance(answer, Refused):
            raise Broken(f"view: {answer.says} {answer.instead}")


def alarms_at(place: str, middle: datetime, days: int) -> tuple[int, int]:
    """How many alarms came at a place in so many days before, and after thirty days later."""
    span = timedelta(days=days)
    begins = middle + timedelta(days=30)
    rows = reading_connection().rows(
        "SELECT happened_at, data FROM event WHERE act = 'take_call' AND seq = 1"
    )
    moments = [stored_at(at) for at, data in rows if f'"{place}"' in data]
    before = sum(1 for at in moments if middle - span <= at < middle)
    return before, sum(1 for at in moments if begins <= at < begins + span)


def stored_at(microseconds: int) -> datetime:
    """An instant of the journal."""
    return restored(microseconds, UTC)


@large
def fines(playing: Playing) -> Iterator[Line]:
    """财产刑未执行: every fine nobody acted on is found, none that was paid."""
    first = playing.moment("2026-03-02 Mon 10:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    filed: Any = [
        {"do": "refer", "with": {"penalty_items": ["罚金"], "minor_involved": False}},
        {"do": "file", "after": "1..2 days", "with": {"minor_involved": False}},
    ]  # fmt: skip
    paid_steps: Any = [
        *filed,
        {"do": "search_network", "after": "1..2 days", "with": {"search_result": "found"}},
        {"do": "money_in", "after": "4..5 days"},
        {"do": "turn_over", "after": "1..2 days"},
        {"do": "close_done", "after": "1..2 days",
         "with": {"paid_all": True, "less_than_judged": False}},
    ]  # fmt: skip
    left = played(playing, "property_penalty_enforcement", "left", first, filed)
    paid = played(playing, "property_penalty_enforcement", "paid", first, paid_steps)

    of = playing.portion(len(FINES))
    small, big = FINES.count(FINES[0]), FINES.count(FINES[-1])
    fines = FINES[: of(small)] + FINES[-of(big) :]

    def owed(number: int) -> dict[str, Data]:
        return {"refer": {"fine_amount": fines[number]}}

    unpaid = crowd.like(left, len(fines), timedelta(minutes=3), owed)
    done = crowd.like(paid, of(PAID), timedelta(minutes=3))
    crowd.take_in()
    later = first + timedelta(days=60)
    found = {one.matter for one in playing.found_by("penalty_unenforced", later)}
    yield equal("没有执行的罚金，一笔不漏。", later, len(found & set(unpaid)), len(fines))
    yield equal("已经缴清的，一笔也没有误报。", later, len(found & set(done)), 0)
    told = rows_of(
        "SELECT data FROM event WHERE act = 'refer' AND matter_id",
        [one for one in unpaid if one in found],
    )
    amount = sum(float(decode(data)["fine_amount"]) for (data,) in told)
    yield equal(f"找出来的罚金一共{sum(fines) / 10_000:g}万元。", later, amount, sum(fines))
    yield holds(
        "模型打包、签名、给另一个城市：在那里按同样的数据找出同样的结果。",
        later,
        shared(later, found) if playing.measured else "",
    )
    yield from other_departments(playing, first)


@large
def units(playing: Playing) -> Iterator[Line]:
    """联户: twelve units with a head each, effective-dated; what a head reports is a matter."""
    first = playing.moment("2026-09-01 Tue 09:00")
    assert isinstance(first, datetime)
    since = first.date()
    village = playing.organ("community")
    roster: list[str] = []
    for number in range(1, UNITS + 1):
        person = playing.person(f"head{number}")
        enrol(person, f"联户长{number}")
        post = f"{village}/unit-{number}"
        name = f"第{number}联户联户长"
        make_post(Post(id=post, organ=village, name=name, roles=("grid_worker",)))
        hold(Holding(post=post, person=person, since=since))
        roster.append(person)
    yield equal("全村12个联户单元，每个有一名联户长。", first, heads(village, since), UNITS)
    changed = since + timedelta(days=30)
    post = f"{village}/unit-1"
    eve = changed - timedelta(days=1)
    hold(Holding(post=post, person=roster[0], since=since, until=eve))
    enrol(playing.person("next"), "新联户长")
    hold(Holding(post=post, person=playing.person("next"), since=changed))
    yield equal("换人从那一天起算：那天以前和以后都是12名。", first,
                (heads(village, since), heads(village, changed)), (UNITS, UNITS))  # fmt: skip
    crowd = Crowd(playing)
    one = played(
        playing, "grid_event", "reported", first, [
            {"do": "report", "as": "grid_worker", "organ": "community",
             "with": {"category": "safety", "what": "水塘边没有护栏", "minor_involved": False}},
            {"do": "accept", "after": "5..10 minutes", "with": {"urgency": "ordinary"}},
            {"do": "dispatch", "after": "20..40 minutes"},
            {"do": "sign", "after": "1..2 hours"},
            {"do": "feedback", "after": "1..2 days", "with": {"handled_how": "已经装上护栏"}},
            {"do": "check_pass", "after": "2..4 hours", "with": {"check_note": "护栏稳固"}},
            {"do": "close", "after": "1..2 hours", "with": {"reporter_view": "none"}},
        ],
    )  # fmt: skip

    def elsewhere(number: int) -> dict[str, Data]:
        return {"report": {"place": f"第{number + 1}联户门前水塘"}}

    ids = crowd.like(one, UNITS, timedelta(minutes=20), elsewhere)
    taken = crowd.take_in()
    yield equal("每个单元报上来的都是一件有编号、有承办单位的事。", first, taken, UNITS)
    yield equal("没有一件没人管。", first, count("owner_organ <> '' AND", ids), UNITS)
    mended = count("state = 'closed' AND", ids)
    yield equal("装上护栏，核实以后才办结。", first + timedelta(days=10), mended, UNITS)


def heads(organ: str, day: date) -> int:
    """How many units of a village have exactly one head on a day."""
    rows = reading_connection().rows(
        "SELECT p.post_id, count(*) FROM post p JOIN holding h ON h.post_id = p.post_id"
        " WHERE p.organ = ? AND p.name LIKE '第%联户联户长' AND h.since <= ?"
        " AND (h.until IS NULL OR h.until >= ?) GROUP BY p.post_id",
        (organ, day.isoformat(), day.isoformat()),
    )
    return sum(1 for _, people in rows if people == 1)


def shared(at: datetime, found: set[str]) -> str:
    """The model signed, opened elsewhere and run there finds the same; else what differs."""
    catalogue = read_catalogue(None)
    signer = keys.signers()[0]
    sent = signed(packed(catalogue, [UNENFORCED], "财产刑", at), signer)
    package = opened(sent, {fingerprint(signer.public.hex())})
    with TemporaryDirectory(prefix="haihe-elsewhere-") as folder:
        elsewhere = Path(folder)
        there = Catalogue((), catalogue.law, catalogue.ground)
        taken = take(package, there, elsewhere)
        (model,) = load_models(elsewhere)
        (swept,) = sweeping.found_as_of(at, [model])
        again = {str(one) for one in swept.rows.column("matter_id").to_pylist()}
    if taken != [UNENFORCED]:
        return f"对方收下的是{taken}"
    return "" if again == found else f"对方找出{len(again)}件，这里是{len(found)}件"

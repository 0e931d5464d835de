"""What happens hundreds of times in a story: told in Python, through the bulk door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from itertools import combinations
from typing import Any, Final

from msgspec.json import decode

from haihe.kernel.values import Actor, Command, Data, Datum, Refused
from haihe.records import rules, write
from haihe.records.instants import restored
from haihe.stories.crowds import Crowd, among, count, equal, holds, played, rows_of
from haihe.stories.playing import Broken, Line, Playing

Large = Callable[[Playing], Iterator[Line]]
LARGE: Final[dict[str, Large]] = {}

VISITS: Final = 1373
FIXED_AT_ONCE: Final = 421
LEFT: Final = 37
IDEAS: Final = 1700
REPEATED: Final = 25
IDEAS_PAGE: Final = "/public/ideas/"
SHOWN_IN_PUBLIC: Final = 20  # on the first page at least
SITTINGS: Final = 29
STOOD_IN: Final = 2  # the story's own, to show that they are counted apart
BACKLOG: Final = 800
MINUTE: Final = timedelta(minutes=1)
BATCH: Final = 400
BLOCKS: Final = ["光复里", "永安里", "同心里", "友爱里", "德才里", "谦和里", "宝光里", "文玥里"]
PROBLEMS: Final = [
    "楼道灯不亮",
    "楼门口台阶缺角",
    "下水井盖松动",
    "飞线给电动车充电",
    "楼道堆着旧家具",
    "健身器材螺丝掉了",
    "单元门关不上",
    "树枝压着电线",
    "垃圾桶不够用",
    "消防通道划线看不清",
    "屋顶漏雨",
]
ROADS: Final = [
    "友谊路",
    "围堤道",
    "大沽南路",
    "解放南路",
    "马场道",
    "南京路",
    "新华路",
    "黑牛城道",
    "紫金山路",
    "卫津路",
    "珠江道",
    "洞庭路",
    "隆昌路",
    "利民道",
    "绍兴道",
    "琼州道",
    "广东路",
    "气象台路",
    "平山道",
    "永安道",
]
CROSSINGS: Final = tuple(combinations(ROADS, 2))
FIXES: Final = (
    ("左转灯太短", "左转灯延长十二秒"),
    ("没有过街提示音", "装上过街提示音"),
    ("人行道的盲道断了", "把盲道接上"),
    ("夜里太暗", "添两盏路灯"),
    ("公交站没有座位", "添一排座椅"),
    ("路牌被树挡住", "修剪树枝，移高路牌"),
    ("非机动车道太窄", "重新划线，加宽半米"),
    ("雨天积水", "疏通并加一个雨水口"),
    ("接送孩子没有停车的地方", "划出限时停车位"),
)


def large(one: Large) -> Large:
    """Let stories name this function."""
    LARGE[one.__name__] = one
    return one


@large
def visits(playing: Playing) -> Iterator[Line]:
    """脚印万家: 1373 problems, 421 mended the same day, the others on lists with a date."""
    first = playing.moment("2026-04-07 Tue 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    of = playing.portion(VISITS)
    at_once_told, left_told = of(FIXED_AT_ONCE), of(LEFT)
    put_on_lists = of(VISITS) - at_once_told
    noted: Any = {"do": "note", "with": {"found_on": {"day": 0}, "minor_involved": False}}
    at_once = played(
        playing, "visit_problem", "at-once", first, [
            noted,
            {"do": "fix_now", "after": "10..20 minutes",
             "with": {"fixed_on": {"day": 0}, "handled_how": "当场改好"}},
            {"do": "check_pass", "after": "2..3 days"},
        ],
    )  # fmt: skip
    mended = crowd.like(at_once, at_once_told, MINUTE, problem)
    listed: list[str] = []
    left: list[str] = []
    for number in range(0, put_on_lists, BATCH):
        size = min(BATCH, put_on_lists - number)
        stays = left_told if number == 0 else 0
        at = first + timedelta(days=1 + number // BATCH)
        begun: Any = [noted, {"do": "list", "after": "1..2 hours", "with": {"list_term": "d15"}}]
        rest: Any = [
            {"do": "fix_listed", "after": "8..9 days"},
            {"do": "check_pass", "after": "2..3 days"},
        ]
        done = played(playing, "visit_problem", f"listed-{number}", at, begun + rest)

        def other(later: int, first: int = at_once_told + number) -> dict[str, Data]:
            return problem(first + later)

        listed += crowd.like(done, size - stays, MINUTE, other)
        if stays:
            only = played(playing, "visit_problem", "left", at, begun)
            left = crowd.like(only, stays, MINUTE, lambda later: problem(VISITS + later))
    taken = crowd.take_in()
    later = first + timedelta(days=60)
    yield equal(
        f"走访收集的问题一共{of(VISITS)}个，每个都是一件有编号的事。", first, taken, of(VISITS)
    )
    closed = count("state = 'closed' AND", mended)
    yield equal(f"其中{at_once_told}个即知即改，核实以后销号。", later, closed, at_once_told)
    yield equal(
        "即知即改的都是当天改好，由没有改的人核实。", later, _mended_that_day(mended), at_once_told
    )
    clocks = rows_of(
        "SELECT matter_id FROM clock WHERE clock = 'fix' AND legal IS NOT NULL AND matter_id",
        listed + left,
    )
    yield equal(
        f"其余{put_on_lists}个列入清单，每个都有承办单位和完成日。",
        later,
        len(clocks),
        put_on_lists,
    )
    done_now = count("state = 'closed' AND", listed)
    yield equal("按期改好并核实的销号。", later, done_now, put_on_lists - left_told)
    overdue = among((one.matter for one in playing.found_by("clock_overdue", later)), listed + left)
    yield holds(
        f"到期没有改的{left_told}个看得见，一个不多、一个不少。",
        later,
        "" if overdue == set(left) else f"发现{len(overdue)}个",
    )


def _mended_that_day(ids: list[str]) -> int:
    """How many were mended on the day they were found, and checked by somebody else."""
    zone = rules.current().zone
    acts: dict[str, dict[str, tuple[date, str]]] = {}
    for matter, act, at, person in rows_of(
        "SELECT matter_id, act, happened_at, person FROM event WHERE matter_id", ids
    ):
        acts.setdefault(str(matter), {})[str(act)] = restored(at, zone).date(), str(person)
    return sum(
        told["note"][0] == told["fix_now"][0] and told["fix_now"][1] != told["check_pass"][1]
        for told in acts.values()
    )


def problem(number: int) -> dict[str, Data]:
    """What was seen on a visit, and where: no two are the same."""
    place, what = divmod(number, len(PROBLEMS))
    return {"note": {"place": house(place), "what": PROBLEMS[what]}}


def house(number: int) -> str:
    """A house of its own for every number."""
    row, block = divmod(number, len(BLOCKS))
    return f"{BLOCKS[block]}{row + 1}号楼"


@large
def appearances(playing: Playing) -> Iterator[Line]:
    """A head appears in court 29 times: the rate comes from the court's record."""
    first = playing.moment("2026-03-02 Mon 09:30")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    told = played(
        playing, "court_appearance", "head", first, [
            {"do": "serve_notice", "organ": "court",
             "with": {"hearing_time": {"session": 8}, "consequences_told": True}},
            {"do": "arrange", "after": "1..2 days", "with": {"attendee_rank": "chief"}},
            {"do": "record", "organ": "court", "after": "past opened 1..2 days",
             "with": {"came": "head", "spoke": True, "left_early": False}},
            {"do": "class_attended", "organ": "court", "after": "1..2 days"},
        ],
    )  # fmt: skip
    ids = crowd.like(told, SITTINGS, timedelta(minutes=5))
    allowed = played(
        playing, "court_appearance", "allowed", first, [
            {"do": "serve_notice", "organ": "court",
             "with": {"hearing_time": {"session": 8}, "consequences_told": True}},
            {"do": "ask_leave", "after": "1..2 days",
             "with": {"leave_ground": "duty", "leave_text": "在现场抢险", "leave_signed": True}},
            {"do": "allow_absence", "organ": "court", "after": "3..4 hours"},
            {"do": "arrange", "after": "3..4 hours", "with": {"attendee_rank": "staff"}},
            {"do": "record", "organ": "court", "after": "past opened 1..2 days",
             "with": {"came": "staff", "spoke": True, "left_early": False}},
            {"do": "class_substituted", "organ": "court", "after": "1..2 days"},
        ],
    )  # fmt: skip
    stood_in = crowd.like(allowed, STOOD_IN, timedelta(minutes=5))
    crowd.take_in()
    later = first + timedelta(days=60)
    recorded = count("state IN ('attended', 'silent', 'substituted', 'suggested') AND", ids)
    attended = count("state = 'attended' AND", ids)
    yield equal("法院书记员登记了29次开庭。", later, recorded, SITTINGS)
    yield equal(
        f"负责人出庭并发言的{attended}次，应当出庭的{recorded}次。", later, attended, recorded
    )
    said = rows_of("SELECT data FROM event WHERE act = 'record' AND matter_id", ids)
    spoke = sum(1 for (data,) in said if decode(data)["spoke"] is True)
    yield equal("每一次都记着负责人有没有发言：都发言了。", later, spoke, SITTINGS)
    substituted = count("state = 'substituted' AND", stood_in)
    yield equal(
        "经法院准许由工作人员出庭的2次另外归类，不算作负责人出庭。", later, substituted, STOOD_IN
    )
    acts = rows_of(
        "SELECT DISTINCT organ FROM event WHERE act IN ('record', 'class_attended') AND matter_id",
        ids,
    )
    court = playing.organ("court")
    yield equal(
        "每一个数都出自法院的记录，被诉机关自己报的不算。", later, {o for (o,) in acts}, {court}
    )
    found = among((one.matter for one in playing.found_by("head_absent", later)), ids)
    yield equal("没有一次是没有正当理由不出庭的。", later, len(found), 0)


@large
def ideas(playing: Playing) -> Iterator[Line]:
    """金点子: 1700 fixes, each answered in public with its reason; each is told."""
    first = playing.moment("2026-03-02 Mon 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    one = played(
        playing, "idea", "adopted", first, [
            {"do": "send", "with": {"subject_line": "路口左转灯太短", "minor_involved": False,
                                    "thanks_by_name": False}},
            {"do": "take_in", "after": "1..2 days"},
            {"do": "adopt", "after": "6..7 days",
             "with": {"answer_text": "采纳。左转灯延长十二秒，请监督。", "no_personal_data": True}},
            {"do": "carry_out", "after": "18..20 days", "with": {"done_text": "已经延长十二秒"}},
            {"do": "check_pass", "after": "1..2 days"},
            {"do": "thank", "after": "3..5 hours", "with": {"named_in_thanks": False}},
        ],
    )  # fmt: skip

    told = playing.portion(IDEAS)(IDEAS)
    ids = crowd.like(one, told, MINUTE / 4, idea)
    sent = {"do": "send", "with": {"subject_line": "路口右转看不清行人", "minor_involved": False,
                                   "thanks_by_name": False}}  # fmt: skip
    new = played(playing, "idea", "same", first, [sent, {"do": "take_in", "after": "1..2 days"}])
    pair = crowd.like(new, 2, MINUTE)
    taken = crowd.take_in()
    later = first + timedelta(days=60)
    yield equal(f"征集到的{told}条都登记了。", first, taken - 2, told)
    answers = rows_of(
        "SELECT DISTINCT matter_id FROM event WHERE act IN ('adopt', 'decline') AND matter_id", ids
    )
    yield equal("每一条都有公开的答复，写明理由。", later, len(answers), told)
    yield holds("答复在公开的页面上，谁都看得到。", later, _not_in_public(playing, ids))
    yield equal(
        "落实以后由别的单位看过，再公开致谢。", later, count("state = 'thanked' AND", ids), told
    )

    yield joined(
        "两个人说的是同一件事：后一条并进前一条，只答复一次。",
        "说的是同一个路口、同一件事",
        new.commands[1].actor,
        pair,
        first + timedelta(days=4),
        playing,
    )


def _not_in_public(playing: Playing, ids: list[str]) -> str:
    """What the public page does not tell of the last answers."""
    page = unescape(playing.door.visit(IDEAS_PAGE, "", playing.until or datetime.now(UTC)).text)
    told = rows_of("SELECT data FROM event WHERE act = 'adopt' AND matter_id", ids)
    answers = [str(decode(data)["answer_text"]) for (data,) in told]
    shown = sum(1 for one in answers if one in page)
    return "" if shown >= min(len(answers), SHOWN_IN_PUBLIC) else f"页面上有{shown}条"


def idea(number: int) -> dict[str, Data]:
    """An idea about a crossing, and its own answer: no two are the same."""
    crossing, fix = divmod(number, len(FIXES))
    here, there = CROSSINGS[crossing % len(CROSSINGS)]
    lacks, mends = FIXES[fix]
    where = f"{here}与{there}路口"
    return {
        "send": {"subject_line": f"{where}{lacks}"},
        "take_in": {"gist": f"{where}{lacks}"},
        "adopt": {"answer_text": f"采纳。{where}{lacks}，这个月{mends}，请监督。"},
        "carry_out": {"done_text": f"{where}已经{mends}"},
    }


def joined(
    says: str, why: str, actor: Actor, pair: list[str], at: datetime, playing: Playing
) -> Line:
    """The second of two matters is put to the first: one answer, and the second is told where."""
    earlier, again = pair
    key = f"story:{playing.story.story}:{playing.run}:{again}"
    data: dict[str, Datum] = {"into": earlier, "reason": why}
    command = Command(key=key, act="merge", actor=actor, matter=again, data=data)
    answer = write.submit(command, now=at)
    if isinstance(answer, Refused):
        raise Broken(f"merge: {answer.says} {answer.instead}")
    into = rows_of("SELECT merged_into FROM matter WHERE matter_id", [again])
    return equal(says, at, into, [(earlier,)])


@large
def backlog(playing: Playing) -> Iterator[Line]:
    """积案快清: the backlog of a date can be told again at any later date, and is cleared."""
    first = playing.moment("2026-03-02 Mon 09:00")
    assert isinstance(first, datetime)
    crowd = Crowd(playing)
    ids: list[str] = []
    told = playing.portion(BACKLOG)(BACKLOG)
    for number in range(0, BACKLOG, BATCH):
        at = first + timedelta(days=number // BATCH)
        case = played(
            playing, "public_security_case", f"old-{number}", at, [
                {"do": "receive", "with": {"minor_involved": False, "minor_reported": False}},
                {"do": "daily_check", "as": "inspector", "after": "15..50 minutes",
                 "with": {"check_opinion": "管辖和程序没有问题"}},
                {"do": "open_case", "after": "1..2 hours",
                 "with": {"minor_involved": False, "handled_by": "station"}},
                {"do": "terminate", "after": "60..61 days", "beyond": "case",
                 "with": {"ended_why": "no_fact", "reporter_told": True}},
            ],
        )  # fmt: skip

        def elsewhere(later: int, first: int = number) -> dict[str, Data]:
            return {"receive": {"place": house(first + later)}}

        ids += crowd.like(case, told // 2, MINUTE, elsewhere)
    crowd.take_in()
    before, after = first + timedelta(days=75), first + timedelta(days=120)

    def open_too_long(at: datetime) -> int:
        found = playing.found_by("clock_overdue", at)
        return len(among((one.matter for one in found if "case" in one.cause), ids))

    yield equal(
        f"那一天，超过办案期限没有办结的积案是{told}起。", before, open_too_long(before), told
    )
    yield equal("专项清理以后，一起也没有剩下。", after, open_too_long(after), 0)
    yield equal(
        f"清理以后再问那一天，仍是{told}起：过去的数不会变。", after, open_too_long(before), told
    )
    yield equal("每一起都有办结的一步。", after, count("ended = TRUE AND", ids), told)

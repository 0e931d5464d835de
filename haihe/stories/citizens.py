"""The stories of people who come to be served: a number with a tap, a household moved at home."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import Any, Final

from msgspec import json

from haihe.records import halls_demo, journal, read, rules
from haihe.stories.browsing import Browser
from haihe.stories.crowds import equal, holds, rows_of
from haihe.stories.large import large
from haihe.stories.playing import Line, Playing

HALL: Final = "/hall/machang/"
TICKET: Final = re.compile(r"/hall/t/[^/]+/$")
NUMBER: Final = re.compile(r"[A-Z]\d{3}")
INTERVAL: Final = re.compile(r"约\d+到\d+分钟")
FROM_SOURCES: Final = "source_papers"  # what other departments answered, not what was uploaded
LATER: Final = timedelta(minutes=1)
MOVE: Final = "rk13"
TEN_MINUTES: Final = 600.0
FOLLOWED: Final = re.compile(r"/receipt/([^/]+)/")
NOBODYS_NUMBER: Final = "120199199001010020"  # of a region that no county ever had


@large
def tap(playing: Playing) -> Iterator[Line]:
    """李先生 taps his phone: one ticket with a number and an interval, also when he taps twice."""
    now = datetime.now(UTC)
    if not playing.in_demo:
        halls_demo.fill(now)
    phone = Browser()
    phone.get(HALL)
    phone.send("/take/", {"errand": "card"})
    first, text = phone.path, phone.text
    yield holds("手机碰一下，马上有一张号。", now, "" if TICKET.search(first) else f"到了{first}")
    number = NUMBER.search(text)
    yield holds("号上写着号码。", now, "" if number else text[:200])
    yield holds(
        "号上写着大约要等多久，是一个区间。", now, "" if INTERVAL.search(text) else text[:300]
    )
    phone.get(HALL)
    yield equal("再碰一下，还是这一张：一部手机一张号。", now, phone.path, first)
    then = now if playing.in_demo else now + LATER
    with _clock_at(then):
        later = phone.get(first)
    kept = NUMBER.search(later)
    same = number is not None and kept is not None and kept[0] == number[0]
    yield holds("以后再打开，进度还在。", then, "" if same and phone.status == 200 else later[:200])
    other = Browser()
    other.get(HALL)
    other.send("/take/", {"errand": "card"})
    another = TICKET.search(other.path) and other.path != first
    yield holds("别人的手机是另一张号。", now, "" if another else f"到了{other.path}")


def _clock_at(at: datetime) -> AbstractContextManager[Any]:
    """The program at an instant of the story; a demo, and who cannot set clocks, has its own."""
    if at <= datetime.now(UTC) or find_spec("time_machine") is None:
        return nullcontext()
    from time_machine import travel  # tests have it, a demo need not

    return travel(at, tick=False)


@large
def move(playing: Playing) -> Iterator[Line]:
    """王女士 moves her household at home: nothing uploaded, the register is asked."""
    del playing
    now, begun = datetime.now(UTC), time.monotonic()
    home = Browser()
    home.sign_in("13900000102")
    home.get(f"/services/{MOVE}/")
    home.send(f"/services/{MOVE}/")
    home.send("", {"applicant": "王女士", "number": NOBODYS_NUMBER,
                   "applicant_phone": "13900000102", "minor_involved": "no"})  # fmt: skip
    facts = home.text
    yield holds(
        "婚姻登记由系统向民政部门调取，不用她填。", now, "" if "2020" in home.html else facts[:400]
    )
    sourced = "婚姻登记" in facts or "民政" in facts
    yield holds("每一项自动填写的都写着来源。", now, "" if sourced else facts[:99])
    home.send("", {"home_address": "北辰区果园新村街道某小区1号楼"})
    check = home.text
    yield holds(
        "没有材料要补，可以核对提交。", now, "" if home.path.endswith("/check/") else check[:600]
    )
    home.send("/check/")
    found = FOLLOWED.search(home.path)
    took = time.monotonic() - begun
    yield holds("申请送出，有查询码。", now, "" if found else home.text[:99])
    yield holds(
        f"从打开到送出用了{took:.0f}秒，不到十分钟。", now, "" if took < TEN_MINUTES else "慢"
    )
    if found is None:
        return
    yield equal("她没有上传任何一份材料。", now, _files_of(found[1]), [])
    followed = home.get(f"/follow/{found[1]}/")
    told = re.search(r"谁在办 由\S+办理", followed) and re.search(r"最迟\d{4}年", followed)
    yield holds("她随时看得到谁在办、到什么时候。", now, "" if told else followed[:600])
    log = home.get(f"/follow/{found[1]}/readings/")
    asked = "向其他部门查询过 1 次" in log and "民政部门的婚姻登记查询，已答复" in log
    yield holds("向民政部门调取过一次，写在她看得到的记录里。", now, "" if asked else log[:1500])


def _files_of(code: str) -> list[str]:
    """The fields of a matter, by its follow code, with files that somebody brought."""
    matter = read.matter_of(code) or ""
    ((kind, version),) = rows_of("SELECT kind, version FROM matter WHERE matter_id", [matter])
    procedure = journal.procedure_of(rules.current(), str(kind), str(version))
    told = rows_of("SELECT data FROM event WHERE matter_id", [matter])
    return [
        name
        for (data,) in told
        for name, value in json.decode(data).items()
        if value
        and name != FROM_SOURCES
        and name in procedure.fields
        and procedure.fields[name].type == "files"
    ]

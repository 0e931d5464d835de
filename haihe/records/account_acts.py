"""What was done to accounts and who signed in: traces in the same chains as those of readings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from haihe.kernel.values import Datum
from haihe.records import reading
from haihe.records.database import reading_connection
from haihe.records.instants import restored
from haihe.records.shown import Reader

LISTED_MAX: Final = 200

DONE: Final[dict[str, str]] = {
    "made": "新建账号",
    "invited": "发出邀请",
    "accepted": "接受邀请、设定密码",
    "withdrawn": "停用账号",
    "unlocked": "解锁",
    "factors_reset": "清除第二验证方式",
    "appointed": "授予管理员职责",
    "post_given": "授予岗位",
    "post_ended": "收回岗位",
    "token_issued": "签发接口令牌",
    "token_withdrawn": "收回接口令牌",
    "sign_in": "登录",
}
_decode = msgspec.json.Decoder(dict[str, Datum]).decode


class Act(msgspec.Struct, frozen=True):
    """One trace as the audit administrator's page shows it."""

    at: datetime
    by: str
    duty: str
    did: str
    about: str
    more: str


def note(by: str, did: str, about: str, *, duty: str = "", organ: str = "", more: str = "") -> None:
    """Record durably what somebody did to an account; `did` is one of DONE."""
    assert did in DONE
    told: dict[str, Datum] = {"did": did, "about": about}
    if more:
        told["more"] = more
    sort: reading.Sort = "sign_in" if did == "sign_in" else "account"
    reader = Reader(person=by, organ=organ, roles=(duty,) if duty else ())
    reading.trace(sort, reader, sort, datetime.now(UTC), told=told)


def latest(about: str = "") -> list[Act]:
    """The newest LISTED_MAX acts, what was done last on top; `about` or by one account only."""
    rows = reading_connection().rows(
        "SELECT read_at, person, role, told FROM reading "
        f"WHERE sort IN ('account', 'sign_in') ORDER BY position DESC LIMIT {LISTED_MAX * 20}"
    )
    acts = [_act(*row) for row in rows]
    return [act for act in acts if not about or about in (act.about, act.by)][:LISTED_MAX]


def _act(read_at: int, person: str, role: str, told: str) -> Act:
    said = _decode(told.encode())
    return Act(
        at=restored(read_at, UTC),
        by=person,
        duty=role,
        did=DONE.get(str(said.get("did", "")), ""),
        about=str(said.get("about", "")),
        more=str(said.get("more", "")),
    )

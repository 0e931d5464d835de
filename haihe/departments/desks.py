"""What each department answers, each in its own old form; none was written for us."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

import yaml

FILE: Final = Path(__file__).with_name("registers.yaml")
A_PAGE: Final = 2
JSON: Final = "application/json"


class Unclear(Exception):
    """The question cannot be read."""


class Written(NamedTuple):
    """An answer in the department's own form; `found` is for its log."""

    type: str
    body: bytes
    found: bool


class Desk(NamedTuple):
    """One department: where it answers, how slowly, and what."""

    name: str
    keeper: str
    path: str
    seconds: float
    answer: Callable[[Mapping[str, Any], bytes, str], Written]


def registers(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """What each department holds, by its name."""
    told: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))
    return told


def marriage(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """XML in GBK; an ended marriage is still told."""
    asked = re.search(r"<SFZH>([0-9X]{18})</SFZH>", _text(body, "gbk"))
    if asked is None:
        raise Unclear
    one = held.get(asked[1])
    told = {"LSH": f"MZ-{serial}", "ZT": one["state"] if one else "00"}
    if one:
        told |= {"POXM": one["spouse"], "DJRQ": one["day"], "ZH": one["number"]}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    text = f'<?xml version="1.0" encoding="GBK"?>\r\n<JG>{inner}</JG>\r\n'
    return Written("application/xml", text.encode("gbk"), one is not None)


def business(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """JSON; the licence of a code."""
    code = _asked(body, "uscc")
    one = held.get(code)
    told = {"trace_id": f"SJ{serial}", "entity": {"uscc": code, **one} if one else None}
    return Written(f"{JSON}; charset=utf-8", _json(told), one is not None)


def birth(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """JSON; all children of a parent."""
    rows = held.get(_asked(body, "parentNo"), [])
    told = {"seq": f"WJ{serial}", "total": len(rows), "rows": rows}
    return Written(JSON, _json(told), bool(rows))


def vehicle(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """Lines of text; the last says how many there were."""
    asked = parse_qs(_text(body, "ascii"), encoding="gb18030").get("sfzmhm")
    if not asked:
        raise Unclear
    rows = held.get(asked[0], [])
    lines = [["号牌号码", "车辆识别代号", "状态"], *rows, ["#", str(len(rows)), f"JG{serial}"]]
    text = "\r\n".join(",".join(line) for line in lines) + "\r\n"
    return Written("text/csv", text.encode("gb18030"), bool(rows))


def planning(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """JSON in pages of A_PAGE, the oldest first."""
    owner, page = _asked(body, "owner"), json.loads(body).get("page")
    files = held.get(owner, [])
    if not isinstance(page, int) or page < 1:
        raise Unclear
    told = {
        "queryNo": f"GH{serial}",
        "owner": owner,
        "page": page,
        "pages": -(-len(files) // A_PAGE),
        "files": [{"permitNo": one} for one in files[(page - 1) * A_PAGE : page * A_PAGE]],
    }
    return Written(JSON, _json(told), bool(files))


def insurance(held: Mapping[str, Any], body: bytes, serial: str) -> Written:
    """A gateway: 200 whatever happens, the true status inside; months one by one."""
    try:
        number = json.loads(_text(body, "utf-8"))["params"]["aac002"]
    except (ValueError, KeyError, TypeError):
        raise Unclear from None
    one = held.get(number)
    if one is None:
        return Written(
            JSON, _json({"code": "404", "serial": f"RS{serial}", "msg": "无数据"}), found=False
        )
    year, month = (int(part) for part in one["until"].split("-"))
    last = year * 12 + month - 1
    months = [f"{(last - n) // 12}{(last - n) % 12 + 1:02d}" for n in range(one["months"])]
    data = {"aab004": one["employer"], "months": months}
    return Written(JSON, _json({"code": "0", "serial": f"RS{serial}", "data": data}), found=True)


def _text(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        raise Unclear from None


def _asked(body: bytes, name: str) -> str:
    try:
        told = json.loads(_text(body, "utf-8"))[name]
    except (ValueError, KeyError, TypeError):
        raise Unclear from None
    if not isinstance(told, str):
        raise Unclear
    return told


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


DESKS: Final[Mapping[str, Desk]] = {
    desk.name: desk
    for desk in (
        Desk("marriage", "民政部门", "/hydj/cx", 0.0, marriage),
        Desk("business", "市场监管部门", "/api/v2/licence", 0.0, business),
        Desk("birth", "卫生健康部门", "/birth/byParent", 0.3, birth),
        Desk("vehicle", "公安交管部门", "/query.do", 0.0, vehicle),
        Desk("planning", "规划资源部门", "/archive/search", 0.0, planning),
        Desk("insurance", "人力社保部门", "/si/gateway", 0.0, insurance),
    )
}

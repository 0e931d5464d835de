"""Holds a connector to the contract: its cases, and what it may not do whatever comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from haihe.connectors.contract import (
    Asking,
    Connector,
    Nonsense,
    Question,
    Reply,
    TheyAreDown,
    TheyRefuse,
    Told,
)
from haihe.kernel.values import Frozen

FOLDER: Final = Path(__file__).with_name("cases")
CASES_MAX: Final = 100
BODY_BYTES_MAX: Final = 10_000
VALUE_CHARACTERS_MAX: Final = 500
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRANGE: Final = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html><body>502</body></html>",
    b"\xff\xfe\x00",
    b"0",
)
_ENDS: Final = {"nonsense": Nonsense, "down": TheyAreDown, "refused": TheyRefuse}


class Written(Frozen, frozen=True, kw_only=True):
    """A question or an answer as it goes over the line; `text` in `charset`."""

    type: str
    text: str
    charset: str = "utf-8"
    path: str = ""
    status: int = 200


class Case(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence with what is asked, what goes over the line, and what comes of it."""

    it: str
    name: str = "王女士"
    number: str = "120199199003070019"
    sends: Written | None = None
    answers: Written
    then: tuple[Written, ...] = ()  # the pages that follow
    gives: dict[str, str] | None = None
    ends: str = ""  # nonsense, down, refused instead of values


class Finding(Frozen, frozen=True, kw_only=True):
    """Something a connector does that the contract forbids."""

    rule: str
    says: str


def cases_of(name: str, folder: Path = FOLDER) -> tuple[Case, ...]:
    """The cases of a connector; raises msgspec.ValidationError with what is wrong."""
    told = yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8"))
    return msgspec.convert(told, type=tuple[Case, ...], strict=True)


def checked(
    connector: Connector, cases: Sequence[Case], types: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Everything wrong with a connector, in the order of the rules; nothing when it may be used.

    `types` are the facts that the city's catalogue takes from this source, with their types.
    """
    assert len(cases) <= CASES_MAX
    found = [
        *_says_what_it_is(connector),
        *_cases_say_enough(cases),
        *_translates(connector),
        *(one for case in cases for one in _case(connector, case, types)),
        *_survives(connector, cases),
    ]
    return tuple({(one.rule, one.says): one for one in found}.values())


def _says_what_it_is(connector: Connector) -> Iterator[Finding]:
    if not connector.source or not connector.form:
        yield Finding(rule="named", says="没有写明来源或者对方的格式")


def _cases_say_enough(cases: Sequence[Case]) -> Iterator[Finding]:
    kinds = {
        "查到的": any(case.gives for case in cases),
        "没有登记的": any(case.gives == {} for case in cases),
        "看不懂的": any(case.ends == "nonsense" for case in cases),
    }
    for kind, there in kinds.items():
        if not there:
            yield Finding(rule="cases", says=f"用例里没有一个{kind}答复")


def _translates(connector: Connector) -> Iterator[Finding]:
    one, other = _question("120199199003070019"), _question("120199198501010022")
    first = connector.translate(one)
    if connector.translate(one) != first:
        yield Finding(rule="same_again", says="同一个问题再问一次，发出的内容不一样")
    if connector.translate(other) == first:
        yield Finding(rule="whom", says="问两个人，发出的内容一样：没有带上证件号码")
    if len(first.body) > BODY_BYTES_MAX or not first.path.startswith("/"):
        yield Finding(rule="asking", says="地址不是以 / 开头，或者内容太长")


def _question(number: str, name: str = "王女士") -> Question:
    return Question(
        source="", name=name, number=number, purpose="检查", basis="检查", matter="检查"
    )


def _case(connector: Connector, case: Case, types: Mapping[str, str]) -> Iterator[Finding]:
    sent = connector.translate(_question(case.number, case.name))
    if case.sends is not None and sent != Asking(
        case.sends.path, case.sends.type, _bytes(case.sends)
    ):
        yield Finding(rule="case", says=f"“{case.it}”：发出的和用例写的不一样")
    came = _outcome(connector, (case.answers, *case.then))
    if case.ends:
        if came is not _ENDS[case.ends]:
            yield Finding(
                rule="case", says=f"“{case.it}”：应当是 {case.ends}，结果是{_words(came)}"
            )
        return
    if came != case.gives:
        yield Finding(rule="case", says=f"“{case.it}”：应当给出{case.gives}，结果是{_words(came)}")
    if isinstance(came, dict):
        yield from _values(came, types)


def _values(values: Mapping[str, str], types: Mapping[str, str]) -> Iterator[Finding]:
    for name, value in values.items():
        if name not in types:
            yield Finding(rule="names", says=f"给出了目录里没有的项目 {name}")
        elif types[name] == "day" and _DAY.fullmatch(value) is None:
            yield Finding(rule="days", says=f"{name} 的日期没有写成 2020-05-20 的样子：{value}")
        if len(value) > VALUE_CHARACTERS_MAX:
            yield Finding(rule="length", says=f"{name} 太长")


def _survives(connector: Connector, cases: Sequence[Case]) -> Iterator[Finding]:
    """What the line does to answers: half of one, another one's, none."""
    for case in cases:
        if case.ends or case.answers.status != HTTPStatus.OK:
            continue
        whole, type = _bytes(case.answers), case.answers.type
        for part in (1, 2, 3):
            half = Reply(HTTPStatus.OK, type, whole[: len(whole) * part // 4])
            yield from _ends_as(connector, half, Nonsense, "whole", "只到了一部分的答复")
        yield from _ends_as(connector, Reply(500, type, whole), TheyAreDown, "down", "500 的答复")
        yield from _ends_as(connector, Reply(403, type, whole), TheyRefuse, "refused", "403 的拒绝")
        yield from _ends_as(
            connector, Reply(200, "text/html", whole), Nonsense, "type", "类型不对的答复"
        )
        for strange in _STRANGE:
            yield from _ends_as(
                connector, Reply(200, type, strange), Nonsense, "strange", "看不懂的答复"
            )


def _ends_as(
    connector: Connector, reply: Reply, wanted: type[Exception], rule: str, what: str
) -> Iterator[Finding]:
    came = _understood(connector, reply)
    if came is not wanted:
        right = {Nonsense: "看不懂", TheyAreDown: "来源停用", TheyRefuse: "来源拒绝"}[wanted]
        yield Finding(rule=rule, says=f"{what}应当当作{right}，结果是{_words(came)}")


def _outcome(connector: Connector, pages: Sequence[Written]) -> Any:
    """The values of an answer with its pages, or the class of what it ended as."""
    values: dict[str, str] = {}
    for number, page in enumerate(pages):
        reply = Reply(page.status, page.type, _bytes(page))
        came = _understood(connector, reply)
        if not isinstance(came, Told):
            return came
        values |= came.values
        if (came.more is not None) != (number + 1 < len(pages)):
            return Nonsense
    return values


def _understood(connector: Connector, reply: Reply) -> Any:
    """What came of it; whatever was raised as its class: a connector may raise three things."""
    try:
        return connector.understand(reply)
    except Exception as ended:
        return type(ended)


def _bytes(written: Written) -> bytes:
    return written.text.encode(written.charset)


def _words(came: Any) -> str:
    if isinstance(came, Told):
        came = came.values
    if isinstance(came, dict):
        return f"给出{came}" if came else "没有登记"
    known = {Nonsense: "看不懂", TheyAreDown: "来源停用", TheyRefuse: "来源拒绝"}
    return known.get(came, f"出错（{came.__name__}）")

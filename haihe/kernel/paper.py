"""A paper that a step issues: the template a lawyer can read, and how its lines are filled.

A placeholder is a field of the procedure (`{place}`), a reserved word (`{today}`), the legal due
date of a clock (`{clock:decide}`) or an article in words (`{article:psp-2025#112}`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from haihe.kernel.values import Frozen

BLANK: Final = "＿＿＿＿＿＿"  # where nothing is known, somebody writes by hand
CLOCK: Final = "clock:"
ARTICLE: Final = "article:"
AUTHOR: Final = "author"  # who took the step and wrote the paper; a citizen has no seal
RESERVED: Final[dict[str, str]] = {
    "matter_number": "事项编号",
    "kind_name": "事项类型",
    "step_name": "步骤名称",
    "step_time": "办理这一步的时间",
    "organ": "出具单位",
    "owner": "承办单位",
    "author": "写这份文书的单位",
    "joined_count": "纳入的事项件数",
    "today": "出具日期",
}
_POINTS: Final = "。；，、）"
_PLACEHOLDER: Final = re.compile(r"\{([^{}\s]+)\}")

LineKind = Literal["title", "number", "paragraph", "basis", "signature", "seal", "date"]


class PaperTemplate(Frozen, frozen=True, kw_only=True):
    """A template as it lies in `papers/`; `name` is the official one, as in `issues:` of steps."""

    id: str
    name: str
    kinds: tuple[str, ...]
    steps: tuple[str, ...]
    title: str
    number: str  # the line with the paper's number
    paragraphs: tuple[str, ...]
    cites: tuple[str, ...]
    signed_by: tuple[str, ...] = ()  # who signs by hand: 当事人, 承办人
    seal_organ: str = "organ"  # `organ`, `owner`, `author` or a field that names an organ


class PaperLine(Frozen, frozen=True, kw_only=True):
    """One line of a filled paper."""

    kind: LineKind
    text: str


def placeholders(template: PaperTemplate) -> tuple[str, ...]:
    """Every placeholder of the template once, in the order in which they first stand."""
    texts = (template.title, template.number, *template.paragraphs)
    found = [name for text in texts for name in _PLACEHOLDER.findall(text)]
    return tuple(dict.fromkeys([*found, template.seal_organ]))


def fields_of(template: PaperTemplate) -> tuple[str, ...]:
    """The placeholders that are fields of the procedure."""
    return tuple(
        name
        for name in placeholders(template)
        if name not in RESERVED and not name.startswith((CLOCK, ARTICLE))
    )


def fill(template: PaperTemplate, say: Callable[[str], str]) -> tuple[PaperLine, ...]:
    """The lines of the paper; `say` gives the words of a placeholder, "" where none are known."""
    return tuple(_lines(template, say))


def _fitted(value: str, found: re.Match[str]) -> str:
    """A value in its sentence: its own full stop gives way to the punctuation that follows."""
    follows = found.string[found.end() : found.end() + 1]
    return (value.removesuffix("。") if follows and follows in _POINTS else value) or BLANK


def _lines(template: PaperTemplate, say: Callable[[str], str]) -> Iterator[PaperLine]:
    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: _fitted(say(found[1]), found), text)

    yield PaperLine(kind="title", text=filled(template.title))
    yield PaperLine(kind="number", text=filled(template.number))
    for paragraph in template.paragraphs:
        for line in filled(paragraph).splitlines():
            if line.strip():
                yield PaperLine(kind="paragraph", text=line.strip())
    articles = [say(f"{ARTICLE}{cite}") for cite in template.cites]
    yield PaperLine(kind="basis", text=f"依据：{'、'.join(articles)}")
    for who in template.signed_by:
        yield PaperLine(kind="signature", text=f"{who}（签名）：{BLANK}")
    seal = say(template.seal_organ)
    if seal or template.seal_organ != AUTHOR:
        yield PaperLine(kind="seal", text=f"{seal or BLANK}（印章）")
    yield PaperLine(kind="date", text=say("today") or BLANK)

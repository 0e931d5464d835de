"""What a page of a matter must show of what a story promises; each that it does not show is named.

The words are those of the program (Printer): a state by its name, a day as days are written. The
journal is judged apart (judging.py); here it is the page that somebody has in front of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from playwright.sync_api import Page

from haihe.kernel.clocks import clocks
from haihe.records import rules
from haihe.records.printing import Printer
from haihe.stories.doors import Looked

CONTESTED: Final = "群众有异议"
SUSPENDED: Final = "已中止"


def missing(page: Page, looked: Looked, at: datetime) -> Iterator[str]:
    """What is not there; everything folded is open already."""
    wanted, state, procedure = looked.wanted, looked.state, looked.procedure
    printer = Printer(rules=rules.current(), now=at)
    words = " ".join(page.locator("main").inner_text().split())
    tags = page.locator("main .head .tag").all_inner_texts()

    def absent(what: str, told: str) -> Iterator[str]:
        if " ".join(told.split()) not in words:
            yield f"页面没有{what}“{told}”"

    if wanted.state:
        name = procedure.states[wanted.state].name
        if name not in tags:
            yield f"页面上的状态是{tags[:1]}，不是“{name}”"
    if wanted.outcome:
        yield from absent("结果", wanted.outcome)
    if wanted.owner:
        yield from absent("承办单位", printer.organ(state.owner.organ))
    if wanted.ended and page.locator("main .timeline li.is-end").count() == 0:
        yield "页面没有说已经办结"
    for word, told in ((CONTESTED, wanted.contested), (SUSPENDED, wanted.suspended)):
        if looked.by and told is not None and (word in tags) != told:
            yield f"页面上的标记是{tags}"
    for field in wanted.fields if looked.by else ():
        shown = printer.value(procedure.fields[field], state.fields.get(field))
        yield from absent(procedure.fields[field].name, shown)
    if wanted.issues and looked.by:
        yield from absent("文书", wanted.issues)
    if wanted.clock and (wanted.status or wanted.legal):
        yield from _clock(page, looked, printer, at)


def _clock(page: Page, looked: Looked, printer: Printer, at: datetime) -> Iterator[str]:
    rule = looked.procedure.clocks[looked.wanted.clock]
    calendar = printer.rules.calendar
    running = next(
        one
        for one in clocks(looked.procedure, looked.state, calendar, at)
        if one.id == looked.wanted.clock
    )
    face = printer.clock(running, rule)
    shown = page.locator("main li.clock").filter(has_text=face.name).all_inner_texts()
    told = [" ".join(one.split()) for one in shown]
    if not any(face.status_name in one and (face.legal or "") in one for one in told):
        yield f"页面上的期限“{face.name}”不是{face.status_name}、{face.legal}：{told[:2]}"

"""Requests to other organs in words: until when the answer is wanted, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.deadline import due
from haihe.kernel.kernel_acts import open_requests
from haihe.kernel.state import Request, State
from haihe.records.database import Connection
from haihe.records.instants import due_words, end_of, restored
from haihe.records.printing import Printer, period_words
from haihe.records.shown import Act, Asked, Item, Reader, Tone

_PLAIN: Tone = "plain"

_decode = msgspec.json.Decoder(dict[str, object]).decode


def face(printer: Printer, state: State, one: Request, reader: Reader) -> Asked:
    """One request with its clock, and its answer where there is one."""
    wanted = wanted_by(printer, one.due, one.asked_at)
    answer = next((done for done in state.done if done.seq == one.answered_seq), None)
    says, tone = "", _PLAIN
    if one.answered_seq is None and not state.ended:
        says, tone = left(printer, wanted, one.asked_at)
    return Asked(
        seq=one.seq,
        organ=printer.rules.organ_name(one.organ),
        question=one.question,
        asked=printer.instant(one.asked_at),
        due=period_words(one.due),
        answered=one.answered_seq is not None,
        mine=one.organ == reader.organ,
        until=due_words(wanted, printer.rules.zone) if wanted is not None else "",
        says=says,
        tone=tone,
        answer=str(answer.data.get("text") or "") if answer is not None else "",
        answered_when=printer.instant(answer.happened_at) if answer is not None else "",
        answer_seq=one.answered_seq or 0,
    )


def wanted_by(printer: Printer, period: str, asked_at: datetime) -> date | datetime | None:
    """When an answer is wanted; None for a period in words that nobody counts by."""
    try:
        allowance = parse_allowance(period)
    except ValueError:
        return None
    start = asked_at if allowance.by_instant else asked_at.astimezone(printer.rules.zone).date()
    return due(allowance, start, printer.rules.calendar, law=None).legal


def left(printer: Printer, wanted: date | datetime | None, asked_at: datetime) -> tuple[str, Tone]:
    """还剩2天 / 已超期3小时 and how it should look."""
    if wanted is None:
        return "", _PLAIN
    says, over, soon = printer.left(wanted, asked_at)
    return says, "bad" if over else "warn" if soon else _PLAIN


def with_answer_times(
    connection: Connection, printer: Printer, items: Sequence[Item], organs: Sequence[str]
) -> tuple[Item, ...]:
    """Rows of matters in which these organs are asked, what runs out first on top."""
    zone = printer.rules.zone
    rows = connection.rows_in(
        "SELECT matter_id, seq, act, happened_at, data FROM event "
        "WHERE act IN ('request', 'answer') AND matter_id",
        [item.matter for item in items],
    )
    told = [(*row[:4], _decode(row[4])) for row in rows]
    answered = {(row[0], row[4].get("request")) for row in told if row[2] == "answer"}
    first: dict[str, tuple[datetime, date | datetime, datetime]] = {}
    for matter, seq, act, at, data in told:
        if act != "request" or data.get("organ") not in organs or (matter, seq) in answered:
            continue
        asked_at = restored(at, zone)
        wanted = wanted_by(printer, str(data.get("due")), asked_at)
        if wanted is not None:
            found = (end_of(wanted, zone), wanted, asked_at)
            first[matter] = min(first.get(matter, found), found, key=lambda one: one[0])

    def timed(item: Item) -> Item:
        _, wanted, asked_at = first[item.matter]
        says, tone = left(printer, wanted, asked_at)
        until = due_words(wanted, zone)
        return replace(item, asked_until=until, asked_says=says, asked_tone=tone)

    with_time = [timed(item) for item in items if item.matter in first]
    with_time.sort(key=lambda item: first[item.matter][0])
    return (*with_time, *(item for item in items if item.matter not in first))


def offered(act: Act, state: State, reader: Reader) -> Act:
    """The form of an answer offers the requests to this organ only; a single one is chosen."""
    if act.id != "answer" or act.refusal is not None:
        return act
    mine = [(str(one.seq), one.question) for one in open_requests(state, reader.organ)]
    value = mine[0][0] if len(mine) == 1 else ""
    form = tuple(
        replace(one, choices=tuple(mine), value=value) if one.name == "request" else one
        for one in act.form
    )
    return replace(act, form=form)

"""A stack of letters on one page: what is suggested for each, several confirmed at once.

Each is decided by a person: nothing is ticked or written before, but for what is suggested. Each is
registered, joined or handed over by itself, by the steps and the door of the page of one letter;
what one is refused the others do not suffer from, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from haihe.kernel.values import Command, Data, Frozen, Refused
from haihe.look import forms
from haihe.look.staff import staff_page
from haihe.officer.letters import ASSIGN, HANDLING, JOIN_REASON
from haihe.officer.views import HANDLE, actor, zone
from haihe.records import letters, lists, read, write
from haihe.records.letter_fit import JOIN, KIND, SAME_AS
from haihe.records.letters import Desk
from haihe.records.machine_fields import SUGGESTED
from haihe.records.shown import Act, File, FormField, Reader, Refusal

ROWS_MAX: Final = 10  # letters on one page, those that came first
LISTED_MAX: Final = 200
TEXT_SHOWN: Final = 400  # characters of a letter
DIGITS_MAX: Final = 9
REGISTER: Final = "register"
WANTED: Final = (
    *("letter_class", "gist", "letter_category", "complained_organ"),
    *("complexity", "minor_involved"),
)
HAND, JOINED_TO = "to:", "join:"


class Row(Frozen, frozen=True, kw_only=True):
    """One letter: its beginning, what is suggested, the fields to fill, what may follow."""

    file: File
    desk: Desk
    text: str
    entries: tuple[forms.Entry, ...]
    then: tuple[tuple[str, str, str], ...]  # value, words, why
    chosen: str  # of `then`
    ticked: bool
    refusal: Refusal | None = None
    wrong_then: str = ""


class Done(Frozen, frozen=True, kw_only=True):
    """A letter that went on, and by which steps."""

    file: File
    steps: tuple[str, ...]
    left: bool  # it waits here no more


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The letters that wait to be registered or handed over; posted: those that were ticked."""
    waiting = lists.Condition(
        "m.kind = ? AND m.owner_organ = ? AND m.state IN ('received', 'registered')",
        (KIND, reader.organ),
    )
    items = lists.with_own(reader, waiting, LISTED_MAX).items
    oldest = [item.matter for item in reversed(items)][:ROWS_MAX]
    ticked = [one for one in request.POST.getlist("do") if one in oldest]
    done, again = _carried_out(request, reader, ticked) if ticked else ((), {})
    gone = {one.file.matter for one in done if one.left}
    files = _opened([one for one in oldest if one not in gone], reader)
    desks = letters.desks(files, reader)
    rows = [
        _row(file, desks[matter], request.POST, again.get(matter))
        for matter, file in files.items()
        if matter in desks and _step(file) is not None
    ]
    values = {
        "reader": reader,
        "here": "letters",
        "rows": rows,
        "done": done,
        "refused": len(again),
        "none_ticked": request.method == "POST" and not ticked,
        "more": max(0, len(items) - ROWS_MAX),
        "key": uuid4().hex,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if again else HTTPStatus.OK
    return render(request, "officer/letters_together.html", values, status=status)


def _opened(matters: Sequence[str], reader: Reader) -> dict[str, File]:
    """The files, each opened to handle it, so each leaves its trace."""
    found = {matter: read.open_file(matter, reader, HANDLE) for matter in matters}
    return {matter: one for matter, one in found.items() if isinstance(one, File)}


def _step(file: File) -> Act | None:
    """The step that the letter waits for and this reader may take: registering, or handing over."""
    wanted = {"received": REGISTER, "registered": ASSIGN}.get(file.state)
    found = (one for one in file.acts if one.id == wanted and one.refusal is None)
    return next(found, None)


def _row(
    file: File, desk: Desk, post: QueryDict, failed: tuple[dict[str, str], Refusal | None] | None
) -> Row:
    wrong, refusal = failed if failed is not None else ({}, None)
    matter = file.matter
    act = _step(file)
    fields = _fields(act, file, desk) if act is not None and act.id == REGISTER else ()
    typed = post if f"{matter}-seen" in post else None
    entries = forms.entries(fields, form="row", post=typed, wrong=wrong)
    return Row(
        file=file,
        desk=desk,
        text=desk.text[:TEXT_SHOWN] + ("……" if len(desk.text) > TEXT_SHOWN else ""),
        entries=entries,
        then=_then(desk),
        chosen=post.get(f"{matter}-then", ""),
        ticked=failed is not None,
        refusal=refusal,
        wrong_then=wrong.get(f"{matter}-then", ""),
    )


def _fields(act: Act, file: File, desk: Desk) -> tuple[FormField, ...]:
    """The fields of registering, named after their letter, with what is suggested."""
    named = {one.name: one for one in act.form}
    suggested = {
        "letter_class": desk.hint_ids[0] if desk.hint_ids else "",
        "letter_category": desk.categories[0].category
        if desk.categories and not desk.unsure
        else "",
        "complexity": "ordinary",
    }
    choices = {
        "letter_category": tuple((one.category, one.category) for one in desk.categories),
        "complained_organ": tuple((one.organ, one.name) for one in desk.units),
    }
    found = []
    for name in WANTED:
        field = named.get(name)
        if field is None or (name == "complained_organ" and not desk.units):
            continue
        one = replace(field, name=f"{file.matter}-{name}", value=suggested.get(name, ""))
        if choices.get(name):
            one = replace(one, type="text", choices=choices[name])
        found.append(one)
    return tuple(found)


def _then(desk: Desk) -> tuple[tuple[str, str, str], ...]:
    """What may follow: handed to who is proposed, or joined to a letter like this one."""
    handed = [
        (f"{HAND}{one.organ}", _("交给%(name)s") % {"name": one.name}, one.why)
        for one in desk.handlers
    ]
    joined = [
        (
            f"{JOINED_TO}{one.matter}",
            _("并入 %(number)s（像 %(percent)s%%）")
            % {"number": one.number, "percent": one.percent},
            one.gist,
        )
        for one in desk.near
        if one.may_join
    ]
    return (*handed, *joined)


# ── carrying out ─────────────────────────────────────────────────────────────────────────────


def _carried_out(
    request: HttpRequest, reader: Reader, ticked: Sequence[str]
) -> tuple[tuple[Done, ...], dict[str, tuple[dict[str, str], Refusal | None]]]:
    """What became of each ticked letter; by its id what was wrong, or why it was refused."""
    key = request.POST.get("_key", "")
    if not key.isalnum():
        raise BadRequest("the form carries no key")
    files = _opened(ticked, reader)
    desks = letters.desks(files, reader)
    done: list[Done] = []
    again: dict[str, tuple[dict[str, str], Refusal | None]] = {}
    for matter, file in files.items():
        act = _step(file)
        if act is None or matter not in desks:
            continue
        answer = _one(request.POST, reader, act, file, desks[matter], key)
        if answer.steps:
            done.append(Done(file=file, steps=answer.steps, left=answer.left))
        if answer.wrong or answer.refusal is not None:
            again[matter] = (answer.wrong, answer.refusal)
    return tuple(done), again


class _Answer(Frozen, frozen=True, kw_only=True):
    steps: tuple[str, ...] = ()
    left: bool = False
    wrong: dict[str, str] = {}  # msgspec copies it for each
    refusal: Refusal | None = None


def _one(post: QueryDict, reader: Reader, act: Act, file: File, desk: Desk, key: str) -> _Answer:
    """Register one letter, then hand it over or join it, as it was chosen."""
    matter, steps = file.matter, []
    seq: int | None = _seen(post, matter)
    if act.id == REGISTER:
        fields = _fields(act, file, desk)
        typed = forms.read(fields, post, MultiValueDict(), zone())
        if typed.wrong:
            return _Answer(wrong=typed.wrong)
        given = {name.partition("-")[2]: value for name, value in typed.data.items()}
        answer = _submit(reader, act, matter, f"{key}:{REGISTER}", given, desk, seq)
        if isinstance(answer, Refused):
            return _Answer(refusal=read.refusal(answer))
        seq = answer
        steps.append(act.name)
    then = post.get(f"{matter}-then", "")
    if then not in {one[0] for one in _then(desk)}:
        if act.id == REGISTER:
            return _Answer(steps=tuple(steps))
        return _Answer(wrong={f"{matter}-then": _("请选交给谁，或者并入哪一封。")})
    next_, data = _next(then, desk)
    opened = read.open_file(matter, reader, HANDLE)
    found = opened.acts if isinstance(opened, File) else ()
    follows = next((one for one in found if one.id == next_), None)
    if follows is None:
        return _Answer(steps=tuple(steps))
    if follows.refusal is not None:
        return _Answer(steps=tuple(steps), refusal=follows.refusal)
    answer = _submit(reader, follows, matter, f"{key}:{next_}", data, desk, seq)
    if isinstance(answer, Refused):
        return _Answer(steps=tuple(steps), refusal=read.refusal(answer))
    return _Answer(steps=(*steps, follows.name), left=True)


def _next(then: str, desk: Desk) -> tuple[str, Data]:
    if then.startswith(HAND):
        return ASSIGN, {HANDLING: then.removeprefix(HAND)}
    near = then.removeprefix(JOINED_TO)
    percent = next(one.percent for one in desk.near if one.matter == near)
    return JOIN, {SAME_AS: near, "join_reason": JOIN_REASON.format(percent=percent)}


def _submit(
    reader: Reader, act: Act, matter: str, key: str, data: Data, desk: Desk, seq: int | None
) -> int | Refused:
    answer = write.submit(
        Command(
            key=f"{reader.person}:{key}:{matter}",
            act=act.id,
            actor=actor(reader, act),
            matter=matter,
            data={**data, SUGGESTED: letters.told_of(desk)},
            expects=seq,
        )
    )
    return answer if isinstance(answer, Refused) else answer.seq


def _seen(post: QueryDict, matter: str) -> int | None:
    text = post.get(f"{matter}-seen", "")
    if not text.isdecimal() or len(text) > DIGITS_MAX:
        raise BadRequest("unreadable event number")
    return int(text)

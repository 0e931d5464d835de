"""The desk of who receives and answers letters: suggestions with their reasons, a person decides.

Each decision is a step of the procedure taken through the one door; what had been suggested is
recorded with it and cannot be typed. A reply is looked at before it goes on.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.kernel.values import Data
from haihe.look import acting, forms
from haihe.look.staff import staff_page
from haihe.officer.views import HANDLE, actor, file_for
from haihe.records import letter_choice, letter_joins, letter_replies, letters, lists
from haihe.records.letter_fit import JOIN, KIND, SAME_AS
from haihe.records.letter_replies import Checked
from haihe.records.letters import Desk
from haihe.records.machine_fields import SUGGESTED
from haihe.records.shown import Act, File, FormField, Reader

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LISTED_MAX: Final = 100
ASSIGN: Final = "assign"
HANDLING: Final = "handling_organ"
RECORDED: Final = frozenset({"register", "assign", "join_letter"})  # with what was suggested
DRAFT, CHECK, SHARE = "draft", "approve_reply", "template_share"
JOIN_REASON: Final = "机器比对相似 {percent}%，经人核对是同一件事。"  # Chinese: stored
TYPED: Final = "same_as_number"  # of a letter that is neither like this one nor was searched for
SOUGHT_MAX: Final = 60
SEEN: Final = "_seen"  # the digest of a reply whose warnings were on the page
# The groups of the list: title, the states in it.
GROUPS: Final[tuple[tuple[_StrPromise, tuple[str, ...]], ...]] = (
    (gettext_lazy("等登记"), ("received",)),
    (gettext_lazy("等交办"), ("registered",)),
    (gettext_lazy("等签收、正在办"), ("assigned", "handling")),
    (gettext_lazy("答复等审核、等发出"), ("drafted", "checked")),
    (gettext_lazy("与别的来信一并办理"), ("joined",)),
    (gettext_lazy("已答复，等决定是否公开"), ("replied",)),
)
LACKS: Final[dict[str, _StrPromise]] = {
    "empty": gettext_lazy("除了客套话，什么也没有说。"),
    "passed_on": gettext_lazy("只说转给了别人或者请来信人自己去问。"),
    "no_promise": gettext_lazy("没有说查明了什么、决定了什么，也没有说接下来做什么。"),
    "off_topic": gettext_lazy("没有说到来信里的任何一件事。"),
}
SORTS: Final[dict[str, _StrPromise]] = {
    "copy": gettext_lazy("同样的文字"),
    "near": gettext_lazy("几乎一样"),
    "similar": gettext_lazy("像是同一件事"),
}


@require_safe
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The letters that the reader's organ has, by what they wait for; the newest first."""
    groups = []
    for title, states in GROUPS:
        marks = ", ".join("?" * len(states))
        chosen = lists.Condition(
            f"m.kind = ? AND m.owner_organ = ? AND m.state IN ({marks})",
            (KIND, reader.organ, *states),
        )
        groups.append((title, lists.with_own(reader, chosen, LISTED_MAX).items))
    values = {
        "reader": reader,
        "here": "letters",
        "groups": [(title, items) for title, items in groups if items],
        "stack": any(items for _title, items in groups[:2]),
        "cut": any(len(items) == LISTED_MAX for _title, items in groups),
    }
    return render(request, "officer/letters.html", values)


@require_safe
@staff_page
def letter(request: HttpRequest, reader: Reader, matter: str) -> HttpResponse:
    """One letter: what it says, what is suggested and why, and the steps as forms."""
    opened = _opened(matter, reader)
    desk = letters.desk(matter, reader)
    return _letter_page(request, reader, opened, desk, None, None)


@require_http_methods(["POST"])
@staff_page
def decide(request: HttpRequest, reader: Reader, matter: str, act: str) -> HttpResponse:
    """One step of a letter, recorded with what had been suggested; a reply is looked at first."""
    opened = _opened(matter, reader)
    wanted = next((one for one in opened.acts if one.id == act and not one.general), None)
    if wanted is None:
        raise Http404
    desk = letters.desk(matter, reader)
    wanted = forms.dated(wanted)
    if act == DRAFT:
        checked = _warned(request, matter, reader)
        if checked is not None:
            form = forms.printed_again(
                wanted, _href(opened, act), request.POST, expects=opened.seq, wrong={}, kept={}
            )
            return _letter_page(request, reader, opened, desk, form, checked)
    given = _given(act, desk, matter)
    number = request.POST.get(TYPED, "").strip()[:SOUGHT_MAX]
    if act == JOIN and number:
        chosen = letter_choice.named(reader, number)
        if not chosen:
            form = forms.printed_again(
                wanted,
                _href(opened, act),
                request.POST,
                expects=opened.seq,
                wrong={SAME_AS: _("没有编号是“%(number)s”的来信。") % {"number": number}},
                kept={},
            )
            return _letter_page(request, reader, opened, desk, form, None)
        wanted = _need_not_choose(wanted)
        given[SAME_AS] = chosen
    answer = acting.attempt(
        request,
        wanted,
        _href(opened, act),
        actor(reader, wanted),
        matter=matter,
        seq=opened.seq,
        given=given,
    )
    if isinstance(answer, forms.ActForm):
        return _letter_page(request, reader, opened, desk, answer, None)
    return redirect(f"{reverse('officer:letter', args=[matter])}?{urlencode({'done': answer.seq})}")


def _opened(matter: str, reader: Reader) -> File:
    """The letter, to handle it; 404 for other kinds, and for who does not handle it."""
    opened = file_for(matter, reader, HANDLE, "") if letters.is_letter(matter) else None
    if not isinstance(opened, File):
        raise Http404
    return opened


def _given(act: str, desk: Desk | None, matter: str) -> Data:
    """What the machine says of a step and nobody types."""
    if act in RECORDED and desk is not None:
        return {SUGGESTED: letters.told_of(desk)}
    if act == CHECK:
        checked = letter_replies.checked_draft(matter)
        return {SHARE: checked.share} if checked is not None else {}
    return {}


def _need_not_choose(act: Act) -> Act:
    """The step whose letter was typed, not chosen."""
    fields = (replace(one, required=one.required and one.name != SAME_AS) for one in act.form)
    return replace(act, form=tuple(fields))


def _warned(request: HttpRequest, matter: str, reader: Reader) -> Checked | None:
    """What a reply shows, once: the same words sent again go on."""
    text = request.POST.get("reply_text", "")[: forms.TYPED_CHARACTERS_MAX]
    if not text.strip() or request.POST.get(SEEN) == _mark(text):
        return None
    checked = letter_replies.checked(matter, reader.organ, text)
    return None if checked.fine else checked


def _mark(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _letter_page(
    request: HttpRequest,
    reader: Reader,
    opened: File,
    desk: Desk | None,
    tried: forms.ActForm | None,
    warned: Checked | None,
) -> HttpResponse:
    steps = [one for one in opened.acts if not one.general and one.refusal is None]
    printed = [
        tried
        if tried is not None and tried.act.id == one.id
        else forms.printed(
            forms.dated(_prefilled(one, opened.matter, desk)),
            _href(opened, one.id),
            expects=opened.seq,
        )
        for one in steps
    ]
    drafted = None
    if opened.state in ("drafted", "checked"):
        drafted = letter_replies.checked_draft(opened.matter)
    done = request.GET.get("done", "")
    values = {
        "reader": reader,
        "here": "letters",
        "file": opened,
        "desk": desk,
        "forms": printed,
        "warned": _words_of(warned),
        "seen": _mark(request.POST.get("reply_text", "")) if warned is not None else "",
        "drafted": _words_of(drafted),
        "sorts": SORTS,
        "near": _near(desk),
        "find": (find := request.GET.get("find", "").strip()[:SOUGHT_MAX]),
        "found": letter_choice.searched(opened.matter, reader, find) if find else (),
        "typed": request.POST.get(TYPED, "")[:SOUGHT_MAX],
        "waiting": letter_joins.joined_to(opened.matter) if desk is not None else (),
        "done": next((line for line in opened.timeline if str(line.seq) == done), None),
        "parties": [shown for shown in opened.fields if shown.personal],
        "fields": [shown for shown in opened.fields if not shown.personal],
    }
    trouble = tried is not None or warned is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
    return render(request, "officer/letter.html", values, status=status)


def _near(desk: Desk | None) -> list[dict[str, object]]:
    """Like letters in words, each with the reason that joining it would give."""
    if desk is None:
        return []
    return [
        {
            "one": one,
            "sort": SORTS[one.sort],
            "reason": JOIN_REASON.format(percent=one.percent),
        }
        for one in desk.near
    ]


def _words_of(checked: Checked | None) -> dict[str, object] | None:
    """What a reply shows, in words; None where there is nothing to look at."""
    if checked is None or checked.fine:
        return None
    return {
        "lacks": LACKS.get(checked.lacks, ""),
        "percent": round(checked.share * 100) if checked.copied else 0,
        "template": checked.template,
        "matter": checked.matter,
    }


def _prefilled(act: Act, matter: str, desk: Desk | None) -> Act:
    """The step with what is proposed: who handles it; the share of copied words, not guessed."""
    name, value = "", ""
    if act.id == ASSIGN and desk is not None and desk.handlers:
        name, value = HANDLING, desk.handlers[0].organ
    elif act.id == CHECK and (checked := letter_replies.checked_draft(matter)) is not None:
        name, value = SHARE, str(checked.share)
    if not name:
        return act

    def filled(field: FormField) -> FormField:
        return replace(field, value=value) if field.name == name else field

    return replace(act, form=tuple(map(filled, act.form)))


def _href(file: File, act: str) -> str:
    return reverse("officer:letter_act", args=[file.matter, act])

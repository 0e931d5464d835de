"""Pages of those who handle matters: inbox, opening, the file with its steps and clocks."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.kernel.approval import PROPOSED
from haihe.kernel.values import Actor
from haihe.look import acting, forms
from haihe.look.staff import staff_page
from haihe.officer import intake, preview
from haihe.officer.copies import copied
from haihe.officer.preview import SEEK
from haihe.records import clock_faces, files, lists, read, words
from haihe.records.shown import (
    Act,
    ApprovalFace,
    ClockFace,
    File,
    Item,
    KindOf,
    Listing,
    Reader,
    Refusal,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

HANDLE = "handle"
ISSUE = "issue"  # the general act behind the button of a paper; its form is never typed
LIST_PART: Final = "officer/part/list.html"  # what a page with scripts exchanges (htmx)
RESTORES: Final = "HX-History-Restore-Request"  # it wants the whole page again
SIGN = "sign_off"
LINKED = ("for_act", "request")  # fields of general acts that a link fills in
SOUGHT_CHARACTERS_MAX = 40
NEED_MAX = 200  # characters of why somebody has to see a record
# The purposes of read.PURPOSES an officer may choose from, and what each means.
PURPOSES = {
    HANDLE: _("这件事由本单位承办或者会办"),
    "supervise": _("检查办理是否合法、及时"),
    "answer": _("答复承办单位的请求"),
    "audit": _("核对记录是否真实、完整"),
}

# The lists of the inbox, and what each says when nothing is in it.
LISTS: Final[dict[lists.Of, Words]] = {
    "own": _("本单位"),
    "signs": _("等我审签"),
    "contested": _("群众有异议"),
    "asked": _("请我们答复"),
    "helps": _("协同办理"),
    "had": _("经手过"),
    "reach": _("监督范围"),
}
EMPTY: Final[dict[lists.Of, tuple[Words, Words]]] = {
    "own": (_("本单位没有待办事项。"), _("接到电话或有人来访，点“登记新事项”。")),
    "signs": (_("没有等您审签的事项。"), _("同事送审、轮到您签字时，会列在这里。")),
    "contested": (_("没有群众提出异议的已办结事项。"), _("群众对办结不满意时，会列在这里。")),
    "asked": (_("没有等我们答复的请求。"), _("别的单位请求协助时，会列在这里。")),
    "helps": (_("没有正在协同办理的事项。"), _("承办单位加签后，会列在这里。")),
    "had": (_("没有经手过的事项。"), _("转出去的事项会列在这里。")),
    "reach": (_("监督范围内没有正在办理的事项。"), _("本单位的事项由别的单位监督，不在这里。")),
}

# A number of a matter or its beginning, an identity number, a phone: anything else is words.
_NUMBER: Final = re.compile(r"[A-Za-z]{1,6}-[\d-]*|[\d\s+-]{6,}[Xx]?")

# Refusals that only say "not in this state, not your role": listed briefly, after those that
# somebody can do something about.
NOT_NOW = frozenset({"wrong_state", "wrong_role", "not_owner", "ended", "not_ended"})

# How pictures begin; anything else is only given to be saved, never shown as a page of ours.
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


@require_safe
@staff_page
def inbox(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Open matters of the reader's organ, what runs out first on top, with both clocks."""
    number = request.GET.get("number", "")[:SOUGHT_CHARACTERS_MAX].strip()
    wanted = request.GET.get("of", "own")
    of: lists.Of = next((one for one in lists.OF if one == wanted), "own")
    listing: Listing | None
    if not number:
        listing = lists.inbox(reader, after=request.GET.get("after", ""), of=of)
    elif _NUMBER.fullmatch(number):
        listing = lists.search(reader, number)
    else:
        listing = words.search(reader, number, lists.LIST_USUAL)
    values = {
        "reader": reader,
        "here": "inbox",
        "listing": listing,
        "rows": _rows(listing),
        "number": number,
        "by_number": _NUMBER.fullmatch(number) is not None,
        "of": of,
        "after": request.GET.get("after", ""),
        "lists": [(one, LISTS[one]) for one in lists.OF if _has_list(reader, one)],
        "empty": EMPTY[of],
        "selecting": "select" in request.GET and of == "own" and not number,
        "may_select": of == "own" and not number,
    }
    is_part = "HX-Request" in request.headers and RESTORES not in request.headers
    response = render(request, LIST_PART if is_part else "officer/inbox.html", values)
    patch_vary_headers(response, ["HX-Request", RESTORES])
    return response


def _rows(listing: Listing | None) -> list[tuple[Item, tuple[ClockFace, ...]]]:
    """The rows of a list, each with its clocks: what the law gives, and what was agreed."""
    if listing is None:
        return []
    faces = clock_faces.running([item.matter for item in listing.items])
    return [(item, faces.get(item.matter, ())) for item in listing.items]


def _has_list(reader: Reader, of: lists.Of) -> bool:
    return of != "reach" or lists.supervises(reader)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def opening(request: HttpRequest, reader: Reader, kind: str, act: str) -> HttpResponse:
    """The generated form that opens a matter; afterwards its file."""
    chosen, step = opening_step(reader, kind, act)
    href = request.path
    form = forms.printed(step, href)
    if "_fill" in request.POST:
        told = intake.filled(kind, step, intake.told_by(request), reader.organ)
        form = forms.printed(told, href)
    elif request.method == "POST":
        answer = acting.attempt(request, step, href, actor(reader, step), kind=kind, reader=reader)
        if not isinstance(answer, forms.ActForm):
            return _back_to_file(answer.matter, HANDLE, answer.seq)
        form = answer
    values = {"reader": reader, "here": "new", "kind": chosen, "form": form}
    response = render(request, "officer/opening.html", values, status=_status(form))
    return response if request.method == "POST" else copied(response, step.name)


@require_safe
@staff_page
def file(request: HttpRequest, reader: Reader, matter: str) -> HttpResponse:
    """One matter: what it is, what runs, what may be done, what may not and why, what happened."""
    purpose = request.GET.get("purpose", "")
    need = request.GET.get("need", "")[:NEED_MAX]
    opened = file_for(matter, reader, purpose, need)
    if isinstance(opened, Refusal):
        return _ask_purpose(request, reader, matter, opened if purpose else None)
    done = request.GET.get("done", "")
    steps = [act for act in opened.acts if not act.general]
    refused = [act for act in opened.acts if act.refusal is not None]
    values = {
        "reader": reader,
        "here": "",
        "file": opened,
        "purpose": purpose or HANDLE,
        "need": need,
        "to_sign": next(
            (
                forms.printed(one, act_href(opened, one, purpose, need), expects=opened.seq)
                for one in opened.acts
                if one.id == SIGN and one.refusal is None
            ),
            None,
        ),
        "proposable": proposable(opened),
        "answering": any(one.id == "answer" and one.refusal is None for one in opened.acts),
        "open_findings": sum(not one.closed for one in opened.against),
        "may_issue": any(act.id == ISSUE and act.refusal is None for act in opened.acts),
        "done": next((line for line in opened.timeline if str(line.seq) == done), None),
        "urgent": next((clock for clock in opened.clocks if not clock.stopped), None),
        "steps": [
            forms.printed(
                forms.dated(as_signed(act, opened)),
                act_href(opened, act, purpose, need),
                expects=opened.seq,
            )
            for act in steps
            if act.refusal is None
        ],
        "blocked": [act for act in refused if _reason(act) not in NOT_NOW],
        "not_now": [act for act in refused if _reason(act) in NOT_NOW],
        "general": [act for act in opened.acts if _is_offered(act)],
        "parties": [shown for shown in opened.fields if shown.personal],
        "fields": [shown for shown in opened.fields if not shown.personal],
        "materials": [
            (line, shown) for line in opened.timeline for shown in line.values if shown.files
        ],
    }
    return render(request, "officer/file.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def act(request: HttpRequest, reader: Reader, matter: str, act: str) -> HttpResponse:
    """One act with its generated form; a form that was refused keeps everything typed."""
    purpose = request.GET.get("purpose", "") or HANDLE
    need = request.GET.get("need", "")[:NEED_MAX]
    opened = file_for(matter, reader, purpose, need)
    if isinstance(opened, Refusal):
        return _ask_purpose(request, reader, matter, opened)
    wanted = next((one for one in opened.acts if one.id == act), None)
    if wanted is None:
        raise Http404
    wanted = forms.dated(as_signed(_filled(wanted, request.GET), opened))
    if act == SEEK:
        wanted = with_values(wanted, opened, request.POST or request.GET)
    href = act_href(opened, wanted, purpose, need)
    form = forms.printed(wanted, href, expects=opened.seq)
    told = preview.of_known(wanted, opened, request.GET, reader, purpose, need)
    if preview.LOOK in request.POST:
        form, told = preview.of_typed(request, wanted, href, opened, reader, purpose, need)
    elif request.method == "POST":
        answer = acting.attempt(
            request,
            wanted,
            href,
            actor(reader, wanted),
            matter=matter,
            seq=opened.seq,
            reader=reader,
        )
        if not isinstance(answer, forms.ActForm):
            return _back_to_file(matter, purpose, answer.seq, need)
        form = answer
    signed = signed_for(wanted, opened)
    asked = request.POST or request.GET
    values = {
        "reader": reader,
        "here": "",
        "file": opened,
        "purpose": purpose,
        "need": need,
        "form": form,
        "told": told,
        "looks": signed is None and preview.may_be_looked_at(wanted, opened, asked),
        "signed": signed,
    }
    status = preview.status(form) if preview.LOOK in request.POST else _status(form)
    return render(request, "officer/act.html", values, status=status)


@require_safe
@staff_page
def kept_file(request: HttpRequest, reader: Reader, matter: str, digest: str) -> HttpResponse:
    """A file of this matter, for whoever sees the field that holds it; pictures open in place."""
    need = request.GET.get("need", "")[:NEED_MAX]
    opened = file_for(matter, reader, request.GET.get("purpose", "") or HANDLE, need, kept=digest)
    if isinstance(opened, Refusal):
        raise PermissionDenied(opened.says)
    shown = (
        *opened.fields,
        *(value for line in opened.timeline for value in line.values),
        *(value for one in opened.approvals for value in one.values),
    )
    if not any(digest in value.files for value in shown):
        raise Http404
    try:
        content = files.load(digest)
    except FileNotFoundError:
        raise Http404 from None
    kind = next((kind for mark, kind in PICTURES.items() if content.startswith(mark)), "")
    response = HttpResponse(content, content_type=kind or "application/octet-stream")
    response["Content-Disposition"] = (
        f"{'inline' if kind else 'attachment'}; filename={digest[:12]}"
    )
    return response


def file_for(
    matter: str, reader: Reader, purpose: str, need: str, *, kept: str = ""
) -> File | Refusal:
    if purpose and purpose not in PURPOSES:
        raise Http404
    opened = read.open_file(matter, reader, purpose, need=need, kept=kept)
    if isinstance(opened, Refusal) and opened.reason == "unknown_matter":
        raise Http404
    return opened


def _ask_purpose(
    request: HttpRequest, reader: Reader, matter: str, refusal: Refusal | None
) -> HttpResponse:
    values = {
        "reader": reader,
        "here": "",
        "matter": matter,
        "purposes": [(one, read.PURPOSES[one], means) for one, means in PURPOSES.items()],
        "refusal": refusal,
    }
    status = HTTPStatus.FORBIDDEN if refusal else HTTPStatus.OK
    return render(request, "officer/purpose.html", values, status=status)


def opening_step(reader: Reader, kind: str, act: str) -> tuple[KindOf, Act]:
    for chosen in read.openings(reader):
        for step in chosen.acts:
            if (chosen.kind, step.id) == (kind, act):
                return chosen, forms.dated(step)
    raise Http404


def proposable(file: File) -> frozenset[str]:
    """The acts this reader may propose for approval."""
    seeking = next((one for one in file.acts if one.id == SEEK and one.refusal is None), None)
    if seeking is None:
        return frozenset()
    return frozenset(
        value for field in seeking.form if field.name == "for_act" for value, _ in field.choices
    )


def _filled(act: Act, given: QueryDict) -> Act:
    """The act with what the link that led to it says already: which step, which request."""
    form = tuple(
        replace(one, value=given[one.name])
        if one.name in LINKED and given.get(one.name) in dict(one.choices)
        else one
        for one in act.form
    )
    return replace(act, form=form)


def with_values(seeking: Act, file: File, given: QueryDict) -> Act:
    """The form of a proposal with that of the act it is for: what is signed is what is done."""
    wanted = given.get("for_act", "")
    own = next((one for one in file.acts if one.id == wanted), None)
    if own is None:
        return seeking
    carried = [replace(one, name=f"{PROPOSED}{one.name}") for one in own.form]
    first = [one for one in seeking.form if one.name != forms.HAPPENED_AT]
    return replace(seeking, form=(*first, *carried, *seeking.form[len(first) :]))


def as_signed(act: Act, file: File) -> Act:
    """An act whose approval is complete takes the values that were signed: nothing is typed."""
    return replace(act, form=()) if signed_for(act, file) is not None else act


def signed_for(act: Act, file: File) -> ApprovalFace | None:
    return next((one for one in file.approvals if one.for_act == act.id and one.binds), None)


def _is_offered(act: Act) -> bool:
    """Whether a general act has a link of its own on the file."""
    return act.general and act.refusal is None and act.id not in (ISSUE, SIGN)


def _reason(act: Act) -> str:
    return act.refusal.reason if act.refusal else ""


def actor(reader: Reader, act: Act) -> Actor:
    return Actor(person=reader.person, role=act.role, organ=reader.organ)


def act_href(file: File, act: Act, purpose: str, need: str) -> str:
    asked = _asked(purpose or HANDLE, need)
    return f"{reverse('officer:act', args=[file.matter, act.id])}?{asked}"


def _back_to_file(matter: str, purpose: str, seq: int, need: str = "") -> HttpResponseRedirect:
    asked = _asked(purpose, need)
    return redirect(f"{reverse('officer:file', args=[matter])}?{asked}&done={seq}")


def _asked(purpose: str, need: str) -> str:
    """Purpose and stated need, as they go on from page to page of one matter."""
    return urlencode({"purpose": purpose} | ({"need": need} if need else {}))


def zone() -> ZoneInfo:
    """The zone of this city."""
    found = timezone.get_default_timezone()
    assert isinstance(found, ZoneInfo)
    return found


def _status(form: forms.ActForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK

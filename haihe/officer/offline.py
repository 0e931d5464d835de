"""Without a network: what a device keeps, the doors through which it arrives, forms to take along.

A page's own script (static/officer) seals drafts, forms and photos on the device and sends them
later; here they arrive, each once and in the device's order, and are carried out like any form.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from msgspec.structs import replace

from haihe.kernel.values import Command, Refused
from haihe.look import forms, told_pages
from haihe.look.staff import POST_KEY, staff_page
from haihe.officer import preview, views
from haihe.officer.copies import copied
from haihe.records import answers, devices, files, lists, read, write
from haihe.records.shown import Act, Reader, Refusal

Rest = ParamSpec("Rest")

TAKEN_MAX: Final = 25  # matters offered to be taken along
LATER: Final = "wrong_state"  # the refusal of a step whose turn comes later
UNMET: Final = "need_unmet"  # of one that lacks something, an approval for instance
OLDEST: Final = timedelta(days=30)  # of what is taken in
FIELDS_MAX: Final = 200
BODY_BYTES_MAX: Final = 2_000_000  # of one entry; its files come by themselves


class Sent(msgspec.Struct, frozen=True):
    """One entry as a device sends it; times are ISO 8601 with an offset, by the device's clock."""

    device: str
    number: int
    address: str
    post: str
    made_at: str
    sent_at: str
    dropped: bool
    fields: dict[str, list[str]]
    files: dict[str, list[str]]


class Aim(NamedTuple):
    """What an entry is about: an opening of a kind, or an act of a matter for a purpose.

    `on`: a step of what the device's entry of this number opens, whose matter is known later.
    """

    act: str
    kind: str
    matter: str
    purpose: str
    need: str
    on: int = 0


def device_door(
    door: Callable[Concatenate[HttpRequest, Reader, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """A door for scripts: 401 where a page would lead to the sign-in."""

    @wraps(door)
    def entered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return JsonResponse({"state": "signed_out"}, status=HTTPStatus.UNAUTHORIZED)
        reader = read.reader_of(request.user, str(request.session.get(POST_KEY, "")))
        if reader is None:
            raise PermissionDenied
        return door(request, reader, *args, **kwargs)

    return entered


# ── pages ────────────────────────────────────────────────────────────────────────────────────


@require_safe
@staff_page
def outbox(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What waits on this device, and what may be taken along."""
    listing = lists.inbox(reader, TAKEN_MAX)
    mine = [item for item in listing.items if item.owner_person == reader.name]
    others = [item for item in listing.items if item.owner_person != reader.name]
    values = {
        "reader": reader,
        "here": "offline",
        "mine": mine,
        "others": others,
        "openings": [
            reverse("officer:opening", args=[kind.kind, act.id])
            for kind in read.openings(reader)
            for act in kind.acts
        ]
        + [
            reverse("officer:then", args=[kind.kind, act.id])
            for kind in read.openings(reader)
            for act in kind.acts
            if read.following(reader, kind.kind, act.id)[0]
        ],
        "devices": devices.of_person(reader),
    }
    return render(request, "officer/offline.html", values)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The same page without anybody's data: a device keeps it for when there is no network."""
    return render(request, "officer/offline.html", {"here": "offline", "bare": True})


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, from an address whose scope is all of the officer's pages."""
    response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@staff_page
def sheet(request: HttpRequest, reader: Reader, matter: str) -> HttpResponse:
    """A matter to take along: where, what, and the forms of its next and its later steps."""
    purpose = request.GET.get("purpose", "") or views.HANDLE
    opened = views.file_for(matter, reader, purpose, "")
    if isinstance(opened, Refusal):
        raise PermissionDenied(opened.says)
    steps = [act for act in opened.acts if not act.general]
    now = [act for act in steps if act.refusal is None]
    refused = [act for act in steps if act.refusal is not None]
    later = [act for act in refused if act.refusal and act.refusal.reason == LATER]

    def form(act: Act) -> forms.ActForm:
        href = views.act_href(opened, act, purpose, "")
        taken = forms.dated(views.as_signed(act, opened))
        return forms.printed(taken, href, expects=opened.seq)

    values = {
        "reader": reader,
        "here": "offline",
        "file": opened,
        "purpose": purpose,
        "need": "",
        "now": [form(act) for act in now],
        "later": [form(act) for act in later],
        "blocked": [
            act
            for act in refused
            if act.refusal and act.refusal.reason not in (LATER, *views.NOT_NOW)
        ],
        "urgent": next((clock for clock in opened.clocks if not clock.stopped), None),
    }
    title = f"{opened.subject or opened.title} {opened.number}"
    return copied(render(request, "officer/sheet.html", values), title)


@require_safe
@staff_page
def then(request: HttpRequest, reader: Reader, kind: str, act: str) -> HttpResponse:
    """The steps that follow an opening, to be filled in while it only exists on the device."""
    chosen, step = views.opening_step(reader, kind, act)
    now, later = read.following(reader, kind, act)

    def form(one: Act) -> forms.ActForm:
        href = reverse("officer:then_step", args=[kind, act, one.id])
        return forms.printed(forms.dated(one), href)

    values = {
        "reader": reader,
        "here": "offline",
        "kind": chosen,
        "opening": step,
        "now": [form(one) for one in now],
        "later": [form(one) for one in later],
    }
    title = _("%(step)s以后的步骤") % {"step": step.name}
    return copied(render(request, "officer/then.html", values), title)


@require_POST
@staff_page
def then_step(
    _request: HttpRequest, reader: Reader, kind: str, act: str, step: str
) -> HttpResponse:
    """Without the page's script nothing is kept: such a step is taken on the file of the matter."""
    now, later = read.following(reader, kind, act)
    if step not in {one.id for one in (*now, *later)}:
        raise Http404
    return redirect("officer:then", kind, act)


@require_POST
@staff_page
def withdraw(_request: HttpRequest, reader: Reader, device: str) -> HttpResponse:
    """A device of the reader's is lost: nothing of it opens or is taken in any more."""
    devices.withdraw(reader, device)
    return redirect("officer:offline")


# ── doors for the device ─────────────────────────────────────────────────────────────────────


@require_POST
@device_door
def device(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Open a device for the account that is signed in: our half of its key."""
    told = _json(request)
    asked = told.get("device") if isinstance(told, dict) else None
    half = devices.half_of(reader, asked) if isinstance(asked, str) else None
    if half is None:
        raise PermissionDenied(_("这台设备已经收回，或者属于别的账号。"))
    return JsonResponse(
        {
            "account": devices.account_tag(reader),
            "half": _letters(half),
            "post": reader.post,
        }
    )


@require_POST
@device_door
def file(request: HttpRequest, _reader: Reader) -> HttpResponse:
    """Keep one file; sending it twice keeps one."""
    sent = request.FILES.get("file")
    if sent is None:
        raise BadRequest("no file came")
    try:
        return JsonResponse({"digest": files.keep(sent.chunks())})
    except files.FileTooLarge:
        return JsonResponse({"state": "too_large"}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


@require_POST
@device_door
def entry(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Take in one entry: recorded, refused with its reason, held, or out of its turn (409)."""
    try:
        sent = msgspec.convert(_json(request), Sent)
        made_at, sent_at = _instant(sent.made_at), _instant(sent.sent_at)
    except (msgspec.ValidationError, ValueError) as error:
        raise BadRequest(str(error)) from None
    if not 0 < sent.number <= devices.NUMBER_MAX or len(sent.fields) > FIELDS_MAX:
        raise BadRequest("an entry has a number from 1, and not too many fields")
    if not devices.is_in_use(reader, sent.device):
        raise PermissionDenied(_("这台设备已经收回，或者属于别的账号。"))
    aim = _aim(sent.address)
    thread = aim.matter or devices.opened_by(aim.on or sent.number)
    if aim.on:
        opened = devices.opening(sent.device, aim.on)
        if aim.on >= sent.number:
            raise BadRequest("a step follows an opening of the same device")
        if opened is not None and opened.matter:
            aim, thread = aim._replace(matter=opened.matter), opened.matter
    key = f"{reader.person}:{_first(sent.fields, '_key') or f'{sent.device}-{sent.number}'}"
    came = devices.Entry(sent.device, sent.number, key, thread, made_at, sent_at)
    taken = devices.take(reader, came)
    if isinstance(taken, devices.Gap):
        return JsonResponse({"expected": taken.expected}, status=HTTPStatus.CONFLICT)
    return JsonResponse(_settled(request, sent, aim, came, taken))


def _settled(
    request: HttpRequest,
    sent: Sent,
    aim: Aim,
    came: devices.Entry,
    taken: devices.Came,
) -> dict[str, object]:
    """Carry an entry out, if it still is to be; what the device is told of it."""
    told: dict[str, object] = {"received_at": taken.received_at.isoformat()}
    if taken.state == "recorded":
        return told | _recorded(taken.matter, taken.seq)
    if sent.dropped or taken.state == "dropped":
        return told | _stands(devices.settle(came, "dropped"), {"state": "dropped"})
    if taken.waits_for:
        return told | {"state": "held", "waits_for": taken.waits_for}
    if aim.on and not aim.matter:
        return told | _refused(came, _not_opened(aim.on))
    known = devices.carried_out(came.key)  # its answer got lost on the way
    answer = known or _carried_out(request, sent, aim, came, taken)
    if isinstance(answer, tuple):
        devices.settle(came, "recorded", matter=answer[0], seq=answer[1])
        return told | _recorded(*answer)
    return told | _refused(came, answer)


def _refused(came: devices.Entry, why: dict[str, object]) -> dict[str, object]:
    return _stands(devices.settle(came, "refused"), {"state": "refused", "refusal": why})


def _stands(settled: devices.Came, meant: dict[str, object]) -> dict[str, object]:
    """What was meant, unless the same entry, sent twice at once, was settled otherwise."""
    if settled.state == meant["state"]:
        return meant
    if settled.state == "recorded":
        return _recorded(settled.matter, settled.seq)
    return {"state": settled.state}


def _carried_out(
    request: HttpRequest,
    sent: Sent,
    aim: Aim,
    came: devices.Entry,
    taken: devices.Came,
) -> tuple[str, int] | dict[str, object]:
    """The matter and number of the event, or the refusal in words."""
    acting = read.reader_of(request.user, sent.post)
    if acting is None or (sent.post and acting.post != sent.post):
        return _refusal(
            _("您已经不担任填写时的岗位，这一项不能以那个岗位办理。"),
            _("请用现在的岗位重新填写，或者请接任的同事办理。"),
        )
    if taken.received_at - taken.happened_at > OLDEST:
        return _refusal(
            _("这一项在设备里放了超过三十天。"),
            _("请核对情况，在卷宗里重新办理，并写明实际发生时间。"),
        )
    if preview.LOOK in sent.fields:
        return _refusal(_("这一项只是看文书样稿，没有办理。"), _("要办的，请在卷宗里办理。"))
    post = QueryDict(mutable=True)
    for name, values in sent.fields.items():
        post.setlist(name, values)
    found = _act(acting, aim, post)
    if isinstance(found, dict):
        return found
    act, ways = found
    for name, digests in sent.files.items():
        post.setlist(f"_kept_{name}", digests)
    typed = forms.read(act.form, post, MultiValueDict(), views.zone())
    if typed.wrong:
        says, instead = _("有的内容需要补充或者更正。"), _("点“改”，改好后会按原来的次序再送。")
        return _refusal(says, instead) | {"wrong": typed.wrong} | ways
    happened = typed.data.pop(forms.HAPPENED_AT, None)
    command = Command(
        key=came.key,
        act=aim.act,
        actor=views.actor(acting, act),
        matter=aim.matter or None,
        kind=(aim.kind or None) if not aim.on else None,
        data=read.with_ids(act.form, typed.data, acting),
        happened_at=(
            datetime.fromisoformat(happened) if isinstance(happened, str) else taken.happened_at
        ),
        expects=_expects(acting, sent, aim),
    )
    answer = write.submit(command)
    if not isinstance(answer, Refused):
        return answer.matter, answer.seq
    return _told(read.refusal(answer), act) | ways


def _not_opened(number: int) -> dict[str, object]:
    return _refusal(
        _("前面的登记（第%(number)s项）没有送，这一步没有事项可办。") % {"number": number},
        _("请重新登记，再接着办；这一项可以不送了。"),
    )


def _act(
    reader: Reader, aim: Aim, post: QueryDict
) -> tuple[Act, dict[str, str]] | dict[str, object]:
    """The act with its form as this reader may take it now, or why there is none.

    With it come the ways on if it is refused: `href` is the file of the matter, `seek` the form
    that proposes the act for approval, where it may be. The form of a proposal (`post` says of
    which act) holds that of the act it proposes.
    """
    if aim.kind and not aim.on:
        try:
            return views.opening_step(reader, aim.kind, aim.act)[1], {}
        except Http404:
            return _refusal(_("您现在的岗位不能登记这种事项。"), _("请由有这个岗位的同事登记。"))
    opened = read.open_file(aim.matter, reader, aim.purpose, need=aim.need)
    if isinstance(opened, Refusal):
        return _told(opened, None)
    found = next((one for one in opened.acts if one.id == aim.act), None)
    if found is None:
        return _told(read.refusal(answers.unknown_matter(aim.matter)), None)
    if views.signed_for(found, opened) is not None:  # what was typed has to be what was signed
        form = tuple(replace(one, required=False) for one in found.form)
        found = replace(found, form=form)
    found = forms.dated(found)
    if aim.act == preview.SEEK:
        found = views.with_values(found, opened, post)
    ways = {"href": _file(aim.matter)}
    unmet = found.refusal is not None and found.refusal.reason == UNMET
    if unmet and aim.act in views.proposable(opened):
        asked = urlencode({"purpose": aim.purpose, "for_act": aim.act})
        address = reverse("officer:act", args=[aim.matter, preview.SEEK])
        ways["seek"] = f"{address}?{asked}"
    return found, ways


def _expects(reader: Reader, sent: Sent, aim: Aim) -> int | None:
    if aim.on:
        opened = devices.opening(sent.device, aim.on)
        return devices.expected_seq(reader, aim.matter, opened.seq) if opened is not None else None
    seen = _first(sent.fields, "_expects")
    if not aim.matter or not seen.isdecimal() or len(seen) > 9:
        return None
    return devices.expected_seq(reader, aim.matter, int(seen))


def _told(refusal: Refusal, act: Act | None) -> dict[str, object]:
    """A refusal of the rules in the reader's language, with the name of the field it is about."""
    label = next((one.label for one in act.form if one.name == refusal.field), "") if act else ""
    says = " · ".join(told_pages.said(one) for one in (label, refusal.says) if one)
    articles = tuple(told_pages.said(one) for one in refusal.articles)
    return _refusal(says, told_pages.said(refusal.instead)) | {"articles": articles}


def _refusal(says: str, instead: str) -> dict[str, object]:
    return {"says": says, "instead": instead, "articles": (), "wrong": {}}


def _recorded(matter: str, seq: int) -> dict[str, object]:
    return {"state": "recorded", "href": f"{_file(matter)}&done={seq}"}


def _file(matter: str) -> str:
    return f"{reverse('officer:file', args=[matter])}?purpose={views.HANDLE}"


def _aim(address: str) -> Aim:
    """What the address of a form means; BadRequest for any other address."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    try:
        found = resolve(parts.path)
    except Resolver404:
        raise BadRequest("no form has this address") from None
    words: Mapping[str, Any] = found.kwargs
    purpose = (asked.get("purpose") or [views.HANDLE])[0]
    need = (asked.get("need") or [""])[0][: views.NEED_MAX]
    if purpose not in views.PURPOSES:
        raise BadRequest("no such purpose")
    if found.view_name == "officer:opening":
        return Aim(words["act"], words["kind"], "", purpose, need)
    if found.view_name == "officer:then_step":
        on = (asked.get("on") or [""])[0]
        if not on.isdecimal() or not 0 < int(on[:10]) <= devices.NUMBER_MAX:
            raise BadRequest("no opening is named")
        return Aim(words["step"], words["kind"], "", purpose, need, int(on[:10]))
    if found.view_name == "officer:act":
        return Aim(words["act"], "", words["matter"], purpose, need)
    raise BadRequest("no form has this address")


def _json(request: HttpRequest) -> object:
    try:
        body = request.body
    except RequestDataTooBig:
        raise BadRequest("the entry is too long") from None
    if len(body) > BODY_BYTES_MAX:
        raise BadRequest("the entry is too long")
    try:
        return json.loads(body)
    except ValueError:
        raise BadRequest("this is no JSON") from None


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not 2000 <= at.year < 9999:
        raise ValueError("a time has an offset")
    return at.astimezone(UTC)


def _first(fields: Mapping[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _letters(made: bytes) -> str:
    return base64.b64encode(made).decode()


@cache
def _worker() -> bytes:
    return (Path(__file__).parent / "static" / "officer" / "worker.js").read_bytes()

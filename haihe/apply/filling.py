"""Filling in an application: who, the facts, a last look; kept all the while, sent once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.identity.citizens import citizen_of
from haihe.kernel.catalogue import Item
from haihe.kernel.procedure import Field
from haihe.kernel.values import Actor, Data, Datum, Refused, number_words
from haihe.look import forms
from haihe.look.staff import POST_KEY
from haihe.records import applications, attempts, drafts, read
from haihe.records.answers import Recorded
from haihe.records.drafts import Draft, Kept
from haihe.records.shown import Act, FormField, Reader, Refusal

TYPED_CODE_CHARACTERS_MAX: Final = 60
QUESTIONS: Final = attempts.Quota(20, timedelta(hours=24))
OF_CLERKS: Final = attempts.Quota(500, timedelta(hours=24))
AT_WINDOW: Final = "window"
WHO: Final = (
    "applicant", "number", "credit_code", "applicant_phone", "window", "minor_involved",
    "guardian_name", "agent_name", "agent_phone", "agent_authorised",
)  # fmt: skip


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """Go on with an application that was left: its code leads to it."""
    code = request.GET.get("code", "").strip()[:TYPED_CODE_CHARACTERS_MAX]
    if not code:
        return render(request, "apply/again.html", {"here": "services"})
    kept = drafts.load(code, datetime.now(UTC)) if "/" not in code else None
    if kept is None:
        return _gone(request, code)
    return redirect("apply:who", kept.code)


@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest, code: str) -> HttpResponse:
    """Who applies, for whom, through which window."""
    now = datetime.now(UTC)
    kept = drafts.load(code, now)
    if kept is None:
        return _gone(request, code)
    item = applications.catalogue().items[kept.draft.item]
    act = _act("who", _("下一步"), _who_form(kept.draft, item, now))
    if request.method != "POST":
        return _page(request, "apply/who.html", kept, item, forms.printed(act, request.path))
    typed = forms.read(act.form, request.POST, request.FILES, _zone())
    wrong = typed.wrong | _wrong_number(typed.data)
    if wrong:
        form = forms.printed_again(
            act, request.path, request.POST, expects=None, wrong=wrong, kept=typed.kept
        )
        return _page(request, "apply/who.html", kept, item, form)
    told = {name: typed.data.get(name) for name in WHO if name != "window"}
    draft = replace(kept.draft, who=told, window=str(typed.data.get("window", "")))
    if told["number"] != kept.draft.who.get("number"):
        draft = replace(draft, got={})
    draft = _touched(request, _filled(request, replace(kept, draft=draft), item, now))
    drafts.keep(replace(kept, draft=draft), now)
    return redirect("apply:facts", kept.code)


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, code: str) -> HttpResponse:
    """What the item asks, filled in as far as registers tell it, and what only the citizen has."""
    now = datetime.now(UTC)
    kept = drafts.load(code, now)
    if kept is None:
        return _gone(request, code)
    if not kept.draft.window:
        return redirect("apply:who", kept.code)
    item = applications.catalogue().items[kept.draft.item]
    act = _act("facts", _("下一步"), _facts_form(kept.draft, item))
    if request.method != "POST":
        return _page(request, "apply/facts.html", kept, item, forms.printed(act, request.path))
    typed = forms.read(act.form, request.POST, request.FILES, _zone())
    if typed.wrong:
        form = forms.printed_again(
            act, request.path, request.POST, expects=None, wrong=typed.wrong, kept=typed.kept
        )
        return _page(request, "apply/facts.html", kept, item, form)
    files = (*kept.draft.files, *typed.kept.get("files", ()))
    told = {fact: typed.data.get(fact) for fact in item.asks}
    draft = replace(kept.draft, facts=told, files=tuple(dict.fromkeys(files)))
    drafts.keep(replace(kept, draft=_touched(request, draft)), now)
    return redirect("apply:check", kept.code)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Everything once more; POST sends it, and the receipt has the code of the matter."""
    now = datetime.now(UTC)
    kept = drafts.load(code, now)
    if kept is None:
        return _gone(request, code)
    if not kept.draft.window:
        return redirect("apply:who", kept.code)
    item = applications.catalogue().items[kept.draft.item]
    refusal = None
    if request.method == "POST":
        answer = _submitted(request, kept, now)
        if not isinstance(answer, Refused):
            return redirect("citizen:receipt", answer.code)
        refusal = read.refusal(answer)
    return _check_page(request, kept, item, now, refusal)


def _filled(request: HttpRequest, kept: Kept, item: Item, now: datetime) -> Draft:
    """Filled in from registers for who has signed in, and not for endless numbers.

    Anybody can type anybody's number: nothing is shown to who has not signed in. What was not
    asked now is asked after the application was sent, for those who decide on it.
    """
    citizen, clerk = citizen_of(request), _clerk(request)
    asking = clerk.person if clerk is not None else citizen.id if citizen is not None else ""
    if not asking or not item.sources:
        return kept.draft
    if attempts.take("questions to registers", asking, OF_CLERKS if clerk else QUESTIONS, now):
        return kept.draft
    return applications.filled(kept.draft, item, now, kept_id=kept.id)


def _submitted(request: HttpRequest, kept: Kept, now: datetime) -> Recorded | Refused:
    """Sent by the applicant; or taken in by the window whose clerk is signed in."""
    clerk = _clerk(request)
    if clerk is None or request.POST.get("as") != AT_WINDOW:
        return applications.submit(kept, now)
    channels = tuple(dict.fromkeys((*kept.draft.channels, AT_WINDOW)))
    here = replace(kept.draft, window=clerk.organ, channels=channels)
    actor = Actor(person=clerk.person, role=AT_WINDOW, organ=clerk.organ)
    return applications.submit(replace(kept, draft=here), now, actor)


def _clerk(request: HttpRequest) -> Reader | None:
    """The member of staff at a window who is signed in with this browser; None for anybody else."""
    if not request.user.is_authenticated:
        return None
    reader = read.reader_of(request.user, str(request.session.get(POST_KEY, "")))
    return reader if reader is not None and AT_WINDOW in reader.roles else None


def _check_page(
    request: HttpRequest, kept: Kept, item: Item, now: datetime, refusal: Refusal | None
) -> HttpResponse:
    known = applications.catalogue()
    seen = applications.review(kept.draft, item, now)
    values = {
        "here": "services",
        "kept": kept,
        "item": item,
        "seen": seen,
        "refusal": refusal,
        "window": applications.organ_name(kept.draft.window),
        "approving": applications.organ_name(seen.approving),
        "told": [_shown(one) for one in seen.entries if one.value is not None],
        "down": [known.sources[one] for one in seen.down],
        "judged": [
            {
                "says": one.condition.says,
                "instead": one.condition.instead,
                "met": one.met,
                "articles": _("、").join(applications.articles(one.condition.cites)),
            }
            for one in seen.judged
        ],
        "eligible": all(one.met for one in seen.judged),
        "files": len(kept.draft.files),
        "clerk": _clerk(request),
        "step": 3,
    }
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "apply/check.html", values, status=status)


def _shown(entry: applications.Entry) -> dict[str, Any]:
    source = applications.catalogue().sources.get(entry.source)
    return {
        "name": entry.field.name,
        "value": applications.said(entry.field, entry.value),
        "source": source,
        "at": applications.local(entry.at) if entry.at else "",
        "told": entry.told if entry.disputed else "",
    }


def _page(
    request: HttpRequest, template: str, kept: Kept, item: Item, form: forms.ActForm
) -> HttpResponse:
    now = datetime.now(UTC)
    seen = applications.review(kept.draft, item, now) if kept.draft.window else None
    known = applications.catalogue().sources
    values = {
        "here": "services",
        "kept": kept,
        "item": item,
        "form": form,
        "seen": seen,
        "down": [known[one] for one in seen.down if one in kept.draft.got] if seen else [],
        "signed_in": citizen_of(request) is not None or _clerk(request) is not None,
        "step": 1 if template.endswith("who.html") else 2,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    return render(request, template, values, status=status)


def _gone(request: HttpRequest, code: str) -> HttpResponse:
    values = {"here": "services", "typed": code[:TYPED_CODE_CHARACTERS_MAX], "gone": True}
    return render(request, "apply/again.html", values, status=HTTPStatus.NOT_FOUND)


def _touched(request: HttpRequest, draft: Draft) -> Draft:
    """The draft with the channel it was touched at, online unless a terminal says so."""
    channel = "terminal" if request.POST.get("at") == "terminal" else "online"
    return replace(draft, channels=tuple(dict.fromkeys((*draft.channels, channel))))


# ── the forms ────────────────────────────────────────────────────────────────────────────────────


def _act(id: str, name: str, form: tuple[FormField, ...]) -> Act:
    return Act(
        id=id,
        name=name,
        role="citizen",
        role_name="",
        general=False,
        final=False,
        articles=(),
        form=form,
    )


def _who_form(draft: Draft, item: Item, now: datetime) -> tuple[FormField, ...]:
    day = applications.day_of(now)
    chosen = draft.window
    labels: dict[str, tuple[str, str, bool, str]] = {
        "applicant": (_("您的姓名"), "text", True, ""),
        "number": (
            _("身份证号"),
            "text",
            bool(item.sources),
            _("用来向有关部门查您已有的证照，不用您再交。"),
        ),
        "applicant_phone": (_("手机号"), "text", True, _("有结果时通知您。")),
        "window": (_("由哪个窗口收件、领取"), "choice", True, ""),
        "minor_involved": (_("是给未满十八周岁的人办吗"), "yes_no", True, ""),
        "guardian_name": (_("监护人姓名"), "text", False, _("给未成年人办的，请写。")),
        "agent_name": (_("代办人姓名"), "text", False, _("您是替别人代办的，请写您的姓名。")),
        "agent_phone": (_("代办人手机号"), "text", False, ""),
        "agent_authorised": (_("申请人已经授权代办"), "yes_no", False, ""),
    }
    if "business" in item.sources:
        labels["credit_code"] = (
            _("统一社会信用代码"),
            "text",
            True,
            _("用来查营业执照，不用您再交。"),
        )
    return tuple(
        FormField(
            name=name,
            label=labels[name][0],
            type=labels[name][1],
            required=labels[name][2],
            hint=labels[name][3],
            choices=tuple(applications.windows(item, day)) if name == "window" else (),
            value=chosen if name == "window" else _typed(draft.who.get(name)),
        )
        for name in WHO
        if name in labels
    )


def _wrong_number(data: Data) -> dict[str, str]:
    number = str(data.get("number", "")).upper()
    if not number or applications.is_number_of_a_person(number):
        return {}
    return {"number": _("身份证号是十八位，最后一位可以是X。请核对。")}


def _facts_form(draft: Draft, item: Item) -> tuple[FormField, ...]:
    known = applications.catalogue()
    form = [
        _fact(one.fact, one.field, draft.facts.get(one.fact), _origin(one))
        for one in applications.entries(draft, item)
    ]
    brought = [
        known.materials[one].name
        for one in item.materials
        if known.materials[one].from_ == "applicant"
    ]
    if brought:
        hint = _("照片或者扫描件；也可以到窗口再交。需要：%(names)s。") % {
            "names": _("、").join(brought)
        }
        form.append(
            FormField(name="files", label=_("材料"), type="files", required=False, hint=hint)
        )
    return tuple(form)


def _origin(entry: applications.Entry) -> str:
    source = applications.catalogue().sources.get(entry.source)
    if source is None:
        return ""
    return _("来自%(keeper)s的%(name)s，%(at)s查到。不对就改，我们请来源单位核对。") % {
        "keeper": source.keeper,
        "name": source.name,
        "at": applications.local(entry.at),
    }


def _fact(name: str, field: Field, value: Datum, origin: str) -> FormField:
    return FormField(
        name=name,
        label=field.name,
        type=field.type,
        required=False,
        personal=field.personal,
        hint=origin or field.hint,
        choices=tuple(field.choices.items()),
        at_least=field.at_least,
        at_most=field.at_most,
        value=_typed(value),
    )


def _typed(value: Datum) -> str:
    """A datum as a form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_words(value)
    return "\n".join(value) if isinstance(value, list) else str(value or "")


def _zone() -> ZoneInfo:
    zone = timezone.get_default_timezone()
    assert isinstance(zone, ZoneInfo)
    return zone

"""Filling in an application: who, the facts, a last look; kept all the while, sent once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.apply import asked, begun, terminal
from haihe.identity import senders
from haihe.identity.citizens import citizen_of
from haihe.kernel.catalogue import Item
from haihe.kernel.procedure import Field
from haihe.kernel.values import Actor, Datum, Refused
from haihe.look import forms
from haihe.look.squares import square
from haihe.look.staff import POST_KEY
from haihe.records import agents, applications, attempts, drafts, files, looked, materials, read
from haihe.records.answers import Recorded
from haihe.records.drafts import Draft, Kept
from haihe.records.instants import day_words
from haihe.records.materials import Earlier
from haihe.records.shown import Act, Reader, Refusal

TYPED_CODE_CHARACTERS_MAX: Final = 60
QUESTIONS: Final = attempts.Quota(20, timedelta(hours=24))
OF_CLERKS: Final = attempts.Quota(500, timedelta(hours=24))
AT_WINDOW: Final = "window"
# Kept only when the whole step is right: what it asks of registers goes with the number.
TAKEN_WHOLE: Final = frozenset({"number", "credit_code", "window"})
EARLIER_MAX: Final = 5  # codes of earlier applications in one


@require_safe
def again(request: HttpRequest) -> HttpResponse:
    """Go on with an application that was left: its code leads to it."""
    code = request.GET.get("code", "").strip()[:TYPED_CODE_CHARACTERS_MAX]
    if not code:
        return render(request, "apply/again.html", {"here": "services"})
    kept = drafts.load(code, datetime.now(UTC)) if "/" not in code else None
    if kept is None:
        return _gone(request, code)
    terminal.opens(request, kept.code)
    return redirect("apply:who", kept.code)


Step = Callable[[HttpRequest, Kept, Item, datetime], HttpResponse]


def _going_on(step: Step) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a page the application behind its code and the item; nothing of it stays in a cache."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(step)
    def entered(request: HttpRequest, code: str) -> HttpResponse:
        now = datetime.now(UTC)
        kept = drafts.load(code, now)
        if kept is None or not terminal.is_open(request, kept.code):
            return _gone(request, code)
        begun.note(request, kept)
        if not kept.draft.window and step.__name__ != "who":
            return redirect("apply:who", kept.code)
        answer = step(request, kept, applications.catalogue().items[kept.draft.item], now)
        answer["Cache-Control"] = "no-store"
        return answer

    return entered


@_going_on
def who(request: HttpRequest, kept: Kept, item: Item, now: datetime) -> HttpResponse:
    """Who applies, for whom, through which window."""
    act = asked.act("who", _("下一步"), asked.who_form(kept.draft, item, now))
    if request.method != "POST":
        return _page(request, "apply/who.html", kept, item, forms.printed(act, request.path))
    typed = forms.read(act.form, request.POST, request.FILES, asked.zone())
    wrong = typed.wrong | asked.wrong_number(typed.data) | asked.wrong_agent(typed.data)
    if wrong:
        right = {
            name: value
            for name, value in typed.data.items()
            if name not in wrong and name not in TAKEN_WHOLE
        }
        drafts.keep(replace(kept, draft=replace(kept.draft, who=kept.draft.who | right)), now)
        return _again(request, "apply/who.html", kept, item, act, replace(typed, wrong=wrong))
    told = {name: typed.data.get(name) for name in asked.WHO if name != "window"}
    draft = replace(kept.draft, who=told, window=str(typed.data.get("window", "")))
    if told["number"] != kept.draft.who.get("number"):
        draft = replace(draft, got={}, reused={})
    draft = _touched(request, _filled(request, replace(kept, draft=draft), item, now))
    drafts.keep(replace(kept, draft=draft), now)
    return redirect("apply:facts", kept.code)


@_going_on
def facts(request: HttpRequest, kept: Kept, item: Item, now: datetime) -> HttpResponse:
    """What the item asks, and what only the citizen has: materials new, or as they came before."""
    offers = _offers(request, kept, item, now)
    act = asked.act("facts", _("下一步"), asked.facts_form(kept.draft, item, offers))
    if request.method != "POST":
        return _page(request, "apply/facts.html", kept, item, forms.printed(act, request.path))
    typed = forms.read(act.form, request.POST, request.FILES, asked.zone(), keep=files.keep_cleaned)
    code = str(typed.data.get(asked.EARLIER_CODE, ""))[:TYPED_CODE_CHARACTERS_MAX]
    earlier = read.matter_of(code) if code else None
    wrong = typed.wrong
    if code and earlier is None:
        wrong = wrong | {asked.EARLIER_CODE: _("没有这个查询码。请核对每一个字母和数字。")}
    if wrong:
        return _again(request, "apply/facts.html", kept, item, act, replace(typed, wrong=wrong))
    told = {fact: typed.data.get(fact) for fact in item.asks}
    draft = asked.chosen(replace(kept.draft, facts=told), item, typed, offers)
    if earlier is not None and earlier not in draft.earlier:
        draft = replace(draft, earlier=(*draft.earlier, earlier)[-EARLIER_MAX:])
    after = replace(kept, draft=_touched(request, draft))
    drafts.keep(after, now)
    if len(_offers(request, after, item, now)) > len(offers):
        return redirect("apply:facts", kept.code)  # now it is offered, and the applicant chooses
    return redirect("apply:check", kept.code)


@_going_on
def check(request: HttpRequest, kept: Kept, item: Item, now: datetime) -> HttpResponse:
    """Everything once more; POST sends it, and the receipt has the code of the matter."""
    refusal = None
    twice = materials.running(_own(request, kept), kept.draft.who, item)
    if request.method == "POST" and (not twice or request.POST.get("also")):
        answer = _submitted(request, kept, now)
        if not isinstance(answer, Refused):
            return _sent(request, _code_for(request, kept, answer, now))
        refusal = read.refusal(answer)
    return _check_page(request, kept, item, now, refusal, twice)


def _code_for(request: HttpRequest, kept: Kept, answer: Recorded, now: datetime) -> str:
    """The code to show: an agent has one of one's own, the applicant's goes to the applicant."""
    told = kept.draft.who
    if not told.get("agent_name") or (
        _clerk(request) is not None and request.POST.get("as") == AT_WINDOW
    ):
        return answer.code
    own = agents.register(answer.matter, told, now)
    if not own:
        return answer.code
    sender, phone = senders.sender(), str(told.get("applicant_phone", ""))
    if sender is not None and phone:
        words = _("%(agent)s替您提交了申请，查询码%(code)s。不是您的意思，请在进度页撤销代办。")
        with suppress(senders.NotSent):  # the applicant also finds it by signing in with the phone
            sender.send(phone, words % {"agent": told["agent_name"], "code": answer.code})
    return own


def _sent(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt; at a terminal a page that the next person cannot go back to."""
    if terminal.of(request) is None:
        return redirect("citizen:receipt", code)
    address = request.build_absolute_uri(reverse("citizen:follow", args=[code]))
    values = {"here": "services", "code": code, "leads_on": mark_safe(square(address))}
    return render(request, "apply/done.html", values)


def _own(request: HttpRequest, kept: Kept) -> list[str]:
    """Matters whose papers this applicant may use: of the phone that signed in, and by codes."""
    citizen = citizen_of(request)
    mine = looked.mine(citizen.phone_tags) if citizen is not None else ()
    return [*kept.draft.earlier, *(one.matter for one in mine)]


def _offers(request: HttpRequest, kept: Kept, item: Item, now: datetime) -> dict[str, Earlier]:
    matters = _own(request, kept)
    day = applications.day_of(now)
    return materials.earlier(matters, kept.draft.who, item, day) if matters else {}


def _again(
    request: HttpRequest, template: str, kept: Kept, item: Item, act: Act, typed: forms.Typed
) -> HttpResponse:
    """The form once more, with what was wrong beside its fields."""
    form = forms.printed_again(
        act, request.path, request.POST, expects=None, wrong=typed.wrong, kept=typed.kept
    )
    return _page(request, template, kept, item, form)


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
    request: HttpRequest,
    kept: Kept,
    item: Item,
    now: datetime,
    refusal: Refusal | None,
    twice: str,
) -> HttpResponse:
    known = applications.catalogue()
    seen, names = applications.review(kept.draft, item, now), known.materials
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
        "came": [(names[one].name, len(came)) for one, came in kept.draft.brought.items()],
        "again": [(names[one].name, used.says) for one, used in kept.draft.reused.items()],
        "twice": twice,
        "leads_on": terminal.leads_on(request, kept.code),
        "clerk": _clerk(request),
        "step": 3,
    }
    asks_again = request.method == "POST" and (refusal is not None or bool(twice))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if asks_again else HTTPStatus.OK
    return render(request, "apply/check.html", values, status=status)


def _shown(entry: applications.Entry) -> dict[str, Any]:
    source = applications.catalogue().sources.get(entry.source)
    return {
        "name": entry.field.name,
        "value": _in_words(entry.field, entry.value),
        "source": source,
        "at": applications.local(entry.at) if entry.at else "",
        "told": _in_words(entry.field, entry.told) if entry.disputed else "",
    }


def _in_words(field: Field, value: Datum) -> str:
    """A fact as people read it: a day with its weekday."""
    if field.type == "day" and isinstance(value, str):
        return day_words(date.fromisoformat(value))
    return applications.said(field, value)


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
        "leads_on": terminal.leads_on(request, kept.code),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    return render(request, template, values, status=status)


def _gone(request: HttpRequest, code: str) -> HttpResponse:
    values = {"here": "services", "typed": code[:TYPED_CODE_CHARACTERS_MAX], "gone": True}
    return render(request, "apply/again.html", values, status=HTTPStatus.NOT_FOUND)


def _touched(request: HttpRequest, draft: Draft) -> Draft:
    """The draft with the channel it was touched at."""
    channel = "online" if terminal.of(request) is None else "terminal"
    return replace(draft, channels=tuple(dict.fromkeys((*draft.channels, channel))))

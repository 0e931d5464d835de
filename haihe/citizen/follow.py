"""Follow a matter with its code: what happens, who has it, until when and why, what I can do."""

from __future__ import annotations

import re
from http import HTTPStatus
from string import ascii_uppercase
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.citizen import needs
from haihe.citizen.opening import anyone, called
from haihe.identity.citizens import citizen_of
from haihe.look import acting, forms
from haihe.records import citizens, files, joining, letter_replies, messages, ratings, read
from haihe.records.answers_told import answers_told
from haihe.records.shown import Act, CitizenFile, ClockFace

TYPED_CODE_CHARACTERS_MAX: Final = 60
# What may be begun from a matter: the page to which a typed code leads then.
LETTER: Final = "chief_letter"  # its answer is read here
CERTIFIED: Final = frozenset({"service_item", "police_permit"})  # may end with a certificate
NUMBER: Final = re.compile(r"[A-Z]{2,5}20\d{2}\d{6}")  # of a matter, without its dashes
RATE: Final = "评价"  # Chinese: in the sentence of an end that may be rated
MOVED_ON: Final = "moved_on"  # the matter has news that its reader had not seen
THEN: Final = {"readings": "citizen:readings"}


@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The code to keep, what was received, and who has it."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    citizen = citizen_of(request) if file.joined else None
    kept = citizen is not None and joining.keeps(citizen.id, code)
    values = {"here": "report", "code": code, "file": file, "kept": kept}
    return render(request, "citizen/receipt.html", values)


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code; a code that was typed leads to its page."""
    code = request.GET.get("code", "").strip()
    then = request.GET.get("then", "")
    if not code:
        return render(request, "citizen/ask.html", {"here": "follow", "then": then})
    if len(code) > TYPED_CODE_CHARACTERS_MAX or "/" in code or read.follow(code) is None:
        return unknown_code(request, code)
    return redirect(THEN.get(then, "citizen:follow"), code)


@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """What happens now, who has it, until when and why, what I can do, what happened."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    done = next((act.name for act in file.acts if act.id == request.GET.get("done")), "")
    return _follow_page(request, code, file, None, done)


@require_http_methods(["POST"])
def act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """A step of the citizen's own: answer, confirm, contest, withdraw."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    wanted = next((called(one) for one in file.acts if one.id == act), None)
    if wanted is None:
        raise Http404
    answer = acting.attempt(
        request,
        wanted,
        _act_href(code, wanted),
        anyone(wanted),
        matter=file.matter,
        seq=file.seq,
        keep=files.keep_cleaned,
    )
    if isinstance(answer, forms.ActForm):
        return _follow_page(request, code, file, _seen_again(answer), "")
    return redirect(f"{reverse('citizen:follow', args=[code])}?{urlencode({'done': act})}")


def _follow_page(
    request: HttpRequest, code: str, file: CitizenFile, tried: forms.ActForm | None, done: str
) -> HttpResponse:
    possible = [called(act) for act in file.acts if act.refusal is None]
    printed = [
        tried
        if tried is not None and tried.act.id == act.id
        else forms.printed(act, _act_href(code, act), expects=file.seq)
        for act in possible
    ]
    if tried is not None and tried.act.id not in {act.id for act in possible}:
        printed.insert(0, tried)
    values = {
        "here": "follow",
        "code": code,
        "file": file,
        "forms": printed,
        "cannot": [act for act in file.acts if act.refusal is not None],
        "done": done,
        "yours": _yours(file),
        "ways": _ways(file),
        "certified": CERTIFIED,
        **_own(code, file),
    }
    status = HTTPStatus.OK if tried is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "citizen/follow.html", values, status=status)


def _own(code: str, file: CitizenFile) -> dict[str, object]:
    """What only who came first is told: new messages, and whether the end may be rated."""
    if file.joined:
        return {}
    ratable = file.ended and ratings.served(code) is not None
    spoken = file.ended and RATE in file.told.now
    return {
        "unread": messages.unread([file.matter])[file.matter],
        "ratable": ratable,
        "rated_until": ratings.settings().open_days if spoken and not ratable else None,
        "answer": letter_replies.answer(file.matter) if file.kind == LETTER else None,
        "answers": answers_told(file.matter),
    }


def _seen_again(form: forms.ActForm) -> forms.ActForm:
    """The form, where only news stood in its way: they are on this page, and it may be sent."""
    if form.refusal is None or form.refusal.reason != MOVED_ON:
        return form
    instead = gettext("新的记录就在这一页，您写的也还在。看过以后，再按一次“提交”。")
    return replace(form, refusal=replace(form.refusal, instead=instead))


def _yours(file: CitizenFile) -> ClockFace | None:
    """The clock that runs for the citizen and that one of the open steps would stop."""
    if not any(act.refusal is None and not act.general for act in file.acts):
        return None
    return next(
        (
            clock
            for clock in file.clocks
            if clock.id == file.told.clock
            and clock.whose == "citizen"
            and clock.status != "overdue"
            and not file.ended
        ),
        None,
    )


def _ways(file: CitizenFile) -> list[needs.Need]:
    """What the sentences of the matter speak of and is begun elsewhere: its number goes along."""
    told = file.told
    said = f"我的事编号是{file.number}。{told.until}"  # Chinese: goes into a form as if typed
    named = needs.needs().named_in(f"{told.now}{told.next}{told.can}")
    return [replace(one, said=said) for one in named]


def _act_href(code: str, act: Act) -> str:
    return reverse("citizen:act", args=[code, act.id])


def unknown_code(request: HttpRequest, code: str) -> HttpResponse:
    """No matter has this code: the page that asks for one, with what was typed."""
    values = {"here": "follow", "typed": code[:TYPED_CODE_CHARACTERS_MAX], "wrong": _unknown(code)}
    return render(request, "citizen/ask.html", values, status=HTTPStatus.NOT_FOUND)


def _unknown(typed: str) -> str:
    """What is wrong with a code that no matter has, as far as it shows."""
    plain = "".join(one for one in typed if one.isalnum())
    if citizens.normal_phone(typed) is not None:
        return gettext("这是手机号，不是查询码。用手机号登录“我的”，留过这个号的事都在。")
    if NUMBER.fullmatch(plain.upper()):
        return gettext(
            "这是事项编号，不是查询码。编号别人也可能知道，所以凭它看不到；"
            "查询码是受理时给您的那一串，四组，每组四个。"
        )
    if len(plain) != read.CODE_LENGTH:
        return gettext(
            "没有这个查询码。查询码有%(most)s个字母和数字，您输入的有%(n)s个。请照着回执再抄一遍。"
        ) % {"most": read.CODE_LENGTH, "n": len(plain)}
    return gettext(
        "没有这个查询码，多半抄错了一个。请核对每一个字母和数字；码里没有0、1，也没有字母%(none)s。"
    ) % {"none": " ".join(sorted(set(ascii_uppercase) - set(read.ALPHABET)))}

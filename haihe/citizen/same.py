"""Before a report is sent: is it the same thing that somebody reported already? Then join it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from haihe.identity.addresses import address_of
from haihe.kernel.values import Actor, Data, Refused
from haihe.look import acting, forms
from haihe.records import alike, attempts, files, joining, read
from haihe.records.attempts import Quota
from haihe.records.shown import Act, Refusal

# How often one address is told what is alike: enough for a family, too little to read out a city.
ASKED_FROM_ADDRESS: Final = Quota(40, timedelta(hours=1))
SHOWN_LASTS: Final = timedelta(hours=2)
SALT: Final = "citizen.same"


class Same(NamedTuple):
    """A matter that may be the same, and the sealed name with which it is joined."""

    alike: alike.Alike
    token: str


class Found(NamedTuple):
    """Something alike is there: the form once more, with what was found."""

    form: forms.ActForm
    found: tuple[Same, ...]


def asked(request: HttpRequest, kind: str, step: Act, here: str) -> Found | Refusal | str | None:
    """What to do before a form is sent.

    The code of who joined; what is alike, to be shown first; why joining was refused; None: send.
    """
    receiver = next((one.name for one in step.form if one.type == "organ"), "")
    if not receiver or request.POST.get("_alone"):
        return None
    typed = forms.read(step.form, request.POST, request.FILES, acting.zone(), files.keep_cleaned)
    actor = Actor(person=read.PUBLIC, role=step.role, organ=read.PUBLIC)
    key = acting.key_of(request.POST, actor)
    if typed.wrong or joining.carried_out(key):
        return None
    if request.POST.get("_join"):
        return _joined(request.POST["_join"], step, typed.data, key)
    now = timezone.now()
    found = alike.near(kind, str(typed.data.get(receiver, "")), typed.data, now)
    if not found or attempts.take("asked alike", address_of(request), ASKED_FROM_ADDRESS, now):
        return None
    again = forms.printed_again(step, here, request.POST, expects=None, wrong={}, kept=typed.kept)
    named = tuple(Same(one, signing.dumps([kind, one.matter], salt=SALT)) for one in found)
    return Found(again, named)


def _joined(token: str, step: Act, typed: Data, key: str) -> str | Refusal | None:
    """Join the matter that was shown; None if it was shown too long ago: then it is sent alone."""
    try:
        kind, matter = signing.loads(token, salt=SALT, max_age=SHOWN_LASTS)
    except signing.BadSignature:
        return None
    told = _told(step, typed)
    answer = joining.join(matter, kind, told, key) if told else None
    return read.refusal(answer) if isinstance(answer, Refused) else answer


def _told(step: Act, typed: Data) -> Data:
    """What the report tells, as the step of joining takes it."""
    text = next((one.name for one in step.form if one.type == "long_text"), "")
    photos = next((one.name for one in step.form if one.type == "files"), "")
    told: Data = {}
    if typed.get(text):
        told[joining.TOLD] = typed[text]
    if typed.get(photos):
        told[joining.PHOTOS] = typed[photos]
    return told

"""Carry out one submitted form through the one door in: a recorded step, or the form once more."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.look import forms
from haihe.records import files, read, write
from haihe.records.answers import Recorded
from haihe.records.shown import Act, Reader

_KEY = re.compile(r"[0-9a-f]{32}")


def attempt(
    request: HttpRequest,
    act: Act,
    href: str,
    actor: Actor,
    *,
    matter: str | None = None,
    kind: str | None = None,
    seq: int | None = None,
    given: Data | None = None,
    key: str = "",
    keep: forms.Keep = files.keep,
    reader: Reader | None = None,
) -> Recorded | forms.ActForm:
    """Submit a form of `act`; a form that was not carried out comes back with what was typed.

    `given` is what is known already and was never typed; `key` names the command where it may be
    carried out once only, whatever form it came from.

    A `reader` of the staff names another matter by its number.

    `seq` is the matter's last event now, for the form that goes back; the form that came says
    with `_expects` which one its reader had seen, so nobody acts on a file that has moved on.
    """
    post = request.POST
    typed = forms.read(act.form, post, request.FILES, zone(), keep)
    if typed.wrong:
        return forms.printed_again(act, href, post, expects=seq, wrong=typed.wrong, kept=typed.kept)
    happened = typed.data.pop(forms.HAPPENED_AT, None)
    data = typed.data if reader is None else read.with_ids(act.form, typed.data, reader)
    command = Command(
        key=key or key_of(post, actor),
        act=act.id,
        actor=actor,
        matter=matter,
        kind=kind,
        data=data | (given or {}),
        happened_at=datetime.fromisoformat(happened) if isinstance(happened, str) else None,
        expects=_seen(post),
    )
    answer = write.submit(command)
    if not isinstance(answer, Refused):
        return answer
    refusal = read.refusal(answer)
    beside = {field.name for field in act.form} & {refusal.field or ""}
    wrong = dict.fromkeys(beside, refusal.says)
    return forms.printed_again(
        act, href, post, expects=seq, wrong=wrong, kept=typed.kept, refusal=refusal
    )


def key_of(post: QueryDict, actor: Actor) -> str:
    """The form's key, bound to its sender; without one a repetition could not be told."""
    key = post.get("_key", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("the form carries no key")
    return f"{actor.person}:{key}"


def _seen(post: QueryDict) -> int | None:
    text = post.get("_expects", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise BadRequest("unreadable event number")
    return int(text)


def zone() -> ZoneInfo:
    """The zone in which days and instants are typed."""
    told = timezone.get_default_timezone()
    assert isinstance(told, ZoneInfo)
    return told

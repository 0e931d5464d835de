"""Batch work: one act on several matters, each carried out by itself, with a result for each.

Nothing is done together: what one matter refuses the others do not suffer from, and every matter
keeps its own history. Each file is opened first, so each leaves its trace of having been read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from haihe.kernel.values import Command, Data, Frozen, Refused
from haihe.look import forms
from haihe.look.staff import staff_page
from haihe.officer import views
from haihe.records import read, write
from haihe.records.shown import Act, File, Reader, Refusal

TOGETHER_MAX: Final = 30  # matters at once


class Chosen(NamedTuple):
    """A chosen matter and the last event its reader saw, None until the form was shown."""

    matter: str
    seen: int | None


class Offered(Frozen, frozen=True, kw_only=True):
    """An act that some of the chosen matters allow: how many, and the address of its form."""

    name: str
    count: int
    href: str


class Result(Frozen, frozen=True, kw_only=True):
    """What became of one matter: recorded as event `seq`, or refused."""

    file: File | None
    seq: int = 0
    refusal: Refusal | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Choose the act, fill in its form once, see the result of each matter."""
    chosen = _chosen(request)
    act = request.GET.get("act", "")
    opened = [read.open_file(one.matter, reader, views.HANDLE) for one in chosen]
    files = [one for one in opened if isinstance(one, File)]
    values: dict[str, object] = {
        "reader": reader,
        "here": "inbox",
        "files": files,
        "unopened": len(opened) - len(files),
        "most": TOGETHER_MAX,
    }
    kind = request.GET.get("kind", "")
    # A form sent twice finds what it did the first time: then the step need not be allowed still.
    acts_of = _allowed if request.method != "POST" else _known
    fitting = [file for file in files if _find(acts_of(file), file, act, kind)]
    wanted = next((_find(acts_of(file), file, act, kind) for file in fitting), None)
    if wanted is None:
        values["offered"] = _offered(files)
        return render(request, "officer/batch.html", values)
    wanted = _empty(wanted)
    href = _href(act, kind, fitting)
    values |= {"act": wanted, "fitting": fitting, "others": len(files) - len(fitting)}
    if request.method == "POST":
        answer = _carried_out(request, reader, wanted, fitting, chosen)
        if not isinstance(answer, forms.ActForm):
            done = sum(1 for one in answer if one.seq)
            values |= {"results": answer, "done": done, "refused": len(answer) - done}
            return render(request, "officer/batch.html", values)
        values["form"] = answer
        return render(request, "officer/batch.html", values, status=422)
    values["form"] = forms.printed(forms.dated(wanted), href)
    return render(request, "officer/batch.html", values)


def _chosen(request: HttpRequest) -> list[Chosen]:
    """The matters named in the address, each once, at most TOGETHER_MAX."""
    found: dict[str, Chosen] = {}
    for one in request.GET.getlist("m")[:TOGETHER_MAX]:
        matter, _dot, seen = one.partition(".")
        if seen and (not seen.isdecimal() or len(seen) > 9):
            raise BadRequest("unreadable event number")
        found[matter] = Chosen(matter, int(seen) if seen else None)
    return list(found.values())


def _allowed(file: File) -> list[Act]:
    return [act for act in file.acts if act.refusal is None and act.id != views.ISSUE]


def _known(file: File) -> list[Act]:
    return [act for act in file.acts if act.id != views.ISSUE]


def _offered(files: Sequence[File]) -> list[Offered]:
    """The acts some of these files allow, what most of them allow first."""
    every = [(file, act) for file in files for act in _allowed(file)]
    names = {act.id: act.name for _file, act in every}
    counted = Counter((act.id, "" if act.general else file.kind) for file, act in every)
    return [
        Offered(name=names[act], count=count, href=_href(act, kind, files))
        for (act, kind), count in counted.most_common()
    ]


def _find(acts: Sequence[Act], file: File, act: str, kind: str) -> Act | None:
    """The act of this id among these; a step is one of its own kind only."""
    return next((one for one in acts if one.id == act and (one.general or file.kind == kind)), None)


def _empty(act: Act) -> Act:
    """The act with an empty form: what one matter says must not be written into the others."""
    return replace(act, form=tuple(replace(field, value="") for field in act.form), conditions=())


def _href(act: str, kind: str, files: Sequence[File]) -> str:
    told = [("act", act), ("kind", kind), *(("m", f"{file.matter}.{file.seq}") for file in files)]
    return f"{reverse('officer:batch')}?{urlencode(told)}"


def _carried_out(
    request: HttpRequest,
    reader: Reader,
    act: Act,
    files: Sequence[File],
    chosen: Sequence[Chosen],
) -> forms.ActForm | list[Result]:
    """Each matter by itself; the form once more if it could not be understood."""
    key = request.POST.get("_key", "")
    if not key.isalnum():
        raise BadRequest("the form carries no key")
    dated = forms.dated(act)
    typed = forms.read(dated.form, request.POST, request.FILES or MultiValueDict(), views.zone())
    if typed.wrong:
        return forms.printed_again(
            dated,
            request.get_full_path(),
            request.POST,
            expects=None,
            wrong=typed.wrong,
            kept=typed.kept,
        )
    happened = typed.data.pop(forms.HAPPENED_AT, None)
    at = datetime.fromisoformat(happened) if isinstance(happened, str) else None
    data = read.with_ids(dated.form, typed.data, reader)
    seen = {one.matter: one.seen for one in chosen}
    by_matter = {file.matter: file for file in files}
    found = []
    for one in chosen:
        file = by_matter.get(one.matter)
        own = next((a for a in file.acts if a.id == act.id), None) if file else None
        if file is None or own is None:
            found.append(Result(file=file, refusal=_not_possible()))
            continue
        command = Command(
            key=f"{reader.person}:{key}:{file.matter}",
            act=act.id,
            actor=views.actor(reader, own),
            matter=file.matter,
            data=_own_data(data, own),
            happened_at=at,
            expects=seen[file.matter],
        )
        answer = write.submit(command)
        if isinstance(answer, Refused):
            found.append(Result(file=file, refusal=read.refusal(answer)))
        else:
            found.append(Result(file=file, seq=answer.seq))
    return found


def _own_data(data: Data, act: Act) -> Data:
    """What this matter's form asks for of what was typed."""
    names = {field.name for field in act.form}
    return {name: value for name, value in data.items() if name in names}


def _not_possible() -> Refusal:
    return Refusal(
        reason="wrong_state",
        says=_("这件事项现在没有这一步，或者不由您办。"),
        instead=_("请打开卷宗看可以办什么。"),
    )

"""Pages of the models: what each asks on what law, its versions, and the workshop."""

from __future__ import annotations

import re
from typing import Final
from uuid import uuid4

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from haihe.kernel.values import Refused
from haihe.look.staff import supervisor_page
from haihe.records import models_shown, read
from haihe.records.models_shown import ANALYST
from haihe.records.shown import Reader

NEW: Final = "new"
NOTE_MAX: Final = 2_000
SOUGHT_MAX: Final = 100
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@require_safe
@supervisor_page
def models(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The models in use by level, those sought, and the versions on their way to be approved."""
    sought = request.GET.get("q", "")[:SOUGHT_MAX]
    values = {
        "reader": reader,
        "here": "models",
        "sought": sought,
        "catalogue": models_shown.models(reader, sought),
        "analyst": ANALYST in reader.roles,
    }
    return render(request, "center/models.html", values)


@require_safe
@supervisor_page
def one(request: HttpRequest, reader: Reader, model: str) -> HttpResponse:
    """The card of a model in words, its SQL, its worked cases and its versions."""
    shown = models_shown.model(model, reader)
    if shown is None:
        raise Http404
    analyst = ANALYST in reader.roles
    values = {"reader": reader, "here": "models", "model": shown, "analyst": analyst}
    return render(request, "center/model.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_page
def change(request: HttpRequest, reader: Reader, model: str) -> HttpResponse:
    """The workshop: write, try on this city, compare with the version in use, send on."""
    from haihe.records import workshop  # Arrow and DuckDB come with it: here alone they are needed

    if ANALYST not in reader.roles:
        raise PermissionDenied(_("模型由数据分析员起草；您可以查看模型和它的每个版本。"))
    post = request.POST
    examined, wrong, refusal = None, "", None
    texts = {name: post.get(name, "") for name in _LABELS} if post else workshop.texts_of(model)
    note = post.get("note", "").strip()
    if post:
        examined = workshop.examine(texts)
        if post.get("do") == "send" and examined.passes:
            wrong = "" if 2 <= len(note) <= NOTE_MAX else _told_too_little()
            if not wrong:
                answer = workshop.propose(examined, note, reader, _key(request, reader))
                if not isinstance(answer, Refused):
                    return HttpResponseRedirect(f"/officer/matter/{answer}/?purpose=handle")
                refusal = read.refusal(answer)
    in_use = models_shown.model(model, reader)
    values = {
        "reader": reader,
        "here": "models",
        "name": model,
        "title": in_use.row.name if in_use else model,
        "new": model == NEW,
        "texts": texts,
        "files": [(name, _LABELS[name], texts.get(name, ""), _ROWS[name]) for name in _LABELS],
        "note": note,
        "wrong": wrong,
        "refusal": refusal,
        "examined": examined,
        "views": models_shown.columns(),
        "key": post.get("key") or uuid4().hex,
        "address": reverse("center:model-change", args=[model]),
    }
    return render(request, "center/workshop.html", values)


def _told_too_little() -> str:
    return _("写明改了什么、为什么改（2到%(most)s字）") % {"most": NOTE_MAX}


_LABELS: Final = {
    "card.yaml": gettext_lazy("卡片（card.yaml）：问题、依据、输入、已知误报、怎么办"),
    "model.sql": gettext_lazy("语句（model.sql）：一条 SELECT，给出 matter_id、cause、seq"),
    "cases.yaml": gettext_lazy("示例（cases.yaml）：至少一个找到、一个不找到"),
    "population.sql": gettext_lazy("总体（population.sql，可不填）：给出 measure、n"),
}
_ROWS: Final = {"card.yaml": 16, "model.sql": 14, "cases.yaml": 16, "population.sql": 4}


def _key(request: HttpRequest, reader: Reader) -> str:
    key = request.POST.get("key", "")
    if not _KEY.fullmatch(key):
        raise BadRequest("the form carries no key")
    return f"{reader.person}:{key}"

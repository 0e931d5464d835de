"""How pages of numbers begin: for supervisors; while a past moment is being made they say so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from haihe.look.staff import supervisor_page
from haihe.records.board import StillBeingMade
from haihe.records.shown import Reader

Rest = ParamSpec("Rest")
AGAIN_SECONDS: Final = 30


def center_page(
    page: Callable[Concatenate[HttpRequest, Reader, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Give a page of numbers its reader; 503 while the history does not reach to its moment."""

    @wraps(page)
    def entered(
        request: HttpRequest, reader: Reader, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        try:
            return page(request, reader, *args, **kwargs)
        except StillBeingMade:
            return _later(request)

    return supervisor_page(entered)


def _later(request: HttpRequest) -> HttpResponse:
    values = {
        "heading": _("这个时刻的情况还在补记"),
        "says": _(
            "刚刚装入了很多事项，后台正在逐件写下它们每一步以后是什么情况，还没有写到这个时刻。"
        ),
        "instead": _("过半分钟再打开这一页；现在的数字不受影响。"),
        "ways": [{"href": reverse("center:board"), "words": _("看现在")}],
    }
    status = HTTPStatus.SERVICE_UNAVAILABLE
    made = render(request, "look/message.html", values, status=status)
    made.headers["Retry-After"] = str(AGAIN_SECONDS)
    return made

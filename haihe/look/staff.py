"""Who of the staff is asking: staff pages begin here and send strangers to the sign-in page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from haihe.records import read
from haihe.records.shown import Reader

Rest = ParamSpec("Rest")

POST_KEY = "post"  # of the session: the post in which somebody who has several acts


def staff_page(
    page: Callable[Concatenate[HttpRequest, Reader, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Give a page its reader: a signed-in account that has a post in an organ."""

    @wraps(page)
    def entered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("officer:login"))
        reader = read.reader_of(request.user, str(request.session.get(POST_KEY, "")))
        if reader is None:
            raise PermissionDenied(_("这个账号还没有岗位，所以看不到任何事项。"))
        return page(request, reader, *args, **kwargs)

    return entered


def supervisor_page(
    page: Callable[Concatenate[HttpRequest, Reader, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """The same for pages of those who supervise."""

    @wraps(page)
    def for_supervisors(
        request: HttpRequest, reader: Reader, /, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponse:
        if not reader.supervisor:
            raise PermissionDenied(_("监督页面只对承担监督职责的岗位开放。"))
        return page(request, reader, *args, **kwargs)

    return staff_page(for_supervisors)

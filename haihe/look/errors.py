"""Pages for what went wrong: what happened, and what you can do; in words, never a bare code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import requires_csrf_token

from haihe.records import write

RETRY_SECONDS = "10"
OPENING = ("GET", "HEAD")
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
HOME = {"href": "/", "words": gettext_lazy("回到首页")}
DESK = {"href": "/officer/", "words": gettext_lazy("回到我的待办")}


def message(
    request: HttpRequest, status: HTTPStatus, heading: str, says: str, instead: str = ""
) -> HttpResponse:
    """A page that says one thing; officers are led back to their inbox, citizens to the start."""
    # Who was refused the inbox itself is not led back to it.
    ways = [DESK, HOME] if _is_desk(request) and request.path != DESK["href"] else [HOME]
    values = {"heading": heading, "says": says, "instead": instead, "ways": ways}
    return render(request, "look/message.html", values, status=status)


def not_opened(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the 405 of an address that is only posted to, or never, is a page in words."""

    def answer(request: HttpRequest) -> HttpResponse:
        refused = get_response(request)
        if refused.status_code != HTTPStatus.METHOD_NOT_ALLOWED or refused.content:
            return refused
        opened = request.method in OPENING
        told = message(
            request,
            HTTPStatus.METHOD_NOT_ALLOWED,
            _("这个地址不能直接打开") if opened else _("没看懂这次提交"),
            _("它只接收按钮送来的内容。这样打开，什么都没有办，也什么都没有改动。")
            if opened
            else _("这一页只能看，不收送来的内容，什么都没有改动。"),
            _("请回到原来那一页，在那里按按钮。"),
        )
        told["Allow"] = refused["Allow"]
        return told

    return answer


def _is_desk(request: HttpRequest) -> bool:
    """Whether the address is one of those where officers work."""
    return request.path.startswith(("/officer/", "/center/"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be understood; 413: it was larger than anything we take."""
    if isinstance(exception, TOO_LARGE):
        return too_large(request)
    return message(
        request,
        HTTPStatus.BAD_REQUEST,
        _("没看懂这次提交"),
        _("送来的内容不完整或格式不对，什么都没有改动。"),
        _("请返回上一页，核对后再提交一次。"),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than we take at one time; nothing of it was kept."""
    return message(
        request,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("一次送来的太多了"),
        _("这张表单里的文字或者文件超过了一次能收的大小，什么都没有改动。"),
        _("请返回上一页，少选几个文件，或者把照片压缩后分几次送。"),
    )


@requires_csrf_token
def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this account may not see this page."""
    return message(
        request,
        HTTPStatus.FORBIDDEN,
        _("您的账号不能打开这一页"),
        str(exception) if exception and str(exception) else _("这一页不在您的岗位职责之内。"),
        _("如果工作确实需要，请找本单位管理员调整岗位，或者用相应的账号登录。"),
    )


@requires_csrf_token
def not_found(
    request: HttpRequest,
    exception: Exception | None = None,  # noqa: ARG001  Django passes it by name
) -> HttpResponse:
    """404: no such page."""
    return message(
        request,
        HTTPStatus.NOT_FOUND,
        _("没有这一页"),
        _("地址可能抄错了一个字，或者这件事项不存在。"),
        _("请从待办或者搜索里打开事项；不由您办理、也不归您监督的，在这里同样打不开。")
        if _is_desk(request)
        else _("查询码可以在首页重新输入；字母不分大小写，横线可写可不写。"),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500: our own fault; nothing half-done remains, because every step is one transaction.

    503 where the database or the keeper of the keys does not answer: it may be tried again.
    """
    failed = sys.exc_info()[1]
    # Django's own connection tells the failure of the database as the cause of its error.
    if isinstance(failed, write.Failure) or isinstance(
        getattr(failed, "__cause__", None), write.Failure
    ):
        return _away(request)
    return message(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("系统出了差错"),
        _("这是我们的问题，不是您的。刚才的操作要么已经完整记下，要么完全没有发生。"),
        _("请返回上一页再提交一次：同一张表单重复提交也只会办一次。"),
    )


def _away(request: HttpRequest) -> HttpResponse:
    response = message(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("暂时打不开，请稍后再试"),
        _("存放记录的系统一时没有应答。已经提交成功的都在，一件也没有丢；刚才这一步没有办理。"),
        _("请过一会儿再试一次：同一张表单重复提交也只会办一次。紧急的不要等，请直接拨打110。"),
    )
    response["Retry-After"] = RETRY_SECONDS
    return response


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  the same
    """403 of the forgery check: the page was open too long, or cookies are off."""
    return message(
        request,
        HTTPStatus.FORBIDDEN,
        _("页面开得太久，需要重新打开"),
        _("为防止他人冒用，每张表单都带有一次性的验证，这一张已经失效，什么都没有改动。"),
        _(
            "请返回上一页，先把写好的话复制下来，再刷新、提交。仍然不行的，请在浏览器设置里允许本网站保存数据。"
        ),
    )

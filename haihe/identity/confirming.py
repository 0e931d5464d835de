"""Before a sensitive act: is it still the same person at the keyboard?"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

Rest = ParamSpec("Rest")

# The acts that ask for it; a page that does one of them is wrapped in `confirmed`.
SENSITIVE: Final = (
    "批量导出",  # Chinese: a list for the handbook
    "删除个人信息",  # Chinese: a list for the handbook
    "批准销毁",  # Chinese: a list for the handbook
    "更改他人账号、岗位和管理员",  # Chinese: a list for the handbook
    "签发和收回接口令牌",  # Chinese: a list for the handbook
    "更改自己的验证方式",  # Chinese: a list for the handbook
)


def confirmed(
    page: Callable[Concatenate[HttpRequest, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """A page whose visitor proved within the last ten minutes who they are; else they do it first.

    The proof is the second factor, or the password of an account that has none (in a demo). What
    was sent with POST is kept meanwhile and carried out afterwards. The span is
    ACCOUNT_REAUTHENTICATION_TIMEOUT in config/settings.py.
    """
    from allauth.account.decorators import reauthentication_required

    again = reauthentication_required(app="haihe.identity")(page)

    @wraps(page)
    def entered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("officer:login"))
        answer: HttpResponse = again(request, *args, **kwargs)
        return answer

    return entered

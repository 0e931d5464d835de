"""Who works in a hall: a post in the hall's organ with a role that the hall names."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse

from haihe.look.staff import staff_page
from haihe.records import halls
from haihe.records.shown import Reader

Rest = ParamSpec("Rest")
Where = Literal["window", "lobby"]


def works(reader: Reader, site: str, where: Where) -> bool:
    """Whether this reader's post may work at the windows, or in the lobby, of a hall."""
    hall = halls.every_hall().get(site)
    if hall is None or reader.organ != hall.organ:
        return False
    roles = hall.window_roles if where == "window" else hall.lobby_roles
    return bool(set(reader.roles) & set(roles))


def hall_page(
    where: Where,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Reader, str, Rest], HttpResponse]],
    Callable[..., HttpResponse],
]:
    """A page of those who work there; a hall of others is answered like one that is none."""

    def made(
        page: Callable[Concatenate[HttpRequest, Reader, str, Rest], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @wraps(page)
        def entered(
            request: HttpRequest, reader: Reader, site: str, *args: Any, **rest: Any
        ) -> HttpResponse:
            if not works(reader, site, where):
                raise Http404
            return page(request, reader, site, *args, **rest)

        return staff_page(entered)

    return made

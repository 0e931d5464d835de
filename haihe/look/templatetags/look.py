"""Template words of the design system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from haihe.records import rules
from haihe.records.instants import day_words, instant_words
from haihe.records.shown import ClockFace

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from haihe.records.posts import Post

register = template.Library()

NUMBER: Final = re.compile(r"\b([A-Z]{1,6}-\d{4}-\d{6})\b")
TONE_CLASSES = {"good": "is-good", "warn": "is-near", "bad": "is-late", "plain": ""}


@register.filter
def running(clocks: Iterable[ClockFace]) -> list[ClockFace]:
    """The clocks that were not stopped yet."""
    return [clock for clock in clocks if not clock.stopped]


@register.filter
def past(clocks: Iterable[ClockFace]) -> list[ClockFace]:
    """The clocks that were stopped, in time or late."""
    return [clock for clock in clocks if clock.stopped]


@register.filter
def linked(text: str) -> SafeString:
    """Words in which every number of a matter leads to that matter, as far as one may see it."""
    parts = NUMBER.split(text)
    return format_html_join(
        "",
        "{}{}",
        (
            (part, "")
            if number % 2 == 0
            else (
                format_html('<a class="hit numbers" href="/officer/?number={}">', part),
                format_html("{}</a>", part),
            )
            for number, part in enumerate(parts)
        ),
    )


@register.filter
def day(value: date | str) -> str:
    """A day as people read it, 2026年9月1日 星期二; also for a day kept as text, 2026-09-01."""
    return day_words(date.fromisoformat(value) if isinstance(value, str) else value)


@register.filter
def moment(value: datetime) -> str:
    """An instant as people read it, in the city's time: 2026年9月1日 星期二 08:10."""
    return instant_words(value, timezone.get_current_timezone())


@register.filter
def called(user: AbstractBaseUser) -> str:
    """Whose account it is, as every face says it: 马场派出所 · 张建国; without a post its name."""
    from haihe.records import accounts, read  # needs the models; the other words do not

    reader = read.reader_of(user)
    if reader is None:
        return accounts.person_name(user.get_username())
    return f"{reader.organ_name} · {reader.name}"


@register.filter
def post_words(post: Post) -> str:
    """What a post is called; one without a name of its own by what its holder acts as."""
    if post.name:
        return post.name
    roles = {
        id_: role.name
        for procedure in rules.current().in_force(timezone.localdate())
        for id_, role in procedure.roles.items()
    }
    return "、".join(roles.get(one, one) for one in post.roles)  # Chinese: told on the way out


@register.filter
def organ_words(organ: str) -> str:
    """The name of a body whose id is known."""
    return rules.current().organ_name(organ)


@register.filter
def tone(tone_name: str) -> str:
    """The class of a tone; every place that uses it also says the thing in words."""
    return TONE_CLASSES[tone_name]


@cache
def icon_names() -> tuple[str, ...]:
    """The icons there are: the symbols of look/icons.svg."""
    path = finders.find("look/icons.svg")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as sheet:
        return tuple(re.findall(r'<symbol id="([a-z-]+)"', sheet.read()))


@register.simple_tag
def icon(name: str, more: str = "") -> SafeString:
    """`{% icon "clock" %}`: a sign beside words, never instead of them; `more` are classes."""
    if name not in icon_names():
        raise ValueError(f"no icon {name}; there are {', '.join(icon_names())}")
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        more,
        static("look/icons.svg"),
        name,
    )

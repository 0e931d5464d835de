"""Template words of the design system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from haihe.records.shown import ClockFace

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

"""Template words of the design system."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from haihe.records.shown import ClockFace

register = template.Library()

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
def tone(tone_name: str) -> str:
    """The class of a tone; every place that uses it also says the thing in words."""
    return TONE_CLASSES[tone_name]

"""Template words of the design system."""

from __future__ import annotations

from django import template

register = template.Library()

TONE_CLASSES = {"good": "is-good", "warn": "is-near", "bad": "is-late", "plain": ""}


@register.filter
def tone(tone_name: str) -> str:
    """The class of a tone; every place that uses it also says the thing in words."""
    return TONE_CLASSES[tone_name]

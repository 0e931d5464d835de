"""What the scripts of the officer's pages are told about whoever is signed in."""

from __future__ import annotations

from django import template

from haihe.records import devices
from haihe.records.shown import Reader

register = template.Library()


@register.filter
def account(reader: Reader | str) -> str:
    """The tag of the reader's account for this device; "" while nobody is signed in."""
    return devices.account_tag(reader) if isinstance(reader, Reader) else ""


@register.filter
def percent(share: float) -> str:
    """A share from 0 to 1 as a whole percentage."""
    return f"{round(share * 100)}%"

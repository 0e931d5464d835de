"""The network address a request comes from, as far as the installation can vouch for it."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
FORWARDED_MAX = 20  # addresses read from one header


def address_of(request: HttpRequest) -> str:
    """The address of the browser: what the outermost of our own HAIHE_PROXIES proxies saw.

    A header that did not pass through our proxies is worth nothing, so without proxies it is not
    read at all. IPv6 addresses count as their network of 64 bits: one home has many of them.
    """
    told = str(request.META.get("REMOTE_ADDR") or "")
    proxies: int = settings.HAIHE_PROXIES
    if proxies:
        passed = str(request.META.get("HTTP_X_FORWARDED_FOR") or "").split(",")[-FORWARDED_MAX:]
        seen = [one.strip() for one in passed if one.strip()]
        told = seen[-proxies] if len(seen) >= proxies else told
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)

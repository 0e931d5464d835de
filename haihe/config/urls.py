"""Addresses of the three faces, and the pages for what went wrong."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("haihe.apply.urls")),
    path("", include("haihe.citizen.urls")),
    path("", include("haihe.identity.door_urls")),
    path("look/", include("haihe.look.urls")),
    path("identity/", include("haihe.identity.urls")),
    path("officer/", include("haihe.officer.urls")),
    path("center/", include("haihe.center.urls")),
    path("hall/", include("haihe.hall.urls")),
]

if settings.HAIHE_DEMO:
    urlpatterns.append(path("demo/", include("haihe.demo.urls")))

handler400 = "haihe.look.errors.bad_request"
handler403 = "haihe.look.errors.not_allowed"
handler404 = "haihe.look.errors.not_found"
handler500 = "haihe.look.errors.broken"

"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import path

from haihe.apply import certificates, filling, services, terminal

app_name = "apply"

urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/power/", services.power, name="power"),
    path("services/branch/<slug:branch>/", services.branch, name="branch"),
    path("services/terminal/", terminal.leave, name="leave_terminal"),
    path("services/terminal/<slug:site>/", terminal.start, name="terminal"),
    path("services/<slug:item>/", services.item, name="item"),
    path("certificates/check/", certificates.check, name="check_certificate"),
    path("certificates/keys.json", certificates.keys, name="certificate_keys"),
    path("certificates/revoked.jws", certificates.revoked, name="certificate_revoked"),
    path("certificates/worker.js", certificates.worker, name="certificate_worker"),
    path("certificates/of/<str:code>/", certificates.held, name="certificates"),
    path(
        "certificates/of/<str:code>/<str:certificate>.jws",
        certificates.file,
        name="certificate_file",
    ),
    path("apply/", filling.again, name="again"),
    path("apply/<str:code>/", filling.who, name="who"),
    path("apply/<str:code>/facts/", filling.facts, name="facts"),
    path("apply/<str:code>/check/", filling.check, name="check"),
]

"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import path

from haihe.apply import filling, services

app_name = "apply"

urlpatterns = [
    path("services/", services.services, name="services"),
    path("services/power/", services.power, name="power"),
    path("services/branch/<slug:branch>/", services.branch, name="branch"),
    path("services/<slug:item>/", services.item, name="item"),
    path("apply/", filling.again, name="again"),
    path("apply/<str:code>/", filling.who, name="who"),
    path("apply/<str:code>/facts/", filling.facts, name="facts"),
    path("apply/<str:code>/check/", filling.check, name="check"),
]

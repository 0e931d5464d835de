"""Addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path

from haihe.center import audit, city_map, models, retention, trends, views

app_name = "center"

urlpatterns = [
    path("", views.overview, name="board"),
    path("matters/<slug:which>/", views.matters, name="matters"),
    path("findings/", views.findings, name="findings"),
    path("map/", city_map.page, name="map"),
    path("trends/", trends.page, name="trends"),
    path("settings/", views.settings, name="settings"),
    path("retention/", retention.page, name="retention"),
    path("retention/decision/", retention.decision, name="disposal"),
    path("traces/", audit.page, name="traces"),
    path("models/", models.models, name="models"),
    path("models/<slug:model>/", models.one, name="model"),
    path("models/<slug:model>/change/", models.change, name="model-change"),
]

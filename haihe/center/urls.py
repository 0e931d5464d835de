"""Addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path

from haihe.center import (
    audit,
    city_map,
    letters,
    model_pages,
    ratings,
    reports,
    retention,
    review,
    trends,
    views,
)

app_name = "center"

urlpatterns = [
    path("", views.overview, name="board"),
    path("wall/", views.wall, name="wall"),
    path("report/", reports.report, name="report"),
    path("board.csv", reports.board_csv, name="board-csv"),
    path("review/", review.page, name="review"),
    path("matters/<slug:which>/", views.matters, name="matters"),
    path("matters/<slug:which>.csv", reports.matters_csv, name="matters-csv"),
    path("findings/", views.findings, name="findings"),
    path("findings.csv", reports.findings_csv, name="findings-csv"),
    path("letters/", letters.page, name="letters"),
    path("map/", city_map.page, name="map"),
    path("trends/", trends.page, name="trends"),
    path("ratings/", ratings.page, name="ratings"),
    path("ratings/<slug:which>/", ratings.listed, name="ratings_list"),
    path("settings/", views.settings, name="settings"),
    path("retention/", retention.page, name="retention"),
    path("retention/decision/", retention.decision, name="disposal"),
    path("traces/", audit.page, name="traces"),
    path("models/", model_pages.models, name="models"),
    path("models/<slug:model>/", model_pages.one, name="model"),
    path("models/<slug:model>/change/", model_pages.change, name="model-change"),
]

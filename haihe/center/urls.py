"""Addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path

from haihe.center import views

app_name = "center"

urlpatterns = [
    path("", views.overview, name="board"),
    path("matters/<slug:which>/", views.matters, name="matters"),
    path("findings/", views.findings, name="findings"),
]

"""Addresses of the look itself: what a reader chose about it."""

from __future__ import annotations

from django.urls import path

from haihe.look import choices, parts

app_name = "look"

urlpatterns = [
    path("", parts.parts, name="parts"),
    path("choose/", choices.choose, name="choose"),
]

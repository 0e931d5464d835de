"""Addresses of the look itself: what a reader chose about it."""

from __future__ import annotations

from django.urls import path

from haihe.look import choices

app_name = "look"

urlpatterns = [path("choose/", choices.choose, name="choose")]

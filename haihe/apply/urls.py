"""Addresses of the catalogue's pages."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "apply"

urlpatterns: list[URLPattern] = []

"""The Django application that carries the tables; it has no models, for SQL is written by hand."""

from __future__ import annotations

from django.apps import AppConfig


class Records(AppConfig):
    """Tables and migrations of Haihe."""

    name = "haihe.records"
    label = "records"
    verbose_name = "海河记录"

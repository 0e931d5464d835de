"""Addresses of signing in, of one's own account and of the administrators."""

from __future__ import annotations

from django.urls import path

from haihe.identity import citizens

app_name = "identity"

urlpatterns = [
    path("citizen/", citizens.ask, name="citizen"),
    path("citizen/code/", citizens.code, name="citizen_code"),
    path("citizen/leave/", citizens.leave, name="citizen_leave"),
]

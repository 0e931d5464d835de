"""Addresses of the public's pages."""

from __future__ import annotations

from django.urls import path

from haihe.citizen import readings, views

app_name = "citizen"

urlpatterns = [
    path("", views.start, name="start"),
    path("report/", views.report, name="report"),
    path("report/<slug:kind>/<slug:act>/", views.opening, name="opening"),
    path("receipt/<str:code>/", views.receipt, name="receipt"),
    path("follow/", views.ask, name="ask"),
    path("follow/<str:code>/", views.follow, name="follow"),
    path("mine/", readings.mine, name="mine"),
    path("follow/<str:code>/readings/", readings.readings, name="readings"),
    path("follow/<str:code>/readings/<int:number>/", readings.object_to, name="object"),
    path("follow/<str:code>/act/<slug:act>/", views.act, name="act"),
]

"""Addresses of the public's pages."""

from __future__ import annotations

from django.urls import path

from haihe.citizen import (
    follow,
    mine,
    open_pages,
    opening,
    place,
    rate,
    readings,
    start,
    uploads,
)

app_name = "citizen"

urlpatterns = [
    path("", start.start, name="start"),
    path("search/", start.search, name="search"),
    path("report/", start.report, name="report"),
    path("report/<slug:kind>/<slug:act>/", opening.opening, name="opening"),
    path("report/<slug:kind>/<slug:act>/place/", place.place, name="place"),
    path("report/<slug:kind>/<slug:act>/place/here/", place.here, name="here"),
    path("public/", open_pages.public, name="public"),
    path("public/powers/", open_pages.power_list, name="powers"),
    path("public/powers/<slug:kind>/", open_pages.powers_of, name="powers_of"),
    path("public/hearings/", open_pages.hearings, name="hearings"),
    path("public/sittings/", open_pages.sittings, name="sittings"),
    path("public/ideas/", open_pages.ideas, name="ideas"),
    path("upload/", uploads.begin, name="upload"),
    path("upload/<str:id>/", uploads.piece, name="upload_piece"),
    path("receipt/<str:code>/", follow.receipt, name="receipt"),
    path("follow/", follow.ask, name="ask"),
    path("follow/<str:code>/", follow.follow, name="follow"),
    path("mine/", mine.mine, name="mine"),
    path("follow/<str:code>/messages/", mine.told, name="messages"),
    path("rate/", rate.ask, name="rate_ask"),
    path("rate/<str:code>/", rate.rate, name="rate"),
    path("rate/<str:code>/thanks/", rate.rated, name="rated"),
    path("follow/<str:code>/readings/", readings.readings, name="readings"),
    path("follow/<str:code>/readings/<int:number>/", readings.object_to, name="object"),
    path("follow/<str:code>/act/<slug:act>/", follow.act, name="act"),
]

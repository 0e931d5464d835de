"""Addresses of the service halls; `t` and `v` are no halls, whose ids are longer."""

from __future__ import annotations

from django.urls import path

from haihe.hall import booking, lobby, record, views, windows

app_name = "hall"

urlpatterns = [
    path("", views.every, name="every"),
    path("t/<str:code>/", views.ticket, name="ticket"),
    path("t/<str:code>/part/", views.ticket_part, name="ticket_part"),
    path("t/<str:code>/paper/", views.paper, name="paper"),
    path("t/<str:code>/act/<slug:act>/", views.ticket_act, name="ticket_act"),
    path("<slug:site>/", views.tap, name="tap"),
    path("<slug:site>/take/", views.take, name="take"),
    path("<slug:site>/poster/", views.poster, name="poster"),
    path("<slug:site>/screen/", views.screen, name="screen"),
    path("<slug:site>/screen/part/", views.screen_part, name="screen_part"),
    path("<slug:site>/record/", record.record, name="record"),
    path("<slug:site>/book/", booking.book, name="book"),
    path("<slug:site>/windows/", windows.every, name="windows"),
    path("<slug:site>/windows/<slug:window>/", windows.console, name="window"),
    path("<slug:site>/windows/<slug:window>/part/", windows.part, name="window_part"),
    path("<slug:site>/windows/<slug:window>/<slug:act>/", windows.act, name="window_act"),
    path("<slug:site>/lobby/", lobby.console, name="lobby"),
    path("<slug:site>/lobby/part/", lobby.part, name="lobby_part"),
    path("<slug:site>/lobby/<slug:act>/", lobby.act, name="lobby_act"),
]

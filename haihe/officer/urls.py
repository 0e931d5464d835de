"""Addresses of the officer's pages."""

from __future__ import annotations

from django.urls import path

from haihe.identity import staff_door
from haihe.officer import (
    batch,
    calendars,
    exports,
    intake,
    letters,
    letters_together,
    offline,
    papers,
    ratings,
    views,
)

app_name = "officer"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("login/", staff_door.sign_in, name="login"),
    path("logout/", staff_door.sign_out, name="logout"),
    path("new/", intake.page, name="new"),
    path("new/<slug:kind>/<slug:act>/", views.opening, name="opening"),
    path("new/<slug:kind>/<slug:act>/then/", offline.then, name="then"),
    path("new/<slug:kind>/<slug:act>/then/<slug:step>/", offline.then_step, name="then_step"),
    path("worker.js", offline.worker, name="worker"),
    path("offline/", offline.outbox, name="offline"),
    path("offline/shell/", offline.shell, name="shell"),
    path("offline/device/", offline.device, name="device"),
    path("offline/file/", offline.file, name="device_file"),
    path("offline/entry/", offline.entry, name="device_entry"),
    path("offline/device/<slug:device>/", offline.withdraw, name="withdraw_device"),
    path("batch/", batch.page, name="batch"),
    path("calendar/", calendars.page, name="calendar"),
    path("calendar/<slug:secret>.ics", calendars.feed, name="feed"),
    path("calendar/<slug:feed>/withdraw/", calendars.withdraw, name="withdraw_feed"),
    path("ratings/", ratings.page, name="ratings"),
    path("letters/", letters.page, name="letters"),
    path("letters/together/", letters_together.page, name="letters_together"),
    path("letters/<str:matter>/", letters.letter, name="letter"),
    path("letters/<str:matter>/<slug:act>/", letters.decide, name="letter_act"),
    path("exports/", exports.page, name="exports"),
    path("exports/<int:number>/", exports.file, name="export"),
    path("matter/<str:matter>/", views.file, name="file"),
    path("matter/<str:matter>/sheet/", offline.sheet, name="sheet"),
    path("matter/<str:matter>/file/<str:digest>/", views.kept_file, name="kept_file"),
    path("matter/<str:matter>/paper/<int:step>/<slug:paper>/", papers.page, name="paper"),
    path("matter/<str:matter>/paper/<int:step>/<slug:paper>/docx/", papers.docx, name="docx"),
    path("matter/<str:matter>/paper/<int:step>/<slug:paper>/issue/", papers.issue, name="issue"),
    path("matter/<str:matter>/act/<slug:act>/", views.act, name="act"),
]

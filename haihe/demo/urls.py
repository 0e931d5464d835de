"""Addresses of the demo's own pages; included only where the program was started as a demo."""

from __future__ import annotations

from django.urls import path

from haihe.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.start, name="start"),
    path("enter/", views.enter, name="enter"),
    path("tour/<slug:role>/", views.tour, name="tour"),
    path("tour/<slug:role>/<int:number>/", views.stop, name="stop"),
    path("end/", views.end, name="end"),
    path("stories/", views.stories, name="stories"),
    path("stories/<slug:name>/", views.story, name="story"),
]

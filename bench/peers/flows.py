"""The viewflow flow of the bench; imported once Django is configured (flows live in an app)."""

from __future__ import annotations

from django.db import connection
from django.views import View
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process


class Alarm(flow.Flow):
    """A human task that leads back to itself."""

    process_class = Process
    lock_impl = lock.no_lock if connection.vendor == "sqlite" else lock.select_for_update_lock
    start = flow.StartHandle().Next(this.handle)
    handle = flow.View(View.as_view()).Next(this.again)
    again = flow.If(lambda activation: True).Then(this.handle).Else(this.end)  # noqa: ARG005 viewflow passes it
    end = flow.End()

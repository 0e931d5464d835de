"""Every table of the journal and of its projections, as `haihe/records/tables.py` has them."""

from __future__ import annotations

from typing import cast

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from haihe.records.tables import Vendor, create_statements, drop_statements


def create(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create all tables and indexes."""
    for statement in create_statements(cast(Vendor, editor.connection.vendor)):
        editor.execute(statement)


def drop(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Remove all tables."""
    for statement in drop_statements():
        editor.execute(statement)


class Migration(migrations.Migration):
    """The first tables."""

    initial = True
    operations = (migrations.RunPython(create, drop),)

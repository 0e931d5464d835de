"""Haihe's settings in a test process: the first that needs Django sets it up for all."""

from __future__ import annotations

import os
from pathlib import Path

import django
import pytest
from django.conf import settings


def own_settings(home: Path) -> None:
    """Set Django up with Haihe's settings, unless this process has done so.

    Bare settings of one test would be found by every later one of the same process.
    """
    if settings.configured:
        return
    with pytest.MonkeyPatch.context() as told:
        told.setenv("HAIHE_HOME", str(home))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
        django.setup()

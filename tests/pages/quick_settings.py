"""The settings of the program for tests, never installed: quick passwords, templates that are told.

Only a test sets DJANGO_SETTINGS_MODULE to this file; nothing in `haihe` can lead to it.
"""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from haihe.config import settings
from haihe.config.settings import *  # noqa: F403  all settings but these


class Quick(PBKDF2PasswordHasher):
    """The same algorithm with few rounds."""

    iterations = 100


PASSWORD_HASHERS = [f"{__name__}.Quick"]
MIDDLEWARE = ["tests.pages.told_templates.told", *settings.MIDDLEWARE]
TEMPLATES = [settings.TEMPLATES[0] | {"BACKEND": "tests.pages.told_templates.Telling"}]

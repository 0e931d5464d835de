"""The settings of the program with passwords that are hashed quickly: for tests, never installed.

Only a test sets DJANGO_SETTINGS_MODULE to this file; nothing in `haihe` can lead to it.
"""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from haihe.config.settings import *  # noqa: F403  all settings but one


class Quick(PBKDF2PasswordHasher):
    """The same algorithm with few rounds."""

    iterations = 100


PASSWORD_HASHERS = [f"{__name__}.Quick"]

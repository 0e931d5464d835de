"""Rules for passwords of staff: long, or mixed; never a common one (Django's validators beside)."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LENGTH_MIN: Final = 10
LONG: Final = 16  # a sentence of this length needs no signs
KINDS_MIN: Final = 3


class LongOrMixed:
    """At least LENGTH_MIN characters of KINDS_MIN kinds, or LONG characters of any."""

    def validate(self, password: str, _user: AbstractBaseUser | None = None) -> None:
        """Raises ValidationError with what to do."""
        kinds = (
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        )
        if len(password) >= LONG or (len(password) >= LENGTH_MIN and sum(kinds) >= KINDS_MIN):
            return
        raise ValidationError(self.get_help_text(), code="weak")

    def get_help_text(self) -> str:
        """The rule in words."""
        told = _(
            "密码至少%(least)s位，含大写、小写、数字、符号中的%(kinds)s种；"
            "或者用一句%(long)s个字符以上、好记的话。"
        )
        return told % {"least": LENGTH_MIN, "kinds": KINDS_MIN, "long": LONG}

"""Certificates for pages: read through this thread's connection, with names that people know."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from haihe.records import certificates, rules
from haihe.records.certificates import Checked, Issued
from haihe.records.database import reading_connection

__all__ = ["Checked", "Issued", "check", "key_set", "of_matter", "one", "revoked_list", "zone"]


def of_matter(matter: str, now: datetime) -> list[Issued]:
    """The certificates of a matter, the newest first; one that is due is issued now."""
    connection = reading_connection()
    certificates.ensure(connection, matter, now)
    return certificates.of_matter(connection, matter)


def one(certificate: str) -> Issued | None:
    """One certificate; None if there is none of this id."""
    return certificates.by_id(reading_connection(), certificate)


def check(text: str, now: datetime) -> Checked:
    """Whether a text is a certificate of ours that holds now."""
    connection = reading_connection()
    public = certificates.public_keys(connection)
    return certificates.check(text, public, certificates.revoked_ids(connection), now)


def key_set() -> dict[str, Any]:
    """The public keys as a JSON Web Key Set."""
    return certificates.key_set(reading_connection())


def revoked_list(now: datetime) -> str:
    """The ids of what was revoked, as a signed statement."""
    return certificates.revoked_list(reading_connection(), now)


def zone() -> tzinfo:
    """The zone in which days begin."""
    return rules.current().zone

"""What the table of certificates says, held against the chain, the keys and the texts themselves.

A row can be written by whoever has the database; a grant and a signature cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from haihe.records import certificates, jws, keys
from haihe.records.database import Connection
from haihe.records.keys import KeyMissing, WrongKey


class Wrong(NamedTuple):
    """One certificate, or one question to a register, that nothing bears out."""

    says: str
    matter: str


def verify(connection: Connection) -> Iterator[Wrong]:
    """Every certificate rests on a grant and says what its row says; questions have a matter."""
    public = certificates.public_keys(connection)
    granted = ", ".join("?" * len(certificates.GRANTING))
    rows = connection.rows(
        "SELECT c.certificate_id, c.matter_id, c.sealed, c.valid_until, c.instead, "
        f"(SELECT count(*) FROM event e WHERE e.matter_id = c.matter_id AND e.act IN ({granted})), "
        "(SELECT count(*) FROM certificate o WHERE o.certificate_id = c.instead) "
        "FROM certificate c ORDER BY c.certificate_id",
        certificates.GRANTING,
    )
    for certificate, matter, sealed, until, instead, grants, others in rows:
        if not grants:
            yield Wrong(f"certificate {certificate}: nothing was granted in its matter", matter)
        if instead and not others:
            yield Wrong(f"certificate {certificate}: what replaced it is not there", matter)
        wrong = _unlike(certificate, bytes(sealed), until, public) if sealed else ""
        if wrong:
            yield Wrong(f"certificate {certificate}: {wrong}", matter)
    for (matter,) in connection.rows(
        "SELECT q.matter_id FROM source_question q LEFT JOIN matter m "
        "ON m.matter_id = q.matter_id WHERE m.matter_id IS NULL"
    ):
        yield Wrong("a question to a register belongs to no matter", matter)


def _unlike(certificate: str, sealed: bytes, until: int | None, public: dict[str, bytes]) -> str:
    """In what the text differs from its row; "" when it does not."""
    try:
        text = keys.store().key("content").open(certificates.PURPOSE, sealed, certificate)
        told = jws.claims_of(text.decode(), public, certificates.TYPE)
    except (WrongKey, KeyMissing, UnicodeError):
        return "its text does not open"
    except jws.NotSigned:
        return "no published key signed its text"
    if told.get("id") != certificate:
        return "its text has another id"
    seconds = None if until is None else until // 1_000_000
    return "" if told.get("exp") == seconds else "its text ends on another day"

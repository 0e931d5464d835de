"""Electronic certificates of what was granted: signed, revocable by id, checked by anybody offline.

Each has an explicit random id: revocation is by that id, never by a digest of the text (a signature
can be written in more than one way). The signed text lies sealed; whoever has the follow code of
the matter, or was shown the certificate, can check it without us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haihe.kernel.catalogue import Item
from haihe.kernel.deadline import due, expires_at
from haihe.kernel.state import State
from haihe.kernel.values import Data, Frozen
from haihe.records import applications, followed, home, jws, keys, personal, rules, sm2
from haihe.records.chain import HASHES, EventRow
from haihe.records.database import Connection, writing
from haihe.records.instants import restored, stored
from haihe.records.journal import EVENT_COLUMNS, event_of, folded, procedure_of
from haihe.records.jws import NotSigned

TYPE: Final = "haihe-certificate"
LIST_TYPE: Final = "haihe-revoked"
PURPOSE: Final = "certificate"
SIGNING: Final = "certificates"
ALGORITHMS: Final = {"Ed25519": jws.ED25519, "SM2": jws.SM2}
ID_BYTES: Final = 16
QR_CHARACTERS_MAX: Final = 1_195  # one code that every phone reads (SMART Health Cards)
NAME_CHARACTERS_MAX: Final = 60
MARK_FILE: Final = "certificates.json"  # in HAIHE_HOME: how far events were looked at
KINDS: Final = ("service_item", "police_permit")
GRANTING: Final = ("approve", "grant")
UNDOING: Final = "withdraw"
GRANTED: Final = frozenset({"decided", "delivered", "granted"})


class Claims(Frozen, frozen=True, kw_only=True):
    """What a certificate says; short names, because it has to fit into one code."""

    id: str
    iss: str  # the body that granted it
    item: str
    no: str  # the number of the decision
    name: str  # the holder
    iat: int  # seconds since 1970 in UTC
    what: str = ""  # what was granted, in words
    exp: int | None = None


class Issued(NamedTuple):
    """A certificate as its holder sees it."""

    id: str
    matter: str
    item: str
    text: str  # the signed statement; "" when its personal values were erased
    issued_at: datetime
    valid_until: datetime | None
    revoked_at: datetime | None
    reason: str
    instead: str


class Checked(NamedTuple):
    """What a check found: the claims, or why it is none; `revoked` when its id is on the list."""

    claims: Claims | None
    wrong: str
    revoked: bool = False
    expired: bool = False

    @property
    def good(self) -> bool:
        """Signed by us, not revoked, in force."""
        return self.claims is not None and not self.revoked and not self.expired


class Held(NamedTuple):
    """A matter of an item, as it stands, with its personal values."""

    state: State
    told: Data
    item: Item


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


class _Signer(NamedTuple):
    """The key that signs: its id, its public half, what it signs with."""

    number: int
    key_id: str
    public: bytes
    algorithm: str
    sign: Callable[[bytes], bytes]


def _signer() -> _Signer:
    """The newest key, in the algorithm of the installation (HAIHE_CERTIFICATE_ALGORITHM)."""
    number = keys.store().key("certificates").newest.number
    algorithm = ALGORITHMS[home.certificate_algorithm()]
    return _signer_of(
        number,
        algorithm,
        keys.store()
        .key("certificates")
        .secret(f"{SIGNING} sm2" if algorithm == jws.SM2 else SIGNING, number),
    )


@lru_cache(maxsize=8)
def _signer_of(number: int, algorithm: str, secret: bytes) -> _Signer:
    key_id = _key_id(number, algorithm)
    if algorithm == jws.SM2:
        private = sm2.private_number(secret)
        sign = partial(sm2.sign, private)
        return _Signer(number, key_id, sm2.public_of(private), algorithm, sign)
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return _Signer(number, key_id, key.public_key().public_bytes_raw(), algorithm, key.sign)


def _key_id(number: int, algorithm: str) -> str:
    return f"{'s' if algorithm == jws.SM2 else 'c'}{number}"


def _sign(connection: Connection, claims: Mapping[str, Any], sort: str, now: datetime) -> str:
    """Signed by the newest key, whose public half is published before it signs."""
    signer = _signer()
    if not connection.rows(
        "SELECT 1 FROM certificate_key WHERE number = ? AND algorithm = ?",
        (signer.number, signer.algorithm),
    ):
        with writing(connection):
            connection.run(
                "INSERT INTO certificate_key (number, algorithm, public_key, made_at) "
                "VALUES (?, ?, ?, ?) ON CONFLICT (number, algorithm) DO NOTHING",
                (signer.number, signer.algorithm, signer.public, stored(now)),
            )
    return jws.signed(claims, signer.key_id, sort, signer.sign, signer.algorithm)


def public_keys(connection: Connection) -> dict[str, bytes]:
    """The public half of every key that ever signed, by its id; retired ones too."""
    rows = connection.rows(
        "SELECT number, algorithm, public_key FROM certificate_key ORDER BY number, algorithm"
    )
    return {_key_id(number, algorithm): bytes(public) for number, algorithm, public in rows}


def key_set(connection: Connection) -> dict[str, Any]:
    """The same as a JSON Web Key Set (RFC 7517, 8037)."""
    return {"keys": [_told(key_id, key) for key_id, key in public_keys(connection).items()]}


def _told(key_id: str, public: bytes) -> dict[str, str]:
    algorithm = jws.algorithm_of(public)
    common = {"use": "sig", "alg": algorithm, "kid": key_id}
    if algorithm == jws.SM2:
        x, y = public[: sm2.NUMBER_BYTES], public[sm2.NUMBER_BYTES :]
        told = {"kty": "EC", "crv": jws.SM2_CURVE, "y": jws.letters(y).decode()}
        return {**told, **common, "x": jws.letters(x).decode()}
    return {"kty": "OKP", "crv": "Ed25519", **common, "x": jws.letters(public).decode()}


def keys_of(told: Any) -> dict[str, bytes]:
    """The keys of a published set; raises NotSigned when it is none."""
    try:
        return {
            one["kid"]: jws.raw(one["x"]) + jws.raw(one.get("y", ""))
            for one in told["keys"]
            if one["crv"] in ("Ed25519", jws.SM2_CURVE)
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NotSigned('密钥名单读不懂：需要 {"keys": [{kid, crv, x}]}，SM2 的还有 y') from None


# ── issued ───────────────────────────────────────────────────────────────────────────────────────


def issue_new(connection: Connection, now: datetime) -> int:
    """A certificate for everything that was granted since the last round; gives how many."""
    made = 0
    for one in followed.since(connection, MARK_FILE, (*GRANTING, UNDOING)):
        if one.act == UNDOING:
            _retract(connection, one.matter, now)
        else:
            made += ensure(connection, one.matter, now) is not None
    return made


def ensure(connection: Connection, matter: str, now: datetime) -> str | None:
    """Issue the certificate of a matter unless it has one; the id of the new one, or None."""
    if connection.rows("SELECT 1 FROM certificate WHERE matter_id = ? LIMIT 1", (matter,)):
        return None
    granted = _granted(connection, matter)
    if granted is None:
        return None
    return _issue(connection, matter, granted, now, until_of(granted, now))


def _retract(connection: Connection, matter: str, now: datetime) -> None:
    """Revoke the certificates of a matter whose grant was taken back."""
    live = [one for one in of_matter(connection, matter) if one.revoked_at is None]
    if live and _granted(connection, matter) is None:
        for one in live:
            revoke(connection, one.id, "准予的决定已经撤回", now)


def held(connection: Connection, matter: str) -> Held | None:
    """A matter that was applied for by the catalogue; None for any other."""
    in_use = rules.current()
    found = connection.rows(
        "SELECT kind, version FROM matter WHERE matter_id = ? AND kind IN (?, ?)", (matter, *KINDS)
    )
    if not found:
        return None
    procedure = procedure_of(in_use, *found[0])
    rows = connection.rows(
        f"SELECT {EVENT_COLUMNS} FROM event WHERE matter_id = ? ORDER BY seq", (matter,)
    )
    state = folded(procedure, (event_of(EventRow._make(row), in_use.zone) for row in rows))
    item = applications.catalogue().items.get(str(state.fields.get("item_code", "")))
    if item is None:
        return None
    sealed = personal.latest_values(connection, matter, keys.store(), HASHES[home.hash_name()])
    return Held(state, {**state.fields, **sealed}, item)


def _granted(connection: Connection, matter: str) -> Held | None:
    """The matter if what it granted is handed out as a certificate."""
    found = held(connection, matter)
    good = found is not None and found.item.electronic and found.state.state in GRANTED
    return found if good else None


def until_of(found: Held, granted_at: datetime) -> datetime | None:
    """When what was granted then ends: as was decided, else as the item says, else never."""
    decided = found.state.fields.get("granted_until")
    if isinstance(decided, str):
        return datetime.fromisoformat(decided)
    if found.item.valid is None:
        return None
    calendar = rules.current().calendar
    ending = due(found.item.valid, granted_at, calendar, roll="never", law=None)
    return expires_at(ending, calendar)


def replaced(connection: Connection, matter: str, until: datetime, now: datetime) -> str | None:
    """Issue a certificate with another last day in the place of a matter's; None: not granted."""
    granted = _granted(connection, matter)
    return None if granted is None else _issue(connection, matter, granted, now, until)


def _issue(
    connection: Connection, matter: str, found: Held, now: datetime, until: datetime | None
) -> str:
    in_use = rules.current()
    state, told, item = found
    body = str(told.get("approving_organ") or told.get("permit_office") or state.owner.organ)
    claims = Claims(
        id=jws.letters(keys.random_bytes(ID_BYTES)).decode(),
        iss=in_use.organ_name(body),
        item=item.result,
        no=str(told.get("result_number") or told.get("permit_number") or ""),
        name=str(told.get("applicant", ""))[:NAME_CHARACTERS_MAX],
        what=str(told.get("granted_text") or item.name)[:NAME_CHARACTERS_MAX],
        iat=int(now.timestamp()),
        exp=int(until.timestamp()) if until is not None else None,
    )
    text = _sign(connection, _short(claims), TYPE, now)
    assert len(text) <= QR_CHARACTERS_MAX, "a certificate fits into one code"
    sealed = keys.store().key("content").seal(PURPOSE, text.encode(), claims.id)
    row = (
        claims.id, matter, item.code, sealed, stored(now),
        stored(until) if until is not None else None, None, "", None,
    )  # fmt: skip
    with writing(connection):
        connection.insert("certificate", [row])
    return claims.id


def _short(claims: Claims) -> dict[str, Any]:
    told = msgspec.to_builtins(claims)
    return {name: value for name, value in told.items() if value not in (None, "")}


# ── shown ────────────────────────────────────────────────────────────────────────────────────────

_COLUMNS: Final = (
    "certificate_id, matter_id, item, sealed, issued_at, valid_until, revoked_at, reason, instead"
)


def of_matter(connection: Connection, matter: str) -> list[Issued]:
    """The certificates of a matter, the newest first."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM certificate WHERE matter_id = ? ORDER BY issued_at DESC",
        (matter,),
    )
    return [_issued(row) for row in rows]


def by_id(connection: Connection, certificate: str) -> Issued | None:
    """One certificate; None if there is none of this id."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM certificate WHERE certificate_id = ?", (certificate,)
    )
    return _issued(rows[0]) if rows else None


def _issued(row: Any) -> Issued:
    certificate, matter, item, sealed, issued, until, revoked, reason, instead = row
    zone = rules.current().zone
    text = keys.store().key("content").open(PURPOSE, bytes(sealed), certificate) if sealed else b""
    return Issued(
        certificate,
        matter,
        item,
        text.decode(),
        restored(issued, zone),
        restored(until, zone) if until is not None else None,
        restored(revoked, zone) if revoked is not None else None,
        reason,
        instead or "",
    )


# ── checked ──────────────────────────────────────────────────────────────────────────────────────


def check(text: str, public: Mapping[str, bytes], revoked: Iterable[str], now: datetime) -> Checked:
    """Whether a text is a certificate of ours that holds now; needs nothing but what is published.

    The text may be the address that a code holds: what follows its # is looked at.
    """
    try:
        told = jws.claims_of(text.rpartition("#")[2], public, TYPE)
        claims = msgspec.convert(told, Claims)
    except (NotSigned, msgspec.ValidationError) as wrong:
        return Checked(None, str(wrong) if isinstance(wrong, NotSigned) else "证照的内容读不懂")
    expired = claims.exp is not None and claims.exp <= now.timestamp()
    return Checked(claims, "", claims.id in set(revoked), expired)


def revoked_ids(connection: Connection) -> list[str]:
    """The ids of every certificate that was revoked."""
    rows = connection.rows(
        "SELECT certificate_id FROM certificate WHERE revoked_at IS NOT NULL ORDER BY revoked_at"
    )
    return [row[0] for row in rows]


def revoked_list(connection: Connection, now: datetime) -> str:
    """The list of revoked ids as a signed statement, with the moment at which it was made."""
    claims = {"at": int(now.timestamp()), "revoked": revoked_ids(connection)}
    return _sign(connection, claims, LIST_TYPE, now)


def ids_of(text: str, public: Mapping[str, bytes]) -> tuple[list[str], datetime]:
    """The ids on a signed list and when it was made; raises NotSigned."""
    told = jws.claims_of(text, public, LIST_TYPE)
    return list(told["revoked"]), datetime.fromtimestamp(told["at"], UTC)


# ── revoked ───────────────────────────────────────────────────────────────────────────


def revoke(
    connection: Connection, certificate: str, reason: str, now: datetime, instead: str = ""
) -> bool:
    """Put an id on the list; False if there is none or it is on the list already."""
    with writing(connection):
        return bool(
            connection.run(
                "UPDATE certificate SET revoked_at = ?, reason = ?, instead = ? "
                "WHERE certificate_id = ? AND revoked_at IS NULL",
                (stored(now), reason, instead or None, certificate),
            )
        )

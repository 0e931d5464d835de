"""Signatures of HTTP messages: the vectors of RFC 9421, and everything that must not pass."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.connectors import signatures
from haihe.connectors.signatures import Message, Unsigned

# RFC 9421, B.1.4 (test-key-ed25519), B.2 (test-request) and B.2.6.
SECRET = base64.urlsafe_b64decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU=")
PUBLIC = base64.urlsafe_b64decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs=")
BODY = b'{"hello": "world"}'
REQUEST = Message(
    {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": signatures.digest_of(BODY),
        "content-length": "18",
    },
    method="POST",
    authority="example.com",
    path="/foo",
    query="param=Value&Pet=dog",
)
COVERED = (
    '"date"', '"@method"', '"@path"', '"@authority"', '"content-type"', '"content-length"',
)  # fmt: skip
SIGNATURE = (
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
)
SIGNED_AT = datetime.fromtimestamp(1618884473, UTC)  # Tuesday 2021-04-20
KEYS = {"test-key-ed25519": PUBLIC}


def sign(text: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(SECRET).sign(text)


def example() -> Message:
    """The signed request of B.2.6."""
    said = signatures.parameters(COVERED, 1618884473, "test-key-ed25519")
    headers = signatures.signed("sig-b26", said, REQUEST, sign)
    return REQUEST._replace(headers={**REQUEST.headers, **headers})


def test_the_request_of_the_rfc_gets_exactly_the_signature_of_the_rfc() -> None:
    said = signatures.parameters(COVERED, 1618884473, "test-key-ed25519")

    assert signatures.base_of(said, REQUEST).decode().splitlines() == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" '
        '"content-length");created=1618884473;keyid="test-key-ed25519"',
    ]
    assert example().headers["signature"] == f"sig-b26=:{SIGNATURE}:"
    found = signatures.checked("sig-b26", example(), KEYS, COVERED, SIGNED_AT, BODY)
    assert found.key_id == "test-key-ed25519"


def test_an_answer_is_bound_to_the_request_it_answers() -> None:
    asked = example()
    covers = ('"@status"', '"content-digest"', '"signature";req;key="sig-b26"')
    answer = Message({"content-digest": signatures.digest_of(b"yes")}, status=200)
    said = signatures.parameters(covers, 1618884475, "test-key-ed25519")
    headers = signatures.signed("answer", said, answer, sign, asked)
    signed = answer._replace(headers={**answer.headers, **headers})
    other = asked._replace(headers={**asked.headers, "signature": "sig-b26=:AAAA:"})

    assert f'"signature";req;key="sig-b26": :{SIGNATURE}:' in (
        signatures.base_of(said, answer, asked).decode()
    )
    assert signatures.checked("answer", signed, KEYS, covers, SIGNED_AT, b"yes", asked)
    for request in (other, None):
        with pytest.raises(Unsigned):
            signatures.checked("answer", signed, KEYS, covers, SIGNED_AT, b"yes", request)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (lambda one: one._replace(path="/fool"), "签名不对"),
        (lambda one: one._replace(method="GET"), "签名不对"),
        (lambda one: with_header(one, "content-type", "text/html"), "签名不对"),
        (lambda one: with_header(one, "signature", "sig-b26=:AAAA:"), "签名不对"),
        (lambda one: with_header(one, "signature", "sig-b26=AAAA"), "签名写得不对"),
        (lambda one: with_header(one, "signature", ""), "没有签名"),
        (lambda one: with_header(one, "signature-input", "sig-b26=()"), "没有写时间"),
        (lambda one: with_header(one, "signature-input", 'sig-b26=("@scheme")'), "没有写时间"),
        (lambda one: with_header(one, "signature-input", "x" * 5000), "签名太长"),
    ],
)
def test_whatever_was_changed_under_way_does_not_pass(changed: object, says: str) -> None:
    assert callable(changed)
    with pytest.raises(Unsigned, match=says):
        signatures.checked("sig-b26", changed(example()), KEYS, (), SIGNED_AT, BODY)


def with_header(message: Message, name: str, value: str) -> Message:
    return message._replace(headers={**message.headers, name: value})


def test_a_signature_that_is_old_or_covers_too_little_or_is_a_strangers_does_not_pass() -> None:
    late = SIGNED_AT + signatures.FRESH + timedelta(seconds=1)
    early = SIGNED_AT - signatures.AHEAD - timedelta(seconds=1)
    for keys, covers, now, body in (
        (KEYS, COVERED, late, BODY),
        (KEYS, COVERED, early, BODY),
        (KEYS, ('"@query"',), SIGNED_AT, BODY),
        ({"other": PUBLIC}, COVERED, SIGNED_AT, BODY),
        ({"test-key-ed25519": bytes(32)}, COVERED, SIGNED_AT, BODY),
        (KEYS, COVERED, SIGNED_AT, BODY[:9]),
    ):
        with pytest.raises(Unsigned):
            signatures.checked("sig-b26", example(), keys, covers, now, body)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=120), st.text(max_size=60))
def test_nothing_anybody_sends_breaks_the_check(told: str, signature: str) -> None:
    message = with_header(with_header(example(), "signature-input", told), "signature", signature)
    with pytest.raises(Unsigned):
        signatures.checked("sig-b26", message, KEYS, (), SIGNED_AT, BODY)

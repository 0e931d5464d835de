"""SM2 certificates: held to the example of the standard and to openssl."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from haihe.records import certificates, jws, keys, sm2
from haihe.records.database import Connection
from tests.records.fresh import fresh_journal, problems
from tests.records.test_applications import MORNING, city
from tests.records.test_certificates import text_of_new

# GB/T 32918.5-2017, appendix A.2: the signature of "message digest" by 1234567812345678.
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = bytes.fromhex(
    "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
SAID = b"message digest"


def test_the_example_of_the_standard_is_good_and_any_other_bit_is_not() -> None:
    assert sm2.is_good(PUBLIC, SIGNATURE, SAID)
    assert not sm2.is_good(PUBLIC, SIGNATURE, SAID + b".")
    assert not sm2.is_good(PUBLIC, SIGNATURE, SAID, b"somebody else")
    for changed in (0, 31, 32, 63):
        wrong = bytearray(SIGNATURE)
        wrong[changed] ^= 1
        assert not sm2.is_good(PUBLIC, bytes(wrong), SAID)
    off_the_curve = PUBLIC[:-1] + bytes([PUBLIC[-1] ^ 1])
    for key, signature in (
        (off_the_curve, SIGNATURE),
        (bytes(64), SIGNATURE),
        (PUBLIC[:32], SIGNATURE),
        (PUBLIC, bytes(64)),
        (PUBLIC, b"\xff" * 64),
        (PUBLIC, SIGNATURE[:63]),
    ):
        assert not sm2.is_good(key, signature, SAID)


def test_what_we_sign_openssl_finds_good_and_the_other_way_round(tmp_path: Path) -> None:
    said = "津货通1号".encode()
    signature = sm2.sign(PRIVATE, said)
    r, s = signature[:32], signature[32:]
    (tmp_path / "public.der").write_bytes(_of_openssl(PUBLIC))
    (tmp_path / "said").write_bytes(said)
    (tmp_path / "signature").write_bytes(encode_dss_signature(int.from_bytes(r), int.from_bytes(s)))

    assert sm2.public_of(PRIVATE) == PUBLIC
    assert sm2.is_good(PUBLIC, signature, said)
    assert _verified_by_openssl(tmp_path)
    (tmp_path / "said").write_bytes(said + b".")
    assert not _verified_by_openssl(tmp_path)


def _of_openssl(public: bytes) -> bytes:
    """A SubjectPublicKeyInfo of the curve SM2 (RFC 5480)."""
    named = bytes.fromhex("301306072a8648ce3d0201") + sm2.CURVE_OID
    bits = b"\x03\x42\x00\x04" + public
    return b"\x30" + bytes([len(named) + len(bits)]) + named + bits


def _verified_by_openssl(folder: Path) -> bool:
    done = subprocess.run(
        [
            "openssl", "dgst", "-sm3", "-verify", "public.der", "-keyform", "DER",
            "-signature", "signature", "-sigopt", "distid:1234567812345678", "said",
        ],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    monkeypatch.setenv("HAIHE_CERTIFICATE_ALGORITHM", "SM2")
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection
    keys.forget()


def test_certificates_are_signed_with_the_algorithm_set_and_older_ones_stay_good(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_sm2 = text_of_new(journal)
    keys.rotate("certificates")
    rotated = text_of_new(journal)
    monkeypatch.setenv("HAIHE_CERTIFICATE_ALGORITHM", "Ed25519")
    by_ed25519 = text_of_new(journal)
    published = certificates.keys_of(certificates.key_set(journal))

    assert sorted(published) == ["c2", "s1", "s2"]
    assert published == certificates.public_keys(journal)
    for text in (by_sm2, rotated, by_ed25519):
        assert certificates.check(text, published, [], MORNING).good
    assert len(by_sm2) <= certificates.QR_CHARACTERS_MAX
    header, claims, signature = by_sm2.split(".")
    assert jws.raw(header).decode() == (
        '{"alg":"urn:oid:1.2.156.10197.1.501","kid":"s1","typ":"haihe-certificate"}'
    )
    changed = jws.letters(jws.raw(claims).replace(b"1", b"2", 1)).decode()
    for wrong in (f"{header}.{changed}.{signature}", by_sm2[:-4] + "AAAA"):
        assert "签名不对" in certificates.check(wrong, published, [], MORNING).wrong
    relabelled = jws.letters(jws.raw(header).replace(jws.SM2.encode(), b"EdDSA")).decode()
    confused = certificates.check(f"{relabelled}.{claims}.{signature}", published, [], MORNING)
    assert "签名不对" in confused.wrong
    assert problems() == []


def test_without_openssl_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(sm2.CannotSign, match="openssl"):
        sm2.sign(PRIVATE, SAID)

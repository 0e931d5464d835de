"""Named keys with versions: where they lie, who may read them, and that none is replaced unseen."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from haihe.records import home, key_register, keys, sealing
from haihe.records.chain import sha256
from haihe.records.ciphers import CIPHERS, NotOpened


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    for name in ("HAIHE_KEY_SOURCE", "HAIHE_KEY_FOLDER", "HAIHE_CIPHER"):
        monkeypatch.delenv(name, raising=False)
    keys.forget()
    return tmp_path


def key_file(house: Path, name: str, version: int = 1) -> Path:
    return house / "keys" / f"{name}.{version}.key"


@pytest.mark.parametrize("name", list(CIPHERS))
def test_each_cipher_opens_at_its_place_only_and_notices_every_change(name: str) -> None:
    cipher = CIPHERS[name]
    box = cipher.box(b"k" * cipher.key_bytes)
    sealed = box.seal("张三".encode(), b"here")
    assert box.open(sealed, b"here").decode() == "张三"
    assert box.seal("张三".encode(), b"here") != sealed
    changes = [sealed[:place] + b"\xff" + sealed[place + 1 :] for place in range(len(sealed))]
    for text in (*(one for one in changes if one != sealed), b"", sealed[:20], sealed + b"x"):
        with pytest.raises(NotOpened):
            box.open(text, b"here")
    with pytest.raises(NotOpened):
        box.open(sealed, b"there")


def test_sm4_gcm_gives_what_rfc_8998_gives() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    place = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8)
    plain += bytes.fromhex("ee" * 8 + "aa" * 8)
    told = (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert CIPHERS["sm4-gcm"].box(key).open(nonce + bytes.fromhex(told), place) == plain


def test_keys_lie_in_a_folder_of_ours_with_a_file_a_version(house: Path) -> None:
    keys.store().key("content")
    assert (house / "keys").stat().st_mode & 0o777 == 0o700
    made = sorted(path.name for path in (house / "keys").glob("*.key"))
    assert made == sorted(f"{name}.1.key" for name in keys.NAMES)
    assert {path.stat().st_mode & 0o777 for path in (house / "keys").glob("*.key")} == {0o600}
    secret = json.loads(key_file(house, "content").read_text())["secret"]
    assert secret not in (house / "keys.json").read_text()


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda house: key_file(house, "content").chmod(0o640), "chmod 600"),
        (lambda house: (house / "keys").chmod(0o750), "chmod 700"),
        (lambda house: key_file(house, "content").write_text("{"), "not a whole key file"),
        (
            lambda house: key_file(house, "content").write_text(
                key_file(house, "content").read_text().replace('"secret":"', '"secret":"AAAA')
            ),
            "does not hold what it should",
        ),
        (
            lambda house: key_file(house, "content").rename(key_file(house, "content", 2)),
            "does not hold what it should",
        ),
        (lambda house: key_file(house, "content").unlink(), "put it back from the backup"),
        (lambda house: (house / "keys").rename(house / "elsewhere"), "put it back"),
    ],
)
def test_a_broken_key_is_refused_with_what_to_do_and_no_new_one_is_made(
    house: Path, broken: object, says: str
) -> None:
    keys.store().key("content")
    assert callable(broken)
    broken(house)
    keys.forget()
    with pytest.raises((home.UnusableSetting, keys.KeyMissing), match=says):
        keys.store().key("content")
    assert (
        not (house / "keys" / "content.1.key").exists()
        or "chmod" in says
        or "whole" in says
        or ("does not hold" in says)
    )


def test_another_key_of_the_same_name_is_noticed(house: Path, tmp_path: Path) -> None:
    keys.store().key("content")
    key_file(house, "content").unlink()
    (house / "keys.json").rename(house / "kept.json")
    keys.forget()
    keys.store().key("content")
    (house / "kept.json").rename(house / "keys.json")
    keys.forget()
    with pytest.raises(keys.WrongKey, match="not the one that was made here"):
        keys.store()


def test_a_home_of_the_old_form_is_refused_and_left_alone(house: Path) -> None:
    (house / "master.key").write_bytes(b"k" * 32)
    with pytest.raises(home.UnusableSetting, match=r"one master\.key"):
        keys.store().key("content")
    assert not (house / "keys").exists()


@pytest.mark.parametrize("cipher", list(CIPHERS))
def test_a_wrapped_key_opens_for_its_matter_only(
    cipher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_CIPHER", cipher[:3])
    store = keys.store()
    _, wrapped = sealing.new_key("m1", store)
    sealing.MatterKey.unwrapped("m1", wrapped, store)
    for matter, text in (("m2", wrapped), ("m1", wrapped[:-1]), ("m1", b""), ("m1", b"\x01")):
        with pytest.raises(keys.WrongKey):
            sealing.MatterKey.unwrapped(matter, text, store)
    with pytest.raises(keys.KeyMissing, match="version 7"):
        sealing.MatterKey.unwrapped("m1", b"\x07" + wrapped[1:], store)


@pytest.mark.parametrize("cipher", list(CIPHERS))
def test_a_sealed_value_opens_at_its_place_only(
    cipher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_CIPHER", cipher[:3])
    key, _ = sealing.new_key("m1", keys.store())
    digest, sealed = key.seal(1, "phone", "13800000000", sha256)
    assert key.open(1, "phone", sealed, digest, sha256) == "13800000000"
    again, other = key.seal(1, "phone", "13800000000", sha256)
    assert (again, other) != (digest, sealed)
    for seq, field, ciphertext, vouched in (
        (2, "phone", sealed, digest),
        (1, "name", sealed, digest),
        (1, "phone", other, digest),
        (1, "phone", sealed[:-1] + bytes([sealed[-1] ^ 1]), digest),
        (1, "phone", b"", digest),
    ):
        with pytest.raises(sealing.BrokenSeal):
            key.open(seq, field, ciphertext, vouched, sha256)


def test_a_change_of_the_cipher_leaves_what_is_sealed_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, wrapped = sealing.new_key("m1", keys.store())
    digest, sealed = old.seal(1, "phone", "138", sha256)
    monkeypatch.setenv("HAIHE_CIPHER", "sm4")
    assert keys.rotate("content").cipher == "sm4-gcm"
    again = sealing.MatterKey.unwrapped("m1", wrapped, keys.store())
    assert again.open(1, "phone", sealed, digest, sha256) == "138"
    _, new = sealing.new_key("m2", keys.store())
    assert (wrapped[0], new[0]) == (1, 2)
    assert len(wrapped) - len(new) == 16  # a key of SM4 has half the length


def test_a_rotation_is_noticed_by_a_store_that_was_asked_before_and_tags_find_both() -> None:
    before = keys.store()
    tag = before.key("index").tag("identity", "120101199001011234")
    sealed = before.key("content").seal("totp", b"secret", "zhang")
    keys.rotate("index")
    keys.rotate("content")
    now = keys.store().key("index")
    assert now.tag("identity", "120101199001011234") != tag
    assert now.tags("identity", "120101199001011234")[1] == tag
    assert tag not in now.tags("identity", "120101199001011235")
    assert keys.store().key("content").open("totp", sealed, "zhang") == b"secret"
    with pytest.raises(keys.WrongKey):
        keys.store().key("content").open("totp", sealed, "li")
    assert before.version("index", 2).number == 2  # the old snapshot looks again when it must


def test_a_retired_version_is_gone_until_it_is_restored(house: Path) -> None:
    _, wrapped = sealing.new_key("m1", keys.store())
    keys.rotate("content")
    keys.retire("content", 1)
    assert (house / "keys" / "retired" / "content.1.key").is_file()
    with pytest.raises(keys.KeyMissing):
        keys.store().unwrap(wrapped, "m1")
    keys.restore("content", 1)
    sealing.MatterKey.unwrapped("m1", wrapped, keys.store())
    with pytest.raises(keys.KeyTrouble, match="newest"):
        keys.retire("content", 2)
    entry = key_register.read().entry("content", 1)
    assert entry is not None
    assert entry.retired_at is None


def test_two_processes_that_begin_at_once_agree_on_one_key(house: Path) -> None:
    secrets = set()
    for _ in range(4):
        child = os.fork()
        if child == 0:
            keys.store().key("content")
            os._exit(0)
    for _ in range(4):
        assert os.wait()[1] == 0
    keys.forget()
    secrets.add(keys.store().key("content").secret("same"))
    assert len(list((house / "keys").glob("content.*.key"))) == 1
    assert len(secrets) == 1


def test_keys_of_the_environment_are_taken_as_they_are_and_never_made(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_KEY_SOURCE", "environment")
    with pytest.raises(home.UnusableSetting, match="HAIHE_KEY_CONTENT_1 is not set"):
        keys.store().key("content")
    secret = base64.b64encode(b"s" * 32).decode()
    monkeypatch.setenv("HAIHE_KEY_CONTENT_1", f"sm4-gcm:{secret}")
    keys.forget()
    _, wrapped = sealing.new_key("m1", keys.store())
    with pytest.raises(home.UnusableSetting, match="HAIHE_KEY_CONTENT_2"):
        keys.rotate("content")
    monkeypatch.setenv("HAIHE_KEY_CONTENT_2", f"aes-256-gcm:{secret}")
    keys.forget()
    assert keys.store().key("content").newest.number == 2
    sealing.MatterKey.unwrapped("m1", wrapped, keys.store())
    assert not (house / "keys").exists()
    assert secret not in (house / "keys.json").read_text()
    monkeypatch.setenv("HAIHE_KEY_CONTENT_2", "aes-256-gcm:short")
    keys.forget()
    with pytest.raises(home.UnusableSetting, match="32 bytes"):
        keys.store()

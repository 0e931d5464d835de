"""A KMS over real HTTP that works, fails, is slow, goes, and lies: clear errors, nothing lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from haihe.records import home, key_uses, keys, kms, rules, seals, write, writer
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.key_sources import Source
from haihe.records.verify import verify
from tests.records.fresh import fresh_journal
from tests.records.loopback_kms import TOKEN, LoopbackKms, serve
from tests.records.small_city import TUESDAY, SmallCity, later, opening, step


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadingHTTPServer]:
    token = tmp_path / "kms.token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    running = serve()
    monkeypatch.setenv("HAIHE_KEY_SOURCE", "kms")
    monkeypatch.setenv("HAIHE_KMS_URL", f"http://127.0.0.1:{running.server_port}/")
    monkeypatch.setenv("HAIHE_KMS_TOKEN_FILE", str(token))
    monkeypatch.setattr(kms, "ANSWER_SECONDS_MAX", 0.3)
    monkeypatch.setattr(kms, "REST_SECONDS", 0.2)
    monkeypatch.setattr(LoopbackKms, "slow_seconds", 0.6)
    yield running
    LoopbackKms.mood = ""
    running.shutdown()
    running.server_close()
    keys.forget()


@pytest.fixture
def kept(
    server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """The journal, in SQLite, of an installation whose keys a KMS keeps."""
    assert server.server_port
    with fresh_journal(tmp_path, monkeypatch, SmallCity()) as connection:
        yield connection


def rested() -> None:
    LoopbackKms.mood = ""
    time.sleep(kms.REST_SECONDS + 0.1)


def test_everything_works_with_keys_that_never_come_here(kept: Connection) -> None:
    done = write.submit(opening("one"), now=TUESDAY)
    assert isinstance(done, Recorded)
    seals.close_all(kept, later(1))
    keys.rotate("content")
    keys.rotate("codes")
    assert write.submit(opening("one", opening().data), now=later(1)).replayed
    write.submit(step(done.matter, "arrive", {"caller_phone": "139"}), now=later(1))
    assert key_uses.renew(kept, later(1))["matter_key.wrapped"].rows == 1
    keys.retire("content", 1)
    assert verify(kept, rules.current()).problems == []
    assert not (home.home() / "keys").exists()
    assert set(keys.NAMES) >= {name for name, _ in LoopbackKms.keys}


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        ("failing", "it answered 500"),
        ("slow", "timed out"),
        ("gone", "cannot be used"),
        ("nonsense", "nonsense .*: not JSON"),
        ("lying", "does not open again"),
    ],
)
def test_while_the_kms_fails_a_step_that_needs_it_is_refused_whole_and_goes_through_later(
    kept: Connection, mood: str, says: str
) -> None:
    before = write.submit(opening("one"), now=TUESDAY)
    assert isinstance(before, Recorded)
    LoopbackKms.mood = mood
    with pytest.raises(keys.KeyUnavailable, match=says):
        write.submit(opening("two"), now=later(1))
    with pytest.raises(write.Failure):  # asked again at once it is refused at once
        write.submit(opening("two"), now=later(1))
    # what needs no key of a matter goes on
    plain = write.submit(step(before.matter, "arrive", {"people": 2}), now=later(1))
    assert isinstance(plain, Recorded)
    assert kept.rows("SELECT count(*) FROM matter") == [(1,)]
    rested()
    again = write.submit(opening("two"), now=later(2))
    assert isinstance(again, Recorded)
    assert verify(kept, rules.current()).problems == []


@pytest.mark.parametrize("mood", ["failing", "slow", "nonsense", "lying", "short"])
def test_a_pass_that_the_kms_fails_keeps_every_key_as_it_was(kept: Connection, mood: str) -> None:
    write.submit(opening(), now=TUESDAY)
    keys.rotate("content")
    before = kept.rows("SELECT matter_id, wrapped FROM matter_key")
    LoopbackKms.mood = mood
    with pytest.raises(keys.KeyUnavailable):
        key_uses.renew(kept, TUESDAY, names=["content"])
    assert kept.rows("SELECT matter_id, wrapped FROM matter_key") == before
    rested()
    assert key_uses.renew(kept, TUESDAY, names=["content"])["matter_key.wrapped"].rows == 1
    assert verify(kept, rules.current()).problems == []


def test_a_seal_is_not_made_without_a_signature_that_verifies(kept: Connection) -> None:
    write.submit(opening(), now=TUESDAY)
    keys.signers()
    LoopbackKms.mood = "nonsense"
    with pytest.raises(keys.KeyUnavailable):
        seals.close_all(kept, later(1))
    assert kept.rows("SELECT count(*) FROM seal") == [(0,)]
    rested()
    (made,) = seals.close_all(kept, later(1))
    assert seals.is_signed(made)


def test_after_a_restart_without_the_kms_nothing_is_written_and_no_key_is_made(
    kept: Connection,
) -> None:
    write.submit(opening(), now=TUESDAY)
    LoopbackKms.mood = "failing"
    keys.forget()
    writer.forget_writer()
    with pytest.raises(keys.KeyUnavailable, match="try again when it is back"):
        write.submit(opening(), now=later(1))
    rested()
    assert isinstance(write.submit(opening(), now=later(1)), Recorded)
    assert kept.rows("SELECT count(*) FROM matter") == [(2,)]


def test_a_kms_with_other_keys_is_noticed(kept: Connection) -> None:
    write.submit(opening(), now=TUESDAY)
    LoopbackKms.keys = {}
    for name in keys.NAMES:
        LoopbackKms.carried_out(
            LoopbackKms.__new__(LoopbackKms), ["keys", name, "1"], {"cipher": "aes-256-gcm"}
        )
    keys.forget()
    with pytest.raises(keys.WrongKey, match="not the one that was made here"):
        keys.store()


def test_a_wrong_token_and_an_open_address_are_refused(
    server: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    (tmp_path / "kms.token").write_text("another")
    with pytest.raises(keys.KeyUnavailable, match="401"):
        keys.store()
    (tmp_path / "kms.token").chmod(0o644)
    with pytest.raises(home.UnusableSetting, match="chmod 600"):
        keys.store()
    for url in ("http://kms.example/", "ftp://127.0.0.1/", "", "127.0.0.1:80"):
        monkeypatch.setenv("HAIHE_KMS_URL", url)
        with pytest.raises(home.UnusableSetting, match="HAIHE_KMS_URL"):
            keys.store()
    assert server.server_port


def test_a_kms_is_a_source_like_any_other(server: ThreadingHTTPServer) -> None:
    source: Source = kms.KmsSource(f"http://127.0.0.1:{server.server_port}", None)
    with pytest.raises(keys.KeyUnavailable, match="401"):
        source.versions()

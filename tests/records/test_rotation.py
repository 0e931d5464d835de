"""Keys are changed while steps are written, and killed in the middle: everything stays readable."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from haihe.commands import main
from haihe.commands.run import refused_keys
from haihe.records import factors, key_uses, keys, read, rules, seals, signers, tags, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.verify import verify
from tests.records.small_city import TUESDAY, later, opening, step

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 300
ROTATED: tuple[keys.Name, ...] = ("content", "marks", "codes", "index", "pseudonyms")
# A pass in small batches that tells each of them, so that it can be killed in the middle.
SLOW_PASS = (
    "from haihe.commands import keys, main; from haihe.records import key_uses; "
    "key_uses.BATCH = 3; keys.SHOWN_EVERY = 0; main(['keys', 'rewrap'])"
)


def said(process: subprocess.Popen[bytes], lines: int) -> list[bytes]:
    """So many lines of what a process says."""
    stream = process.stdout
    assert stream is not None
    found, rest, ends_at = [], b"", time.monotonic() + SECONDS_MAX
    while len(found) < lines and time.monotonic() < ends_at:
        if select.select([stream], [], [], 0.1)[0]:
            chunk = os.read(stream.fileno(), 1 << 16)
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            found += whole
    assert len(found) >= lines, f"it said no more than {found}"
    return found


def started(*words: str, telling: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if telling != subprocess.DEVNULL else telling,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_keys_change_while_writers_write_and_a_killed_pass_goes_on(
    journal: Connection,
) -> None:
    first = write.submit(opening("before"))
    assert isinstance(first, Recorded)
    victim = started("-m", "tests.records.crash_victim", "during")
    try:
        said(victim, 60)
        for name in ROTATED:
            assert keys.rotate(name).number == 2
        said(victim, 40)  # it goes on writing
        killed = started("-c", SLOW_PASS, telling=subprocess.STDOUT)
        said(killed, 2)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        left = key_uses.in_use(journal, "content")["matter_key.wrapped"].get(1, 0)
        assert left > 0, "the pass was killed in the middle"
        said(victim, 40)
        time.sleep(keys.LOOK_SECONDS)
        said(victim, 20)
        week = datetime.now(UTC) + timedelta(days=8)
        done = key_uses.renew(journal, week)
        assert done["matter_key.wrapped"].rows > 0
        said(victim, 20)
    finally:
        victim.kill()
        victim.wait()
    key_uses.renew(journal, week)
    made = key_uses.in_use(journal, "content")["matter_key.wrapped"]
    assert list(made) == [2]
    assert verify(journal, rules.current()).problems == []
    for name in ("content", "marks", "index"):
        assert key_uses.why_needed(journal, name, 1, week) == []
        keys.retire(name, 1)
    (codes,) = key_uses.why_needed(journal, "codes", 1, week)
    assert "查询码不换" in codes
    assert verify(journal, rules.current()).problems == []
    file = read.follow(first.code)
    assert file is not None


def test_a_running_writer_takes_the_new_keys_and_reads_what_the_old_ones_made(
    journal: Connection,
) -> None:
    before = write.submit(opening("one"), now=TUESDAY)
    for name in ROTATED:
        keys.rotate(name)
    after = write.submit(opening("two"), now=later(1))
    assert isinstance(before, Recorded)
    assert isinstance(after, Recorded)
    told = {
        matter: tuple(bytes(one)[0] for one in made)
        for matter, *made in journal.rows(
            "SELECT m.matter_id, m.mark, m.code_tag, k.wrapped, n.tag FROM matter m "
            "JOIN matter_key k ON k.matter_id = m.matter_id "
            "JOIN number_tag n ON n.matter_id = m.matter_id"
        )
    }
    assert told == {before.matter: (1, 1, 1, 1), after.matter: (2, 2, 2, 2)}
    again = write.submit(opening("one", opening().data), now=later(2))
    assert isinstance(again, Recorded)
    assert (again.replayed, again.code) == (True, before.code)
    changed = write.submit(opening("one", {**opening().data, "what": "别的"}), now=later(2))
    assert not isinstance(changed, Recorded)
    assert changed.reason == "key_reused"
    for one in (before, after):
        done = write.submit(step(one.matter, "arrive", {"people": 2}), now=later(2))
        assert isinstance(done, Recorded)
        found = read.follow(one.code, now=later(3))
        assert found is not None
    assert verify(journal, rules.current()).problems == []


def test_a_pass_renews_at_most_what_it_is_told_and_leaves_what_is_damaged(
    journal: Connection,
) -> None:
    made = [write.submit(opening(), now=TUESDAY) for _ in range(5)]
    keys.rotate("content")
    keys.rotate("marks")
    assert isinstance(made[0], Recorded)
    assert isinstance(made[1], Recorded)
    journal.run(
        "UPDATE matter SET number = 'AL-2026-999999' WHERE matter_id = ?", (made[0].matter,)
    )
    ((whole,),) = journal.rows(
        "SELECT wrapped FROM matter_key WHERE matter_id = ?", (made[1].matter,)
    )
    journal.run(
        "UPDATE matter_key SET wrapped = ? WHERE matter_id = ?",
        (bytes(whole)[:-1] + bytes([whole[-1] ^ 1]), made[1].matter),
    )
    assert (
        key_uses.renew(journal, TUESDAY, names=["content"], rows_max=2)["matter_key.wrapped"].rows
        == 2
    )
    done = key_uses.renew(journal, TUESDAY)
    assert (done["matter_key.wrapped"].rows, done["matter_key.wrapped"].kept) == (2, 1)
    assert (done["matter.mark"].rows, done["matter.mark"].kept) == (4, 1)
    assert {one.matter for one in verify(journal, rules.current()).problems} == {
        made[0].matter,
        made[1].matter,
    }
    assert "matter_key.wrapped 有 1 行" in " ".join(
        key_uses.why_needed(journal, "content", 1, datetime.now(UTC) + timedelta(days=1))
    )


def test_a_matter_in_memory_does_not_bring_an_old_mark_back(journal: Connection) -> None:
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    keys.rotate("marks")
    key_uses.renew(journal, TUESDAY, names=["marks"])
    write.submit(step(done.matter, "arrive", {"people": 2}), now=later(1))
    ((mark,),) = journal.rows("SELECT mark FROM matter")
    assert bytes(mark)[0] == 2
    assert verify(journal, rules.current()).problems == []


def test_a_history_taken_in_before_is_known_after_the_keys_were_changed(
    journal: Connection,
) -> None:
    history = [opening("whole"), step("", "arrive", {"people": 2})]
    given = [msgspec.structs.replace(one, matter=None, happened_at=TUESDAY) for one in history]
    (first,) = write.submit_many([given], now=later(1))
    assert (first.matters, first.known) == (1, 0)
    keys.rotate("marks")
    keys.rotate("content")
    (again,) = write.submit_many([given], now=later(2))
    assert (again.matters, again.known) == (0, 1)
    other = [msgspec.structs.replace(given[0], data={**opening().data, "what": "别的"}), given[1]]
    (changed,) = write.submit_many([other], now=later(2))
    assert [one.refused.reason for one in changed.refused] == ["key_reused"]
    key_uses.renew(journal, datetime.now(UTC) + timedelta(days=3_650))
    (forgotten,) = write.submit_many([other], now=later(2))
    assert (forgotten.known, forgotten.refused) == (1, [])
    assert verify(journal, rules.current()).problems == []


def test_second_factors_are_sealed_anew_and_keep_an_old_version_until_then(
    journal: Connection,
) -> None:
    kind = "jsonb" if journal.vendor == "postgresql" else "text"
    journal.run(f"CREATE TABLE mfa_authenticator (id integer PRIMARY KEY, data {kind})")
    made = {"secret": tags.sealed("SEED", factors.SECRET), "used_mask": 3}
    codes = {"migrated_codes": [tags.sealed("one", factors.SECRET)]}
    for number, data in enumerate((made, codes, {"secret": "never sealed"}, {"credential": {}})):
        journal.run("INSERT INTO mfa_authenticator VALUES (?, ?)", (number, json.dumps(data)))
    keys.rotate("content")
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert key_uses.in_use(journal, "content")["mfa_authenticator.data"] == {1: 2, 0: 1}
    (why,) = key_uses.why_needed(journal, "content", 1, tomorrow)
    assert "mfa_authenticator" in why
    done = key_uses.renew(journal, tomorrow, names=["content"])["mfa_authenticator.data"]
    assert (done.rows, done.kept) == (2, 1)
    assert key_uses.why_needed(journal, "content", 1, tomorrow) == []
    keys.retire("content", 1)
    told = [data for (data,) in journal.rows("SELECT data FROM mfa_authenticator ORDER BY id")]
    first, second = (json.loads(one) if isinstance(one, str) else one for one in told[:2])
    assert tags.opened(first["secret"], factors.SECRET) == "SEED"
    assert first["used_mask"] == 3
    assert tags.opened(second["migrated_codes"][0], factors.SECRET) == "one"
    journal.run("DROP TABLE mfa_authenticator")


def test_a_server_does_not_start_with_the_keys_of_another_database(journal: Connection) -> None:
    write.submit(opening(), now=TUESDAY)
    assert refused_keys() == ""
    house = Path(os.environ["HAIHE_HOME"])
    (house / "keys").rename(house / "lost")
    (house / "keys.json").rename(house / "lost.json")
    keys.forget()
    keys.store().key("content")  # a home that was lost begins with new keys
    assert "docs/keys.md" in refused_keys()
    assert journal.rows("SELECT count(*) FROM matter") == [(1,)]


# ── the key of the seals ─────────────────────────────────────────────────────────────────────


def sealed(journal: Connection) -> seals.Seal:
    write.submit(opening(), now=TUESDAY)
    (made,) = seals.close_all(journal, later(1))
    return made


def test_a_new_key_of_the_seals_is_attested_by_the_old_and_old_seals_verify(
    journal: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    first = sealed(journal)
    assert main(["keys", "rotate", "seal-signing", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == 2
    second = sealed(journal)
    assert first.public_key != second.public_key
    assert [one.after_seal for one in signers.every(journal)] == [0, 1]
    assert verify(journal, rules.current()).problems == []
    soon = datetime.now(UTC) + timedelta(minutes=2)
    assert key_uses.why_needed(journal, "seal-signing", 1, soon) == []
    keys.retire("seal-signing", 1)
    assert verify(journal, rules.current()).problems == []


def test_a_rotation_cut_off_before_the_attestation_is_completed_by_the_next(
    journal: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    first = sealed(journal)
    keys.rotate("seal-signing")  # and here it was killed
    assert sealed(journal).public_key == first.public_key
    assert "rotate seal-signing" in " ".join(
        key_uses.why_needed(journal, "seal-signing", 1, datetime.now(UTC) + timedelta(days=1))
    )
    assert main(["keys", "rotate", "seal-signing"]) == 0
    assert "已经完成" in capsys.readouterr().err
    third = sealed(journal)
    assert third.public_key != first.public_key
    assert [one.number for one in keys.store().key("seal-signing").versions] == [2, 1]
    assert verify(journal, rules.current()).problems == []


@pytest.mark.parametrize("journal", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE signer SET after_seal = 0 WHERE number = 2",
        "UPDATE signer SET by_before = by_itself WHERE number = 2",
        "UPDATE signer SET by_itself = by_before WHERE number = 2",
        "UPDATE signer SET public_key = (SELECT public_key FROM signer WHERE number = 1)",
        "DELETE FROM signer WHERE number = 1",
        "DELETE FROM signer",
    ],
)
def test_a_changed_succession_of_keys_is_named(journal: Connection, damage: str) -> None:
    sealed(journal)
    assert main(["keys", "rotate", "seal-signing"]) == 0
    sealed(journal)
    journal.run(damage)
    found = {one.problem for one in verify(journal, rules.current()).problems}
    assert found & {"seal_key", "seal_signature"}


def test_the_old_key_signs_no_seal_after_it_was_followed(journal: Connection) -> None:
    first = sealed(journal)
    old = keys.signers()[0]
    assert main(["keys", "rotate", "seal-signing"]) == 0
    second = sealed(journal)
    stolen = second._replace(public_key=first.public_key)
    digest = seals.hash_of("sha256")
    assert digest is not None
    hashed = digest(seals.canonical_seal(stolen))
    journal.run(
        "UPDATE seal SET public_key = ?, hash = ?, signature = ? WHERE number = 2",
        (first.public_key, hashed, old.sign(hashed)),
    )
    found = {one.problem for one in verify(journal, rules.current()).problems}
    assert "seal_signature" in found


def test_a_command_says_what_a_version_is_needed_for_and_retires_it_then(
    journal: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write.submit(opening(), now=TUESDAY)
    assert main(["keys", "rotate", "content"]) == 0
    capsys.readouterr()
    assert main(["keys", "retire", "content", "1"]) == 1
    refused = capsys.readouterr().err
    assert "matter_key.wrapped 有 1 行" in refused
    assert main(["keys", "rewrap", "content", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["renewed"]["matter_key.wrapped"]["rows"] == 1
    assert main(["keys", "retire", "content", "1"]) == 1
    assert "满 60 秒" in capsys.readouterr().err
    assert main(["keys", "retire", "content", "2"]) == 1
    assert main(["keys", "retire", "nothing", "1"]) == 2
    assert main(["keys", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    (content,) = [one for one in listed["keys"] if one["name"] == "content"]
    assert [(one["version"], one["state"], one["rows"]) for one in content["versions"]] == [
        (2, "newest", 1),
        (1, "old", 0),
    ]
    assert main(["keys", "show", "seal-signing", "--json"]) == 0
    shown = capsys.readouterr().out
    for name in keys.NAMES:
        for version in keys.store().key(name).versions:
            path = Path(os.environ["HAIHE_HOME"]) / "keys" / f"{name}.{version.number}.key"
            assert json.loads(path.read_text())["secret"] not in shown + json.dumps(listed)

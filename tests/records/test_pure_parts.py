"""Chain, tree, codes, keys: small parts tried by properties and by what they must refuse."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.records import home, merkle
from haihe.records.chain import EventRow, canonical_event, sha256, sm3
from haihe.records.codes import ALPHABET, CodeKeys, follow_code, normal_code, number_prefix
from haihe.records.instants import length_words, restored, stored
from tests.records.small_city import ZONE

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEYS = CodeKeys(b"a" * 32, b"b" * 32)


@given(st.lists(TEXT, min_size=6, max_size=6), st.integers(-(2**62), 2**62), st.binary(max_size=32))
def test_canonical_bytes_are_what_json_dumps_writes(
    texts: list[str], instant: int, previous: bytes
) -> None:
    matter, act, person, role, organ, data = texts
    row = EventRow(matter, 1, act, person, role, organ, instant, 0, data, "{}", None, "2026-01-01")
    told = ["haihe-event-1", *row, previous.hex()]
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    assert canonical_event(row, previous) == written.encode()


def test_sm3_is_the_hash_of_the_standard() -> None:
    # GB/T 32905-2016, annex A.1
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@given(st.integers(1, 70), st.data())
def test_every_leaf_leads_to_the_root_and_no_other_does(size: int, data: st.DataObject) -> None:
    leaves = [sha256(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    root = merkle.root(leaves, sha256)
    path = merkle.path(leaves, index, sha256)
    assert merkle.leads_to(leaves[index], path, sha256) == root
    assert merkle.leads_to(sha256(b"other"), path, sha256) != root
    assert merkle.root([*leaves, leaves[-1]], sha256) != root


def test_the_tree_has_the_shape_of_rfc_6962() -> None:
    one, two, three = (sha256(bytes([number])) for number in range(3))
    pair = sha256(b"\x01" + sha256(b"\x00" + one) + sha256(b"\x00" + two))
    assert merkle.root([one, two, three], sha256) == sha256(
        b"\x01" + pair + sha256(b"\x00" + three)
    )
    assert merkle.root([], sha256) == sha256(b"")


@given(st.integers(0, 2**64), st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_wrong_character_in_a_follow_code_is_noticed(
    number: int, place: int, character: str
) -> None:
    code = follow_code(f"{number:032x}", KEYS)
    assert normal_code(code.lower().replace("-", " ")) == code
    typed = list(code.replace("-", ""))
    if typed[place] != character:
        typed[place] = character
        assert normal_code("".join(typed)) is None


@given(st.integers(0, 2**64), st.integers(0, 15), st.integers(0, 15))
def test_two_exchanged_characters_in_a_follow_code_are_noticed(
    number: int, one: int, other: int
) -> None:
    code = follow_code(f"{number:032x}", KEYS)
    typed = list(code.replace("-", ""))
    typed[one], typed[other] = typed[other], typed[one]
    changed = "".join(typed) != code.replace("-", "")
    assert (normal_code("".join(typed)) is None) == changed


def test_a_code_depends_on_its_secret_and_on_nothing_else() -> None:
    assert follow_code("a" * 32, KEYS) == follow_code("a" * 32, KEYS)
    assert follow_code("a" * 32, KEYS) != follow_code("a" * 32, CodeKeys(b"c" * 32, b"b" * 32))
    assert not set("01OILSZBUDGQY") & set(ALPHABET)


def test_the_letters_of_a_number_come_from_the_kind() -> None:
    assert [number_prefix(kind) for kind in ("alarm", "people_mediation", "_odd__name")] == [
        "AL",
        "PM",
        "ON",
    ]


@given(st.integers(-(10**15), 10**16))
def test_an_instant_is_kept_to_the_microsecond(microseconds: int) -> None:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert stored(instant) == microseconds
    assert restored(microseconds, ZONE) == instant


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=40), "40分钟"),
        (timedelta(hours=5, minutes=10), "5小时10分钟"),
        (timedelta(hours=5), "5小时"),
        (timedelta(days=3, hours=2, minutes=59), "3天2小时"),
        (timedelta(days=3), "3天"),
        (timedelta(seconds=-1), "0分钟"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert length_words(length) == words


def test_nobody_else_may_read_the_database_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path / "new"))
    assert home.sqlite_file().stat().st_mode & 0o777 == 0o600
    assert home.home().stat().st_mode & 0o777 == 0o700


def test_a_setting_that_cannot_be_used_says_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIHE_DATABASE_URL", "mysql://somewhere")
    with pytest.raises(home.UnusableSetting, match="postgresql://"):
        home.database_url()
    monkeypatch.setenv("HAIHE_HASH", "md5")
    with pytest.raises(home.UnusableSetting, match="sha256 or sm3"):
        home.hash_name()

"""A picture keeps what is seen and loses what it tells; phone.jpg has a GPS position."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.records.pictures import Damaged, NotCleaned, cleaned, tells_nothing

PICTURES = Path(__file__).parent / "pictures"
PHOTO = (PICTURES / "phone.jpg").read_bytes()
SCREEN = (PICTURES / "screen.png").read_bytes()
SMALL = (PICTURES / "small.webp").read_bytes()
TELLING = (b"GPS", b"Huawei", b"P30", b"Zhang San", b"2026:11:20", b"SN-00", b"home", b"xmpmeta")


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def film(place: bytes = b"+39.1012+117.2092/") -> bytes:
    told = box(b"udta", box(b"\xa9xyz", place))
    return (
        box(b"ftyp", b"mp42\0\0\0\0isom")
        + box(b"moov", box(b"mvhd", b"\1" * 8) + box(b"trak", told) + told)
        + box(b"mdat", b"what is seen")
    )


def test_the_photo_of_the_test_really_tells_where_it_was_taken() -> None:
    assert all(word in PHOTO for word in TELLING[:3])
    # the GPS directory of the EXIF: degrees, minutes and hundredths of seconds of the latitude
    assert struct.pack(">IIIIII", 39, 1, 6, 1, 1017, 50) in PHOTO


@pytest.mark.parametrize("content", [PHOTO, SCREEN, SMALL], ids=["jpeg", "png", "webp"])
def test_nothing_that_tells_of_place_phone_owner_or_time_is_left(content: bytes) -> None:
    clean = cleaned(content)

    assert not [word for word in TELLING if word in clean]
    assert struct.pack(">IIIIII", 39, 1, 6, 1, 1017, 50) not in clean
    assert tells_nothing(clean)


def test_what_is_seen_is_not_touched() -> None:
    start = PHOTO.index(b"\xff\xda")
    end = PHOTO.index(b"\xff\xd9", start) + 2
    assert cleaned(PHOTO).endswith(PHOTO[start:end])
    for name in (b"IHDR", b"IDAT"):
        at = SCREEN.index(name)
        (length,) = struct.unpack(">I", SCREEN[at - 4 : at])
        assert SCREEN[at - 4 : at + 8 + length] in cleaned(SCREEN)


def test_a_picture_that_was_turned_stays_turned() -> None:
    entry = struct.pack(">HHIH", 0x0112, 3, 1, 6)
    assert entry in PHOTO
    assert cleaned(PHOTO).count(b"Exif\0\0") == 1
    assert entry in cleaned(PHOTO)


def test_pictures_hung_behind_the_picture_go() -> None:
    assert cleaned(PHOTO + PHOTO) == cleaned(PHOTO)


def test_a_film_loses_its_place_and_keeps_its_length() -> None:
    before, clean = film(), cleaned(film())

    assert b"+39.1012" in before
    assert b"+39.1012" not in clean
    assert b"what is seen" in clean
    assert len(clean) == len(before)
    assert tells_nothing(clean)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7 a lease", "一份说明".encode(), b"", b"PK\3\4 a sheet"]
)
def test_other_files_stay_as_they_are(content: bytes) -> None:
    assert cleaned(content) == content


@pytest.mark.parametrize(
    "content", [box(b"ftyp", b"heic\0\0\0\0mif1"), b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]
)
def test_what_can_tell_and_cannot_be_cleaned_is_not_taken(content: bytes) -> None:
    with pytest.raises(NotCleaned):
        cleaned(content)


@settings(max_examples=200, deadline=None)
@given(content=st.sampled_from([PHOTO, SCREEN, SMALL, film()]), data=st.data())
def test_a_damaged_file_is_refused_or_cleaned_but_never_breaks(
    content: bytes, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(content)))
    place = data.draw(st.integers(0, len(content) - 1))
    bent = bytearray(content)
    bent[place] = data.draw(st.integers(0, 255))
    for damaged in (content[:cut], bytes(bent)):
        try:
            clean = cleaned(damaged)
        except NotCleaned:
            continue
        assert len(clean) <= len(damaged) + 36  # an orientation may be written anew


def test_a_photo_that_is_cut_off_is_called_damaged() -> None:
    with pytest.raises(Damaged):
        cleaned(PHOTO[: len(PHOTO) // 2])

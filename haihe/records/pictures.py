"""Takes out of a picture or film what it tells besides what is seen: where, when, by which phone.

A phone writes place, time, its number and its owner into every picture (EXIF, XMP, IPTC, comments).
Whoever reports a broken lamp does not mean to tell where they live (个人信息保护法 6: no more than
needed), so this is taken out before the file is kept. What is seen is not touched: no pixel is
coded anew. Only how a JPEG or PNG is turned, the colour profile and the density of points stay.
Formats are told by their first bytes, never by a name. What can hold such data and cannot be
cleaned here (HEIC, TIFF) is refused with what to do instead.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

SEGMENTS_MAX: Final = 100_000  # of one file
DEPTH_MAX: Final = 8  # boxes within boxes
UPRIGHT: Final = 1
ORIENTATION: Final = 0x0112

_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_TIFFS: Final = (b"II*\0", b"MM\0*")
_HEIC: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
# Markers of a JPEG that stay: JFIF, the colour profile, the colour transform of Adobe.
_JPEG_KEPT: Final = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_START_OF_SCAN: Final = 0xDA
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
    | {b"bKGD", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT", b"cICP"}
)
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_TELLS: Final = 0x08 | 0x04  # the flags of VP8X: has EXIF, has XMP
# Boxes of a film that tell place and owner: overwritten where they stand, so no offset moves.
_FILM_TELLS: Final = frozenset({b"udta", b"meta", b"uuid"})
_FILM_HOLDS: Final = frozenset({b"moov", b"trak", b"mdia", b"moof", b"traf"})


class NotCleaned(ValueError):
    """A picture of a kind that could tell where it was taken, and that cannot be cleaned here."""


class Damaged(NotCleaned):
    """It begins like a picture and is none, or it is not all there."""


class _Part(NamedTuple):
    """A piece of a file: its name and where it begins, its content begins, and it ends."""

    name: bytes
    start: int
    body: int
    end: int


def cleaned(content: bytes) -> bytes:
    """The same picture or film without what it tells; any other file as it is.

    Raises NotCleaned for what could tell and cannot be cleaned, Damaged for what is not whole.
    """
    clean = _cleaner(content)
    if clean is None:
        return content
    try:
        return clean(content)
    except (struct.error, IndexError) as broken:
        raise Damaged("the picture is not whole") from broken


def tells_nothing(content: bytes) -> bool:
    """Whether cleaning takes nothing more out of it."""
    return cleaned(content) == content


def _cleaner(content: bytes) -> Callable[[bytes], bytes] | None:
    if content.startswith(_JPEG):
        return _jpeg
    if content.startswith(_PNG):
        return _png
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp
    if content[4:8] in (b"ftyp", b"moov", b"wide"):
        if content[8:12] in _HEIC:
            raise NotCleaned("HEIC")
        return _film
    if content[:4] in _TIFFS:
        raise NotCleaned("TIFF")
    return None


# ── JPEG ─────────────────────────────────────────────────────────────────────────────────────


def _jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    turned = UPRIGHT
    at = 2
    for _ in range(SEGMENTS_MAX):
        if content[at] != 0xFF:
            raise Damaged("no marker where one must stand")
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if marker == _START_OF_SCAN:
            break
        body = content[at + 4 : end]
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            turned = _orientation(body[6:])
        elif _jpeg_stays(marker, body):
            kept.append(content[at:end])
        at = end
    else:
        raise Damaged("too many segments")
    if turned != UPRIGHT:
        kept.insert(1, _turned(turned))
    return b"".join([*kept, content[at : _jpeg_end(content, at)]])


def _jpeg_stays(marker: int, body: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return marker in _JPEG_KEPT and body.startswith(_JPEG_KEPT[marker])
    return marker != 0xFE  # a comment


def _jpeg_end(content: bytes, at: int) -> int:
    """Where the picture ends; phones hang further pictures, and what those tell, behind it."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Damaged("no end of the picture")
        marker = content[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker == 0 or marker == 0xFF or 0xD0 <= marker <= 0xD7:  # data, filling, restart
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]


def _orientation(tiff: bytes) -> int:
    """How a picture is turned (1 to 8), by its EXIF; upright if that cannot be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (first,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, first)
        for place in range(min(count, 500)):
            tag, kind = struct.unpack_from(order + "HH", tiff, first + 2 + 12 * place)
            if (tag, kind) == (ORIENTATION, 3):
                (turned,) = struct.unpack_from(order + "H", tiff, first + 10 + 12 * place)
                return int(turned) if 1 <= turned <= 8 else UPRIGHT
    except struct.error:
        return UPRIGHT
    return UPRIGHT


def _turned(turned: int) -> bytes:
    """An EXIF segment that says how the picture is turned, and nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, turned, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


# ── PNG and WebP ─────────────────────────────────────────────────────────────────────────────


def _png(content: bytes) -> bytes:
    kept = [_PNG]
    at = len(_PNG)
    for _ in range(SEGMENTS_MAX):
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content):
            raise Damaged("a chunk is cut")
        if name in _PNG_KEPT:
            kept.append(content[at:end])
        elif name == b"eXIf":
            turned = _orientation(content[at + 8 : end - 4])
            if turned != UPRIGHT:
                kept.append(_chunk(b"eXIf", _turned(turned)[10:]))
        if name == b"IEND":
            return b"".join(kept)
        at = end
    raise Damaged("too many chunks")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _webp(content: bytes) -> bytes:
    kept: list[bytes] = []
    at = 12
    for _ in range(SEGMENTS_MAX):
        if at >= len(content):
            break
        name, length = struct.unpack_from("<4sI", content, at)
        end = at + 8 + length + length % 2
        if at + 8 + length > len(content):
            raise Damaged("a chunk is cut")
        piece = content[at:end]
        if name == b"VP8X":
            piece = piece[:8] + bytes([piece[8] & ~_WEBP_TELLS]) + piece[9:]
        if name in _WEBP_KEPT:
            kept.append(piece)
        at = end
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


# ── films (MP4, QuickTime) ───────────────────────────────────────────────────────────────────


def _film(content: bytes) -> bytes:
    out = bytearray(content)
    for box in _telling(content, 0, len(content), DEPTH_MAX):
        out[box.start + 4 : box.start + 8] = b"free"
        out[box.body : box.end] = bytes(box.end - box.body)
    return bytes(out)


def _telling(content: bytes, start: int, end: int, depth: int) -> Iterator[_Part]:
    for box in _boxes(content, start, end):
        if box.name in _FILM_TELLS:
            yield box
        elif box.name in _FILM_HOLDS and depth:
            yield from _telling(content, box.body, box.end, depth - 1)


def _boxes(content: bytes, start: int, end: int) -> Iterator[_Part]:
    for _ in range(SEGMENTS_MAX):
        if start + 8 > end:
            return
        size, name = struct.unpack_from(">I4s", content, start)
        body = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, body)
            body += 8
        stop = end if size == 0 else start + size
        if stop < body or stop > end:
            raise Damaged("a box is cut")
        yield _Part(name, start, body, stop)
        start = stop
    raise Damaged("too many boxes")

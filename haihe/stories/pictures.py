"""Drawn pictures that stand for photographs: no picture of a story shows anything real."""

from __future__ import annotations

import zlib
from hashlib import sha256
from typing import Final

from haihe.records import files

WIDTH: Final = 320
HEIGHT: Final = 240


def kept_picture(name: str) -> str:
    """Keep a picture in the colour of a name, as files are kept that are sent in; its digest."""
    red, green, blue = sha256(name.encode()).digest()[:3]
    return files.keep([picture(red // 2, green // 2, blue // 2)])


def picture(red: int, green: int, blue: int) -> bytes:
    """A PNG of 320 by 240 that fades from a colour to white."""
    rows = bytearray()
    for row in range(HEIGHT):
        fade = row / HEIGHT
        shade = bytes(round(part + (255 - part) * fade) for part in (red, green, blue))
        rows += b"\0" + shade * WIDTH

    def chunk(name: bytes, content: bytes) -> bytes:
        size, check = len(content), zlib.crc32(name + content)
        return size.to_bytes(4, "big") + name + content + check.to_bytes(4, "big")

    head = WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body

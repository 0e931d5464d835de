"""Opens a log as a stream of text blocks, unpacking .gz, with the size limits that protect us."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.read import Progress

PACKED_STEP: Final = 1 << 18
PLAIN_STEP: Final = 1 << 21
LOG_BYTES_MAX: Final = 64 << 30  # unpacked
EXPANSION_MAX: Final = 1_000  # an honest log packs 20 to 60 times; a bomb packs 1,000 and more
EXPANSION_FREE: Final = 64 << 20


def text_of(path: Path, progress: Progress) -> Iterator[bytes]:
    """The bytes of a log, unpacked; Damage when the packing is cut or damaged."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    read = _unpacked(path, progress) if packed else _plain(path, progress)
    total = 0
    for step in read:
        total += len(step)
        if total > LOG_BYTES_MAX:
            raise Damage(f"解压后超过 {LOG_BYTES_MAX} 字节")
        yield step


def _plain(path: Path, progress: Progress) -> Iterator[bytes]:
    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while step := file.read(PLAIN_STEP):
            done += len(step)
            yield step
            progress(done, size)


def _unpacked(path: Path, progress: Progress) -> Iterator[bytes]:
    size, done, out = path.stat().st_size, 0, 0
    unpacking = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        while step := file.read(PACKED_STEP):
            done += len(step)
            while step:
                if unpacking.eof:
                    if not step.strip(b"\0"):
                        break  # padding after the end
                    unpacking = zlib.decompressobj(wbits=31)
                try:
                    text = unpacking.decompress(step, PLAIN_STEP)
                except zlib.error as error:
                    raise Damage(f"gzip 压缩在第 {done} 字节附近损坏：{error}") from None
                out += len(text)
                if out > EXPANSION_FREE and out > done * EXPANSION_MAX:
                    raise Damage(f"解压后超过原大小的 {EXPANSION_MAX} 倍，疑为压缩炸弹")
                yield text
                step = unpacking.unused_data if unpacking.eof else unpacking.unconsumed_tail
            progress(done, size)
    if not unpacking.eof:
        raise Damage(f"gzip 文件在 {done} 字节处被截断；请重新复制")

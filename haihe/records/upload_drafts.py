"""Files that are on their way in: what is too large for memory waits sealed, never in clear.

Each draft is sealed piece by piece under a key that only this process has, in a folder of
HAIHE_HOME that nobody else may enter. It has no name there and is gone when it is closed; what a
crash leaves opens for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from haihe.records.ciphers import CIPHERS
from haihe.records.files import FILE_BYTES_MAX
from haihe.records.home import cipher_name, home
from haihe.records.keys import random_bytes

LENGTH_BYTES: Final = 4  # before each sealed piece


class Draft:
    """The pieces of one file, sealed on the disk; up to one piece more than FILE_BYTES_MAX."""

    def __init__(self) -> None:
        made = CIPHERS[cipher_name()]
        self.lying = TemporaryFile(dir=_folder())  # noqa: SIM115 # closed with the draft
        self._box = made.box(random_bytes(made.key_bytes))
        self._pieces = 0
        self._size = 0

    def add(self, piece: bytes) -> None:
        """Seal a piece behind those before it; what is beyond any file's size is dropped."""
        if self._size > FILE_BYTES_MAX:
            return
        sealed = self._box.seal(piece, str(self._pieces).encode())
        self.lying.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._pieces += 1
        self._size += len(piece)

    def pieces(self) -> Iterator[bytes]:
        """Every piece in clear, in order, as it came. Raises ciphers.NotOpened."""
        self.lying.seek(0)
        for number in range(self._pieces):
            length = int.from_bytes(self.lying.read(LENGTH_BYTES), "big")
            yield self._box.open(self.lying.read(length), str(number).encode())

    def close(self) -> None:
        """Remove it."""
        self.lying.close()


def _folder() -> Path:
    folder = home() / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder

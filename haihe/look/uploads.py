"""Files that are on their way in: what is too large for memory waits sealed, never in clear.

Django writes an upload of more than FILE_UPLOAD_MAX_MEMORY_SIZE to the temporary folder of the
machine as it is. Here each such file is sealed piece by piece under a key that only this request
has, in a folder of HAIHE_HOME that nobody else may enter, and removed with the request. Left over
by a crash, it opens for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from haihe.records.ciphers import CIPHERS, Box
from haihe.records.files import FILE_BYTES_MAX
from haihe.records.home import cipher_name, home
from haihe.records.keys import random_bytes

LENGTH_BYTES: Final = 4  # before each sealed piece

if TYPE_CHECKING:
    _Upload = UploadedFile[bytes]
else:
    _Upload = UploadedFile


class SealedUpload(_Upload):
    """An upload whose bytes lie sealed on the disk; `chunks` gives them in clear, once opened."""

    def __init__(self, name: str, content_type: str, draft: IO[bytes], box: Box) -> None:
        super().__init__(draft, name, content_type)
        self._draft, self._box, self._pieces = draft, box, 0

    def add(self, piece: bytes) -> None:
        """Seal a piece behind those before it."""
        sealed = self._box.seal(piece, str(self._pieces).encode())
        self._draft.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._pieces += 1

    def chunks(self, _size: int | None = None) -> Iterator[bytes]:
        """Every piece in clear, in order; they have the sizes in which they came."""
        self._draft.seek(0)
        for number in range(self._pieces):
            length = int.from_bytes(self._draft.read(LENGTH_BYTES), "big")
            yield self._box.open(self._draft.read(length), str(number).encode())

    def read(self, *_: Any) -> bytes:
        """Everything in clear: what reads an upload without asking for pieces gets it whole."""
        return b"".join(self.chunks())


class SealingHandler(FileUploadHandler):
    """Takes what the handler for small files left, up to one piece more than FILE_BYTES_MAX."""

    def new_file(self, *args: Any, **more: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **more)
        made = CIPHERS[cipher_name()]
        self._taken = 0
        self._file = SealedUpload(
            self.file_name or "",
            self.content_type or "",
            TemporaryFile(dir=_folder()),  # noqa: SIM115  closed with the upload
            made.box(random_bytes(made.key_bytes)),
        )

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        """Seal a piece; what is larger than any file may be is not even taken to the end."""
        self._taken += len(raw_data)
        if self._taken <= FILE_BYTES_MAX + len(raw_data):
            self._file.add(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        """The upload, ready to be read; what was cut off is still told as too large."""
        self._file.size = file_size
        return self._file

    def upload_interrupted(self) -> None:
        """Remove what came so far."""
        if hasattr(self, "_file"):
            self._file.close()


def _folder() -> Path:
    folder = home() / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder

"""Large files as a form sends them: sealed until the request is over (records/upload_drafts.py).

Django writes an upload of more than FILE_UPLOAD_MAX_MEMORY_SIZE to the temporary folder of the
machine as it is; nothing of the kind happens here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from haihe.records.upload_drafts import Draft

if TYPE_CHECKING:
    _Upload = UploadedFile[bytes]
else:
    _Upload = UploadedFile


class SealedUpload(_Upload):
    """An upload whose bytes lie sealed on the disk; `chunks` gives them in clear."""

    def __init__(self, name: str, content_type: str) -> None:
        self.draft = Draft()
        super().__init__(self.draft.lying, name, content_type)

    def chunks(self, _size: int | None = None) -> Iterator[bytes]:
        """Every piece in clear, in order; they have the sizes in which they came."""
        return self.draft.pieces()

    def read(self, *_: Any) -> bytes:
        """Everything in clear: what reads an upload without asking for pieces gets it whole."""
        return b"".join(self.chunks())


class SealedOnArrival(FileUploadHandler):
    """Takes what the handler for small files left, and seals it as it comes."""

    def new_file(self, *args: Any, **more: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **more)
        self._file = SealedUpload(self.file_name or "", self.content_type or "")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        """Seal a piece."""
        self._file.draft.add(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        """The upload, ready to be read; one that was too large is found so when it is kept."""
        self._file.size = file_size
        return self._file

    def upload_interrupted(self) -> None:
        """Remove what came so far."""
        if hasattr(self, "_file"):
            self._file.close()

"""A line to a department that does what lines do: breaks, waits, loses halves, repeats itself."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

READ = 65_536
PATIENCE = 5.0


class BadLine:
    """Passes questions on and answers back; `does` says what goes wrong, "" nothing."""

    def __init__(self, address: str, late: float) -> None:
        self.to = urlsplit(address)
        self.late = late
        self.does = ""
        self.passed_on = 0
        self._last = b""
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        host, port = self._listening.getsockname()
        return f"http://{host}:{port}"

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line: socket.socket) -> None:
        line.settimeout(PATIENCE)
        with line, contextlib.suppress(OSError):
            if self.does == "cut":
                return
            question = self._read(line)
            if self.does == "error":
                line.sendall(b"HTTP/1.0 500 Oops\r\nContent-Length: 0\r\n\r\n")
            elif self.does == "nonsense":
                line.sendall(b"%PDF-1.4 \xff\xfe not an answer at all\r\n\r\n")
            elif self.does == "page":
                line.sendall(
                    b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>login</html>"
                )
            else:
                self._pass_on(line, question)

    def _pass_on(self, line: socket.socket, question: bytes) -> None:
        answer = self._asked(question)
        if self.does == "twice":
            answer = self._asked(question) + answer
        if self.does == "lost":
            return
        if self.does == "late":
            time.sleep(self.late)
        if self.does == "half":
            answer = answer[: len(answer) - 20]
        if self.does == "changed":
            answer = answer[:-12] + bytes([answer[-12] ^ 1]) + answer[-11:]
        if self.does == "of another":
            answer, self._last = self._last, answer
        self._last = self._last or answer
        if self.does == "drip":
            for one in answer:
                line.sendall(bytes([one]))
                time.sleep(self.late / 20)
        line.sendall(answer)

    def _asked(self, question: bytes) -> bytes:
        self.passed_on += 1
        with socket.create_connection((self.to.hostname, self.to.port or 0), PATIENCE) as far:
            far.sendall(question)
            parts = []
            while part := far.recv(READ):
                parts.append(part)
        return b"".join(parts)

    def _read(self, line: socket.socket) -> bytes:
        """A whole question: http.client may send head and body apart."""
        whole = b""
        while b"\r\n\r\n" not in whole:
            whole += line.recv(READ)
        head, _, body = whole.partition(b"\r\n\r\n")
        sizes = [
            int(one.split(b":")[1])
            for one in head.split(b"\r\n")
            if one.lower().startswith(b"content-length:")
        ]
        while len(body) < (sizes or [0])[0]:
            body += line.recv(READ)
        return head + b"\r\n\r\n" + body


@contextmanager
def bad_line(address: str, late: float) -> Iterator[BadLine]:
    """A line in front of a department."""
    line = BadLine(address, late)
    try:
        yield line
    finally:
        line.close()

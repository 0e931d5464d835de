"""Reads every legal XES: the complete reader, on expat, which also names where damage lies.

It knows nested attributes, lists, containers, global attributes, extensions in other
namespaces, prefixes, any attribute order, entities and all encodings expat knows. A document
type declaration is refused, so no entity can be made to expand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.raw import Block, TextColumn

DEPTH_MAX: Final = 64
TRACE_EVENTS_MAX: Final = 5_000_000
VALUE_CHARACTERS_MAX: Final = 1_000_000

_VALUED: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_TRACE_END: Final = b"</trace>"


@dataclass
class _Gathered:
    """Values of one level, key by key: which row says what."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, row: int, text: str) -> None:
        self.rows.setdefault(key, []).append(row)
        self.texts.setdefault(key, []).append(text)

    def columns(self, total: int) -> dict[str, TextColumn]:
        return {key: self._column(key, total) for key in self.rows}

    def _column(self, key: str, total: int) -> TextColumn:
        encoded = pa.array(self.texts[key], pa.string()).dictionary_encode()
        codes = np.full(total, -1, np.int32)
        codes[self.rows[key]] = encoded.indices.to_numpy(zero_copy_only=False)
        return TextColumn(codes, encoded.dictionary)


@dataclass
class Placed:
    """A block from the complete reader, and the line at which each trace and event begins."""

    block: Block
    trace_lines: list[int]
    event_lines: list[int]


class CompleteReader:
    """Feed it the text from the start; take whole traces from it; it raises Damage on the way.

    `skip` passes over text that the quick reader has read instead; allowed only `at_rest`.
    """

    def __init__(self, trace_keys: frozenset[str], event_keys: frozenset[str]) -> None:
        self._wanted = {"trace": trace_keys, "event": event_keys}
        self._parser = self._new_parser()
        self._fed = 0
        self._skipped_lines = 0
        self._open: list[str] = []  # what each open element is to us
        self._namespace: str | None = None
        self._trace_ended_at = -1
        self._ordinary = True  # UTF-8, and namespaces declared on the root only
        self.traces_read = 0
        self._begin()

    def _new_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_declaration
        parser.EntityDeclHandler = self._refuse_declaration
        parser.XmlDeclHandler = self._declaration
        parser.StartNamespaceDeclHandler = self._namespace_declared
        return parser

    def _begin(self) -> None:
        self._levels = {"trace": _Gathered(), "event": _Gathered()}
        self._counts: list[int] = []
        self._trace_lines: list[int] = []
        self._event_lines: list[int] = []
        self._left_out: dict[str, int] = {}

    @property
    def at_rest(self) -> bool:
        """Whether the last thing fed was the end tag of a trace of an ordinary log."""
        return self._ordinary and self._trace_ended_at == self._fed - len(_TRACE_END)

    @property
    def line(self) -> int:
        """The line of the log it stands at, skipped lines counted."""
        return self._parser.CurrentLineNumber + self._skipped_lines

    def skip(self, text: bytes) -> None:
        """Pass over whole traces read by the quick reader."""
        assert self.at_rest
        self._skipped_lines += text.count(b"\n")

    def feed(self, text: bytes, *, last: bool = False) -> None:
        """Read on; Damage with its line when the text is not XML or not XES."""
        if self._fed == 0 and text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            self._ordinary = False
        self._fed += len(text)
        try:
            self._parser.Parse(text, last)
        except expat.ExpatError as error:
            message = expat.ErrorString(error.code)
            raise Damage(f"XML 有错：{message}", line=self._line_of(error)) from None
        except ValueError as error:  # an encoding expat cannot learn
            raise Damage(f"无法解码：{error}；请先转成 UTF-8", line=1) from None

    def _line_of(self, error: expat.ExpatError) -> int:
        return error.lineno + self._skipped_lines

    def take(self) -> Placed | None:
        """The whole traces read since the last time; only between traces."""
        if not self._counts or "trace" in self._open:
            return None
        events = sum(self._counts)
        block = Block(
            len(self._counts),
            events,
            np.array(self._counts, np.int64),
            self._levels["trace"].columns(len(self._counts)),
            self._levels["event"].columns(events),
            self._left_out,
        )
        placed = Placed(block, self._trace_lines, self._event_lines)
        self._begin()
        return placed

    def take_whole(self) -> Placed | None:
        """The same after damage: the trace in which it lies is left away."""
        if "trace" in self._open:
            self._drop_open_trace()
        return self.take()

    def _drop_open_trace(self) -> None:
        self._open = ["log"]
        count = self._counts.pop()
        self._trace_lines.pop()
        del self._event_lines[len(self._event_lines) - count :]
        for level, total in (("trace", len(self._counts)), ("event", sum(self._counts))):
            gathered = self._levels[level]
            for key, rows in gathered.rows.items():
                while rows and rows[-1] >= total:
                    rows.pop()
                    gathered.texts[key].pop()

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._ordinary = self._ordinary and (encoding or "utf-8").lower() in {
            "utf-8",
            "us-ascii",
            "ascii",
        }

    def _namespace_declared(self, _prefix: str | None, _uri: str) -> None:
        self._ordinary = self._ordinary and not self._open

    def _refuse_declaration(self, *_parts: object) -> None:
        raise Damage(
            "不接受 DOCTYPE 声明（其中的实体可以无限展开）；请删去",
            line=self.line,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == DEPTH_MAX:
            raise Damage(f"嵌套超过 {DEPTH_MAX} 层", line=self.line)
        uri, _, local = name.rpartition(" ")
        if not self._open:
            self._root(uri, local)
            return
        above = self._open[-1]
        if uri != self._namespace or above == "other":
            self._open.append("other")
        elif local == "trace" and above == "log":
            self._open.append("trace")
            self._counts.append(0)
            self._trace_lines.append(self.line)
        elif local == "event" and above == "trace":
            self._open.append("event")
            self._event()
        elif local == "event" and above == "log":
            raise Damage("event 不在任何 trace 里，没有案件编号", line=self.line)
        else:
            self._open.append("other")
            if above in self._wanted and local in _VALUED:
                self._value(above, attributes)

    def _root(self, uri: str, local: str) -> None:
        if local != "log":
            raise Damage(f"不是 XES 日志：以 <{local}> 开头，应为 <log>", line=self.line)
        self._namespace = uri
        self._open.append("log")

    def _event(self) -> None:
        self._counts[-1] += 1
        self._event_lines.append(self.line)
        if self._counts[-1] > TRACE_EVENTS_MAX:
            raise Damage(f"一条 trace 超过 {TRACE_EVENTS_MAX} 个 event", line=self.line)

    def _value(self, level: str, attributes: dict[str, str]) -> None:
        key, text = attributes.get("key"), attributes.get("value")
        if key is None or text is None:
            missing = "key" if key is None else "value"
            raise Damage(f"属性缺少 {missing}", line=self.line)
        if len(text) > VALUE_CHARACTERS_MAX:
            raise Damage(f"{key}：长过 {VALUE_CHARACTERS_MAX} 个字符", line=self.line)
        if key not in self._wanted[level]:
            self._left_out[key] = self._left_out.get(key, 0) + 1
            return
        row = (len(self._trace_lines) if level == "trace" else len(self._event_lines)) - 1
        self._levels[level].add(key, row, text)

    def _end(self, _name: str) -> None:
        closed = self._open.pop()
        if closed == "trace":
            self.traces_read += 1
            self._trace_ended_at = self._parser.CurrentByteIndex

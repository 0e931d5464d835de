"""Reads the ordinary shape of XES by whole columns: one attribute a tag, `key` before `value`.

This is the quick half of the XES reader (docs/decisions/0019). A block of text that holds whole
traces is accepted only when every byte of it has been accounted for; anything else (comments,
nested attributes, other quotes, prefixes, damage) is answered with None and goes to the complete
reader in `xes.py`, which decides what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import unescape

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from haihe.supervision.imports.raw import Block, TextColumn

KEYS_PER_BLOCK_MAX: Final = 512
GAP_SHAPES_MAX: Final = 64
PADDING: Final = b"\0" * 32

Positions = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_WORD: Final = 8
_INLINE_MAX: Final = 12  # bytes an Arrow string view holds without pointing elsewhere
_MASKS: Final = np.array([(1 << (8 * n)) - 1 for n in range(9)], dtype=np.uint64)


def _word(text: bytes) -> int:
    return int.from_bytes(text[:_WORD].ljust(_WORD, b"\0"), "little")


_TRACE, _TRACE_END, _EVENT, _EVENT_END, _ATTRIBUTE = 1, 2, 3, 4, 5
_TAGS: Final = (
    (b"<trace>", _TRACE),
    (b"</trace>", _TRACE_END),
    (b"<event>", _EVENT),
    (b"</event>", _EVENT_END),
    (b"<string", _ATTRIBUTE),
    (b"<date", _ATTRIBUTE),
    (b"<int", _ATTRIBUTE),
    (b"<float", _ATTRIBUTE),
    (b"<boolean", _ATTRIBUTE),
    (b"<id", _ATTRIBUTE),
)
# The second and third byte of a tag choose the one it can be; entry 0 is "none of them".
_CHOICE: Final = np.zeros(1 << 16, np.int8)
for _number, (_tag, _) in enumerate(_TAGS, start=1):
    _CHOICE[int.from_bytes(_tag[1:3], "little")] = _number
_TAG_LENGTHS: Final = np.array([0, *(len(tag) for tag, _ in _TAGS)], np.int64)
_TAG_WORDS: Final = np.array([1, *(_word(tag) for tag, _ in _TAGS)], np.uint64)
_TAG_MASKS: Final = _MASKS[_TAG_LENGTHS]  # entry 0 masks all away and so never equals its word
_TAG_CODES: Final = np.array([0, *(code for _, code in _TAGS)], np.int8)
_KEY: Final = b' key="'
_VALUE: Final = b'" value='
_END: Final = b'"/>'
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)  # spreads the last bytes of a key over its mark
_SPACE: Final = frozenset(b" \t\r\n")
_FORBIDDEN: Final = bytes(set(range(32)) - set(b"\t\r\n"))
_REFERENCES: Final = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;")


@dataclass(frozen=True)
class _Text:
    """One block of text: its bytes and a view of the eight bytes from every position on."""

    block: bytes
    octets: npt.NDArray[np.uint8]
    words: Words

    @staticmethod
    def of(block: bytes) -> _Text:
        padded = block + PADDING
        octets = np.frombuffer(padded, np.uint8)
        words: Words = np.ndarray((len(padded) - _WORD,), "<u8", buffer=padded, strides=(1,))
        return _Text(padded, octets, words)

    def at(self, positions: Positions, length: int) -> Words:
        """The first `length` (at most eight) bytes at each position, as one number."""
        found: Words = self.words[positions]
        return found if length == _WORD else found & _MASKS[length]

    def equal(self, positions: Positions, text: bytes) -> Mask:
        """Whether `text` stands at each position."""
        same: Mask = self.at(positions, min(_WORD, len(text))) == np.uint64(_word(text))
        for offset in range(_WORD, len(text), _WORD):
            part = text[offset : offset + _WORD]
            same &= self.at(positions + offset, len(part)) == np.uint64(_word(part))
        return same


@dataclass(frozen=True)
class _Tags:
    """Where each tag begins and ends, what it is, and the quotes of the attributes."""

    begin: Positions
    end: Positions
    code: npt.NDArray[np.int8]
    quotes: Positions  # (attributes, 4)


def read_block(
    block: bytes, trace_keys: frozenset[str], event_keys: frozenset[str]
) -> Block | None:
    """The wanted columns of a block of whole traces, or None when it is not of the ordinary shape.

    `block` begins with `<trace>` (after white space) and ends with `</trace>`, in UTF-8.
    """
    if not _is_legal_text(block):
        return None
    text = _Text.of(block)
    tags = _tags(text)
    if (
        tags is None
        or not _is_well_nested(tags.code)
        or not _gaps_are_space(text, tags, len(block))
    ):
        return None
    read = _columns(text, tags, trace_keys, event_keys)
    if read is not None and read.left_out and not _is_clean_where_nobody_looks(block):
        return None
    return read


def _is_legal_text(block: bytes) -> bool:
    """Whether it is UTF-8 without the two characters that XML forbids beyond ASCII."""
    if block.isascii():
        return True
    try:
        decoded = block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\ufffe" not in decoded and "\uffff" not in decoded


def _is_clean_where_nobody_looks(block: bytes) -> bool:
    """Whether values nobody asked for hide no forbidden character and no unknown reference."""
    return len(block.translate(None, _FORBIDDEN)) == len(block) and _references_known(block)


def _references_known(text: bytes) -> bool:
    return text.count(b"&") == sum(text.count(known) for known in _REFERENCES)


def _tags(text: _Text) -> _Tags | None:
    begin = np.flatnonzero(text.octets == ord("<"))
    quotes = np.flatnonzero(text.octets == ord('"'))
    if len(begin) == 0 or len(quotes) % 4:
        return None
    signature = text.words[begin]
    choice = _CHOICE[((signature >> np.uint64(8)) & np.uint64(0xFFFF)).astype(np.int64)]
    if not ((signature & _TAG_MASKS[choice]) == _TAG_WORDS[choice]).all():
        return None
    code = _TAG_CODES[choice]
    end = begin + _TAG_LENGTHS[choice]
    is_attribute = np.flatnonzero(code == _ATTRIBUTE)
    if len(is_attribute) * 4 != len(quotes):
        return None
    four: Positions = quotes.reshape(-1, 4)
    name_end = end[is_attribute]
    shaped = (
        bool((four[:, 0] == name_end + len(_KEY) - 1).all())
        and bool(text.equal(name_end, _KEY).all())
        and bool((four[:, 2] == four[:, 1] + len(_VALUE)).all())
        and bool(text.equal(four[:, 1], _VALUE).all())
        and bool(text.equal(four[:, 3], _END).all())
    )
    if not shaped:
        return None
    end[is_attribute] = four[:, 3] + len(_END)
    return _Tags(begin, end, code, four)


def _is_well_nested(code: npt.NDArray[np.int8]) -> bool:
    in_trace = np.cumsum((code == _TRACE).astype(np.int32) - (code == _TRACE_END))
    in_event = np.cumsum((code == _EVENT).astype(np.int32) - (code == _EVENT_END))
    return bool(
        in_trace.min() >= 0
        and in_trace.max() <= 1
        and in_event.min() >= 0
        and in_event.max() <= 1
        and in_trace[-1] == 0
        and (in_event <= in_trace).all()
        and (in_trace[code == _ATTRIBUTE] == 1).all()
    )


def _gaps_are_space(text: _Text, tags: _Tags, length: int) -> bool:
    """Whether only white space stands between the tags, before the first and after the last."""
    start = np.concatenate((np.zeros(1, np.int64), tags.end))
    stop = np.concatenate((tags.begin, np.array([length], np.int64)))
    left = stop - start
    if left.min() < 0:
        return False
    for _ in range(GAP_SHAPES_MAX):
        open_gaps = left > 0
        if not open_gaps.any():
            return True
        start, left = start[open_gaps], left[open_gaps]
        taken = np.minimum(left, _WORD)
        if not _words_are_space(text.words[start] & _MASKS[taken], taken):
            return False
        start, left = start + taken, left - taken
    return False


def _words_are_space(words: Words, taken: Positions) -> bool:
    for _ in range(GAP_SHAPES_MAX):
        word, size = int(words[0]), int(taken[0])
        if not _SPACE.issuperset(word.to_bytes(_WORD, "little")[:size]):
            return False
        other = (words != np.uint64(word)) | (taken != size)
        if not other.any():
            return True
        words, taken = words[other], taken[other]
    return False


def _columns(
    text: _Text, tags: _Tags, trace_keys: frozenset[str], event_keys: frozenset[str]
) -> Block | None:
    is_attribute = np.flatnonzero(tags.code == _ATTRIBUTE)
    is_event = tags.code == _EVENT
    trace_of = np.cumsum(tags.code == _TRACE) - 1
    event_of = np.cumsum(is_event) - 1
    ended = np.cumsum(tags.code == _EVENT_END)
    traces, events = int(trace_of[-1]) + 1, int(event_of[-1]) + 1
    events_per_trace = np.bincount(trace_of[is_event], minlength=traces)
    attribute_trace, attribute_event = trace_of[is_attribute], event_of[is_attribute]
    inside = attribute_event >= ended[is_attribute]  # its event has begun and not ended
    begin, end = tags.quotes[:, 2] + 1, tags.quotes[:, 3]
    block = Block(traces, events, events_per_trace.astype(np.int64), {}, {}, {})
    has_references = b"&" in text.block
    for key, rows in _rows_by_key(text, tags.quotes):
        if key is None:
            return None
        here = inside[rows]
        for level, wanted, mine, number, total in (
            (block.event_columns, event_keys, _those(rows, here), attribute_event, events),
            (block.trace_columns, trace_keys, _those(rows, ~here), attribute_trace, traces),
        ):
            if len(mine) == 0:
                continue
            if key not in wanted:
                block.left_out[key] = block.left_out.get(key, 0) + len(mine)
                continue
            start = begin[mine]
            column = _values(text, start, end[mine] - start, number[mine], total)
            known = _resolved(column) if has_references else column
            if known is None or _has_break(column):
                return None
            level[key] = known
    return block


def _those(rows: Positions, chosen: Mask) -> Positions:
    return rows if chosen.all() else rows[chosen]


def _rows_by_key(text: _Text, quotes: Positions) -> list[tuple[str | None, Positions]]:
    """Attribute rows grouped by key; a key with a reference or a break in it answers None."""
    groups: list[tuple[str | None, Positions]] = []
    start, size = quotes[:, 0] + 1, quotes[:, 1] - quotes[:, 0] - 1
    short = np.minimum(size, _WORD)
    first = text.words[start] & _MASKS[short]
    last = text.words[start + size - short] & _MASKS[short]
    marks = pa.array(first ^ (last * _ODD) ^ size.astype(np.uint64)).dictionary_encode()
    if len(marks.dictionary) > KEYS_PER_BLOCK_MAX:
        return [(None, np.arange(len(quotes)))]
    codes = marks.indices.to_numpy().astype(np.int16)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(marks.dictionary)))
    for rows in np.split(order, ends[:-1]):
        one = rows[0]
        at, length = int(start[one]), int(size[one])
        key = text.block[at : at + length]
        plain = b"&" not in key and min(key, default=0) >= ord(" ")
        # Two keys with one mark are rare enough for the full reader.
        alike = (
            bool((size[rows] == length).all())
            and bool((first[rows] == first[one]).all())
            and bool((last[rows] == last[one]).all())
            and (length <= 2 * _WORD or bool(text.equal(start[rows], key).all()))
        )
        groups.append((key.decode("utf-8") if plain and alike else None, rows))
    return groups


def _values(
    text: _Text, start: Positions, size: Positions, number: Positions, total: int
) -> TextColumn:
    """The values at these places, put at their row; rows nothing is said of are left null."""
    if int(size.max()) <= _WORD:
        encoded = pa.array(text.words[start] & _MASKS[size]).dictionary_encode()
        values = _unwords(encoded.dictionary)
    else:
        encoded = _string_views(text, start, size).dictionary_encode()
        values = encoded.dictionary.cast(pa.string())
    codes = np.full(total, -1, np.int32)
    codes[number] = encoded.indices.to_numpy(zero_copy_only=False)
    return TextColumn(codes, values)


def _unwords(words: pa.UInt64Array) -> pa.StringArray:
    """Texts of at most eight bytes from the numbers they were read as."""
    texts = words.to_numpy().astype("<u8").view("S8").tolist()  # S8 leaves the padding away
    return pa.array(texts, pa.binary()).cast(pa.string())


def _string_views(text: _Text, start: Positions, size: Positions) -> pa.StringViewArray:
    """Arrow string views over the block: short values inside the view, long ones by offset."""
    views = np.zeros((len(start), 2), np.uint64)
    low = text.words[start] & _MASKS[np.minimum(size, _WORD)]
    high = text.words[start + _WORD] & _MASKS[np.clip(size - _WORD, 0, _INLINE_MAX - _WORD)]
    views[:, 0] = size.astype(np.uint64) | (low << np.uint64(32))
    views[:, 1] = (low >> np.uint64(32)) | (high << np.uint64(32))
    long = size > _INLINE_MAX
    views[long, 1] = start[long].astype(np.uint64) << np.uint64(32)
    buffers = [None, pa.py_buffer(views), pa.py_buffer(text.block)]
    return pa.Array.from_buffers(pa.string_view(), len(start), buffers)


def _resolved(column: TextColumn) -> TextColumn | None:
    """The five named references of XML replaced; any other is left to the full reader."""
    values = column.dictionary.to_pylist()
    if not _references_known("".join(values).encode()):
        return None
    named = {"&quot;": '"', "&apos;": "'"}
    return column.with_values([unescape(value, named) for value in values])


def _has_break(column: TextColumn) -> bool:
    """Whether a value has a tab, line break or control character in it: for the full reader."""
    joined = "".join(column.dictionary.to_pylist())
    return bool(joined) and min(joined) < " "

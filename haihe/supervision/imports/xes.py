"""Imports a XES log (.xes, .xes.gz): whole columns where the text is ordinary, expat elsewhere.

The text is cut into blocks behind `</trace>`. A block that the quick reader accounts for to the
last byte is skipped by the complete reader; every other block goes through it. So the result is
that of the complete reader, and damage is named by it with its line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from haihe.supervision.imports.assemble import Tables, Unnamed, faults_of, tables_of
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.opened import text_of
from haihe.supervision.imports.plan import Plan
from haihe.supervision.imports.read import Progress, Read
from haihe.supervision.imports.typed import WrongValue
from haihe.supervision.imports.xes_columns import read_block
from haihe.supervision.imports.xes_complete import CompleteReader, Placed

BLOCK_BYTES: Final = 8 << 20
THREADS: Final = 2
AHEAD_MAX: Final = 4  # blocks read ahead, so memory stays bounded

_TRACE_END: Final = b"</trace>"


def read_xes(path: Path, plan: Plan, progress: Progress) -> Read:
    """A XES log as tables; what stands after damage is not read."""
    reader = CompleteReader(plan.matter_keys, plan.event_keys)
    read = Read()
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            for block, quick in _ahead(_blocks(text_of(path, progress)), pool, plan, path.name):
                _take(block, quick, reader, read, plan, path.name)
        reader.feed(b"", last=True)
        if reader.traces_read == 0 and not read.parts:
            raise Damage("其中没有一条 trace；确认它是 XES 日志", line=reader.line)
    except Damage as damage:
        read.damage = damage
        if not damage.line and not damage.where:
            damage.where = f"第{reader.line}行之后"
        _keep(reader.take_whole(), read, plan, path.name)
    return read


def _blocks(text: Iterator[bytes]) -> Iterator[bytes]:
    """The text again, cut behind `</trace>`; the first block ends with the first trace."""
    held: list[bytes] = []
    size, first = 0, True
    try:
        for step in text:
            held.append(step)
            size += len(step)
            if size < BLOCK_BYTES and not (first and _TRACE_END in step):
                continue
            for block in _cut(b"".join(held), first=first):
                first = first and not block.endswith(_TRACE_END)
                held = [block]
                if block.endswith(_TRACE_END) or len(block) >= BLOCK_BYTES:
                    yield block
                    held = []
            size = sum(map(len, held))
    except Damage:
        yield b"".join(held)  # what came before the damage is still good
        raise
    yield from _cut(b"".join(held), first=first)


def _cut(text: bytes, *, first: bool) -> Iterator[bytes]:
    """Text cut behind its last `</trace>`, and behind its first when it begins the log."""
    begin = 0
    if first:
        begin = text.find(_TRACE_END) + len(_TRACE_END)
        if begin >= len(_TRACE_END):
            yield text[:begin]
        else:
            begin = 0
    end = text.rfind(_TRACE_END) + len(_TRACE_END)
    if end > max(begin, len(_TRACE_END) - 1):
        yield text[begin:end]
        begin = end
    if begin < len(text):
        yield text[begin:]


def _ahead(
    blocks: Iterator[bytes], pool: ThreadPoolExecutor, plan: Plan, source: str
) -> Iterator[tuple[bytes, Future[Tables | None]]]:
    """Every block with its quick reading under way, a few blocks ahead of the one taken."""
    waiting: deque[tuple[bytes, Future[Tables | None]]] = deque()
    failed: Damage | None = None
    more = True
    while more or waiting:
        while more and len(waiting) < AHEAD_MAX:
            try:
                block = next(blocks)
            except StopIteration:
                more = False
            except Damage as damage:
                failed, more = damage, False
            else:
                waiting.append((block, pool.submit(_quick, block, plan, source)))
        if waiting:
            yield waiting.popleft()
    if failed is not None:
        raise failed


def _quick(block: bytes, plan: Plan, source: str) -> Tables | None:
    if not block.endswith(_TRACE_END):
        return None
    read = read_block(block, plan.matter_keys, plan.event_keys)
    if read is None:
        return None
    try:
        return tables_of(read, plan, source)
    except (WrongValue, Unnamed):
        return None  # the complete reader says where


def _take(
    block: bytes,
    quick: Future[Tables | None],
    reader: CompleteReader,
    read: Read,
    plan: Plan,
    source: str,
) -> None:
    if reader.at_rest:
        tables = quick.result()
        if tables is not None:
            reader.skip(block)
            read.parts.append(tables)
            return
    reader.feed(block)
    _keep(reader.take(), read, plan, source)


def _keep(placed: Placed | None, read: Read, plan: Plan, source: str) -> None:
    """Add what the complete reader gathered; Damage names the line of a value it refuses."""
    if placed is None:
        return
    try:
        read.parts.append(tables_of(placed.block, plan, source))
    except (WrongValue, Unnamed):
        good, damage = _locate(placed, plan, source)
        if good is not None:
            read.parts.append(good)
        raise damage from None


def _locate(placed: Placed, plan: Plan, source: str) -> tuple[Tables | None, Damage]:
    """The first refused value of a block, and the tables of the whole matters before it."""
    block = placed.block
    trace_of = np.repeat(np.arange(block.traces), block.events_per_trace)
    faults: list[tuple[int, int, str]] = []  # line, trace, reason
    for row, reason in faults_of(block.trace_columns, plan.matter, block.traces, plan):
        faults.append((placed.trace_lines[row], row, reason))
    for row, reason in faults_of(block.event_columns, plan.event, block.events, plan):
        faults.append((placed.event_lines[row], int(trace_of[row]), reason))
    line, trace, reason = min(faults)
    ids = block.trace_columns.get(plan.matter_key)
    matter = ids.text(trace) if ids is not None else None
    named = f"案件 {matter}：{reason}" if matter else reason
    good = tables_of(block.first(trace), plan, source) if trace else None
    return good, Damage(named, line=line)


def line_of_repeat(path: Path, plan: Plan, matter_id: str) -> int:
    """The line at which a case id stands for the second time."""
    reader = CompleteReader(frozenset({plan.matter_key}), frozenset())
    for step in text_of(path, lambda _done, _size: None):
        reader.feed(step)
    placed = reader.take()
    assert placed is not None
    column = placed.block.trace_columns[plan.matter_key]
    rows = [row for row in range(placed.block.traces) if column.text(row) == matter_id]
    return placed.trace_lines[rows[1]]

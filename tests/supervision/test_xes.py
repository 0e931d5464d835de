"""XES as it comes: ordinary, strange but legal, damaged, and hostile."""

from __future__ import annotations

import gzip
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.supervision.imports import xes as reader
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.log import Log, read_log
from haihe.supervision.imports.xes_columns import read_block
from haihe.supervision.imports.xes_complete import CompleteReader
from tests.supervision.small_logs import (
    HEADER,
    attribute,
    column,
    event,
    ordinary,
    plan,
    read,
    trace,
    xes,
)

MONDAY = "2006-07-24T00:00:00.000+02:00"


def wall(text: str) -> datetime:
    """A time without a zone, as the views hold it."""
    return datetime.fromisoformat(text)


def damage_of(log: Log) -> Damage:
    assert log.damage is not None
    return log.damage


# ── ordinary ─────────────────────────────────────────────────────────────────────────────────


def test_an_ordinary_log_is_read_with_local_and_universal_time(tmp_path: Path) -> None:
    log = read(tmp_path, xes(*ordinary(2)))
    assert log.damage is None
    assert log.matter.column("matter_id").to_pylist() == ["F0", "F1"]
    assert column(log, "seq") == [1, 2, 1, 2]
    assert column(log, "happened_at")[:2] == [wall("2006-07-23T22:00"), wall("2006-12-04T23:00")]
    assert column(log, "happened_local")[:2] == [wall("2006-07-24"), wall("2006-12-05")]
    assert column(log, "amount") == [35.0, None, 35.0, None]
    assert log.matter.column("state").to_pylist() == ["Send Fine", "Send Fine"]
    assert log.matter.column("last_seq").to_pylist() == [2, 2]


def test_a_packed_log_reads_like_the_plain_one(tmp_path: Path) -> None:
    plain = read(tmp_path, xes(*ordinary(3)))
    packed = read(tmp_path, xes(*ordinary(3)), "log.xes.gz")
    assert packed.event.equals(plain.event)


def test_persons_come_in_under_a_pseudonym_that_keeps_them_apart(tmp_path: Path) -> None:
    officers = [attribute("string", "org:resource", number) for number in ("561", "561", "537")]
    log = read(tmp_path, xes(trace("F1", *(event("Create Fine", MONDAY, o) for o in officers))))
    first, again, other = column(log, "person")
    assert first == again != other
    assert "561" not in str(first)


def test_every_field_type_is_read_as_declared(tmp_path: Path) -> None:
    more = (
        attribute("int", "points", "2"),
        attribute("boolean", "urgent", "true"),
        attribute("date", "due", "2006-07-24T23:30:00.000Z"),
        attribute("string", "dismissal", "#"),
    )
    log = read(tmp_path, xes(trace("F1", event("Create Fine", MONDAY, *more))))
    assert column(log, "points") == [2]
    assert column(log, "urgent") == [True]
    assert column(log, "due_on") == [date(2006, 7, 25)]  # in Rome it is Tuesday already
    assert column(log, "code") == ["#"]


def test_keys_nobody_asked_for_are_counted(tmp_path: Path) -> None:
    log = read(tmp_path, xes(trace("F1", event("Create Fine", MONDAY, attribute("int", "x", "1")))))
    assert log.left_out == {"x": 1}


# ── strange but legal ────────────────────────────────────────────────────────────────────────


STRANGE = {
    "value before key": event("A", MONDAY).replace(
        '<string key="concept:name" value="A"/>', '<string value="A" key="concept:name"/>'
    ),
    "single quotes": event("A", MONDAY).replace('"', "'"),
    "everything on one line": event("A", MONDAY).replace("\n", ""),
    "a comment": event("A", MONDAY).replace("<event>", "<event><!-- <event> -->"),
    "a nested attribute": event("A", MONDAY).replace(
        '<string key="concept:name" value="A"/>',
        '<string key="concept:name" value="A"><string key="concept:name" value="nested"/></string>',
    ),
    "a list": event("A", MONDAY).replace(
        "</event>",
        '<list key="costs"><values><string key="concept:name" value="in a list"/>'
        "</values></list></event>",
    ),
    "a container": event("A", MONDAY).replace(
        "</event>",
        '<container key="c"><string key="concept:name" value="inside"/></container></event>',
    ),
    "an element of another namespace": event("A", MONDAY).replace(
        "</event>",
        '<x:note xmlns:x="urn:other"><string key="concept:name" value="foreign"/></x:note></event>',
    ),
    "an empty element written out": event("A", MONDAY).replace(
        'value="A"/>', 'value="A"></string>'
    ),
    "a numeric reference": event("A", MONDAY).replace('value="A"', 'value="&#65;"'),
    "white space inside the tags": event("A", MONDAY).replace("/>", "  \n />"),
}


@pytest.mark.parametrize("strange", STRANGE, ids=str)
def test_strange_but_legal_events_read_like_ordinary_ones(tmp_path: Path, strange: str) -> None:
    around = ordinary(2)
    log = read(tmp_path, xes(around[0], trace("S", STRANGE[strange]), around[1]))
    assert log.damage is None
    assert column(log, "act") == ["Create Fine", "Send Fine", "A", "Create Fine", "Send Fine"]
    assert column(log, "happened_local")[2] == wall("2006-07-24")
    assert column(log, "seq") == [1, 2, 1, 1, 2]


@pytest.mark.parametrize(
    ("root", "end"),
    [
        ('<log xmlns="http://www.xes-standard.org/">', "</log>"),
        ('<log xmlns="http://code.deckfour.org/xes" xes.version="1.0">', "</log>"),
    ],
)
def test_a_default_namespace_changes_nothing(tmp_path: Path, root: str, end: str) -> None:
    log = read(tmp_path, xes(*ordinary(3), header=root, end=end))
    assert log.matter.num_rows == 3


def test_a_prefixed_log_is_read(tmp_path: Path) -> None:
    text = xes(
        *ordinary(2), header='<x:log xmlns:x="http://www.xes-standard.org/">', end="</x:log>"
    )
    for name in ("trace", "event", "string", "date", "float"):
        text = text.replace(f"<{name}", f"<x:{name}").replace(f"</{name}", f"</x:{name}")
    assert read(tmp_path, text).event.num_rows == 4


def test_global_attributes_and_classifiers_are_not_taken_for_events(tmp_path: Path) -> None:
    declared = (
        HEADER + '<extension name="Concept" prefix="concept" uri="u"/>'
        '<global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>'
        '<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>'
        '<classifier name="n" keys="concept:name"/><!-- <trace></trace> -->'
        '<string key="concept:name" value="the log"/>'
    )
    log = read(tmp_path, xes(*ordinary(2), header=declared))
    assert log.damage is None
    assert log.matter.column("matter_id").to_pylist() == ["F0", "F1"]


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + xes(*ordinary(2)).encode()).matter.num_rows == 2


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    text = xes(trace("Città", event("Création", MONDAY)), *ordinary(2))
    log = read(tmp_path, text.replace("UTF-8", encoding).encode(encoding))
    assert log.damage is None
    assert log.matter.column("matter_id").to_pylist() == ["Città", "F0", "F1"]


def test_chinese_and_references_in_values_are_kept(tmp_path: Path) -> None:
    log = read(tmp_path, xes(*ordinary(1), trace("案1", event("受理 &amp; &lt;登记&gt;", MONDAY))))
    assert column(log, "act")[-1] == "受理 & <登记>"
    assert log.matter.column("matter_id").to_pylist()[-1] == "案1"


def test_a_trace_without_events_and_an_event_without_time_are_legal(tmp_path: Path) -> None:
    silent = f"<event>{attribute('string', 'concept:name', 'A')}</event>"
    log = read(tmp_path, xes(*ordinary(1), trace("empty"), trace("silent", silent)))
    assert log.damage is None
    assert log.matter.column("last_seq").to_pylist() == [2, 0, 1]
    assert column(log, "happened_at")[-1] is None


def test_two_packed_files_in_one_are_read_through(tmp_path: Path) -> None:
    text = xes(*ordinary(4)).encode()
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(text[:300]) + gzip.compress(text[300:]))
    assert read_log(path, plan()).matter.num_rows == 4


# ── the quick reader says what the complete one says, or nothing ─────────────────────────────

letters = st.one_of(
    st.sampled_from("ab案件&<>\"'; \t\n\r"),
    st.characters(min_codepoint=0x20, max_codepoint=0xD7FF),
    st.characters(min_codepoint=0x10000, max_codepoint=0x10FFFF),
)
legal = st.text(letters, max_size=10)
named = legal.map(lambda text: f"n{text}")
events_of = st.lists(st.tuples(named, st.floats(-1e6, 1e6), st.booleans(), legal), max_size=3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(named, events_of), min_size=1, max_size=3))
def test_the_quick_reader_agrees_with_the_complete_one(
    log: list[tuple[str, list[tuple[str, float, bool, str]]]],
) -> None:
    text = "".join(
        "<trace>"
        + f'<string key="concept:name" value={quoteattr(name, {chr(34): "&quot;"})}/>'
        + "".join(
            "\n\t<event>"
            + f'<string key="concept:name" value={quoteattr(act, {chr(34): "&quot;"})}/>\n'
            + (f'<float key="amount" value="{amount}"/>' if with_amount else "")
            + f'<string key="dismissal" value={quoteattr(code, {chr(34): "&quot;"})}/></event>'
            for act, amount, with_amount, code in events
        )
        + "</trace>"
        for name, events in log
    ).encode()
    wanted = plan()
    complete = CompleteReader(wanted.matter_keys, wanted.event_keys)
    complete.feed(b"<log>" + text)
    placed = complete.take()
    assert placed is not None
    quick = read_block(text, wanted.matter_keys, wanted.event_keys)
    if quick is None:
        assert any(c in text for c in (b"\t", b"&#", b"'")) or any(
            ord(c) < 32 for name, events in log for part in (name, *map(str, events)) for c in part
        )
        return
    assert quick.events_per_trace.tolist() == placed.block.events_per_trace.tolist()
    for mine, theirs in (
        (quick.trace_columns, placed.block.trace_columns),
        (quick.event_columns, placed.block.event_columns),
    ):
        assert {key: [c.text(r) for r in range(len(c.codes))] for key, c in mine.items()} == {
            key: [c.text(r) for r in range(len(c.codes))] for key, c in theirs.items()
        }


def test_blocks_read_side_by_side_keep_the_order_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "BLOCK_BYTES", 2_000)
    monkeypatch.setattr("haihe.supervision.imports.opened.PLAIN_STEP", 1_000)
    strange = trace("S", STRANGE["a comment"])
    log = read(tmp_path, xes(*ordinary(30), strange, *(t.replace("F", "G") for t in ordinary(30))))
    names = log.matter.column("matter_id").to_pylist()
    assert names == [f"F{n}" for n in range(30)] + ["S"] + [f"G{n}" for n in range(30)]


# ── damaged: the line, the reason, the good part ─────────────────────────────────────────────


def test_a_cut_packing_is_refused_and_the_good_part_told(tmp_path: Path) -> None:
    content = gzip.compress(xes(*ordinary(2_000)).encode())
    path = tmp_path / "log.xes.gz"
    path.write_bytes(content[: len(content) // 2])
    log = read_log(path, plan())
    damage = damage_of(log)
    assert "截断" in damage.reason
    assert 0 < damage.matters == log.matter.num_rows < 2_000
    assert damage.events == 2 * damage.matters


def test_a_flipped_bit_in_the_packing_is_refused(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(xes(*ordinary(500)).encode()))
    content[len(content) // 2] ^= 4
    path = tmp_path / "log.xes.gz"
    path.write_bytes(bytes(content))
    assert read_log(path, plan()).damage is not None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("<event>\n<string key='concept:name' value='A'>\n</event>\n", "mismatched tag"),
        ('<event><string key="concept:name" value="A"/\n', "not well-formed"),
        ('<event><string key="concept:name" value="a&nbsp;b"/></event>', "undefined entity"),
        ('<event><string value="A"/></event>', "缺少 key"),
        ('<event><date key="time:timestamp" value="' + MONDAY + '"/></event>', "没有写"),
        (event("A", "24 July 2006"), "不是日期"),
        (event("A", "2006-02-30T00:00:00Z"), "不是日期"),
        (event("A", MONDAY, attribute("float", "amount", "thirty")), "'thirty' 不是数"),
        (event("A\x01", MONDAY), "not well-formed"),
    ],
)
def test_damage_in_an_event_names_its_line(tmp_path: Path, wrong: str, reason: str) -> None:
    good = "".join(ordinary(3))
    log = read(
        tmp_path, xes(good, trace("bad", wrong), *(t.replace("F", "G") for t in ordinary(2)))
    )
    damage = damage_of(log)
    first = (HEADER + good).count("\n") + 1
    assert first <= damage.line <= first + 5
    assert reason in damage.reason
    assert (damage.matters, damage.events) == (3, 6)
    assert log.matter.column("matter_id").to_pylist() == ["F0", "F1", "F2"]


def test_a_log_cut_in_the_middle_is_refused(tmp_path: Path) -> None:
    text = xes(*ordinary(10))
    log = read(tmp_path, text[: text.index("F7") + 80])
    assert damage_of(log).matters == 7


def test_a_trace_without_a_name_is_refused_with_its_line(tmp_path: Path) -> None:
    nameless = f"<trace>\n{event('A', MONDAY)}</trace>\n"
    text = xes(*ordinary(2), nameless, *(t.replace("F", "G") for t in ordinary(2)))
    damage = damage_of(read(tmp_path, text))
    assert damage.line == text[: text.index(nameless)].count("\n") + 1
    assert "matter_id" in damage.reason
    assert damage.matters == 2


def test_a_case_id_that_stands_twice_is_refused_at_the_second(tmp_path: Path) -> None:
    text = xes(*ordinary(3), ordinary(2)[1])
    damage = damage_of(read(tmp_path, text))
    assert damage.line == text[: text.rindex("<trace>")].count("\n") + 1
    assert "F1" in damage.reason
    assert (damage.matters, damage.events) == (3, 6)


def test_an_event_outside_every_trace_is_refused(tmp_path: Path) -> None:
    damage = damage_of(read(tmp_path, xes(*ordinary(2), event("A", MONDAY))))
    assert "没有案件编号" in damage.reason


@pytest.mark.parametrize("text", ["", "not a log", "<html></html>", HEADER + "</log>"])
def test_what_is_no_log_is_refused(tmp_path: Path, text: str) -> None:
    log = read(tmp_path, text)
    assert damage_of(log).matters == 0


# ── hostile ──────────────────────────────────────────────────────────────────────────────────


def test_entities_that_expand_without_end_are_refused(tmp_path: Path) -> None:
    laughs = (
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "ha">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
        + "]><log>"
    )
    log = read(tmp_path, xes(trace("&j;", event("&j;", MONDAY)), header=laughs))
    assert "DOCTYPE" in damage_of(log).reason


def test_a_file_entity_is_refused(tmp_path: Path) -> None:
    evil = '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>'
    log = read(tmp_path, xes(trace("F", event("&x;", MONDAY)), header=evil))
    assert "DOCTYPE" in damage_of(log).reason


def test_a_packing_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haihe.supervision.imports.opened.EXPANSION_FREE", 1_000_000)
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(HEADER.encode() + b" " * 20_000_000))
    assert "炸弹" in damage_of(read_log(path, plan())).reason


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    deep = '<string key="a" value="b">' * 100
    damage = damage_of(read(tmp_path, xes(*ordinary(1), trace("F", f"<event>{deep}"))))
    assert "嵌套" in damage.reason

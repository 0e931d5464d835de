"""What a pack file may contain, and how an error names file, key and what was expected."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from haihe.pack import UnusablePack, load_pack
from haihe.pack.yaml_file import read_yaml
from tests.pack.small_pack import LAW, PROCEDURE, changed, small_pack, write_pack

FILE = "procedures/fence/from-2024-01-01.yaml"


def complaint(root: Path, **texts: str) -> str:
    with pytest.raises(UnusablePack) as found:
        load_pack(write_pack(root, **texts))
    return str(found.value)


def test_a_pack_is_read_with_its_law_its_zone_and_its_procedures(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    procedure = pack.governing("fence", date(2026, 9, 1))
    assert procedure is not None
    assert (procedure.name, list(procedure.steps)) == ("围挡", ["receive", "close"])
    assert str(pack.zone) == "Asia/Shanghai"
    assert pack.governing("fence", date(2023, 12, 31)) is None
    assert pack.version("fence", date(2024, 1, 1)) is procedure
    assert pack.in_force(date(2026, 9, 1)) == [procedure]


def test_a_foreign_pack_brings_its_own_zone_and_still_knows_our_house_rules(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    (root / "pack.yaml").write_text("name: 罗马\nzone: Europe/Rome\n", encoding="utf-8")
    pack = load_pack(root)
    assert (pack.name, str(pack.zone)) == ("罗马", "Europe/Rome")
    assert pack.law.resolves("haihe#one-owner")


def test_a_zone_nobody_knows_is_refused(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    (root / "pack.yaml").write_text("zone: Mars/Base\n", encoding="utf-8")
    with pytest.raises(UnusablePack, match="Mars/Base"):
        load_pack(root)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePack, match="no such folder"):
        load_pack(tmp_path / "nowhere")


def test_citations_are_said_for_people(tmp_path: Path) -> None:
    law = small_pack(tmp_path).law
    assert law.say("fences#118") == "围挡办法第118条"
    assert law.say("fences#3之一") == "围挡办法第3之一条"
    assert law.say("fences#三个当场") == "围挡办法“三个当场”"
    assert law.say("fences#two-persons") == "围挡办法“两人查看”"
    assert law.say("nowhere#1") == "nowhere#1"
    assert law.spell("fences#118、fences#三个当场") == "围挡办法第118条、围挡办法“三个当场”"
    assert law.spell("民法典第201条") == "民法典第201条"


def test_a_law_is_in_force_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    law = small_pack(
        tmp_path, law=changed(LAW, "{from: 2020-01-01}", "{from: 2020-01-01, to: 2025-12-31}")
    ).law
    assert law.in_force("fences#118", date(2025, 12, 31))
    assert not law.in_force("fences#118", date(2026, 1, 1))
    assert not law.in_force("fences#118", date(2019, 12, 31))


WRONG_PROCEDURES = [
    ("asks: [what]", "ask: [what]", "steps.receive: unknown key `ask`; did you mean `asks`?"),
    ("end: true", "end: yes", "states.closed"),
    ("stands: anywhere", "stands: everywhere", "roles.reviewer"),
    ("since: 2024-01-01", "since: 2024-01-02", "since: expected the day in the name of the file"),
    ("kind: fence", "kind: fances", "kind: expected `fence`"),
    (
        "by: [clerk]",
        "by: [clark]",
        "steps.receive.by: nothing is called `clark`; did you mean `clerk`?",
    ),
    ("from: [open]", "from: [opened]", "steps.close.from: nothing is called `opened`"),
    ("to: closed", "to: close", "steps.close.to: nothing is called `close`"),
    ("asks: [what]", "asks: [waht]", "steps.receive.asks: nothing is called `waht`"),
    (
        "{field: size,",
        "{field: sise,",
        "steps.close.needs[0].all[0].field: nothing is called `sise`",
    ),
    (
        "below: 100}",
        "below: 100, above: 3}",
        "steps.close.needs[0].all[0]: expected exactly one of",
    ),
    (
        "below: 100}]",
        "below: 100}], after: receive",
        "steps.close.needs[0]: expected exactly one of",
    ),
    ("{all: [{field: size, below: 100}], says", "{guard: magic, says", "nothing is called `magic`"),
    (
        "{all: [{field: size, below: 100}], says",
        "{within: decided, says",
        "nothing is called `decided`",
    ),
    ("{all: [{field: size, below: 100}], says", "{after: recieve, says", "did you mean `receive`?"),
    ("allow: 30 days", "allow: a month", "clocks.decide.allow: 看不懂期间"),
    ("starts: [receive]", "starts: [recieve]", "clocks.decide.starts: nothing is called `recieve`"),
    ("stops: [end]", "stops: [finish]", "clocks.decide.stops: nothing is called `finish`"),
    ("stops: [end]", "stops: [end]\n    general_law: 海商法", "clocks.decide.general_law"),
    ("stops: [end]", "stops: [end]\n    starts_on: opening", "clocks.decide.starts_on"),
    ("  close:", "  transfer:", "steps.transfer: this name belongs to the kernel"),
    ("type: number", "type: choice", "fields.size: `choices` belong to type `choice`"),
    ("personal: true", "personal: true, told: true", "fields.phone: what a code tells is neither"),
    ("type: number", "type: figure", "fields.size"),
    ("may_ask: [phone,", "sets: {size: long}\n    may_ask: [phone,", "steps.receive.sets.size"),
    ("outcome: 办结", "outcome: 办结\n    to: open", "the key 'to' stands twice"),
    ("basis: [fences#118]", "basis: [fences#118", "line"),
    ("since: 2024-01-01", "since: 2024-02-30", "from-2024-01-01.yaml"),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG_PROCEDURES)
def test_a_procedure_that_cannot_be_used_names_the_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    found = complaint(tmp_path, procedure=changed(PROCEDURE, old, new))
    assert says in found
    assert FILE in found


def test_every_wrong_entry_is_told_at_once(tmp_path: Path) -> None:
    text = changed(PROCEDURE, "asks: [what]", "ask: [what]")
    found = complaint(tmp_path, procedure=changed(text, "personal: true", "personal: maybe"))
    assert "steps.receive" in found
    assert "fields.phone" in found


WRONG_LAWS = [
    ("id: fences", "id: fence", "law/fences.yaml: id: expected `fences`"),
    ("level: A\n", "level: E\n", "law/fences.yaml"),
    ("read_at: 为测试编写\n", "", "missing required field `read_at`"),
    ("tells: 受理。", "says: 受理。", "articles.3之一: unknown key `says`"),
    ("{from: 2020-01-01}", "{from: 2020-01-01, to: 2019-01-01}", "`to` lies before `from`"),
]


@pytest.mark.parametrize(("old", "new", "says"), WRONG_LAWS)
def test_a_law_that_cannot_be_used_names_the_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert says in complaint(tmp_path, law=changed(LAW, old, new))


def test_words_that_yaml_would_twist_stay_words(tmp_path: Path) -> None:
    text = changed(PROCEDURE, "name: 事项,", "name: 事项, hint: 08:10,")
    text = changed(text, "outcome: 办结", "outcome: no")
    procedure = small_pack(tmp_path, procedure=text).procedures["fence"][0]
    assert procedure.fields["what"].hint == "08:10"
    assert procedure.steps["close"].outcome == "no"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x [*x]", "line 1: the anchor contains itself"),
        ("a: !!python/object:os.system x", "line 1: the tag"),
        ("a: !!set {b, c}", "line 1: the tag"),
        ("b: 1\n? [1, 2]\n: 3", "line 2: a key is a word"),
        ("a: 2026-13-45", "line 1: '2026-13-45' cannot be read"),
        ("<<: 3", "line 1: `<<` takes a mapping"),
    ],
)
def test_yaml_that_is_no_plain_data_is_refused_with_its_line(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UnusablePack, match=re.escape(says)):
        read_yaml(file, "file.yaml")


def test_what_is_written_stands_before_what_is_lent(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(
        "x: &a {b: 1}\ny: {b: 5, <<: [*a, {b: 2, c: 3}]}\nz: [*a, *a]\n", encoding="utf-8"
    )
    read = read_yaml(file, "file.yaml")
    assert read["y"] == {"b": 5, "c": 3}
    assert read["z"] == [{"b": 1}, {"b": 1}]

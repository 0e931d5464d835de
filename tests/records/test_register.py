"""The register of staff comes in whole from CSV files, and a bad row is told by its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from haihe.kernel.organs import Organ, Organs
from haihe.kernel.qualification import QualificationKind, QualificationRule, Qualifications
from haihe.records import accounts, posts, rules
from haihe.records.database import Connection
from haihe.records.register import COLUMNS, Loaded, UnusableFile, load_register
from tests.records.small_city import SmallCity

BODIES, OFFICERS = 786, 24_000
TUESDAY = date(2026, 9, 1)


class _City(SmallCity):
    """The small city with the 786 enforcing bodies, and a qualification of its officers."""

    organ_register = Organs(
        Organ(id=f"body-{n}", name=f"执法主体{n}", sort="department", tier="district", area="12")
        for n in range(BODIES)
    )
    qualifications = Qualifications(
        qualifications={"card": QualificationKind(name="行政执法证件", cites=("law#42",))},
        rules=(
            QualificationRule(
                qualification="card", roles=("officer",), cites=("law#42",), since=date(2021, 7, 15)
            ),
        ),
    )


@pytest.fixture
def city(journal: Connection) -> Connection:
    rules.use(_City())
    return journal


def write(folder: Path, **rows: list[str]) -> dict[str, Path]:
    files = {}
    for name, lines in rows.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_text("\n".join([",".join(COLUMNS[name]), *lines]), encoding="utf-8")
    return files


def whole(folder: Path) -> dict[str, Path]:
    """786 bodies with one post each, 24,000 officers with a card each, who hold these posts."""
    return write(
        folder,
        people=[f"p{n},执法人员{n}" for n in range(OFFICERS)],
        qualifications=[f"p{n},card,津{n:08d},2024-01-02,2028-12-31" for n in range(OFFICERS)],
        posts=[f"post-{n},body-{n},执法岗,officer,no,," for n in range(BODIES)],
        holdings=[f"post-{n % BODIES},p{n},2024-01-02," for n in range(OFFICERS)],
    )


def test_786_bodies_and_24000_officers_go_in(city: Connection, tmp_path: Path) -> None:
    loaded = load_register(whole(tmp_path))
    assert loaded == Loaded(
        {"people": OFFICERS, "qualifications": OFFICERS, "posts": BODIES, "holdings": OFFICERS}
    )
    for table in ("staff", "qualification", "holding"):
        assert city.rows(f"SELECT count(*) FROM {table}") == [(OFFICERS,)]
    assert city.rows("SELECT count(*) FROM post") == [(BODIES,)]
    assert [one.organ for one in posts.held_by("p787", TUESDAY)] == ["body-1"]


def test_going_in_again_changes_nothing(city: Connection, tmp_path: Path) -> None:
    files = write(
        tmp_path,
        people=["a,甲"],
        qualifications=["a,card,1,2024-01-02,"],
        posts=["one,body-1,执法岗,officer,no,,"],
        holdings=["one,a,2026-09-01,", "one,a,2026-09-01,"],
    )
    tables = ("staff", "qualification", "post", "holding")
    first, rows = load_register(files), [city.rows(f"SELECT * FROM {one}") for one in tables]
    assert load_register(files) == first
    assert [city.rows(f"SELECT * FROM {one}") for one in tables] == rows
    assert [len(found) for found in rows] == [1, 1, 1, 1]


def test_a_bad_row_is_told_by_its_line_and_every_other_row_goes_in(
    city: Connection, tmp_path: Path
) -> None:
    files = write(
        tmp_path,
        people=["a,甲", ",乙", "c,丙"],
        qualifications=["a,card,1,2024-01-02,", "a,drone,1,2024-01-02,", "b,card,1,2024-01-02,"],
        posts=[
            "one,body-1,执法岗,officer,no,,",
            "two,body-9999,执法岗,officer,no,,",
            "three,body-1,执法岗,wizard,no,,",
            "four,body-1,执法岗,officer,perhaps,,",
            "five,body-1,执法岗,officer,no,2026-09-01,2026-08-31",
        ],
        holdings=["one,a,2026-09-01,", "one,c,2026-09-01,", "six,a,2026-09-01,", "one,a,1 May,"],
    )

    loaded = load_register(files)

    assert loaded.rows == {"people": 2, "qualifications": 1, "posts": 1, "holdings": 1}
    assert [one.split(": ")[0] for one in loaded.wrong] == [
        "people.csv:3",
        "qualifications.csv:3",
        "qualifications.csv:4",
        *(f"posts.csv:{line}" for line in (3, 4, 5, 6)),
        *(f"holdings.csv:{line}" for line in (3, 4, 5)),
    ]
    told = "\n".join(loaded.wrong)
    for word in ("drone", "body-9999", "wizard", "perhaps", "2026-08-31", "行政执法证件", "1 May"):
        assert word in told
    assert [one.id for one in posts.held_by("a", TUESDAY)] == ["one"]
    assert not posts.held_by("c", TUESDAY)  # who has no card does not get the post


def test_taking_people_in_keeps_their_accounts(city: Connection, tmp_path: Path) -> None:
    accounts.enrol("a", "旧名", 7)
    load_register(write(tmp_path, people=["a,新名"]))
    assert city.rows("SELECT name, user_id FROM staff") == [("新名", 7)]
    assert accounts.person_name("a") == "新名"


def test_a_file_with_other_columns_is_refused_whole(city: Connection, tmp_path: Path) -> None:
    files = write(tmp_path, people=["a,甲"])
    wrong = tmp_path / "holdings.csv"
    wrong.write_text("who,what\na,b\n", encoding="utf-8")
    with pytest.raises(UnusableFile, match="post,person,since,until"):
        load_register({**files, "holdings": wrong})
    assert city.rows("SELECT count(*) FROM staff") == [(0,)]


def test_a_file_that_is_not_utf_8_is_refused(city: Connection, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("person,name\na,甲\n".encode("gb18030"))
    with pytest.raises(UnusableFile, match="UTF-8"):
        load_register({"people": path})
    assert city.rows("SELECT count(*) FROM staff") == [(0,)]

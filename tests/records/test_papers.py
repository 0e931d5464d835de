"""A paper from the matter's data: its file has the digest the journal holds, masked for others."""

from __future__ import annotations

import hashlib
import io
import zipfile
from xml.etree import ElementTree

from haihe.kernel.paper import BLANK, PaperLine
from haihe.kernel.procedure import Field
from haihe.kernel.values import Data, Refused
from haihe.records import files, read, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.docx import docx
from haihe.records.printing import Printer
from haihe.records.shown import File, Paper, Reader
from tests.records.small_city import OFFICER, TUESDAY, later, opening, step

READER = Reader(person="li", organ="hexi", roles=("officer",))
SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
NAME = "接报案回执"


def opened() -> str:
    answer = write.submit(opening(), now=TUESDAY)
    assert isinstance(answer, Recorded)
    return answer.matter


def receipt(
    matter: str, reader: Reader = READER, purpose: str = "handle", hours: float = 1, need: str = ""
) -> Paper:
    found = read.paper(matter, 1, "receipt", reader, purpose, later(hours), need=need)
    assert isinstance(found, Paper)
    return found


def issue(matter: str, hours: float = 1) -> str:
    digest = files.keep([receipt(matter, hours=hours).file])
    data: Data = {"paper": NAME, "digest": digest, "step": 1}
    answer = write.submit(step(matter, "issue", data), now=later(hours))
    assert isinstance(answer, Recorded)
    return digest


def texts(paper: Paper) -> list[str]:
    return [line.text for line in paper.lines]


def document(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        tree = ElementTree.fromstring(archive.read("word/document.xml"))
    return [
        "".join(paragraph.itertext()) for paragraph in tree.iter() if paragraph.tag.endswith("}p")
    ]


def test_a_paper_holds_the_data_of_the_matter_and_the_due_date_of_its_clock(
    journal: Connection,
) -> None:
    assert texts(receipt(opened())) == [
        "接报案回执",
        "编号：AL-2026-000001",
        "张三（13800000000）：",
        f"2026年9月1日 星期二 08:10，河西分局接到您的报警：邻里争吵，地点马场道12号，{BLANK}人。",
        "2026年9月2日 星期三 08:10以前告诉您结果。",
        "依据：《试验条例》第1条",
        "河西分局（印章）",
        "2026年9月1日 星期二",
    ]


def test_the_file_that_is_kept_has_the_digest_that_the_journal_holds(journal: Connection) -> None:
    matter = opened()
    digest = issue(matter)
    content = files.load(digest)
    assert hashlib.sha256(content).hexdigest() == digest
    opened_file = read.open_file(matter, READER, "handle", later(2))
    assert isinstance(opened_file, File)
    (row,) = opened_file.papers
    assert (row.name, row.step, row.digest) == (NAME, 1, digest)
    assert row.issued == "2026年9月1日 星期二 09:10"
    assert document(content) == texts(receipt(matter))


def test_a_paper_that_was_issued_still_says_what_it_said_when_the_matter_moves_on(
    journal: Connection,
) -> None:
    matter = opened()
    digest = issue(matter)
    done = write.submit(step(matter, "arrive"), now=later(30))
    assert isinstance(done, Recorded)
    again = receipt(matter, hours=90)
    assert hashlib.sha256(again.file).hexdigest() == digest
    assert texts(again)[-1] == "2026年9月1日 星期二"


def test_the_same_paper_is_not_issued_twice(journal: Connection) -> None:
    matter = opened()
    digest = issue(matter)
    again = write.submit(
        step(matter, "issue", {"paper": NAME, "digest": digest, "step": 1}), now=later(2)
    )
    assert isinstance(again, Refused)
    assert "已经出具" in again.says


def test_personal_fields_are_covered_for_who_may_not_see_them_and_no_file_is_given(
    journal: Connection,
) -> None:
    matter = opened()
    issue(matter)
    covered = receipt(matter, SUPERVISOR, "supervise")
    assert texts(covered)[2] == "张*（138****0000）："
    assert covered.file == b""
    assert not covered.row.clear
    needed = receipt(matter, SUPERVISOR, "supervise", need="核对回执送达的电话")
    assert texts(needed)[2] == "张三（13800000000）："
    assert needed.file


def test_a_file_that_holds_an_erased_value_is_not_given_and_its_page_has_a_blank(
    journal: Connection,
) -> None:
    matter = opened()
    issue(matter)
    done = write.erase(
        matter,
        ["caller_name"],
        approved_by=OFFICER,
        reason="当事人依法要求删除",
        now=later(3),
    )
    assert isinstance(done, Recorded), done
    paper = receipt(matter, hours=4)
    assert texts(paper)[2] == f"{BLANK}（13800000000）："
    assert paper.file == b""


def test_a_paper_of_another_step_or_name_is_not_there(journal: Connection) -> None:
    matter = opened()
    assert read.paper(matter, 1, "summons", READER, "handle", later(1)) is None
    assert read.paper(matter, 7, "receipt", READER, "handle", later(1)) is None


def test_reading_a_paper_is_recorded_like_any_other_reading(journal: Connection) -> None:
    matter = opened()
    receipt(matter)
    assert journal.rows("SELECT person, purpose FROM reading") == [("li", "handle")]


def test_the_same_lines_are_the_same_bytes_and_no_character_breaks_the_file() -> None:
    lines = (PaperLine(kind="paragraph", text="甲<乙>&\x00\ufffe丙"),)
    assert docx(lines) == docx(lines)
    assert document(docx(lines)) == ["甲<乙>&丙"]


def test_a_number_stands_on_a_paper_as_people_write_it(journal: Connection) -> None:
    printer = Printer(rules.current(), TUESDAY)
    amount = Field(name="金额", type="number")
    told = [printer.value(amount, one) for one in (1234567.5, 800.0, 0.1, 20_000_000)]
    assert told == ["1234567.5", "800", "0.1", "20000000"]

"""The models of story T06 whose data other departments have: taxes on deeds, guards of schools.

The procuratorate asks in a matter of its own, with purpose and article; what the department
answers is a file of that matter. It is read under a pack that declares its columns, a model runs
over all of it, and the model is sent to another city, where it finds the same in the same data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.place import examples_folder
from haihe.records import files, keys, rules, write
from haihe.stories.crowds import count, equal, holds
from haihe.stories.playing import Broken, Line, Playing
from haihe.supervision.catalogue import read_catalogue
from haihe.supervision.inspection import Shown, Wanted, inspect
from haihe.supervision.package import fingerprint, opened, packed, signed, take

UNPAID: Final = 55
PRICE: Final = 50_200_000  # each; three per cent of all of them is 82.83 million yuan
PAID: Final = 145
TAXES: Final = 82_830_000.0
GUARDS: Final = 120
NOT_ASKED: Final = 9
WITH_RECORD: Final = 3
FOUND_MAX: Final = 1_000
Rows = list[dict[str, str]]


class Asked(NamedTuple):
    """What is asked of whom, for what, by which law; under which pack the answer is read."""

    pack: str
    model: str
    department: str  # a sort of body
    concerned: str
    text: str
    question: str


TAX: Final = Asked(
    pack="deed_tax",
    model="deed_tax_unpaid",
    department="tax",
    concerned="planning",
    text="办理土地、房屋权属登记以前契税有没有缴清",
    question="目的：核对权属登记与契税缴纳，办理行政公益诉讼线索。依据：契税法第11条。"
    "范围：合同编号、成交价、实缴税额和时间，不要任何人的姓名和证件号码。",
)
SCHOOLS: Final = Asked(
    pack="school_guards",
    model="guard_unchecked",
    department="education",
    concerned="education",
    text="学校录用保安以前有没有查询违法犯罪记录",
    question="目的：核对校园保安入职查询，办理未成年人保护公益诉讼线索。依据：未成年人保护法第62条。"
    "范围：用工编号、学校、环节和时间，保安以代号表示，只写有没有记录。",
)


def other_departments(playing: Playing, first: datetime) -> Iterator[Line]:
    """Both models: asked, answered, found, sent elsewhere."""
    of = playing.portion(UNPAID + PAID)
    unpaid = of(UNPAID)
    deeds = _deeds(first, unpaid, of(PAID))
    answer, kept = _asked(playing, TAX, deeds, first + timedelta(days=1))
    yield kept
    found = _supervised(TAX, answer)
    missing = sum(one.weight or 0 for one in found.worst)
    yield equal("没有缴清契税就办了登记的，一件不漏，缴清的一件没有误报。",
                first, {one.matter_id for one in found.worst},
                {row["合同编号"] for row in deeds if row["成交价"] == str(PRICE)})  # fmt: skip
    yield equal(f"找出来少缴的契税一共{TAXES / UNPAID * unpaid / 10_000:g}万元。",
                first, round(missing), round(TAXES / UNPAID * unpaid))  # fmt: skip
    yield _passed_on(playing, TAX, first + timedelta(days=6))
    staff = _staff(first)
    answer, kept = _asked(playing, SCHOOLS, staff, first + timedelta(days=2))
    yield kept
    found = _supervised(SCHOOLS, answer)
    yield equal(
        f"{GUARDS}名校园保安里，{NOT_ASKED}名没有查询就上岗，{WITH_RECORD}名查到记录还在岗。",
        first, found.causes, {"not_asked": NOT_ASKED, "kept_on": WITH_RECORD},
    )  # fmt: skip
    yield equal("找到的是学校和环节：哪个保安叫什么，读进来就没有名字。", first,
                [word for word in ("姓名", "保安甲") if word in repr(found)], [])  # fmt: skip
    yield _passed_on(playing, SCHOOLS, first + timedelta(days=7))
    yield holds(
        "校园保安模型打包、签名、给廊坊：在那里按同样的数据找出同样的结果。",
        first,
        _elsewhere(SCHOOLS, answer, found, first),
    )


# ── asked and answered ───────────────────────────────────────────────────────────────────────


def _asked(playing: Playing, asked: Asked, rows: Rows, at: datetime) -> tuple[bytes, Line]:
    """Ask in a matter, get the file; what arrived is what was sent, with purpose and article."""
    us, them = playing.organ("procuratorate"), playing.organ(asked.department)
    analyst = Actor(person=playing.person("analyst"), role="procurator", organ=us)
    clue: Data = {
        "procuratorate": us, "clue_kind": "admin_public", "found_by": "case",
        "organ_concerned": playing.organ(asked.concerned), "clue_text": asked.text,
    }  # fmt: skip
    about = f"{playing.story.story}:{playing.run}:{asked.pack}"
    opening = Command(key=f"story:{about}", act="open_by_hand", actor=analyst,
                      kind="supervision_clue", data=clue)  # fmt: skip
    matter = _done(opening, at)
    playing.shown[asked.pack] = (matter, "检察监督线索")
    question: Data = {"organ": them, "question": asked.question, "due": "5个工作日"}
    _done(Command(key=f"story:{about}:ask", act="request", actor=analyst, matter=matter,
                  data=question), at + timedelta(minutes=10))  # fmt: skip
    sent = _written(rows)
    answer: Data = {"request": 2, "text": "导出的记录见附件。", "files": [files.keep([sent])]}
    clerk = Actor(person=f"{them}·organ_officer", role="organ_officer", organ=them)
    _done(Command(key=f"story:{about}:answer", act="answer", actor=clerk, matter=matter,
                  data=answer), at + timedelta(days=2))  # fmt: skip
    digest = answer["files"]
    assert isinstance(digest, list)
    arrived = files.load(digest[0])
    name = rules.current().organ_name(them)
    says = f"向{name}要数据：目的、依据、范围写在请求里，答复的文件存在卷里，一个字没有变。"
    return arrived, equal(says, at, arrived, sent)


def _passed_on(playing: Playing, asked: Asked, at: datetime) -> Line:
    """What was found goes to the department that has to act on it."""
    us, them = playing.organ("procuratorate"), playing.organ(asked.department)
    matter, _ = playing.shown[asked.pack]
    told: Data = {"receiving_unit": them, "ending_reason": f"模型找出的问题：{asked.text}"}
    actor = Actor(person=playing.person("analyst"), role="procurator", organ=us)
    key = f"story:{playing.story.story}:{playing.run}:{asked.pack}:on"
    _done(Command(key=key, act="pass_on", actor=actor, matter=matter, data=told), at)
    ended = count("ended = TRUE AND", [matter])
    return equal(f"找出来的移送{rules.current().organ_name(them)}依法处理。", at, ended, 1)


def _done(command: Command, at: datetime) -> str:
    answer = write.submit(command, now=at)
    if isinstance(answer, Refused):
        raise Broken(f"{command.act}: {answer.says} {answer.instead}")
    return answer.matter


# ── read, supervised, shared ─────────────────────────────────────────────────────────────────


def _supervised(asked: Asked, told: bytes, pack: Path | None = None) -> Shown:
    """What the model of a pack finds in the file, all of it."""
    with TemporaryDirectory(prefix="haihe-asked-") as folder:
        path = Path(folder) / f"{asked.pack}.csv"
        path.write_bytes(told)
        wanted = Wanted(pack or examples_folder() / asked.pack, examples=FOUND_MAX)
        result = inspect(path, wanted, _silent, keep_good=False)
    if result.damage is not None:
        raise Broken(f"{asked.pack}: {result.damage.reason}")
    (shown,) = [one for one in result.shown if one.model == asked.model]
    return shown


def _elsewhere(asked: Asked, told: bytes, found: Shown, at: datetime) -> str:
    """The model in a city that has the columns and the law and no model; "" if all is the same."""
    here = examples_folder() / asked.pack
    signer = keys.signers()[0]
    sent = signed(packed(read_catalogue(here), [asked.model], "校园保安", at), signer)
    with TemporaryDirectory(prefix="haihe-langfang-") as folder:
        there = Path(folder) / "langfang"
        copytree(here, there)
        for path in (there / "models").rglob("*.*"):
            path.unlink()
        (there / "models" / asked.model).rmdir()
        taken = take(
            opened(sent, {fingerprint(signer.public.hex())}),
            read_catalogue(there),
            there / "models",
        )
        again = _supervised(asked, told, there)
    if taken != [asked.model]:
        return f"对方收下的是{taken}"
    pairs = [{(one.matter_id, one.cause) for one in shown.worst} for shown in (found, again)]
    return "" if pairs[0] == pairs[1] else f"对方找出{again.findings}件，这里是{found.findings}件"


def _silent(_done: int, _size: int) -> None:
    """Nobody watches how far the reading is."""


# ── what the departments have ────────────────────────────────────────────────────────────────


def _deeds(first: datetime, unpaid: int, paid: int) -> Rows:
    """Contracts registered without the tax, and contracts in order, some paid in two."""
    rows: Rows = []
    for number in range(unpaid + paid):
        price = PRICE if number < unpaid else 900_000 + 10_000 * number
        at = first - timedelta(days=300 - number % 90)
        told = {
            "合同编号": f"HT-{number + 1:04d}",
            "成交价": str(price),
            "登记机构": "不动产登记中心",
        }
        steps = [("签订合同", "", 0), ("办理权属登记", "", 9)]
        if number >= unpaid:
            half = price * 3 // 200
            steps[1:1] = [("缴纳契税", str(half), 2), ("缴纳契税", str(price * 3 // 100 - half), 4)]
        for act, amount, days in steps:
            when = (at + timedelta(days=days)).isoformat()
            rows.append({**told, "环节": act, "时间": when, "实缴税额": amount})
    return rows


def _staff(first: datetime) -> Rows:
    """Guards of schools: some never asked about, some with a record and still there."""
    rows: Rows = []
    for number in range(GUARDS):
        at = first - timedelta(days=200 - number)
        told = {"用工编号": f"YG-{number + 1:04d}", "保安": f"代号{number + 1:04d}",
                "学校": f"第{number % 20 + 1}小学"}  # fmt: skip
        record = "true" if NOT_ASKED <= number < NOT_ASKED + WITH_RECORD else "false"
        steps = [("录用", "", 0), ("查询记录", record, 1), ("上岗", "", 3)]
        if number < NOT_ASKED:
            del steps[1]
        for act, said, days in steps:
            when = (at + timedelta(days=days)).isoformat()
            rows.append({**told, "环节": act, "时间": when, "有记录": said})
    return rows


def _written(rows: Rows) -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()

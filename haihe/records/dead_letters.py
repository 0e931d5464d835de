"""A question that a register did not answer for so long that a person has to: it opens a matter.

The matter lies with the keeper of the register, who answers by hand or mends the line, with a
clock; what is answered by hand goes into the application by itself. Where the catalogue names no
keeper it is a task of the body that decides: verify it another way. The question is still asked
once a day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from haihe.kernel.sources import Down, Question
from haihe.kernel.values import Actor, Command, Refused
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.records.database import Connection

KIND: Final = "collaboration_task"
REQUESTER: Final = "requester"
OF_KEEPERS: Final = "data_correction"
UNANSWERED: Final = "unanswered"


class Who(NamedTuple):
    """Who may help: the keeper of the register, the body that decides; "" where none is known."""

    keeper: str
    decides: str
    minor: bool = False  # whether the application concerns a minor


def open_for(
    connection: Connection, question: Question, name: str, who: Who, down: Down, now: datetime
) -> Recorded | Refused | None:
    """The one matter for this question, however often it is asked for; None where nobody waits.

    `name` is the register in words.
    """
    rows = connection.rows(
        "SELECT number, owner_organ FROM matter WHERE matter_id = ? AND NOT ended",
        (question.matter,),
    )
    if not rows:
        return None
    number, owner = rows[0]
    why = down.why.rstrip("。")
    if who.keeper:
        return _of_the_keeper(question, name, who, why, now)
    return write.submit(
        Command(
            key=f"dead-letter:{question.matter}:{question.source}",
            act="ask",
            kind=KIND,
            actor=Actor(person="connector", role=REQUESTER, organ=owner),
            data={
                "task_kind": "verify",
                "case_number": number,
                "legal_purpose": question.purpose,
                "asked_for": f"{name}没有查到（{why}）。请用电话或者公函核实，写入核验情况。",
                "task_speed": "ordinary",
                "personal_data": True,
                "legal_paper": f"申请{number}的收件凭证",
                "assigned_unit": who.decides or owner,
            },
        ),
        now=now,
    )


def _of_the_keeper(
    question: Question, name: str, who: Who, why: str, now: datetime
) -> Recorded | Refused:
    return write.submit(
        Command(
            key=f"dead-letter:{question.matter}:{question.source}",
            act=UNANSWERED,
            kind=OF_KEEPERS,
            actor=Actor(person="connector", role="connector", organ="supervision"),
            data={
                "source_body": who.keeper,
                "asked_source": name,
                "asked_text": f"{question.purpose}：{name}里有没有这个人的登记，登记了什么",
                "person_sought": f"{question.name} {question.number}".strip(),
                "down_why": why,
                "concerned_matter": question.matter,
                "minor_involved": who.minor,
            },
        ),
        now=now,
    )

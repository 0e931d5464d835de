"""A question that a register did not answer for so long that a person has to: it opens a matter.

The matter is a collaboration task of the body that decides on the application: verify it another
way (by telephone, by letter). The question itself stays and is asked again once a day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from haihe.kernel.sources import Down, Question
from haihe.kernel.values import Actor, Command, Refused
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.records.database import Connection

KIND: Final = "collaboration_task"
REQUESTER: Final = "requester"


def open_for(
    connection: Connection, question: Question, name: str, decides: str, down: Down, now: datetime
) -> Recorded | Refused | None:
    """The one task for this question, however often it is asked for; None where nobody waits.

    `name` is the register in words, `decides` the body that decides on the application, "" when it
    is the one that has it.
    """
    rows = connection.rows(
        "SELECT number, owner_organ FROM matter WHERE matter_id = ? AND NOT ended",
        (question.matter,),
    )
    if not rows:
        return None
    number, owner = rows[0]
    why = down.why.rstrip("。")
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
                "assigned_unit": decides or owner,
            },
        ),
        now=now,
    )

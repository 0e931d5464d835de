"""Figures of a matter to which others belong (a campaign): counted from those, typed by nobody."""

from __future__ import annotations

from collections import Counter
from typing import Final

from haihe.kernel.joined import joined
from haihe.kernel.state import State
from haihe.records.database import IN_MAX, Connection
from haihe.records.journal import procedure_of
from haihe.records.rules import Rules
from haihe.records.shown import Shown

LABEL: Final = "纳入的事项（由系统算出）"


def figures(connection: Connection, rules: Rules, state: State) -> tuple[Shown, ...]:
    """How many matters belong to it, how many of them ended, and of which kinds; often nothing."""
    ids = joined(state)
    if not ids:
        return ()
    kinds: Counter[str] = Counter()
    ended = 0
    for start in range(0, len(ids), IN_MAX):
        part = ids[start : start + IN_MAX]
        marks = ", ".join("?" * len(part))
        for kind, version, at in connection.rows(
            f"SELECT kind, version, state FROM matter WHERE matter_id IN ({marks})", part
        ):
            procedure = procedure_of(rules, kind, version)
            kinds[procedure.name] += 1
            ended += procedure.states[at].end
    told = f"共{len(ids)}件，已经办结{ended}件"
    if kinds:
        told += "：" + "、".join(f"{name}{count}件" for name, count in kinds.most_common())
    return (Shown(label=LABEL, value=told),)

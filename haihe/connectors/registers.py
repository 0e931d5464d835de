"""The registers of this installation as sources: asked over their lines, each question logged.

Which are connected, where, and with which key, lies in HAIHE_HOME/connections.json; it is read
anew for every question, so a department may be connected while everything runs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from haihe.connectors import contract, line
from haihe.connectors.contract import (
    PAGES_MAX,
    Connector,
    Nonsense,
    Source,
    TheyAreDown,
    TheyRefuse,
    Told,
)
from haihe.connectors.known import CONNECTORS
from haihe.connectors.line import Silent, Why
from haihe.connectors.signatures import Unsigned
from haihe.kernel.sources import Answer, Down, Question
from haihe.records import connections, exchanges, files
from haihe.records.connections import Connection
from haihe.records.exchanges import Outcome

_WHY: Final[dict[type[Exception], tuple[Outcome, str]]] = {
    Silent: ("silent", "来源没有答复"),
    TheyAreDown: ("down", "来源暂时停用"),
    Nonsense: ("nonsense", "来源的答复看不懂，没有采用"),
    Unsigned: ("unsigned", "来源答复的签名不对，没有采用"),
    TheyRefuse: ("refused", "来源拒绝答复这个问题"),
}


def connected() -> Mapping[str, Source]:
    """Every register there is a connector for."""
    return _sources()


@cache
def _sources() -> Mapping[str, Source]:
    played = contract.demo()
    return {name: Connected(one, played.get(name)) for name, one in CONNECTORS.items()}


class Connected:
    """A register over its line; as long as none was ever connected here, the one of the demo."""

    def __init__(self, connector: Connector, played: Source | None = None) -> None:
        self.connector = connector
        self._played = played

    def fetch(self, question: Question, now: datetime) -> Answer | Down:
        """Ask it once, logged before and after; a register at rest is not asked."""
        to = connections.present().get(self.connector.source)
        if to is None:
            if self._played is not None and connections.never_any():
                return _played(self._played, question, now)
            return Down(source=question.source, at=now, why=contract.NOT_CONNECTED)
        if exchanges.at_rest(question.source, now):
            why = "来源连续没有答复，过一分钟再问"
            return Down(source=question.source, at=now, why=why, held=True)
        entry = exchanges.begin(question, now)
        pages: list[dict[str, Any]] = []
        try:
            told = _asked(self.connector, question, to, now, pages)
        except tuple(_WHY) as ended:
            outcome, why = _WHY[type(ended)]
            proof = _kept(question, now, pages) if outcome == "refused" else ""
            exchanges.end(entry, outcome, now, proof)
            refused = outcome == "refused"
            return Down(source=question.source, at=now, why=why, refused=refused)
        proof = _kept(question, now, pages)
        exchanges.end(entry, "answered" if told.values else "nothing", now, proof)
        return Answer(
            source=question.source,
            at=now,
            values=told.values,
            reference=told.reference,
            proof=proof,
        )


def _played(source: Source, question: Question, now: datetime) -> Answer | Down:
    """The register of a demo: what it answers is logged like any other answer."""
    told = source.fetch(question, now)
    if isinstance(told, Answer):
        entry = exchanges.begin(question, now)
        exchanges.end(entry, "answered" if told.values else "nothing", now)
    return told


def _asked(
    connector: Connector,
    question: Question,
    to: Connection,
    now: datetime,
    pages: list[dict[str, Any]],
) -> Told:
    """All pages of an answer within the seconds of one; `pages` gets what proves them."""
    give_up_at = time.monotonic() + line.SECONDS_MAX
    asking, values = connector.translate(question), dict[str, str]()
    key, signer = exchanges.key_of(question), connections.our_signer()
    for number in range(1, PAGES_MAX + 1):
        why = Why(
            purpose=question.purpose,
            matter=question.matter or question.thread,
            basis=question.basis,
            key=f"{key}-{number}",
        )
        left = give_up_at - time.monotonic()
        if left <= 0:
            raise Silent
        reply, proof = line.ask(to, asking, why, signer, now, left)
        pages.append(proof)
        told = connector.understand(reply)
        values |= told.values
        if told.more is None:
            return Told(values, told.reference)
        asking = told.more
    raise Nonsense


def _kept(question: Question, now: datetime, pages: list[dict[str, Any]]) -> str:
    return files.keep([line.proof_file(question.source, now, pages)])

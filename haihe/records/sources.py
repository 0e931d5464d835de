"""The registers this installation can ask, by the names of the city's catalogue."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

from haihe.kernel.sources import Answer, Down, Question, Source

VALUE_CHARACTERS_MAX: Final = 500  # of one value a register gave


class UnusableSources(Exception):
    """HAIHE_SOURCES names nothing that gives registers; the message says what to write."""


def sources() -> Mapping[str, Source]:
    """Every register that is connected; none where HAIHE_SOURCES is empty."""
    return _sources(settings.HAIHE_SOURCES)


@lru_cache(maxsize=4)
def _sources(named: str) -> Mapping[str, Source]:
    if not named:
        return {}
    module, _, name = named.partition(":")
    try:
        found: Mapping[str, Source] = getattr(importlib.import_module(module), name)()
    except (ImportError, AttributeError, ValueError) as wrong:
        raise UnusableSources(f"HAIHE_SOURCES={named}: write `package.module:name`") from wrong
    return found


def asked(question: Question, now: datetime, among: Mapping[str, Source]) -> Answer | Down:
    """One question to its register; one that is not connected or breaks is down, no more."""
    source = among.get(question.source)
    if source is None:
        return Down(source=question.source, at=now, why="这个来源还没有接通")
    try:
        answer = source.fetch(question, now)
    except Exception as broken:  # a connector must not raise; one that does stops nobody
        return Down(
            source=question.source, at=now, why=f"来源的接口出错（{type(broken).__name__}）"
        )
    if isinstance(answer, Answer) and any(
        len(value) > VALUE_CHARACTERS_MAX for value in answer.values.values()
    ):
        return Down(source=question.source, at=now, why="来源的答复过长，不能用")
    return answer

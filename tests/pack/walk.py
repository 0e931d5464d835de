"""A matter taken step by step through the kernel, with what each step opened elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haihe.kernel.clocks import clocks
from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.handover import handovers
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import Reader, may_read
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Data, Decided, Refused
from tests.pack.mutations import pack

TUESDAY = "2026-09-01T09:00"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=pack().zone)


def governing(kind: str, when: str) -> Procedure:
    found = pack().governing(kind, at(when).date())
    assert found is not None
    return found


class Walk:
    """One matter; its version is the one in force at `when`."""

    def __init__(self, kind: str, when: str = TUESDAY) -> None:
        self.procedure = governing(kind, when)
        self.kind = kind
        self.state: State | None = None
        self.personal: Data = {}
        self.opened: list[Command] = []

    def take(self, when: str, act: str, who: Actor, **data: Any) -> Walk:
        matter = "m" if self.state else None
        command = Command(key=act, act=act, actor=who, matter=matter, kind=self.kind, data=data)
        return self.follow(when, command)

    def follow(self, when: str, command: Command) -> Walk:
        decided = decide(self.procedure, self.state, command, at(when), pack().calendar)
        assert isinstance(decided, Decided), decided
        self.state = advance(self.procedure, self.state, decided.event)
        self.personal |= decided.personal
        self.opened = handovers(
            self.procedure,
            self.state,
            decided.event,
            lambda kind: pack().governing(kind, at(when).date()),
            self.personal,
        )
        return self

    def next(self, when: str, kind: str) -> Walk:
        """The matter of that kind which the last step opened, opened with what it was given."""
        (command,) = [one for one in self.opened if one.kind == kind]
        return Walk(kind, when).follow(when, command)

    def field(self, name: str) -> Any:
        assert self.state is not None
        return self.state.fields.get(name, self.personal.get(name))

    def organ(self) -> str:
        assert self.state is not None
        return self.state.owner.organ

    def clock(self, name: str, when: str) -> RunningClock:
        assert self.state is not None
        running = clocks(self.procedure, self.state, pack().calendar, at(when), explain=False)
        return next(one for one in running if one.id == name)

    def last_day(self, when: str, clock: str) -> str:
        return str(self.clock(clock, when).legal)

    def sight(self, reader: Reader, purpose: str, field: str) -> str:
        assert self.state is not None
        view = may_read(reader, purpose, self.state, self.procedure)
        return "nothing" if isinstance(view, Refused) else view.fields[field]

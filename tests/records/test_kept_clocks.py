"""Clocks kept from event to event equal clocks computed from nothing, on every worked case."""

from __future__ import annotations

import pytest

from haihe.kernel import fold
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Event
from haihe.pack import Pack, cases, load_pack
from haihe.records.installed import InstalledRules
from haihe.records.journal import ClockRow, Held
from haihe.records.staging import all_clocks, clocks_after


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


class Keeping:
    """The fold, keeping beside each state the clocks that records would have stored."""

    def __init__(self, pack: Pack) -> None:
        self.rules = InstalledRules(pack, ())
        self.kept: dict[int, tuple[State, dict[str, ClockRow]]] = {}
        self.compared = 0

    def advance(self, procedure: Procedure, state: State | None, event: Event) -> State:
        after = fold.advance(procedure, state, event)
        whole = all_clocks(self.rules, procedure, after, "m", event.recorded_at)
        rows = whole
        if state is not None:
            rows = clocks_after(self.rules, self.held(procedure, state), after, event)
        assert rows == whole, f"{procedure.kind} after {event.act}"
        self.kept[id(after)] = (after, rows)
        self.compared += 1
        return after

    def held(self, procedure: Procedure, state: State) -> Held:
        _, rows = self.kept[id(state)]
        return Held("m", procedure, state, b"", "", b"", None, None, 0, rows, b"")


def test_kept_clocks_are_those_computed_from_nothing(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping = Keeping(pack)
    monkeypatch.setattr(cases, "advance", keeping.advance)
    for kind in pack.procedures:
        for result in cases.run_cases(pack, kind, cases.load_cases(pack, kind)):
            assert not result.problems, f"{kind} {result.id}: {result.problems}"
    assert keeping.compared > 500

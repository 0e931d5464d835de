"""Random walks through every procedure of the pack: what must hold whatever anybody tries."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haihe.kernel.acts import ACTS
from haihe.kernel.clocks import affected_clocks, clocks
from haihe.kernel.decide import REASONS, decide, possible
from haihe.kernel.fields import YEAR_MAX
from haihe.kernel.fold import advance, state_of
from haihe.kernel.forms import form_of
from haihe.kernel.procedure import Field, Procedure
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Data, Datum, Decided, Event, Refused
from haihe.pack import Pack, load_pack

ORGANS = ("north", "south", "centre", "city")
PEOPLE = ("甲", "乙", "丙")
STEPS_MAX = 40
SAMPLES = (
    "13800000000",
    "91120116MA05XYQ189",
    "（2026）津0101执12号",
    "津A12345",
    "LSVAA4182E2184847",
    "a1" * 32,
)
CLOCK_FREE = ("transfer", "return", "take", "co_handle", "countersign", "escalate", "remark")


@cache
def pack() -> Pack:
    return load_pack()


VERSIONS = [(kind, one.since) for kind, all_ in pack().procedures.items() for one in all_]


def procedure_of(kind: str, since: date) -> Procedure:
    found = pack().version(kind, since)
    assert found is not None
    return found


@dataclass
class Walk:
    """A matter that somebody pushes about at random."""

    procedure: Procedure
    chance: random.Random
    now: datetime
    state: State | None = None
    history: list[Event] = field(default_factory=list)
    stored: list[tuple[datetime, list[RunningClock]]] = field(default_factory=list)

    def push(self) -> Decided | Refused:
        """Try one act; keep the event and the clocks if it is allowed."""
        self.now += timedelta(minutes=self.chance.choice((0, 1, 30, 600, 1440, 14400, 60000)))
        command = self.command()
        before = msgspec.json.encode(self.state)
        result = decide(self.procedure, self.state, command, self.now, pack().calendar)
        assert msgspec.json.encode(self.state) == before, "deciding changes nothing"
        if isinstance(result, Decided):
            self.history.append(result.event)
            self.state = advance(self.procedure, self.state, result.event)
            self.stored.append((self.now, self.clocks()))
        return result

    def clocks(self) -> list[RunningClock]:
        assert self.state is not None
        return clocks(self.procedure, self.state, pack().calendar, self.now, explain=False)

    def command(self) -> Command:
        """Mostly something sensible, sometimes nonsense."""
        act = self.act()
        happened = self.now
        if self.chance.random() < 0.1:
            happened -= timedelta(minutes=self.chance.choice((5, 5000)))
        return Command(
            key="k",
            act=act,
            actor=self.actor(act),
            kind=self.procedure.kind if self.state is None else None,
            data=self.data(act),
            happened_at=happened,
            expects=self.chance.choice((None, None, None, 1)),
        )

    def act(self) -> str:
        steps = self.procedure.steps
        if self.state is None:
            return self.chance.choice([name for name, step in steps.items() if not step.from_])
        here = [name for name, step in steps.items() if self.state.state in step.from_]
        pools = (here or list(ACTS), here or list(ACTS), list(ACTS), list(steps), ["vanish"])
        return self.chance.choice(self.chance.choices(pools, weights=(6, 3, 3, 1, 0.2))[0])

    def actor(self, act: str) -> Actor:
        roles = list(self.procedure.roles)
        step = self.procedure.steps.get(act)
        fit = list(step.by) if step is not None else roles
        role = self.chance.choice(fit if self.chance.random() < 0.9 else [*roles, "mayor"])
        organ = self.chance.choice(ORGANS)
        if self.state is not None and self.chance.random() < 0.8:
            organ = self.state.owner.organ
        return Actor(person=self.chance.choice(PEOPLE), role=role, organ=organ)

    def data(self, act: str) -> Data:
        if act not in self.procedure.steps and act not in ACTS:
            return {"reason": "试试"}
        form = form_of(self.procedure, act, self.state, ORGANS[0])
        found: Data = {}
        for one in form.fields:
            if one.required or self.chance.random() < 0.4:
                known = (
                    self.procedure.fields.get(one.id) if form.is_step else ACTS[act].fields[one.id]
                )
                assert known is not None
                found[one.id] = self.datum(one.id, known, list(one.choices))
        if self.chance.random() < 0.05:
            found[self.chance.choice(list(self.procedure.fields))] = "胡写"
        return found

    def datum(self, name: str, asked: Field, choices: list[str]) -> Datum:
        if self.chance.random() < 0.04:
            return self.chance.choice((None, "", "胡写", -5, 10**20, True, ["x"], [], 1.5))
        if name == "approved_on":
            day = self.now.date() - timedelta(days=self.chance.choice((0, 1, 20)))
            return self.chance.choice((day.isoformat(), self.now.isoformat()))
        if name == "due":
            return "2 working days"
        if name == "request":
            return self.chance.choice([int(one) for one in choices] or [1])
        if choices:
            return self.chance.choice(choices)
        return self.typed(asked)

    def typed(self, asked: Field) -> Datum:
        least = int(asked.at_least or 0)
        if asked.type == "yes_no":
            return self.chance.random() < 0.7
        if asked.type in ("integer", "number"):
            most = int(asked.at_most if asked.at_most is not None else least + 5000)
            return self.chance.choice((least, most, self.chance.randint(least, max(least, most))))
        if asked.type == "day":
            days = self.chance.choice((-400, -3, 0, 5, 40))
            day = self.now.date() + timedelta(days=days)
            return self.chance.choice((day.isoformat(), day.isoformat(), f"{YEAR_MAX}-12-31"))
        if asked.type == "instant":
            return (self.now - timedelta(hours=self.chance.choice((0, 5, 90)))).isoformat()
        if asked.type == "texts":
            return [f"第{number}项" for number in range(max(least, self.chance.randint(1, 3)))]
        if asked.type == "files":
            return [f"{number:064x}" for number in range(max(least, 1))]
        if asked.type == "organ":
            return self.chance.choice(ORGANS)
        if asked.pattern:
            return next((one for one in SAMPLES if re.fullmatch(asked.pattern, one)), SAMPLES[0])
        return "写".ljust(max(least, self.chance.randint(1, 30)), "字")


def walks() -> st.SearchStrategy[tuple[tuple[str, date], int]]:
    return st.tuples(st.sampled_from(VERSIONS), st.integers(0, 2**32 - 1))


def started(version: tuple[str, date], seed: int) -> Walk:
    chance = random.Random(seed)
    first = datetime(2026, chance.randint(1, 12), 10, 9, 30, tzinfo=pack().zone)
    return Walk(procedure_of(*version), chance, first)


MANY = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


@MANY
@given(walks())
def test_whatever_is_tried_there_is_one_owner_and_a_refusal_says_what_why_and_what_else(
    case: tuple[tuple[str, date], int],
) -> None:
    walk = started(*case)
    opened: datetime | None = None
    for _ in range(STEPS_MAX):
        before = walk.state
        result = walk.push()
        if isinstance(result, Refused):
            assert walk.state is before
            assert result.reason in REASONS
            assert result.says
            assert result.instead
            assert result.cites
            assert all(pack().law.resolves(cite) for cite in result.cites), result
            continue
        assert walk.state is not None
        assert walk.state.owner.organ, "a matter always has one owner"
        assert walk.state.state in walk.procedure.states
        opened = opened or walk.state.opened_at
        assert walk.state.opened_at == opened, "the citizen's clock is never reset"
        assert result.event.happened_at <= result.event.recorded_at


@MANY
@given(walks())
def test_the_state_is_the_fold_of_the_history_and_past_clocks_can_be_computed_again(
    case: tuple[tuple[str, date], int],
) -> None:
    walk = started(*case)
    for _ in range(STEPS_MAX):
        walk.push()
    if walk.state is None:
        return
    assert state_of(walk.procedure, walk.history) == walk.state
    for number, (at, stored) in enumerate(walk.stored, 1):
        then = state_of(walk.procedure, walk.history[:number])
        again = clocks(walk.procedure, then, pack().calendar, at, explain=False)
        assert again == stored


@MANY
@given(walks())
def test_an_event_changes_no_clock_outside_the_affected_and_transfers_change_none(
    case: tuple[tuple[str, date], int],
) -> None:
    walk = started(*case)
    for _ in range(STEPS_MAX):
        earlier = walk.state
        result = walk.push()
        if isinstance(result, Refused) or earlier is None or walk.state is None:
            continue
        calendar, now = pack().calendar, walk.now
        before = clocks(walk.procedure, earlier, calendar, now, explain=False)
        after = walk.clocks()
        touched = affected_clocks(walk.procedure, walk.state, result.event)
        if result.event.act in CLOCK_FREE and result.event.act not in _acts_of_clocks(walk):
            assert touched == frozenset()
        untouched = [one for one in before if one.id.partition("#")[0] not in touched]
        assert untouched == [one for one in after if one.id.partition("#")[0] not in touched]


def _acts_of_clocks(walk: Walk) -> set[str]:
    return {
        act
        for clock in walk.procedure.clocks.values()
        for act in (*clock.starts, *clock.stops, *clock.restarts, *clock.tolls_until)
    }


@MANY
@given(walks())
def test_what_possible_refuses_is_refused_by_decide_as_well(
    case: tuple[tuple[str, date], int],
) -> None:
    walk = started(*case)
    for _ in range(STEPS_MAX):
        walk.push()
        if walk.state is None:
            continue
        act = walk.act()
        who = walk.actor(act)
        calendar = pack().calendar
        known = dict(possible(walk.procedure, walk.state, who, walk.now, calendar))
        if act not in known or known[act] is None:
            continue
        command = Command(key="k", act=act, actor=who, data=walk.data(act))
        assert isinstance(decide(walk.procedure, walk.state, command, walk.now, calendar), Refused)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda one: f"{one[0]}-{one[1]}")
def test_walks_get_far_enough_to_mean_something(version: tuple[str, date]) -> None:
    acts: set[str] = set()
    for seed in range(60):
        walk = started(version, seed)
        for _ in range(STEPS_MAX):
            walk.push()
        acts.update(event.act for event in walk.history)
    steps = procedure_of(*version).steps
    assert len(acts & set(steps)) >= min(4, len(steps))
    assert acts & set(ACTS)

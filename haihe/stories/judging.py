"""Whether what a story promises holds: states, clocks, findings, pages, papers, people.

Nothing is taken on trust: a state is folded from the journal, a clock computed by the kernel, a
finding comes from the model itself over everything there is, a page is asked for over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.kernel_acts import issued
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Done, State
from haihe.pack.cases import written
from haihe.stories import checks
from haihe.stories.doors import Looked
from haihe.stories.findings import found_by
from haihe.stories.playing import Playing
from haihe.stories.telling import Expect, Tell, UnusableStory
from haihe.stories.visiting import words_of

FOUND: Final = 200
_UNITS: Final = {"minutes": "minutes", "hours": "hours", "days": "days"}


def judge(playing: Playing, one: Tell, at: datetime) -> str:
    """What does not hold of an expectation, in words; "" when all of it does."""
    assert one.expect is not None
    return "；".join(_problems(playing, one.in_, one.expect, at))


def _problems(playing: Playing, name: str, wanted: Expect, at: datetime) -> Iterator[str]:
    if name:
        placed = playing.matter(name)
        state, procedure = playing.state(name), placed.walk.procedure
        yield from _state(playing, procedure, state, wanted)
        if _says_how_it_stands(wanted):
            opens = wanted.as_ and wanted.answers == FOUND
            by = playing.person(wanted.as_) if opens else playing.hands.get(name, "")
            yield from playing.door.look(Looked(placed.id, state, procedure, wanted, by), at)
    if wanted.clock:
        yield from _clock(playing, name, wanted, at)
    if wanted.within:
        yield from _within(playing.state(name), wanted)
    if playing.runs_models and (wanted.finds or wanted.clean):
        yield from _finding(playing, name, wanted, at)
    if wanted.page:
        yield from _page(playing, name, wanted, at)
    if wanted.check:
        found = checks.CHECKS.get(wanted.check)
        if found is None:
            raise UnusableStory(f"checks.py has no `{wanted.check}`")
        problem = found(playing, name)
        if problem:
            yield problem


def _says_how_it_stands(wanted: Expect) -> bool:
    """Whether it says something that a page of the matter shows."""
    flags = (wanted.ended, wanted.contested, wanted.suspended)
    words = (wanted.state, wanted.outcome, wanted.owner, wanted.fields, wanted.issues, wanted.clock)
    return any(words) or any(one is not None for one in flags)


def _state(playing: Playing, procedure: Procedure, state: State, wanted: Expect) -> Iterator[str]:
    if wanted.state and wanted.state not in procedure.states:
        raise UnusableStory(f"{procedure.kind} has no state `{wanted.state}`")
    owner = playing.organ(wanted.owner) if wanted.owner else ""
    found: tuple[tuple[str, object, object], ...] = (
        ("state", wanted.state or None, state.state),
        ("outcome", wanted.outcome or None, state.outcome),
        ("owner", owner or None, state.owner.organ),
        ("ended", wanted.ended, state.ended),
        ("contested", wanted.contested, state.contested),
        ("suspended", wanted.suspended, state.suspended_since is not None),
    )
    for name, expected, actual in found:
        if expected is not None and expected != actual:
            yield f"{name}: 应为{expected}，实为{actual}"
    for name, told in wanted.fields.items():
        if name not in procedure.fields:
            raise UnusableStory(f"{procedure.kind} has no field `{name}`")
        expected = playing.value(procedure, name, told)
        if state.fields.get(name) != expected:
            yield f"{name}: 应为{expected}，实为{state.fields.get(name)}"
    if wanted.issues and not any(
        issued(state, done.seq, wanted.issues) for done in state.done if _issues(procedure, done)
    ):
        papers = [one for done in state.done for one in _issues(procedure, done)]
        if wanted.issues not in papers:
            yield f"没有出具{wanted.issues}；已出具：{'、'.join(papers)}"


def _issues(procedure: Procedure, done: Done) -> tuple[str, ...]:
    step = procedure.steps.get(done.act)
    return step.issues if step is not None else ()


def _clock(playing: Playing, name: str, wanted: Expect, at: datetime) -> Iterator[str]:
    found = next((one for one in playing.clocks(name, at) if one.id == wanted.clock), None)
    if found is None:
        yield f"时钟{wanted.clock}没有开始"
        return
    if wanted.status and found.status != wanted.status:
        yield f"时钟{wanted.clock}：应为{wanted.status}，实为{found.status}"
    if wanted.legal:
        told = playing.moment(wanted.legal)
        if found.legal != told:
            yield f"时钟{wanted.clock}到{written(found.legal, playing.stage.pack)}"


def _within(state: State, wanted: Expect) -> Iterator[str]:
    acts = {done.act: done for done in state.done}
    since, until = acts.get(wanted.since), acts.get(wanted.until)
    if since is None or until is None:
        yield f"没有{wanted.since}或者{wanted.until}"
        return
    allowed = parse_allowance(wanted.within)
    most = timedelta(**{_UNITS[allowed.unit]: allowed.n})
    took = until.happened_at - since.happened_at
    if took > most:
        yield f"用了{took}，超过{wanted.within}"


def _finding(playing: Playing, name: str, wanted: Expect, at: datetime) -> Iterator[str]:
    matter = playing.matter(name).id
    found = {one.matter for one in found_by(wanted.finds or wanted.clean, at)}
    if wanted.finds and matter not in found:
        yield f"模型{wanted.finds}没有发现这件事"
    if wanted.clean and matter in found:
        yield f"模型{wanted.clean}发现了这件事"


# ── Pages ────────────────────────────────────────────────────────────────────────────────────


def _page(playing: Playing, name: str, wanted: Expect, at: datetime) -> Iterator[str]:
    placed = playing.matter(name) if name else None
    told = {"id": placed.id, "code": playing.code(name)} if placed is not None else {}
    path = wanted.page.format(**told)
    answer = playing.door.visit(path, playing.person(wanted.as_) if wanted.as_ else "", at)
    if answer.status != wanted.answers:
        yield f"{path}答复{answer.status}，应为{wanted.answers}"
        return
    text = words_of(answer.text)
    for one in wanted.shows:
        if one not in text and one.format(**told) not in answer.text:
            yield f"页面没有“{one}”"
    yield from (f"页面露出了“{one}”" for one in wanted.hides if one in answer.text)

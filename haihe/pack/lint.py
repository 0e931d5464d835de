"""What is wrong with the procedures of a pack, beyond what keeps them from loading.

Every check is one function over one procedure (or one kind, or the pack) and yields lines that
name the place; `haihe procedures check` prints them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from haihe.kernel.index import OPENED_AT
from haihe.kernel.procedure import ClockRule, Field, Handover, Need, Procedure, Step, Test
from haihe.kernel.reading import MINOR
from haihe.pack import Pack, UnusablePack
from haihe.pack.cases import Case, Exercised, load_cases, run_cases
from haihe.pack.papers import blank_papers, missing_papers, paper_faults, version_faults
from haihe.pack.plain_words import faults_of_words
from haihe.pack.settings import SETTABLE, is_longer

PROBLEMS_MAX: Final = 5_000
# Ends at the door: turned away, passed on or taken back before anybody dealt with the matter.
AT_THE_DOOR: Final = frozenset(
    {
        "appealed",
        "called_off",
        "declined",
        "dropped",
        "hotline_took",
        "not_accepted",
        "not_admitted",
        "not_approved",
        "not_filed",
        "passed",
        "told_elsewhere",
        "withdrawal_confirmed",
    }
)


class Problem(NamedTuple):
    """One thing that is wrong: in which file (or case), where in it, and what."""

    file: str
    where: str
    says: str

    def __str__(self) -> str:
        """The problem as one line."""
        return f"{self.file}: {self.where}: {self.says}"


Found = Iterator[tuple[str, str]]


def check(pack: Pack, kinds: Sequence[str] = ()) -> list[Problem]:
    """Lint the procedures (all, or some kinds) and run every case; empty means all is well."""
    chosen = kinds or tuple(pack.procedures)
    found: list[Problem] = []
    for kind in chosen:
        found.extend(_check_kind(pack, kind))
        if len(found) > PROBLEMS_MAX:
            break
    if not kinds:
        found.extend(Problem(_folder(pack), where, says) for where, says in _same_names(pack))
        every = (one for versions in pack.procedures.values() for one in versions)
        faults = paper_faults(pack.papers, every, pack.law)
        found.extend(Problem("papers", where, says) for where, says in faults)
    return found[:PROBLEMS_MAX]


def _folder(pack: Pack) -> str:
    return pack.folder.name


def _check_kind(pack: Pack, kind: str) -> Iterator[Problem]:
    versions = pack.procedures[kind]
    name = f"{_folder(pack)}/{kind}"
    for where, says in _terms(versions):
        yield Problem(name, where, says)
    shown: dict[date, Exercised] = {}
    cases: tuple[Case, ...] = ()
    try:
        cases = load_cases(pack, kind)
    except UnusablePack as error:
        yield Problem(f"{name}/cases.yaml", "not read", str(error))
    else:
        for result in run_cases(pack, kind, cases, shown):
            for says in result.problems:
                yield Problem(f"{name}/cases.yaml", result.id, says)
    for procedure in versions:
        file = f"{name}/from-{procedure.since}.yaml"
        for one in CHECKS:
            yield from (Problem(file, where, says) for where, says in one(pack, procedure))
        exercised = shown.get(procedure.since, Exercised())
        for where, says in _unexercised(procedure, exercised):
            yield Problem(file, where, says)
        for where, says in blank_papers(pack.papers_of(procedure), procedure, exercised.filled):
            yield Problem(file, where, says)


def _terms(versions: Sequence[Procedure]) -> Found:
    """Versions neither overlap nor leave a gap."""
    for earlier, later in pairwise(versions):
        expected = later.since - timedelta(days=1)
        if earlier.until is None:
            yield (
                f"from-{earlier.since}",
                f"until: expected {expected}, for a newer version follows",
            )
        elif earlier.until > expected:
            yield f"from-{earlier.since}", f"until: overlaps the version from {later.since}"
        elif earlier.until < expected:
            yield f"from-{earlier.since}", f"until: leaves a gap before {later.since}"


def _unreachable(_: Pack, procedure: Procedure) -> Found:
    """States nothing leads to, and states nothing leads out of."""
    reached = {step.to for step in procedure.steps.values() if not step.from_}
    for _again in procedure.states:
        reached |= {
            step.to
            for step in procedure.steps.values()
            if step.to != "stay" and reached.intersection(step.from_)
        }
    left = {
        state
        for step in procedure.steps.values()
        if step.to != "stay"
        for state in step.from_
        if state != step.to
    }
    for name, state in procedure.states.items():
        if name not in reached:
            yield f"states.{name}", "unreachable: no chain of steps leads here"
        if not state.end and name not in left:
            yield f"states.{name}", "dead end: no step leads out, and it is not an end"
    if not any(state.end for state in procedure.states.values()):
        yield "states", "no state is an end"


def _steps_nobody_takes(_: Pack, procedure: Procedure) -> Found:
    for name, step in procedure.steps.items():
        if not step.by:
            yield f"steps.{name}", "nobody may take it: `by` is empty"
        for role in step.by:
            public = procedure.roles[role].stands == "public"
            if public and not step.from_ and not step.hands_to:
                yield f"steps.{name}", f"{role} is the public and never owns: add `hands_to`"
        if step.hands_to and procedure.fields[step.hands_to].type != "organ":
            yield f"steps.{name}.hands_to", f"{step.hands_to} is not of type organ"
    used = {role for step in procedure.steps.values() for role in step.by}
    for role in procedure.roles:
        if role not in used and role not in procedure.supervisors:
            yield f"roles.{role}", "takes no step"


def _minors(_: Pack, procedure: Procedure) -> Found:
    """Whoever a personal value is about may be a minor, and a matter must be able to say so."""
    for name in procedure.minors:
        field = procedure.fields.get(name)
        if field is None and name != MINOR:
            yield f"minors.{name}", "no such field"
        elif field is not None and field.type != "yes_no":
            yield f"minors.{name}", f"is of type {field.type}; it must be yes_no"
    personal = [name for name, one in procedure.fields.items() if one.personal]
    if personal and procedure.minors and MINOR not in procedure.fields:
        yield (
            f"fields.{personal[0]}",
            f"may be about a minor: offer the field `{MINOR}`, or write `minors: []` if it cannot",
        )


def _minors_unanswered(_: Pack, procedure: Procedure) -> Found:
    """A matter that holds a personal value is not dealt with to its end without the answer.

    Follows every course of steps that leave the question open, and remembers whether one of them
    may have taken a personal value. A merged matter goes on in another file.
    """
    if MINOR not in procedure.minors or MINOR not in procedure.fields:
        return
    open_steps = [step for step in procedure.steps.values() if not _tells_minors(procedure, step)]
    reached = {(step.to, _takes_names(procedure, step)) for step in open_steps if not step.from_}
    for _again in range(2 * len(procedure.states)):
        reached |= {
            (state if step.to == "stay" else step.to, names or _takes_names(procedure, step))
            for state, names in reached
            for step in open_steps
            if state in step.from_
        }
    for name, state in procedure.states.items():
        if state.end and name not in AT_THE_DOOR and (name, True) in reached:
            yield f"states.{name}", f"reached with a personal value and without `{MINOR}`: ask it"


def _tells_minors(procedure: Procedure, step: Step) -> bool:
    """Whether this step is not taken without the answer, at least where it takes a name."""
    if MINOR in step.asks or MINOR in step.sets:
        return True
    return any(
        any(test.field == MINOR for test in need.all)
        and all(one.given and procedure.fields[one.field].personal for one in need.when)
        for need in step.needs
    )


def _takes_names(procedure: Procedure, step: Step) -> bool:
    return any(procedure.fields[name].personal for name in (*step.asks, *step.may_ask))


def _fields(_: Pack, procedure: Procedure) -> Found:
    """Fields nobody asks, asked twice, or personal ones on which a rule would depend."""
    given = {
        name
        for step in procedure.steps.values()
        for name in (*step.asks, *step.may_ask, *step.sets)
    }
    for name in procedure.fields:
        if name not in given:
            yield f"fields.{name}", "no step asks it or sets it"
    for name, step in procedure.steps.items():
        twice = set(step.asks) & set(step.may_ask)
        if twice or len(set(step.asks)) != len(step.asks):
            yield f"steps.{name}.asks", f"asked twice: {', '.join(sorted(twice)) or 'in `asks`'}"
    for where, test in _tests(procedure):
        field = procedure.fields[test.field]
        if field.personal and test.given is None:
            yield where, f"{test.field} is personal: only `given` can be known of it"
        yield from ((where, says) for says in _unfit(test, field))
    for name, clock in procedure.clocks.items():
        if clock.starts_on in ("", OPENED_AT):
            continue
        field = procedure.fields[clock.starts_on]
        if field.type not in ("day", "instant") or field.personal:
            yield f"clocks.{name}.starts_on", "expected a day or an instant, not personal"


def _unfit(test: Test, field: Field) -> Iterator[str]:
    """A comparison that can never be true of a field of this type."""
    wanted = [test.equals] if test.equals is not None else list(test.among)
    for value in wanted:
        if field.type == "choice" and value not in field.choices:
            yield f"{test.field} has no choice {value!r}"
        if field.type == "yes_no" and not isinstance(value, bool):
            yield f"{test.field} is yes or no; it never equals {value!r}"
        if field.type in ("number", "integer") and not isinstance(value, int | float):
            yield f"{test.field} is a number; it never equals {value!r}"
    sized = (test.at_least, test.at_most, test.above, test.below)
    if field.type in ("yes_no", "choice", "day", "instant") and sized != (None,) * 4:
        yield f"{test.field} is of type {field.type}: it has no size to compare"


def _tests(procedure: Procedure) -> Iterator[tuple[str, Test]]:
    for name, step in procedure.steps.items():
        for number, need in enumerate(step.needs):
            for test in (*need.when, *need.all, *need.any):
                yield f"steps.{name}.needs[{number}]", test
        for number, handover in enumerate(step.opens):
            for test in handover.when:
                yield f"steps.{name}.opens[{number}]", test
    for name, clock in procedure.clocks.items():
        for test in clock.starts_when:
            yield f"clocks.{name}.starts_when", test
        for allow in clock.allow_when:
            for test in allow.when:
                yield f"clocks.{name}.allow_when", test
        for leg in clock.extensions:
            for test in leg.when:
                yield f"clocks.{name}.extensions", test


def _clocks(_: Pack, procedure: Procedure) -> Found:
    for name, clock in procedure.clocks.items():
        where = f"clocks.{name}"
        if not clock.starts:
            yield where, "nobody starts it: `starts` is empty"
        if not clock.stops:
            yield where, "nobody stops it: `stops` is empty"
        for act in clock.stops:
            if act in clock.starts and not clock.starts_on:
                yield where, f"{act} both starts and stops it"
        if clock.level in ("C", "D") and not (clock.source and clock.checked_on):
            yield where, f"level {clock.level} needs `source` and `checked_on`"
        if clock.cap:
            yield from _capped(where, clock)
        if clock.allow.endswith("before") and not clock.starts_on:
            yield where, "counted backwards: `starts_on` must name the day it is counted from"
        by_instant = _family(clock.allow) == "instant"
        start = procedure.fields.get(clock.starts_on)
        if by_instant and start is not None and start.type == "day":
            yield where, f"counts {clock.allow} from {clock.starts_on}, a day: it needs an instant"
        yield from _mixed_units(where, clock)


def _capped(where: str, clock: ClockRule) -> Found:
    """A cap is for what a city may set, and the pack itself keeps to it."""
    if clock.level not in SETTABLE:
        yield where, f"cap: a clock of level {clock.level} cannot be set, so it needs no cap"
    for length in (clock.allow, *(one.allow for one in clock.allow_when)):
        if is_longer(length, clock.cap):
            yield where, f"cap: {length} is longer than {clock.cap}"


def _mixed_units(where: str, clock: ClockRule) -> Found:
    """Hours are never extended by days, nor working days by months."""
    for leg in clock.extensions:
        kinds = {_family(clock.allow), _family(leg.allow)}
        if len(kinds) > 1:
            yield where, f"{clock.allow} cannot be extended by {leg.allow}: the units do not mix"


def _family(length: str) -> str:
    for word in ("minute", "hour", "working"):
        if word in length:
            return "instant" if word != "working" else word
    return "calendar"


def _citizen_sentences(_: Pack, procedure: Procedure) -> Found:
    yield from faults_of_words(procedure)


def _citations(pack: Pack, procedure: Procedure) -> Found:
    """Every citation resolves to a law in force on the first day of this version."""
    for where, cite in citations(procedure):
        if not pack.law.resolves(cite):
            yield where, f"cites {cite}, which law/ does not tell"
        elif not pack.law.in_force(cite, procedure.since):
            yield where, f"cites {cite}, which is not in force on {procedure.since}"
        else:
            ends = pack.law.statute(cite).in_force.to
            if ends is not None and (procedure.until is None or procedure.until > ends):
                yield where, f"cites {cite}, which ends on {ends}, before this version does"
    for name, step in procedure.steps.items():
        if not step.cites:
            yield f"steps.{name}.cites", "cites nothing"
    for name, clock in procedure.clocks.items():
        if not clock.cites:
            yield f"clocks.{name}.cites", "cites nothing"
    if not procedure.basis:
        yield "basis", "cites nothing"


def citations(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Every citation of a procedure with its place."""
    for cite in procedure.basis:
        yield "basis", cite
    for name, step in procedure.steps.items():
        for cite in step.cites:
            yield f"steps.{name}", cite
        for number, need in enumerate(step.needs):
            for cite in need.cites:
                yield f"steps.{name}.needs[{number}]", cite
    for name, clock in procedure.clocks.items():
        lists = [clock.cites]
        lists.extend(one.cites for one in clock.allow_when)
        lists.extend(one.cites for one in clock.excludes)
        lists.extend(one.cites for one in clock.extensions)
        for cites in lists:
            yield from ((f"clocks.{name}", cite) for cite in cites)
    for name, ground in procedure.suspend.items():
        for cite in ground.cites:
            yield f"suspend.{name}", cite


def _handovers(pack: Pack, procedure: Procedure) -> Found:
    for name, step in procedure.steps.items():
        for number, handover in enumerate(step.opens):
            where = f"steps.{name}.opens[{number}]"
            for says in _wrong_handover(pack, procedure, handover):
                yield where, says


def _wrong_handover(pack: Pack, procedure: Procedure, handover: Handover) -> Iterator[str]:
    """One hand-over: the other kind, its opening step, role and fields, all of the right type."""
    other = pack.governing(handover.kind, procedure.until or date.max)
    other = other or pack.governing(handover.kind, procedure.since)
    if other is None:
        yield f"there is no kind `{handover.kind}`"
        return
    openings = {key: step for key, step in other.steps.items() if not step.from_}
    if handover.step not in openings and (handover.step or len(openings) != 1):
        yield f"{handover.kind} is opened by {', '.join(openings)}; name one of them in `step`"
        return
    step = openings[handover.step] if handover.step else next(iter(openings.values()))
    if handover.role and handover.role not in step.by:
        yield f"{handover.role} may not open {handover.kind}; {', '.join(step.by)} may"
    if handover.organ_from and handover.organ_from not in procedure.fields:
        yield f"organ_from: there is no field `{handover.organ_from}`"
    for theirs, ours in handover.carries.items():
        yield from _wrong_carrying(procedure, other, step, theirs, ours)
    for theirs in step.asks:
        if theirs not in handover.carries:
            yield f"{handover.kind}.{theirs} is asked, but nothing is carried to it"


def _wrong_carrying(
    procedure: Procedure, other: Procedure, step: Step, theirs: str, ours: str
) -> Iterator[str]:
    target = other.fields.get(theirs)
    if target is None or theirs not in (*step.asks, *step.may_ask):
        yield f"{other.kind} does not ask `{theirs}` when it is opened"
        return
    if ours == OPENED_AT:
        if target.type != "instant":
            yield f"opened_at is an instant; {theirs} is of type {target.type}"
        return
    source = procedure.fields.get(ours)
    if source is None:
        yield f"carries: we have no field `{ours}`"
    elif source.type != target.type and {source.type, target.type} != {"text", "long_text"}:
        yield f"{ours} ({source.type}) cannot become {theirs} ({target.type})"
    elif source.personal and not target.personal:
        yield f"{ours} is personal; {theirs} is not"


def _papers(pack: Pack, procedure: Procedure) -> Found:
    """Papers this version cannot fill, and, in a pack that has papers, those nobody wrote."""
    templates = pack.papers_of(procedure)
    yield from version_faults(templates, procedure)
    if pack.papers:
        yield from missing_papers(templates, procedure)


def _unexercised(procedure: Procedure, shown: Exercised) -> Found:
    """Steps, refusals and clocks that no case exercises."""
    for name, step in procedure.steps.items():
        if name not in shown.steps:
            yield f"steps.{name}", "no case takes it"
        for number, need in enumerate(step.needs):
            if (name, number) not in shown.needs:
                yield f"steps.{name}.needs[{number}]", f"no case is refused by it ({_short(need)})"
    for name in procedure.clocks:
        statuses = {status for clock, status in shown.statuses if clock == name}
        if "met" not in statuses:
            yield f"clocks.{name}", "no case shows it met"
        if not statuses & {"overdue", "late"}:
            yield f"clocks.{name}", "no case shows it overdue or late"


def _short(need: Need) -> str:
    return need.says[:30] if need.says else "without words of its own"


def _same_names(pack: Pack) -> Found:
    """A field's name has one type in every procedure of the pack."""
    seen: dict[str, tuple[str, str]] = {}
    for kind, versions in pack.procedures.items():
        for procedure in versions:
            for name, field in procedure.fields.items():
                first = seen.setdefault(name, (field.type, kind))
                if first[0] != field.type:
                    yield (
                        f"{kind}/from-{procedure.since}.yaml: fields.{name}",
                        f"is of type {field.type}; in {first[1]} it is of type {first[0]}",
                    )


CHECKS: tuple[Callable[[Pack, Procedure], Found], ...] = (
    _unreachable,
    _steps_nobody_takes,
    _minors,
    _minors_unanswered,
    _fields,
    _clocks,
    _citizen_sentences,
    _citations,
    _handovers,
    _papers,
)

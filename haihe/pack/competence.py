"""Reads `city/competence.yaml`: who may open, decide, approve and supervise which kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from haihe.kernel.competence import (
    ANY_SORT,
    GRANTS_MAX,
    ORDERS_MAX,
    Competence,
    CompetenceRules,
    Grant,
    Intake,
    Order,
)
from haihe.kernel.organs import Organs
from haihe.kernel.procedure import Procedure
from haihe.pack import Pack
from haihe.pack.chains import signers
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

COMPETENCE_FILE: Final = "competence.yaml"


def load_competence(
    pack: Pack, organs: Organs, sorts: Iterable[str], folder: Path | None = None
) -> Competence:
    """The rules of a city folder over its bodies; without the file nothing is restricted.

    Rules of kinds that this pack does not have are left out: a foreign pack is not restricted.
    Raises UnusablePack that names an unknown sort, role, step or article, and every role of a kind
    that the rules forgot.
    """
    rules = read_rules(folder)
    wrong = [f"city/{COMPETENCE_FILE}: {one}" for one in _wrong(rules, pack, set(sorts), organs)]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return over(rules, pack, organs)


def over(rules: CompetenceRules, pack: Pack, organs: Organs) -> Competence:
    """These rules over these bodies, as far as the pack has the kinds."""
    known = {kind: told for kind, told in rules.kinds.items() if kind in pack.procedures}
    versions = {kind: pack.procedures[kind] for kind in known}
    return Competence(
        CompetenceRules(kinds=known, orders=rules.orders),
        organs,
        {kind: frozenset(_openers(found)) for kind, found in versions.items()},
        {kind: frozenset(_holders(found)) for kind, found in versions.items()},
    )


def read_rules(folder: Path | None = None) -> CompetenceRules:
    """The rules as they are written; none if the city has no such file. Raises UnusablePack."""
    try:
        path = (folder or city_folder()) / COMPETENCE_FILE
    except MissingFolder:
        return CompetenceRules()
    if not path.is_file():
        return CompetenceRules()
    return read_struct(path, f"city/{COMPETENCE_FILE}", CompetenceRules)


def _openers(versions: Iterable[Procedure]) -> Iterator[str]:
    for one in versions:
        for step in one.steps.values():
            if not step.from_:
                yield from step.by


def _holders(versions: Iterable[Procedure]) -> Iterator[str]:
    for one in versions:
        yield from (role for role, told in one.roles.items() if told.stands == "owner")


# ── what may not be ──────────────────────────────────────────────────────────────────────────


def _wrong(rules: CompetenceRules, pack: Pack, sorts: set[str], organs: Organs) -> Iterator[str]:
    if sum(len(one.grants) for one in rules.kinds.values()) > GRANTS_MAX:
        yield f"at most {GRANTS_MAX} grants are read"
    if len(rules.orders) > ORDERS_MAX:
        yield f"at most {ORDERS_MAX} orders are read"
    for kind, told in rules.kinds.items():
        versions = pack.procedures.get(kind)
        if versions is None:
            continue
        for number, grant in enumerate(told.grants):
            where = f"{kind}: grants[{number}]"
            yield from (f"{where}: {one}" for one in _wrong_grant(grant, versions, pack.law, sorts))
        yield from (f"{kind}: there is no sort `{one}`" for one in _strange(told.holds, sorts))
        if told.handling is not None:
            named = {*told.handling.place, *told.handling.reported}
            yield from (
                f"{kind}: handling: {one}" for one in _untold(told.handling.cites, pack.law)
            )
            for sort in sorted(named - sorts):
                yield f"{kind}: handling: there is no sort `{sort}`"
        if told.intake is not None:
            wrong = _wrong_intake(told.intake, versions, pack.law, sorts)
            yield from (f"{kind}: intake: {one}" for one in wrong)
        yield from (f"{kind}: {one}" for one in _forgotten(told.grants, versions))
    for order in rules.orders:
        yield from (f"{order.name}: {one}" for one in _wrong_order(order, pack, sorts, organs))


def _wrong_grant(
    grant: Grant, versions: Iterable[Procedure], law: Law, sorts: set[str]
) -> Iterator[str]:
    roles = {role for one in versions for role in (*one.roles, *one.supervisors)}
    acts = {act for one in versions for act in one.steps}
    yield from (f"there is no role `{one}`" for one in grant.roles if one not in roles)
    yield from (f"there is no step `{one}`" for one in grant.acts if one not in acts)
    yield from (f"there is no sort `{one}`" for one in _strange(grant.sorts, sorts))
    yield from _untold(grant.cites, law)
    if not (grant.roles and grant.sorts and grant.cites):
        yield "a grant names roles, sorts and the articles it rests on"


def _wrong_intake(
    intake: Intake, versions: Iterable[Procedure], law: Law, sorts: set[str]
) -> Iterator[str]:
    named = (*intake.sorts, *intake.either)
    yield from (f"there is no sort `{one}`" for one in _strange(named, sorts))
    yield from _untold(intake.cites, law)
    if not (intake.sorts and intake.cites):
        yield "it names sorts and the articles it rests on"
    if intake.place and intake.organ:
        yield "either a place or a body tells where a matter goes, not both"
    if intake.either and not intake.organ:
        yield "`either` is about the body that `organ` names"
    if intake.ranked and not intake.place:
        yield "`ranked` is about the bodies over the place that `place` tells"
    steps = {name: step for one in versions for name, step in one.steps.items()}
    for name in intake.passes:
        if name not in steps or not steps[name].hands_to:
            yield f"no step `{name}` hands the matter on"
    for field, type_ in ((intake.place, "place"), (intake.organ, "organ")):
        types = {one.fields[field].type for one in versions if field in one.fields}
        if field and types != {type_}:
            yield f"there is no field `{field}` of type {type_}"


def unrouted(rules: CompetenceRules, kinds: Iterable[str]) -> Iterator[str]:
    """Every kind of these that has no intake and no reason for it, or both, and what to do."""
    for kind in kinds:
        told = rules.kinds.get(kind)
        if told is None or bool(told.intake) == bool(told.no_address):
            yield (
                f"{kind}: write either where a new matter goes (intake) "
                "or why none can be addressed wrongly (no_address)"
            )


def _wrong_order(order: Order, pack: Pack, sorts: set[str], organs: Organs) -> Iterator[str]:
    yield from (f"there is no kind `{one}`" for one in order.kinds if one not in pack.procedures)
    for one in _strange((*order.giver, *order.taker), sorts):
        if one not in organs:
            yield f"there is no sort and no organ `{one}`"
    yield from _untold(order.cites, pack.law)


def _strange(named: Iterable[str], sorts: set[str]) -> Iterator[str]:
    yield from (one for one in named if one not in sorts and one != ANY_SORT)


def _untold(cites: Iterable[str], law: Law) -> Iterator[str]:
    yield from (f"`{one}` is not told in law/" for one in cites if not law.resolves(one))


def _forgotten(grants: Iterable[Grant], versions: Collection[Procedure]) -> Iterator[str]:
    told = {role for grant in grants for role in grant.roles}
    roles: Mapping[str, str] = {
        role: one.stands for version in versions for role, one in version.roles.items()
    }
    signing = {role for one in versions for role in signers(one)}
    for role, stands in roles.items():
        if stands != "public" and role not in told and role not in signing:
            yield f"nothing says which bodies act as `{role}`"

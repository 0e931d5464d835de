"""Reads `city/approvals.yaml`: what a city's organs put under approval, by whom, in which order.

A chain joins the procedures it names, in every version; from its first to its last day it asks for
what it asks for (haihe.kernel.approval). What rests on a law cites it; what an organ asks of itself
names its own document.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace as with_changed
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from haihe.kernel.approval import PROPOSABLE
from haihe.kernel.procedure import Chain, Procedure, Role, Stage
from haihe.kernel.values import Frozen
from haihe.pack import Pack
from haihe.pack.chains import chain_faults
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

APPROVALS_FILE: Final = "approvals.yaml"
CHAINS_MAX: Final = 5_000


class CityChain(Frozen, frozen=True, kw_only=True):
    """A chain as the file tells it: of which kinds, and otherwise as the kernel knows it."""

    id: str
    kinds: tuple[str, ...]
    acts: tuple[str, ...]
    since: date
    stages: tuple[Stage, ...]
    organs: tuple[str, ...] = ()
    until: date | None = None
    cites: tuple[str, ...] = ()
    own: str = ""

    def chain(self) -> Chain:
        """As it stands in a procedure; what is the organ's own rests on haihe#approval."""
        return Chain(
            id=self.id,
            acts=self.acts,
            since=self.since,
            stages=self.stages,
            cites=self.cites or ("haihe#approval",),
            until=self.until,
            organs=self.organs,
            own=self.own,
        )


class ApprovalsFile(Frozen, frozen=True, kw_only=True):
    """What `city/approvals.yaml` holds; `roles` are those of signers that no procedure has."""

    chains: tuple[CityChain, ...]
    roles: dict[str, str] = {}


def approvals_of_the_city() -> ApprovalsFile:
    """The chains of the city in use; none without the file. Raises UnusablePack."""
    try:
        return load_approvals(city_folder())
    except MissingFolder:
        return ApprovalsFile(chains=())


def load_approvals(folder: Path) -> ApprovalsFile:
    """The chains of a city's folder; none without the file. Raises UnusablePack."""
    path = folder / APPROVALS_FILE
    if not path.is_file():
        return ApprovalsFile(chains=())
    return read_struct(path, f"{folder.name}/{APPROVALS_FILE}", ApprovalsFile)


def with_approvals(pack: Pack, told: ApprovalsFile, organs: Collection[str] = ()) -> Pack:
    """The pack with these chains in its procedures. Raises UnusablePack with every fault.

    `organs` are the ids of the city's bodies; none given, they are not looked up.
    """
    if not told.chains:
        return pack
    wrong = [f"city/{APPROVALS_FILE}: {says}" for says in faults(pack, told, organs)]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    kinds = {kind for one in told.chains for kind in one.kinds}
    joined = {
        kind: tuple(_joined(version, told) for version in versions)
        for kind, versions in pack.procedures.items()
        if kind in kinds
    }
    return with_changed(pack, procedures={**pack.procedures, **joined})


def _joined(version: Procedure, told: ApprovalsFile) -> Procedure:
    chains = tuple(
        replace(one.chain(), acts=_acts_of(version, one))
        for one in told.chains
        if version.kind in one.kinds and _acts_of(version, one)
    )
    wanted = {
        role
        for chain in chains
        for stage in chain.stages
        for seat in stage.seats
        for role in (*seat.roles, *seat.deputies)
    }
    fresh = {
        role: Role(name=name, stands="anywhere")
        for role, name in told.roles.items()
        if role in wanted and role not in version.roles
    }
    return replace(
        version, approvals=(*version.approvals, *chains), roles={**version.roles, **fresh}
    )


def _acts_of(version: Procedure, chain: CityChain) -> tuple[str, ...]:
    return tuple(act for act in chain.acts if act in PROPOSABLE or act in version.steps)


# ── what is wrong ────────────────────────────────────────────────────────────────────────────


def faults(pack: Pack, told: ApprovalsFile, organs: Collection[str] = ()) -> Iterator[str]:
    """What is wrong with the chains, each with its id and what to do."""
    if len(told.chains) > CHAINS_MAX:
        yield f"{len(told.chains)} chains; at most {CHAINS_MAX} are read"
    seen: set[str] = set()
    for one in told.chains:
        if one.id in seen:
            yield f"{one.id}: stands twice"
        seen.add(one.id)
        yield from (f"{one.id}: {says}" for says in _faults_of(pack, told, one, organs))
    for first, second in combinations(told.chains, 2):
        if _meet(first, second):
            yield f"{first.id} and {second.id} ask for the same act of the same organs at one time"


def _faults_of(
    pack: Pack, told: ApprovalsFile, one: CityChain, organs: Collection[str]
) -> Iterator[str]:
    if not one.cites and not one.own.strip():
        yield "expected `cites` (the law that asks for it) or `own` (the organ's own document)"
    yield from (f"`{cite}` is not told in law/" for cite in _unknown_cites(one, pack.law))
    if one.until is not None and one.until < one.since:
        yield "until: lies before `since`"
    if organs:
        seats = (seat.organ for stage in one.stages for seat in stage.seats if seat.organ)
        unknown = sorted({organ for organ in (*one.organs, *seats) if organ not in organs})
        yield from (f"there is no body `{organ}` in city/organs.yaml" for organ in unknown)
    for kind in one.kinds:
        versions = pack.procedures.get(kind)
        if versions is None:
            yield f"there is no kind `{kind}`"
            continue
        for act in one.acts:
            if not any(act in PROPOSABLE or act in version.steps for version in versions):
                yield f"{kind} has no step `{act}`, and it is none of {', '.join(PROPOSABLE)}"
        for version in versions:
            yield from chain_faults(version, one.chain(), told.roles)
    if not one.kinds or not one.acts:
        yield "expected at least one kind and one act"


def _unknown_cites(one: CityChain, law: Law) -> list[str]:
    return [cite for cite in one.cites if not law.resolves(cite)]


def _meet(first: CityChain, second: CityChain) -> bool:
    """Whether two chains could both govern one act; a chain of named organs goes before all's."""
    same_organs = (not first.organs and not second.organs) or set(first.organs) & set(second.organs)
    return bool(
        same_organs
        and set(first.kinds) & set(second.kinds)
        and set(first.acts) & set(second.acts)
        and (first.until is None or second.since <= first.until)
        and (second.until is None or first.since <= second.until)
    )

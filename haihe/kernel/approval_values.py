"""What is signed is what is done: a proposal carries the filled form of its act, files too.

A value of that form stands in the proposal under its own name with `with.` before it; personal ones
are sealed as those of any step. The act then takes exactly these values, and its event names the
proposal. Basis: haihe#approval.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from haihe.kernel.approval import CITES, PROPOSED, chain_of, newest
from haihe.kernel.facts import is_given
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Approval, State
from haihe.kernel.values import Data, Datum, Refused

NOTHING: Final[Mapping[str, Datum]] = MappingProxyType({})


def without_values(data: Mapping[str, Datum]) -> Data:
    """What a proposal says itself."""
    return {name: value for name, value in data.items() if not name.startswith(PROPOSED)}


def binding(procedure: Procedure, state: State, act: str, day: date) -> Approval | None:
    """The approval whose values this act has to take on this day; None where nothing binds it."""
    asked = newest(state, act) if state.approvals else None
    if asked is None or asked.standing != "passed":
        return None
    ended = asked.chain and chain_of(procedure, act, state.owner.organ, day) is None
    return None if ended else asked


def as_signed(
    approval: Approval, name: str, given: Data, personal: Mapping[str, Datum]
) -> Data | Refused:
    """The values to take the act with, or why it cannot be; `personal` are the sealed ones.

    Nothing needs to be given again; what is given has to be what was signed.
    """
    cites = approval.cites or CITES
    if any(one.removeprefix(PROPOSED) not in personal for one in approval.sealed):
        return Refused(
            reason="need_unmet",
            says=f"“{name}”送审时填的个人信息已经不在",
            instead="请重新填写、重新“送审”",
            cites=cites,
        )
    signed = {**approval.values, **personal}
    for field, value in given.items():
        if is_given(value) and value != signed.get(field):
            return Refused(
                reason="wrong_value",
                says=f"这一项和审签同意的“{name}”不一样",
                instead="请照审签同意的内容办理；确实要改的，请改好后重新“送审”",
                cites=cites,
                field=field,
            )
    return signed

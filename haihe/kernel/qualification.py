"""Qualifications: which step or post needs which, by which article, and who lacks it.

行政处罚法58 and 治安管理处罚法114: who begins to review the legality of penalties holds the
national legal qualification; 行政处罚法42: inspectors hold a valid enforcement certificate. The
rules are data (`city/posts.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from haihe.kernel.values import Frozen, Refused

KINDS_MAX: Final = 100
RULES_MAX: Final = 1_000


class QualificationKind(Frozen, frozen=True, kw_only=True):
    """A sort of qualification: its official name and where it is told."""

    name: str
    cites: tuple[str, ...]


class QualificationRule(Frozen, frozen=True, kw_only=True):
    """Who needs a qualification: to take these acts of these kinds, or to hold posts with roles.

    A rule with `kinds` judges steps (all of the roles', or only `acts`); one without judges
    holdings. `begun_before`: who held such a role before this day needs none. `until` is the first
    day without the rule.
    """

    qualification: str
    roles: tuple[str, ...]
    cites: tuple[str, ...]
    since: date
    until: date | None = None
    kinds: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    begun_before: date | None = None
    instead: str = ""

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Held(Frozen, frozen=True, kw_only=True):
    """A qualification of a person: its number, and the first and the last day it is valid."""

    qualification: str
    number: str
    since: date
    until: date | None = None

    def valid(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Qualifications(Frozen, frozen=True, kw_only=True):
    """The rules of a city: kinds of qualification and who needs them."""

    qualifications: dict[str, QualificationKind] = {}
    rules: tuple[QualificationRule, ...] = ()

    def needed_to_act(self, kind: str, act: str, role: str, day: date) -> list[QualificationRule]:
        """The rules a step falls under."""
        return [
            rule
            for rule in self.rules
            if kind in rule.kinds
            and role in rule.roles
            and (not rule.acts or act in rule.acts)
            and rule.in_force(day)
        ]

    def needed_to_hold(self, roles: Sequence[str], day: date) -> list[QualificationRule]:
        """The rules a post with these roles falls under."""
        return [
            rule
            for rule in self.rules
            if not rule.kinds and set(rule.roles) & set(roles) and rule.in_force(day)
        ]

    def lacking(
        self,
        rules: Sequence[QualificationRule],
        held: Sequence[Held],
        begun_on: date | None,
        day: date,
    ) -> Refused | None:
        """The refusal of the first rule that somebody does not meet on a day; None if all are met.

        `begun_on` is the first day the person held any of the roles.
        """
        for rule in rules:
            if rule.begun_before and begun_on is not None and begun_on < rule.begun_before:
                continue
            mine = [one for one in held if one.qualification == rule.qualification]
            if not any(one.valid(day) for one in mine):
                return self._refusal(rule, mine, day)
        return None

    def _refusal(self, rule: QualificationRule, mine: Sequence[Held], day: date) -> Refused:
        name = self.qualifications[rule.qualification].name
        over = [one.until for one in mine if one.until is not None and one.until < day]
        told = f"，原有的已于{max(over).isoformat()}到期" if over else ""
        return Refused(
            reason="not_qualified",
            says=f"这一步需要有效的“{name}”，您在{day.isoformat()}没有{told}",
            instead=rule.instead or f"请由持有“{name}”的人员办理，或者先把证书登记入册",
            cites=rule.cites,
        )

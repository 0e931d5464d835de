"""The worked examples T01 to T42 of computing statutory time, each with the weekday spelled."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from haihe.kernel.deadline import (
    Exclusion,
    Extension,
    ExtensionLeg,
    ExtensionRule,
    due,
    parse_allowance,
)
from tests.kernel.clock_days import calendar, day, when

WORKED_EXAMPLES = 43


class Worked(NamedTuple):
    """One computation: length, start, the nominal and the legal end, and the rules it takes."""

    allow: str
    start: str
    nominal: str
    legal: str
    rules: dict[str, Any] = {}
    official: bool = True


def without(*spans: str) -> dict[str, Any]:
    """Exclusions written `Tue 2026-03-10..Wed 2026-03-25`."""
    pairs = [span.split("..") for span in spans]
    return {"exclusions": [Exclusion(day(first), day(last), "鉴定") for first, last in pairs]}


def extended(approvals: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Extensions (length, rank, day of approval) under a rule that allows just these."""
    legs = tuple(ExtensionLeg(parse_allowance(n), (rank,), "法条") for n, rank, _ in approvals)
    return {
        "extensions": [Extension(rank, day(on)) for _, rank, on in approvals],
        "extension_rule": ExtensionRule(legs),
    }


NEVER = {"roll": "never"}
SILENT = {"roll": "silent"}
RESTRAINT = {"roll": "never", "months": "earlier"}
SUPERIOR = "上一级公安机关"

EXAMPLES: dict[str, list[Worked]] = {
    "T01 public security case, 30 days over National Day": [
        Worked("30 days", "Tue 2026-09-01", "Thu 2026-10-01", "Thu 2026-10-08"),
    ],
    "T02 its first extension runs from the nominal day": [
        Worked(
            "30 days", "Tue 2026-09-01", "Sat 2026-10-31", "Mon 2026-11-02",
            extended([("30 days", SUPERIOR, "Mon 2026-09-28")]),
        ),
    ],
    "T03 its second extension": [
        Worked(
            "30 days", "Tue 2026-09-01", "Mon 2026-11-30", "Mon 2026-11-30",
            extended([
                ("30 days", SUPERIOR, "Mon 2026-09-28"), ("30 days", SUPERIOR, "Fri 2026-10-30"),
            ]),
        ),
    ],
    "T04 appraisal days do not count": [
        Worked(
            "30 days", "Mon 2026-03-02", "Thu 2026-04-16", "Thu 2026-04-16",
            without("Tue 2026-03-10..Wed 2026-03-25"),
        ),
    ],
    "T05 questioning for 8, 12 or 24 hours on a holiday": [
        Worked("8 hours", "Thu 2026-10-01 22:15", "Fri 2026-10-02 06:15", "Fri 2026-10-02 06:15"),
        Worked("12 hours", "Thu 2026-10-01 22:15", "Fri 2026-10-02 10:15", "Fri 2026-10-02 10:15"),
        Worked("24 hours", "Thu 2026-10-01 22:15", "Fri 2026-10-02 22:15", "Fri 2026-10-02 22:15"),
    ],
    "T06 custody, 3 days, ends on a holiday": [
        Worked("3 days", "Wed 2026-09-30", "Sat 2026-10-03", "Sat 2026-10-03", NEVER),
    ],
    "T07 custody, 4 days more": [
        Worked(
            "3 days", "Wed 2026-09-30", "Wed 2026-10-07", "Wed 2026-10-07",
            NEVER | extended([("4 days", "县级以上公安机关负责人", "Fri 2026-10-02")]),
        ),
    ],
    "T08 custody, 30 days": [
        Worked("30 days", "Wed 2026-09-30", "Fri 2026-10-30", "Fri 2026-10-30", NEVER),
    ],
    "T09 review of an arrest, 7 days": [
        Worked("7 days", "Wed 2026-10-07", "Wed 2026-10-14", "Wed 2026-10-14", NEVER),
    ],
    "T10 arrest on the last of December, 2 months": [
        Worked(
            "2 months", "Thu 2026-12-31", "Sun 2027-02-28", "Sun 2027-02-28", RESTRAINT,
            official=False,
        ),
    ],
    "T11 arrest on the last of February: restraint takes the earlier month end": [
        Worked("2 months", "Sat 2026-02-28", "Tue 2026-04-28", "Tue 2026-04-28", RESTRAINT),
        Worked(
            "2 months", "Sat 2026-02-28", "Thu 2026-04-30", "Thu 2026-04-30",
            {"roll": "never", "months": "criminal"},
        ),
    ],
    "T12 one month ends on a Saturday that is worked": [
        Worked("1 month", "Sat 2026-01-31", "Sat 2026-02-28", "Sat 2026-02-28"),
    ],
    "T13 appeal over Spring Festival": [
        Worked("15 days", "Fri 2026-02-06", "Sat 2026-02-21", "Tue 2026-02-24"),
    ],
    "T14 six months into a year not published": [
        Worked(
            "6 months", "Mon 2026-08-31", "Sun 2027-02-28", "Mon 2027-03-01", official=False
        ),
    ],
    "T15 three months over National Day": [
        Worked("3 months", "Sat 2026-07-04", "Sun 2026-10-04", "Thu 2026-10-08"),
    ],
    "T16 a make-up working Saturday is not rolled": [
        Worked("30 days", "Thu 2026-09-10", "Sat 2026-10-10", "Sat 2026-10-10"),
    ],
    "T17 licence, 20 working days": [
        Worked("20 working days", "Wed 2026-09-16", "Tue 2026-10-20", "Tue 2026-10-20"),
    ],
    "T17b the same with an appraisal": [
        Worked(
            "20 working days", "Wed 2026-09-16", "Tue 2026-10-27", "Tue 2026-10-27",
            without("Mon 2026-09-21..Tue 2026-09-29"),
        ),
    ],
    "T18 missing papers, 5 working days": [
        Worked("5 working days", "Wed 2026-09-30", "Tue 2026-10-13", "Tue 2026-10-13"),
    ],
    "T19 service of a penalty, 7 working days": [
        Worked("7 working days", "Mon 2026-09-28", "Tue 2026-10-13", "Tue 2026-10-13"),
    ],
    "T20 penalty, 90 days, the law is silent": [
        Worked("90 days", "Wed 2026-07-08", "Tue 2026-10-06", "Tue 2026-10-06", SILENT),
    ],
    "T21 asking for review, 60 days": [
        Worked("60 days", "Mon 2026-08-03", "Fri 2026-10-02", "Thu 2026-10-08"),
    ],
    "T22 accepting a review, 5 working days over Spring Festival": [
        Worked("5 working days", "Fri 2026-02-13", "Fri 2026-02-27", "Fri 2026-02-27"),
    ],
    "T23 letters and visits, 15 natural days, silent": [
        Worked("15 days", "Sun 2026-09-20", "Mon 2026-10-05", "Mon 2026-10-05", SILENT),
    ],
    "T24 hotline order on a holiday morning": [
        Worked(
            "15 minutes", "Thu 2026-10-01 09:00", "Thu 2026-10-01 09:15", "Thu 2026-10-01 09:15"
        ),
        Worked(
            "30 minutes", "Thu 2026-10-01 09:00", "Thu 2026-10-01 09:30", "Thu 2026-10-01 09:30"
        ),
        Worked("1 working day", "Thu 2026-10-01 09:00", "Thu 2026-10-08", "Thu 2026-10-08"),
    ],
    "T25 online mediation, 30 days": [
        Worked("30 days", "Tue 2026-09-15", "Thu 2026-10-15", "Thu 2026-10-15", SILENT),
    ],
    "T26 seizure of a vehicle, 2 years": [
        Worked(
            "2 years", "Mon 2026-11-23", "Thu 2028-11-23", "Thu 2028-11-23", NEVER, official=False
        ),
    ],
    "T27 frozen on a leap day, 1 year": [
        Worked(
            "1 year", "Tue 2028-02-29", "Wed 2029-02-28", "Wed 2029-02-28", NEVER, official=False
        ),
    ],
    "T28 procuratorial advice, 2 months, silent": [
        Worked(
            "2 months", "Thu 2026-12-31", "Sun 2027-02-28", "Sun 2027-02-28", SILENT,
            official=False,
        ),
    ],
    "T29 three days before a hearing": [
        Worked("3 days before", "Mon 2026-10-12", "Fri 2026-10-09", "Fri 2026-10-09"),
    ],
    "T30 seven working days before a hearing": [
        Worked("7 working days before", "Fri 2026-10-16", "Thu 2026-10-08", "Thu 2026-10-08"),
    ],
    "T31 preservation, 48 hours from the next full hour": [
        Worked(
            "48 hours", "Thu 2026-04-30 16:40", "Sat 2026-05-02 17:00", "Sat 2026-05-02 17:00",
            {"start_rule": "next_hour"},
        ),
    ],
    "T32 on-the-spot penalty on record within 24 hours": [
        Worked("24 hours", "Sat 2026-10-03 20:10", "Sun 2026-10-04 20:10", "Sun 2026-10-04 20:10"),
    ],
    "T33 limitation, 6 months from the last of March": [
        Worked("6 months", "Tue 2026-03-31", "Wed 2026-09-30", "Wed 2026-09-30", NEVER),
    ],
    "T34 bail, 12 months": [
        Worked(
            "12 months", "Sat 2026-02-28", "Sun 2027-02-28", "Sun 2027-02-28", RESTRAINT,
            official=False,
        ),
    ],
    "T35 labour arbitration, 45 days": [
        Worked("45 days", "Mon 2026-08-24", "Thu 2026-10-08", "Thu 2026-10-08", SILENT),
    ],
    "T36 execution, 6 months without the valuation": [
        Worked(
            "6 months", "Wed 2026-04-08", "Wed 2026-10-28", "Wed 2026-10-28",
            without("Wed 2026-05-06..Tue 2026-05-26"),
        ),
    ],
    "T37 seven days before custody ends: a Sunday gives the Friday before": [
        Worked(
            "7 days before", "Sun 2027-02-28", "Sun 2027-02-21", "Fri 2027-02-19", NEVER,
            official=False,
        ),
    ],
    "T38 three working days over a make-up Sunday": [
        Worked("3 working days", "Fri 2026-09-18", "Tue 2026-09-22", "Tue 2026-09-22"),
    ],
    "T39 three working days over a New Year not published": [
        Worked(
            "3 working days", "Wed 2026-12-30", "Tue 2027-01-05", "Tue 2027-01-05", official=False
        ),
    ],
    "T40 public notice, 30 days have passed": [
        Worked("30 days", "Wed 2026-09-02", "Fri 2026-10-02", "Fri 2026-10-02", NEVER),
    ],
    "T41 review decision, 60 days": [
        Worked("60 days", "Mon 2026-08-31", "Fri 2026-10-30", "Fri 2026-10-30"),
    ],
    "T42 custody of 2, 1, 2 and 2 months is one sum from the first day": [
        Worked(
            "2 months", "Sat 2026-01-31", "Mon 2026-08-31", "Mon 2026-08-31",
            RESTRAINT
            | extended([
                ("1 month", "上一级检察院", "Mon 2026-03-30"),
                ("2 months", "省级检察院", "Wed 2026-04-29"),
                ("2 months", "省级检察院", "Mon 2026-06-29"),
            ]),
        ),
    ],
}  # fmt: skip


def test_there_are_43_worked_examples() -> None:
    assert len(EXAMPLES) == WORKED_EXAMPLES
    assert len({name.split()[0] for name in EXAMPLES}) == WORKED_EXAMPLES


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_example_comes_out_as_the_law_says(name: str) -> None:
    for case in EXAMPLES[name]:
        found = due(parse_allowance(case.allow), when(case.start), calendar(), **case.rules)
        assert found.nominal == when(case.nominal)
        assert found.legal == when(case.legal)
        assert found.official is case.official
        assert not found.refused


@pytest.mark.parametrize("name", EXAMPLES)
def test_leaving_the_reasons_out_changes_no_date(name: str) -> None:
    for case in EXAMPLES[name]:
        start = when(case.start)
        told = due(parse_allowance(case.allow), start, calendar(), **case.rules)
        short = due(parse_allowance(case.allow), start, calendar(), **case.rules, law=None)
        assert (short.nominal, short.legal, short.official) == (
            told.nominal,
            told.legal,
            told.official,
        )
        assert short.why == ()
        assert told.why
        assert all(reason.text and reason.article for reason in told.why)

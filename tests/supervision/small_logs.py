"""Small logs that the tests write themselves, and the plan they are read with."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

from haihe.pack.description import DataField, Description, Imports, LogMapping
from haihe.supervision.imports.log import Log, read_log
from haihe.supervision.imports.plan import Plan, plan_of

HEADER = '<?xml version="1.0" encoding="UTF-8" ?>\n<log xes.version="1.0">\n'
FIELDS = {
    "amount": DataField(type="number", key="amount"),
    "points": DataField(type="integer", key="points"),
    "code": DataField(type="text", key="dismissal"),
    "urgent": DataField(type="yes_no", key="urgent"),
    "due_on": DataField(type="day", key="due"),
}


def plan(**mapping: str) -> Plan:
    """A plan for the fields above; keyword arguments change the mapping."""
    imports = Imports(
        kind="traffic_fine",
        log=LogMapping(**({"person": "org:resource"} | mapping)),  # type: ignore[arg-type] # bare_times is a literal
        event_fields=FIELDS,
        matter_fields={"channel": DataField(type="text", key="channel")},
    )
    return plan_of(Description(zone="Europe/Rome", imports=imports), b"a key of the tests")


def attribute(kind: str, key: str, value: str) -> str:
    """One attribute on a line of its own, as OpenXES writes it."""
    return f'<{kind} key="{key}" value="{value}"/>\n'


def event(act: str, when: str, *more: str) -> str:
    """One event with its name, time and further attributes."""
    inner = attribute("string", "concept:name", act) + attribute("date", "time:timestamp", when)
    return f"<event>\n{inner}{''.join(more)}</event>\n"


def trace(name: str, *inner: str) -> str:
    """One trace with its name."""
    return f"<trace>\n{attribute('string', 'concept:name', name)}{''.join(inner)}</trace>\n"


def xes(*traces: str, header: str = HEADER, end: str = "</log>\n") -> str:
    """A whole log."""
    return header + "".join(traces) + end


def read(folder: Path, text: str | bytes, name: str = "log.xes", **mapping: str) -> Log:
    """Write the text as a file and read it."""
    path = folder / name
    content = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return read_log(path, plan(**mapping))


def column(log: Log, name: str) -> list[object]:
    """One column of the events, as Python values."""
    values: list[object] = log.event.column(name).to_pylist()
    return values


def ordinary(count: int) -> Sequence[str]:
    """That many ordinary traces of two events each, created on Mondays."""
    return [
        trace(
            f"F{number}",
            event(
                "Create Fine", "2006-07-24T00:00:00.000+02:00", attribute("float", "amount", "35.0")
            ),
            event("Send Fine", "2006-12-05T00:00:00.000+01:00"),
        )
        for number in range(count)
    ]

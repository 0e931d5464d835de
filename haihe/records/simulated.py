"""What is kept of a simulated city beside its matters: its bodies, and what was planted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from haihe.records import home, read, rules
from haihe.records.installed import OFFERED_FILE, SIMULATED_FILE, offered_organs
from haihe.records.rehearsal import TRUTH_FILE, write_truth
from haihe.records.shown import Reader
from haihe.simulation.organs import City
from haihe.simulation.telling import Chronicler

TRUTH_FOLDER: Final = "truth"


def found_bodies(city: City) -> None:
    """Put the bodies of a simulated city beside those the city lists, before they act."""
    bodies = msgspec.json.encode(city.everything())
    (home.home() / SIMULATED_FILE).write_bytes(bodies)
    rules.current().look_again()


def offer(organs: Iterable[str]) -> bool:
    """Let forms offer these bodies too: a story is told by hand, or somebody of it signs in.

    Whether any of them was not offered before.
    """
    known = offered_organs()
    listed = rules.current().organs()
    wanted = known | {one for one in organs if one not in listed}
    if wanted == known:
        return False
    (home.home() / OFFERED_FILE).write_bytes(msgspec.json.encode(sorted(wanted)))
    return True


def keep_beside(told: Chronicler) -> None:
    """Open the files that faults let somebody open; write the truth.

    HAIHE_HOME/truth/truth.parquet is read by no model and no page: it lies outside the views and
    the journal.
    """
    _open_files(told)
    write_truth(home.home() / TRUTH_FOLDER / TRUTH_FILE, told.truths)


def _open_files(told: Chronicler) -> None:
    for matter, one in sorted(told.readings, key=lambda reading: reading[1].at):
        reader = Reader(person=one.person, organ=one.organ, roles=(one.role,))
        read.open_file(matter, reader, one.purpose, now=one.at)

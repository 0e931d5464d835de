"""What is kept of a simulated city beside its matters: what was planted, and its bodies' names."""

from __future__ import annotations

from typing import Final

import msgspec

from haihe.records import home, read
from haihe.records.database import IN_MAX, Connection, reading_connection
from haihe.records.installed import SIMULATED_FILE
from haihe.records.rehearsal import TRUTH_FILE, write_truth
from haihe.records.shown import Reader
from haihe.simulation.telling import Chronicler
from haihe.simulation.truth import Planted

TRUTH_FOLDER: Final = "truth"
_OF_KEY: Final = "SELECT key, matter_id FROM command_key WHERE key"


def keep_beside(told: Chronicler) -> None:
    """Open the files that faults let somebody open; write the truth, and the names of bodies.

    HAIHE_HOME/truth/truth.parquet is read by no model and no page: it lies outside the views and
    the journal.
    """
    _open_files(told)
    ids = _ids(reading_connection(), told.truths)
    write_truth(home.home() / TRUTH_FOLDER / TRUTH_FILE, told.truths, ids)
    names = {
        one.id: {"name": one.name, "above": one.above, "tier": one.tier}
        for one in told.simulation.city.everything()
    }
    (home.home() / SIMULATED_FILE).write_bytes(msgspec.json.encode({"organs": names}))


def _open_files(told: Chronicler) -> None:
    keys = {key: "" for key, _ in told.readings}
    keys.update(_matters(reading_connection(), sorted(keys)))
    for key, one in sorted(told.readings, key=lambda reading: reading[1].at):
        reader = Reader(person=one.person, organ=one.organ, roles=(one.role,))
        if keys[key]:
            read.open_file(keys[key], reader, one.purpose, now=one.at)


def _matters(connection: Connection, keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(keys), IN_MAX):
        found.update(connection.rows_in(_OF_KEY, keys[start : start + IN_MAX]))
    return found


def _ids(connection: Connection, truths: list[Planted]) -> dict[str, str]:
    """The matters the journal gave to keys, and to the paths of those they opened."""
    ids = _matters(connection, sorted({one.key for one in truths}))
    for one in truths:
        whole = one.key
        for part in one.path.split("/") if one.path else ():
            place, _, number = part.partition(":")
            key = f"{ids.get(whole, '')}:handover:{int(place) + 1}:{number}"
            whole = f"{whole}/{part}"
            for _, matter in connection.rows_in(_OF_KEY, [key]):
                ids[whole] = matter
    return ids

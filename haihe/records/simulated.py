"""What is kept of a simulated city beside its matters: what was planted, and its bodies' names."""

from __future__ import annotations

from typing import Final

import msgspec

from haihe.records import home
from haihe.records.database import IN_MAX, Connection, reading_connection
from haihe.records.installed import SIMULATED_FILE
from haihe.records.rehearsal import TRUTH_FILE, write_truth
from haihe.simulation.telling import Chronicler
from haihe.simulation.truth import Planted

TRUTH_FOLDER: Final = "truth"
_OF_KEY: Final = "SELECT key, matter_id FROM command_key WHERE key"


def keep_beside(told: Chronicler) -> None:
    """Write HAIHE_HOME/truth/truth.parquet and the names of the simulated public bodies.

    No model and no page reads the truth; it lies outside the views and the journal.
    """
    ids = _ids(reading_connection(), told.truths)
    write_truth(home.home() / TRUTH_FOLDER / TRUTH_FILE, told.truths, ids)
    names = {
        one.id: {"name": one.name, "above": one.above, "tier": one.tier}
        for one in told.simulation.city.everything()
    }
    (home.home() / SIMULATED_FILE).write_bytes(msgspec.json.encode({"organs": names}))


def _ids(connection: Connection, truths: list[Planted]) -> dict[str, str]:
    """The matters the journal gave to keys, and to the paths of those they opened."""
    ids: dict[str, str] = {}
    roots = sorted({one.key for one in truths})
    for start in range(0, len(roots), IN_MAX):
        ids.update(connection.rows_in(_OF_KEY, roots[start : start + IN_MAX]))
    for one in truths:
        whole = one.key
        for part in one.path.split("/") if one.path else ():
            place, _, number = part.partition(":")
            key = f"{ids.get(whole, '')}:handover:{int(place) + 1}:{number}"
            whole = f"{whole}/{part}"
            for _, matter in connection.rows_in(_OF_KEY, [key]):
                ids[whole] = matter
    return ids

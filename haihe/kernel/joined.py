"""The matters that joined another and did not leave it: its figures are counted, never typed."""

from __future__ import annotations

from typing import Final

from haihe.kernel.state import State

JOIN: Final = "join_matter"
LEAVE: Final = "leave_matter"
JOINED: Final = "joined_matter"  # the field of both acts that names the other matter


def joined(state: State) -> tuple[str, ...]:
    """The ids of the matters that belong to this one now, in the order in which they came."""
    found: dict[str, None] = {}
    for done in state.done:
        matter = str(done.data.get(JOINED, ""))
        if done.act == JOIN and matter:
            found.setdefault(matter)
        elif done.act == LEAVE:
            found.pop(matter, None)
    return tuple(found)

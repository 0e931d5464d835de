"""What people come for, in their own words: the city's needs and the forms that answer them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import yaml

from haihe.kernel.values import Frozen
from haihe.pack.place import city_folder
from haihe.records.shown import KindOf

NEEDS_MAX = 200


class Need(Frozen, frozen=True, kw_only=True):
    """A need as people say it, and the opening step that answers it."""

    kind: str
    step: str
    need: str
    says: str = ""


class UnusableNeeds(ValueError):
    """`city/needs.yaml` cannot be used; the message says what was expected."""


def in_order(openings: tuple[KindOf, ...], listed: tuple[Need, ...]) -> list[Need]:
    """The needs that can be met today: the listed ones first, then steps nobody found words for."""
    open_now = {
        (kind.kind, act.id): Need(kind=kind.kind, step=act.id, need=act.name, says=kind.name)
        for kind in openings
        for act in kind.acts
    }
    told = [need for need in listed if open_now.pop((need.kind, need.step), None)]
    return [*told, *open_now.values()]


def needs() -> tuple[Need, ...]:
    """The needs of the city in use; none if it has no such file."""
    return load_needs(city_folder())


@lru_cache(maxsize=4)
def load_needs(folder: Path) -> tuple[Need, ...]:
    """`needs.yaml` of a city folder. Raises UnusableNeeds."""
    path = folder / "needs.yaml"
    if not path.is_file():
        return ()
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found = msgspec.convert(told, dict[str, tuple[Need, ...]])["needs"]
    except (yaml.YAMLError, msgspec.ValidationError, KeyError, UnicodeDecodeError) as error:
        raise UnusableNeeds(
            f"needs.yaml: expected `needs:` with a list of {{kind, step, need, says}}: {error}"
        ) from None
    if len(found) > NEEDS_MAX:
        raise UnusableNeeds(f"needs.yaml: at most {NEEDS_MAX} needs are shown")
    return found

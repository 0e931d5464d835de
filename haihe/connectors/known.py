"""Every connector there is, by its name: those of the departments, the example, the broken one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from haihe.connectors.birth import Birth
from haihe.connectors.broken import Broken
from haihe.connectors.business import Business
from haihe.connectors.contract import Connector
from haihe.connectors.example import Example
from haihe.connectors.insurance import Insurance
from haihe.connectors.marriage import Marriage
from haihe.connectors.planning import Planning
from haihe.connectors.vehicle import Vehicle

CONNECTORS: Final[Mapping[str, Connector]] = {
    one.source: one for one in (Marriage(), Business(), Birth(), Vehicle(), Planning(), Insurance())
}
SHOWN: Final[Mapping[str, Connector]] = {
    "example": Example(),
    "broken": Broken(),
}  # never connected
EVERY: Final[Mapping[str, Connector]] = {**CONNECTORS, **SHOWN}
MEANT_TO_FAIL: Final = frozenset({"broken"})

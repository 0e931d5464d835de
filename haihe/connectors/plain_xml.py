"""Flat XML as old registers write it: one element around texts; no attributes, nothing declared.

Documents of others are not given to a full parser: entities and nesting are what such attacks use.
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import unescape

from haihe.connectors.contract import Nonsense

ELEMENTS_MAX: Final = 200
_HEAD: Final = re.compile(r"\s*(<\?xml [^<>?]*\?>)?\s*")
_ELEMENT: Final = re.compile(r"\s*<([A-Za-z][A-Za-z0-9]*)>([^<>]*)</\1>\s*")


def elements(text: str, root: str) -> dict[str, str]:
    """The texts by the names of their elements; raises Nonsense for anything else."""
    head = _HEAD.match(text)
    rest = text[head.end() if head else 0 :].rstrip()
    if not (rest.startswith(f"<{root}>") and rest.endswith(f"</{root}>")):
        raise Nonsense
    inner = rest[len(root) + 2 : -len(root) - 3]
    found: dict[str, str] = {}
    place = 0
    while place < len(inner):
        matched = _ELEMENT.match(inner, place)
        if matched is None or matched[1] in found or len(found) >= ELEMENTS_MAX:
            raise Nonsense
        found[matched[1]] = unescape(matched[2]).strip()
        place = matched.end()
    return found

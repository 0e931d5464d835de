"""Conditions of the rules in English: `“来信类别”为投诉之一的，已填写“被反映单位”，或者……`.

The kernel makes them of tests (haihe.kernel.facts.say_test) joined by 并且, 或者 and a comma; here
they are taken apart at the same places, so that every name in them can be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_WHEN: Final = re.compile(r"(?P<when>“.+?)的，(?P<then>.+)")  # Chinese: how the kernel says tests
_JOINT: Final = re.compile(r"(，并且|，或者|，)(?=“|[已未]填写“)")  # Chinese: what joins tests
_JOINTS: Final = {"，并且": ", and ", "，或者": ", or ", "，": ", "}  # Chinese: what joins tests
_GIVEN: Final = re.compile(
    r"(?P<given>[已未])填写“(?P<name>[^“”]+)”"  # Chinese: how the kernel says tests
)
_TEST: Final = re.compile(
    r"“(?P<name>[^“”]+)”"
    r"(?:为(?P<values>.+?)(?P<among>之一)?"  # Chinese: how the kernel says tests
    r"|(?P<noun>的数量|的字数)?"  # Chinese: how the kernel says tests
    r"(?P<word>不少于|不超过|多于|少于)(?P<limit>[\d.-]+))"  # Chinese: how the kernel says tests
)
_WORDS: Final = {
    "不少于": "at least",  # Chinese: words of haihe.kernel.facts
    "不超过": "at most",  # Chinese: words of haihe.kernel.facts
    "多于": "more than",  # Chinese: words of haihe.kernel.facts
    "少于": "less than",  # Chinese: words of haihe.kernel.facts
}
_NOUNS: Final = {
    "的数量": " entries",  # Chinese: words of haihe.kernel.facts
    "的字数": " characters",  # Chinese: words of haihe.kernel.facts
}


def condition(text: str, told: Callable[[str], str | None]) -> str | None:
    """The condition in English, each name and value by `told`; None: it is none, or not known."""
    if not text.startswith(("“", "已填写“", "未填写“")):  # Chinese: how a test begins
        return None
    found = _WHEN.fullmatch(text)
    if found is None:
        return _joined(text, told)
    when, then = _joined(found["when"], told), _joined(found["then"], told)
    return f"if {when}, then {then}" if when and then else None


def _joined(text: str, told: Callable[[str], str | None]) -> str | None:
    """Tests with what joins them."""
    said = ""
    for at, part in enumerate(_JOINT.split(text)):
        one = _JOINTS[part] if at % 2 else _test(part, told)
        if one is None:
            return None
        said += one
    return said


def _test(text: str, told: Callable[[str], str | None]) -> str | None:
    given = _GIVEN.fullmatch(text)
    if given is not None:
        name = told(given["name"])
        filled = "is filled in" if given["given"] == "已" else "is left empty"  # Chinese: its word
        return f"“{name}” {filled}" if name else None
    found = _TEST.fullmatch(text)
    name = told(found["name"]) if found else None
    if found is None or not name:
        return None
    if found["word"]:
        noun = _NOUNS.get(found["noun"] or "", "")
        verb = "has" if noun else "is"
        return f"“{name}” {verb} {_WORDS[found['word']]} {found['limit']}{noun}"
    values = [told(one) for one in found["values"].split("、")]  # Chinese: a mark of lists
    if None in values:
        return None
    listed = ", ".join(filter(None, values))
    return f"“{name}” is one of: {listed}" if found["among"] else f"“{name}” is “{listed}”"

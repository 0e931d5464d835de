"""Whether a fact about a field is true: the one reading of `Test`, used by needs and clocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from haihe.kernel.procedure import Procedure, Test
from haihe.kernel.values import Datum, number_words

NOTHING: tuple[str, ...] = ()


def is_given(value: Datum) -> bool:
    """A datum counts as given unless it is absent, blank text or an empty list."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != []


def organs_apart(names: Sequence[str], fields: Mapping[str, Datum]) -> frozenset[str]:
    """The organs that these fields name, of type organ or texts: those to be kept apart."""
    found: set[str] = set()
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            found.update(value)
    return frozenset(found)


def holds(test: Test, fields: Mapping[str, Datum], sealed: Collection[str] = NOTHING) -> bool:
    """Whether the test is true; a comparison with a field that was not given is false.

    Numbers are compared by value, text by its length, lists by their count. Of a personal field
    (`sealed` has its name, nobody here has its value) only `given` can be known.
    """
    value = fields.get(test.field)
    if test.given is not None:
        return (is_given(value) or test.field in sealed) == test.given
    if not is_given(value):
        return False
    if test.equals is not None:
        return _same(value, test.equals)
    if test.among:
        return value in test.among
    size = _size(value)
    if size is None:
        return False
    if test.at_least is not None:
        return size >= test.at_least
    if test.at_most is not None:
        return size <= test.at_most
    if test.above is not None:
        return size > test.above
    return test.below is not None and size < test.below


def all_hold(
    tests: Sequence[Test], fields: Mapping[str, Datum], sealed: Collection[str] = NOTHING
) -> bool:
    """Whether every test is true; true of no tests at all."""
    for test in tests:  # noqa: SIM110 - a plain loop is twice as fast on the write path
        if not holds(test, fields, sealed):
            return False
    return True


def _same(value: Datum, wanted: Datum) -> bool:
    """Equal, and yes/no is never the number 1 or 0."""
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _size(value: Datum) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    return len(value) if value is not None else None


def say_test(test: Test, procedure: Procedure) -> str:
    """The test in Chinese, made from the names of the field and of its choices."""
    field = procedure.fields.get(test.field)
    name = field.name if field else test.field
    choices = field.choices if field else {}
    if test.given is not None:
        return f"{'已' if test.given else '未'}填写“{name}”"
    if test.equals is not None:
        return f"“{name}”为{_word(test.equals, choices)}"
    if test.among:
        return f"“{name}”为{'、'.join(_word(one, choices) for one in test.among)}之一"
    kind = field.type if field else "text"
    noun = (
        ""
        if kind in ("number", "integer")
        else "的数量"
        if kind in ("texts", "files")
        else "的字数"
    )
    for word, limit in (
        ("不少于", test.at_least),
        ("不超过", test.at_most),
        ("多于", test.above),
        ("少于", test.below),
    ):
        if limit is not None:
            return f"“{name}”{noun}{word}{number_words(limit)}"
    return f"“{name}”"


def _word(value: Datum, choices: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return choices.get(str(value), str(value))

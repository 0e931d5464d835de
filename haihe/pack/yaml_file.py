"""Reads a YAML file into a frozen struct; an error names the file, the key and what was expected.

Only `true` and `false` are booleans here (so `on`, `no` and `yes` stay words), `08:10` is text, a
plain date is a date, keys are always texts, and a key may stand only once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import msgspec
import yaml

FILE_BYTES_MAX: Final = 2_000_000
SHOWN_KEYS_MAX: Final = 40
Kind = TypeVar("Kind")

_TAG: Final = "tag:yaml.org,2002:"
_UNKNOWN_KEY: Final = re.compile(r"unknown field `(.+?)`")
_PLACE: Final = re.compile(r" - at `\$?(.*)`$")


class UnusablePack(ValueError):
    """A pack that cannot be used; every line names a file, a key and what was expected."""


_BOOLEANS: Final = {"true": True, "false": False}
_FORMS: Final = tuple(
    (f"{_TAG}{name}", re.compile(form))
    for name, form in (
        ("bool", r"true|false"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)"),
        ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+"),
        ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
        ("null", r"~|null|"),
        ("merge", r"<<"),
    )
)
_FIRST_LETTERS: Final = frozenset("tf-+0123456789~n<")
_STRING: Final = f"{_TAG}str"
_MERGE: Final = f"{_TAG}merge"
_SCALARS: Final[dict[str, Callable[[str], Any]]] = {
    _STRING: str,
    _MERGE: str,
    f"{_TAG}bool": _BOOLEANS.__getitem__,
    f"{_TAG}int": int,
    f"{_TAG}float": float,
    f"{_TAG}timestamp": date.fromisoformat,
    f"{_TAG}null": lambda _: None,
}


class _Reader(yaml.CSafeLoader):
    """The safe loader of libyaml with the fewest surprises (see the head of this file).

    It builds plain values straight from the nodes: a pack holds a hundred thousand of them.
    """

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        """The tag of a node nobody tagged: only plain scalars of a known form are no text."""
        if kind is not yaml.ScalarNode:
            return f"{_TAG}map" if kind is yaml.MappingNode else f"{_TAG}seq"
        if implicit[0] and (not value or value[0] in _FIRST_LETTERS):
            for tag, form in _FORMS:
                if form.fullmatch(value):
                    return tag
        return _STRING

    def get_single_data(self) -> Any:
        """The one document of the file, or None if it is empty."""
        node = self.get_single_node()
        return None if node is None else _value(node, {})


def _value(node: yaml.Node, built: dict[yaml.Node, Any]) -> Any:
    """What a node says; a node with an anchor is built once."""
    if isinstance(node, yaml.ScalarNode):
        convert = _SCALARS.get(node.tag)
        if convert is None:
            raise _unusable(f"the tag {node.tag!r} is not known", node)
        try:
            return convert(node.value)
        except (KeyError, ValueError) as error:
            raise _unusable(f"{node.value!r} cannot be read: {error}", node) from error
    if node in built:
        if built[node] is _UNFINISHED:
            raise _unusable("the anchor contains itself", node)
        return built[node]
    built[node] = _UNFINISHED
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        found: Any = [_value(one, built) for one in node.value]
    elif isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        found = _mapping(node, built)
    else:
        raise _unusable(f"the tag {node.tag!r} is not known", node)
    built[node] = found
    return found


_UNFINISHED: Final = object()


def _mapping(node: yaml.MappingNode, built: dict[yaml.Node, Any]) -> dict[str, Any]:
    """A mapping whose keys are texts, each of them once; `<<` lends what is not written."""
    written: dict[str, Any] = {}
    lent: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _unusable("a key is a word, not a list or a mapping", key_node)
        value = _value(value_node, built)
        if key_node.tag == _MERGE:
            for one in reversed(value if isinstance(value, list) else [value]):
                if not isinstance(one, dict):
                    raise _unusable("`<<` takes a mapping or a list of mappings", key_node)
                lent |= one
            continue
        key = key_node.value
        if key in written:
            raise _unusable(f"the key {key!r} stands twice", key_node)
        written[key] = value
    return {**lent, **written} if lent else written


def _unusable(says: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, says, node.start_mark)


def read_yaml(path: Path, name: str) -> Any:
    """The content of a YAML file; `name` is how errors call it. Raises UnusablePack."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusablePack(f"{name}: cannot be read: {error.strerror}") from error
    if len(content) > FILE_BYTES_MAX:
        raise UnusablePack(f"{name}: {len(content)} bytes; at most {FILE_BYTES_MAX} are read")
    try:
        return yaml.load(content, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise UnusablePack(f"{name}{line}: {error.problem or 'not YAML'}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnusablePack(f"{name}: {error}") from error


def read_struct(path: Path, name: str, kind: type[Kind]) -> Kind:
    """The file as a frozen struct `kind` that refuses unknown keys. Raises UnusablePack."""
    content = read_yaml(path, name)
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise UnusablePack("\n".join(_complaints(content, kind, name, error))) from error


def _complaints(content: Any, kind: type, name: str, error: Exception) -> Iterator[str]:
    """One line for every wrong entry; entries of mappings are named, not counted."""
    found = False
    if isinstance(content, dict):
        for info in msgspec.structs.fields(kind):
            part = content.get(info.encode_name)
            value_type = _element(info.type)
            if isinstance(part, dict) and value_type is not None:
                entries = list(part.items())
            elif isinstance(part, list) and value_type is not None:
                entries = [(str(_label(one, place)), one) for place, one in enumerate(part)]
            else:
                continue
            for key, value in entries:
                line = _complaint(value, value_type, f"{name}: {info.encode_name}.{key}")
                if line:
                    found = True
                    yield line
    if not found:
        yield _told(str(error), kind, name)


def _label(entry: Any, place: int) -> str | int:
    return entry["id"] if isinstance(entry, dict) and isinstance(entry.get("id"), str) else place


def _complaint(value: Any, kind: Any, where: str) -> str:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return _told(str(error), kind, where)
    return ""


def _told(message: str, kind: Any, where: str) -> str:
    place = _PLACE.search(message)
    path = place.group(1) if place else ""
    says = message[: place.start()] if place else message
    unknown = _UNKNOWN_KEY.search(says)
    if unknown is None:
        return f"{where}{path}: {says}"
    known = _known_keys(kind, path)
    close = get_close_matches(unknown.group(1), known, n=1)
    meant = f"did you mean `{close[0]}`? " if close else ""
    return f"{where}{path}: unknown key `{unknown.group(1)}`; {meant}known: {', '.join(known)}"


def _known_keys(kind: Any, path: str) -> list[str]:
    """The keys the struct at `path` (as msgspec writes it: .needs[0].when[...]) knows."""
    for step in re.findall(r"\.([^.\[\]]+)|(\[[^\]]*\])", path):
        if step[0]:
            struct = _struct(kind)
            infos = msgspec.structs.fields(struct) if struct else ()
            kind = next((one.type for one in infos if one.encode_name == step[0]), None)
        else:
            kind = _element(kind)
    struct = _struct(kind)
    names = [one.encode_name for one in msgspec.structs.fields(struct)] if struct else []
    return names[:SHOWN_KEYS_MAX]


def _struct(kind: Any) -> type[msgspec.Struct] | None:
    for one in (kind, *get_args(kind)):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one
    return None


def _element(kind: Any) -> Any:
    """The type of the values of a dict, or of the elements of a tuple or list; else None."""
    args = [one for one in get_args(kind) if one is not Ellipsis]
    origin = getattr(kind, "__origin__", None)
    return args[-1] if args and origin in (dict, tuple, list) else None

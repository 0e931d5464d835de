"""Reads a YAML file into a frozen struct; an error names the file, the key and what was expected.

Only `true` and `false` are booleans here (so `on`, `no` and `yes` stay words), `08:10` is text, a
plain date is a date, keys are always texts, and a key may stand only once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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


class _Reader(yaml.CSafeLoader):
    """The safe loader of libyaml with the fewest surprises (see the head of this file)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[str, Any]:  # type: ignore[override]  # noqa: FBT001, FBT002 - yaml's signature
        """A mapping whose keys are texts, each of them once."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if isinstance(key, str) and key_node.tag != f"{_TAG}merge":
                if key in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} stands twice", key_node.start_mark
                    )
                seen.add(key)
                key_node.tag = f"{_TAG}str"
        return super().construct_mapping(node, deep)  # type: ignore[return-value]  # keys are texts


for _name, _form, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+", "-+0123456789"),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789"),
    ("null", r"~|null|", ["~", "n", ""]),
    ("merge", r"<<", "<"),
):
    _Reader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_form})$"), list(_first))


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

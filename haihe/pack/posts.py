"""Reads `city/posts.yaml`: which steps and posts need which qualification, by which article."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from haihe.kernel.qualification import KINDS_MAX, RULES_MAX, Qualifications
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

POSTS_FILE: Final = "posts.yaml"
NONE: Final = Qualifications()


def load_qualifications(law: Law, folder: Path | None = None) -> Qualifications:
    """The rules of a city folder; a city without the file asks for no qualification.

    Raises UnusablePack that names what is wrong: an unknown qualification, an article nobody told.
    """
    try:
        path = (folder or city_folder()) / POSTS_FILE
    except MissingFolder:
        return NONE
    if not path.is_file():
        return NONE
    found = read_struct(path, f"city/{POSTS_FILE}", Qualifications)
    wrong = [f"city/{POSTS_FILE}: {one}" for one in _wrong(found, law)]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return found


def _wrong(found: Qualifications, law: Law) -> list[str]:
    told: list[str] = []
    if len(found.qualifications) > KINDS_MAX or len(found.rules) > RULES_MAX:
        told.append(f"at most {KINDS_MAX} qualifications and {RULES_MAX} rules are read")
    for number, rule in enumerate(found.rules):
        where = f"rules[{number}]"
        if rule.qualification not in found.qualifications:
            told.append(f"{where}: there is no qualification `{rule.qualification}`")
        if not rule.roles or not rule.cites:
            told.append(f"{where}: a rule names roles and the articles it rests on")
        told += [f"{where}: `{one}` is not told in law/" for one in _unknown(rule.cites, law)]
    for name, kind in found.qualifications.items():
        told += [f"{name}: `{one}` is not told in law/" for one in _unknown(kind.cites, law)]
    return told


def _unknown(cites: tuple[str, ...], law: Law) -> list[str]:
    return [one for one in cites if not law.resolves(one)]

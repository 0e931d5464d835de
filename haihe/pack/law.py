"""Reads `law/`: every statute relied on, told in our own words, and what a citation means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from haihe.kernel.values import Frozen
from haihe.pack.yaml_file import UnusablePack, read_struct

STATUTES_MAX: Final = 2_000
HOUSE_LAW: Final = "haihe"  # our own rules, cited by the refusals of the kernel
Level = Literal["A", "B", "C", "D"]
_NUMBERED: Final = re.compile(r"(\d+(?:之[一二三四五六七八九十]+)?)(.*)")


class InForce(Frozen, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The first and the last day in force; no last day while it is in force."""

    from_: date
    to: date | None = None


class Article(Frozen, frozen=True, kw_only=True):
    """What an article says in our own words, and how sure we are (A read in full ... D our own)."""

    tells: str
    level: Level = "A"
    name: str = ""  # how a rule without a number is called


class Statute(Frozen, frozen=True, kw_only=True):
    """One law, regulation, document or local setting: `law/<id>.yaml`."""

    id: str
    name: str
    short: str
    in_force: InForce
    read_at: str
    checked_on: date
    level: Level
    articles: dict[str, Article]
    number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Law:
    """All statutes of a pack; a citation is `<id>#<article>`."""

    statutes: Mapping[str, Statute]

    def article(self, cite: str) -> Article:
        """The article a citation names; KeyError if there is none."""
        statute, article = self._parts(cite)
        return statute.articles[article]

    def statute(self, cite: str) -> Statute:
        """The statute a citation names; KeyError if there is none."""
        return self._parts(cite)[0]

    def resolves(self, cite: str) -> bool:
        """Whether the statute and the article are told in `law/`."""
        name, mark, article = cite.partition("#")
        statute = self.statutes.get(name)
        return bool(mark) and statute is not None and article in statute.articles

    def in_force(self, cite: str, day: date) -> bool:
        """Whether the statute is in force on this day."""
        term = self.statute(cite).in_force
        return term.from_ <= day and (term.to is None or day <= term.to)

    def say(self, cite: str) -> str:
        """A citation for people: 治安管理处罚法（2025）第118条; itself if it does not resolve."""
        name, mark, article = cite.partition("#")
        statute = self.statutes.get(name)
        if statute is None or not mark:
            return cite
        numbered = _NUMBERED.fullmatch(article)
        if numbered is not None:
            return f"{statute.short}第{numbered.group(1)}条{numbered.group(2)}"
        told = statute.articles.get(article)
        return f"{statute.short}“{told.name if told and told.name else article}”"

    def spell(self, text: str) -> str:
        """The article of a clock's reason for people: citations joined by 、 are said in full."""
        if "#" not in text:
            return text
        return "、".join(self.say(one) for one in text.split("、"))

    def _parts(self, cite: str) -> tuple[Statute, str]:
        name, _, article = cite.partition("#")
        return self.statutes[name], article


def load_law(folder: Path, house: Path | None = None) -> Law:
    """The statutes of a `law/` folder; `house` adds our own rules where a foreign pack has none."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if len(paths) > STATUTES_MAX:
        raise UnusablePack(f"{folder.name}: {len(paths)} files; at most {STATUTES_MAX} are read")
    statutes, wrong = _read_all(paths, folder.name)
    if house is not None and HOUSE_LAW not in statutes and house.is_file():
        statutes[HOUSE_LAW] = read_struct(house, f"law/{house.name}", Statute)
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return Law(statutes)


def _read_all(paths: Iterable[Path], folder: str) -> tuple[dict[str, Statute], list[str]]:
    statutes: dict[str, Statute] = {}
    wrong: list[str] = []
    for path in paths:
        name = f"{folder}/{path.name}"
        try:
            statute = read_struct(path, name, Statute)
        except UnusablePack as error:
            wrong.append(str(error))
            continue
        if statute.id != path.stem:
            wrong.append(f"{name}: id: expected `{path.stem}`, the name of the file")
        if statute.in_force.to is not None and statute.in_force.to < statute.in_force.from_:
            wrong.append(f"{name}: in_force: `to` lies before `from`")
        statutes[path.stem] = statute
    return statutes, wrong

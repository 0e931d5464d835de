"""A city's own lengths of the clocks that no law fixes (levels C and D), each from a day on.

`city/settings.yaml` never changes a procedure: from its first day a setting makes another version.
A matter keeps the version it was opened under: what runs is not touched (haihe#city-setting).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace as with_changed
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from haihe.kernel.allowance import Allowance, parse_allowance
from haihe.kernel.procedure import LOCAL_LEVELS, ClockRule, Procedure
from haihe.kernel.values import Frozen
from haihe.pack import Pack, load_pack
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

SETTABLE: Final = LOCAL_LEVELS
SETTINGS_FILE: Final = "settings.yaml"
SETTINGS_MAX: Final = 2_000
ARTICLE: Final = "haihe#city-setting"
# Hours of one unit, to hold a length against a cap; months and years at their longest.
HOURS: Final = {
    "minutes": 1 / 60,
    "hours": 1,
    "office_hours": 3,  # eight of them are a working day
    "days": 24,
    "working_days": 24,
    "months": 31 * 24,
    "years": 366 * 24,
}


class Setting(Frozen, frozen=True, kw_only=True):
    """One length of one clock from a day on.

    `allow_when` gives the special lengths, all of them in the order of the procedure; left out,
    they stay as they are.
    """

    kind: str
    clock: str
    since: date
    allow: str
    source: str
    checked_on: date
    decided_by: str
    allow_when: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Its place in the file, as messages name it."""
        return f"{self.kind}.{self.clock} from {self.since}"


class SettingsFile(Frozen, frozen=True, kw_only=True):
    """What `city/settings.yaml` holds."""

    settings: tuple[Setting, ...]


class SettingRow(Frozen, frozen=True, kw_only=True):
    """A clock a city may set: what holds on a day, on what it rests, and every setting of it."""

    kind: str
    kind_name: str
    clock: str
    clock_name: str
    level: str
    allow: str
    allow_when: tuple[str, ...]
    cap: str
    source: str
    checked_on: date | None
    since: date  # of the version that holds
    shipped: str  # the length in the pack
    settings: tuple[Setting, ...]


def pack_of_the_city() -> tuple[Pack, Pack, tuple[Setting, ...]]:
    """The installed pack with its city's settings, the same as shipped, and the settings."""
    shipped, settings = load_pack(), settings_of_the_city()
    return (with_settings(shipped, settings) if settings else shipped), shipped, settings


def settings_of_the_city() -> tuple[Setting, ...]:
    """The settings of the city in use. Raises UnusablePack."""
    try:
        return load_settings(city_folder())
    except MissingFolder:
        return ()


def load_settings(folder: Path) -> tuple[Setting, ...]:
    """The settings of a city's folder by day; none without the file. Raises UnusablePack."""
    path = folder / SETTINGS_FILE
    if not path.is_file():
        return ()
    found = read_struct(path, f"{folder.name}/{SETTINGS_FILE}", SettingsFile).settings
    if len(found) > SETTINGS_MAX:
        raise UnusablePack(f"{SETTINGS_FILE}: {len(found)} settings; at most {SETTINGS_MAX}")
    return tuple(sorted(found, key=lambda one: (one.since, one.kind, one.clock)))


def with_settings(pack: Pack, settings: Sequence[Setting]) -> Pack:
    """The pack with the versions that the settings make. Raises UnusablePack with every fault."""
    wrong = [f"city/{SETTINGS_FILE}: {where}: {says}" for where, says in faults(pack, settings)]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    kinds = {one.kind for one in settings}
    derived = {
        kind: tuple(_versions(pack, versions, [one for one in settings if one.kind == kind]))
        for kind, versions in pack.procedures.items()
        if kind in kinds
    }
    return with_changed(pack, procedures={**pack.procedures, **derived})


def _versions(
    pack: Pack, versions: Sequence[Procedure], settings: Sequence[Setting]
) -> Iterator[Procedure]:
    """Every version of a kind, divided at the days on which its settings begin."""
    for version in versions:
        days = sorted(
            {one.since for one in settings if one.clock in version.clocks and _within(version, one)}
            | {version.since}
        )
        for number, day in enumerate(days):
            last = days[number + 1] - timedelta(days=1) if number + 1 < len(days) else version.until
            clocks = {
                **version.clocks,
                **_clocks_on(pack.law, version, settings, day),
            }
            yield replace(version, since=day, until=last, clocks=clocks)


def _within(version: Procedure, setting: Setting) -> bool:
    return version.since <= setting.since and (
        version.until is None or setting.since <= version.until
    )


def _clocks_on(
    law: Law, version: Procedure, settings: Iterable[Setting], day: date
) -> dict[str, ClockRule]:
    """The clocks that settings in force on a day change; of one clock the latest setting holds."""
    in_order = sorted(settings, key=lambda one: one.since)
    latest = {one.clock: one for one in in_order if one.since <= day}
    return {
        name: set_clock(law, version.clocks[name], one)
        for name, one in latest.items()
        if name in version.clocks and version.clocks[name].level in SETTABLE
    }


def set_clock(law: Law, rule: ClockRule, setting: Setting) -> ClockRule:
    """The clock with the city's length; our own default's article gives way to the city's."""

    def cited(cites: tuple[str, ...]) -> tuple[str, ...]:
        return (*(cite for cite in cites if law.article(cite).level != "D"), ARTICLE)

    allow_when = rule.allow_when
    if setting.allow_when:
        allow_when = tuple(
            replace(one, allow=length, cites=cited(one.cites))
            for one, length in zip(rule.allow_when, setting.allow_when, strict=True)
        )
    source = f"{setting.source}（{setting.decided_by}决定，{setting.since}起）"
    return replace(
        rule,
        allow=setting.allow,
        allow_when=allow_when,
        cites=cited(rule.cites),
        source=source,
        checked_on=setting.checked_on,
    )


# ── what is wrong with settings ──────────────────────────────────────────────────────────────


def faults(pack: Pack, settings: Sequence[Setting]) -> Iterator[tuple[str, str]]:
    """What is wrong with the settings: which one, and what to do."""
    seen: set[tuple[str, str, date]] = set()
    for one in settings:
        key = (one.kind, one.clock, one.since)
        if key in seen:
            yield one.where, "stands twice"
        seen.add(key)
        yield from ((one.where, says) for says in _faults_of_words(one))
        yield from ((one.where, says) for says in _faults_of_rule(pack, one))


def _faults_of_words(setting: Setting) -> Iterator[str]:
    if not setting.source.strip() or not setting.decided_by.strip():
        yield "expected `source` and `decided_by`: where it is written and who decided it"
    if setting.since <= setting.checked_on:
        yield f"since: expected a day after {setting.checked_on}; a setting never works backwards"


def _faults_of_rule(pack: Pack, setting: Setting) -> Iterator[str]:
    versions = pack.procedures.get(setting.kind)
    if versions is None:
        yield f"there is no kind `{setting.kind}`"
        return
    governing = pack.governing(setting.kind, setting.since)
    if governing is None:
        yield f"no version of {setting.kind} is in force on {setting.since}"
        return
    rule = governing.clocks.get(setting.clock)
    if rule is None:
        yield f"{setting.kind} has no clock `{setting.clock}`; known: {', '.join(governing.clocks)}"
    elif rule.level not in SETTABLE:
        yield f"{rule.name} is of level {rule.level}: the law fixes it, a city cannot set it"
    else:
        yield from _faults_of_lengths(rule, setting)


def _faults_of_lengths(rule: ClockRule, setting: Setting) -> Iterator[str]:
    if setting.allow_when and len(setting.allow_when) != len(rule.allow_when):
        special = ", ".join(one.allow for one in rule.allow_when) or "none"
        yield (
            f"allow_when: expected {len(rule.allow_when)} lengths, in the order of the procedure "
            f"({special}); there are {len(setting.allow_when)}"
        )
    usual, legs = parse_allowance(rule.allow), rule.extensions
    for text in (setting.allow, *setting.allow_when):
        try:
            length = parse_allowance(text)
        except ValueError as error:
            yield f"allow: {error}"
            continue
        if _is_instant(length) != _is_instant(usual) or length.back != usual.back:
            yield f"allow: {text} cannot replace {rule.allow}: hours, days and days before differ"
        elif any(_is_working(parse_allowance(one.allow)) != _is_working(length) for one in legs):
            yield f"allow: {text} cannot be extended as the procedure says: the units do not mix"
        elif rule.cap and is_longer(text, rule.cap):
            yield f"allow: {text} is longer than the law allows ({rule.cap})"


def _is_instant(length: Allowance) -> bool:
    return length.by_instant


def _is_working(length: Allowance) -> bool:
    return length.unit == "working_days"


def is_longer(text: str, cap: str) -> bool:
    """Whether a length is longer than the longest that a law allows."""
    return _hours(parse_allowance(text)) > _hours(parse_allowance(cap))


def _hours(length: Allowance) -> float:
    return length.n * HOURS[length.unit] + length.more_days * HOURS["days"]


# ── what a city may set ──────────────────────────────────────────────────────────────────────


def rows(pack: Pack, settings: Sequence[Setting], day: date) -> list[SettingRow]:
    """Every clock of level C or D of the kinds in force on a day, with what holds that day.

    `pack` is the pack as shipped; the settings are laid over it here.
    """
    ours = with_settings(pack, settings)
    found: list[SettingRow] = []
    for shipped in pack.in_force(day):
        governing = ours.governing(shipped.kind, day)
        assert governing is not None, "settings never leave a day without a version"
        for name, rule in governing.clocks.items():
            if rule.level in SETTABLE:
                of_clock = [
                    one for one in settings if (one.kind, one.clock) == (shipped.kind, name)
                ]
                found.append(_row(shipped, governing, name, of_clock))
    return found


def _row(
    shipped: Procedure, governing: Procedure, name: str, settings: Iterable[Setting]
) -> SettingRow:
    rule = governing.clocks[name]
    return SettingRow(
        kind=shipped.kind,
        kind_name=shipped.name,
        clock=name,
        clock_name=rule.name,
        level=rule.level,
        allow=rule.allow,
        allow_when=tuple(one.allow for one in rule.allow_when),
        cap=rule.cap,
        source=rule.source,
        checked_on=rule.checked_on,
        since=governing.since,
        shipped=shipped.clocks[name].allow,
        settings=tuple(settings),
    )


def length_words(row: SettingRow) -> str:
    """The lengths that hold, in words, with special ones and the cap: 5分钟（特殊情形1分钟）."""
    special = "、".join(str(parse_allowance(one)) for one in row.allow_when)
    cap = f"，法定最长{parse_allowance(row.cap)}" if row.cap else ""
    return f"{parse_allowance(row.allow)}{f'（特殊情形{special}）' if special else ''}{cap}"

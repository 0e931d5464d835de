"""Spot call-backs 抽查回访: drawn by machine from what ended, by a seed; anyone can repeat it.

Who rated and who did not are drawn apart, of each kind of service. The population is read from the
journal as it was when the day of the draw began; what is written later changes nothing of it. Each
task holds day, seed, population and its digest. A day is drawn once: another seed is refused, so
nobody draws until the result pleases. Basis: law/rating-settings.yaml §9.

The order: in each stratum, by the SHA-256 of "<seed>\\0<matter id>", the smallest first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from haihe.kernel.fold import ends_matter
from haihe.kernel.reading import MINOR
from haihe.kernel.values import Command, Data, Frozen, Refused
from haihe.records import keys, personal, ratings, rules, write
from haihe.records.chain import HASHES
from haihe.records.database import IN_MAX, Connection
from haihe.records.halls_journal import midnight
from haihe.records.home import hash_name
from haihe.records.instants import stored
from haihe.records.journal import folded, history, procedure_of
from haihe.records.looked import BROUGHT_BY, code_of

KIND: Final = "call_back"
CANDIDATES_MAX: Final = 500_000
SEED_LETTERS_MAX: Final = 64
DIGEST_LETTERS: Final = 32

Stratum = Literal["rated", "unrated"]


class UnusableDraw(Exception):
    """A draw that cannot be made; the message says why."""


class One(NamedTuple):
    """A service of the population."""

    kind: str
    stratum: Stratum
    matter: str
    organ: str
    name: str

    @property
    def line(self) -> str:
        """What the digest of the population is made of."""
        return f"{self.kind} {self.stratum} {self.matter}"


class Drawn(Frozen, frozen=True, kw_only=True):
    """A service that was drawn, and the number of its task; `rank` counts within its stratum."""

    kind: str
    stratum: Stratum
    rank: int
    organ: str
    mark: str  # the beginning of the hash that it was drawn by
    task: str = ""


class Draw(Frozen, frozen=True, kw_only=True):
    """A draw: what it was made from, and what came out."""

    day: str
    seed: str
    population: int
    digest: str
    strata: dict[str, dict[str, int]]
    drawn: tuple[Drawn, ...]
    made_before: bool = False


def population(connection: Connection, day: date) -> list[One]:
    """What ended in the days before this one and left a phone, as the journal told it then."""
    current, told = rules.current(), ratings.settings()
    until = midnight(day, current.zone)
    since = until - timedelta(days=told.calls.days)
    rows = connection.rows(
        "SELECT matter_id, kind, version, code_tag FROM matter WHERE ended = ? "
        "AND changed_at >= ? AND opened_at < ? ORDER BY matter_id LIMIT ?",
        (True, stored(since), stored(until), CANDIDATES_MAX + 1),
    )
    if len(rows) > CANDIDATES_MAX:
        raise UnusableDraw(f"名单超过{CANDIDATES_MAX}件，请缩短 city/ratings.yaml 的 calls.days。")
    rows = [row for row in rows if row[1] not in told.not_rated]
    phones = _with_phone(connection, [row[0] for row in rows])
    rated = _rated(connection, [(row[0], bytes(row[3])) for row in rows if row[0] in phones], until)
    found = []
    for matter, kind, version, _ in rows:
        if matter not in phones:
            continue
        procedure = procedure_of(current, kind, version)
        events = [
            one for one in history(connection, matter, current.zone) if one.recorded_at < until
        ]
        if not events:
            continue
        state = folded(procedure, events)
        entered = {one.seq: one.recorded_at for one in events}
        ending = [entered[one.seq] for one in state.done if ends_matter(procedure, one.act)]
        if state.ended and state.merged_into is None and ending and ending[-1] >= since:
            stratum: Stratum = "rated" if matter in rated else "unrated"
            found.append(One(kind, stratum, matter, state.owner.organ, procedure.name))
    return sorted(found)


def _with_phone(connection: Connection, matters: Sequence[str]) -> set[str]:
    fields = "', '".join(BROUGHT_BY)  # names of ours, not typed by anybody
    found: set[str] = set()
    for start in range(0, len(matters), IN_MAX):
        rows = connection.rows_in(
            f"SELECT matter_id FROM number_tag WHERE field IN ('{fields}') AND matter_id",
            matters[start : start + IN_MAX],
        )
        found.update(row[0] for row in rows)
    return found


def _rated(
    connection: Connection, matters: Sequence[tuple[str, bytes]], until: datetime
) -> set[str]:
    """Which of these had been rated by then: asked by the digest of their code."""
    by_key = {ratings.rating_key(code_of(matter, tag)): matter for matter, tag in matters}
    asked = sorted(by_key)
    found: set[str] = set()
    for start in range(0, len(asked), IN_MAX):
        rows = connection.rows_in(
            "SELECT k.key, e.recorded_at FROM command_key k JOIN event e "
            "ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE k.key",
            asked[start : start + IN_MAX],
        )
        found.update(by_key[key] for key, at in rows if at < stored(until))
    return found


def digest_of(people: Sequence[One]) -> str:
    """The digest of a population: of its lines, each ended by a line feed."""
    lines = "".join(f"{one.line}\n" for one in people)
    return hashlib.sha256(lines.encode()).hexdigest()[:DIGEST_LETTERS]


def mark_of(seed: str, matter: str) -> str:
    """The hash by which a service takes its turn."""
    return hashlib.sha256(f"{seed}\0{matter}".encode()).hexdigest()


def chosen(people: Sequence[One], seed: str) -> Iterator[tuple[int, One]]:
    """Of each kind and stratum as many as the city lays down, with their ranks."""
    calls = ratings.settings().calls
    strata: dict[tuple[str, Stratum], list[One]] = {}
    for one in people:
        strata.setdefault((one.kind, one.stratum), []).append(one)
    for (_, stratum), group in sorted(strata.items()):
        wanted = calls.rated if stratum == "rated" else calls.unrated
        group.sort(key=lambda one: mark_of(seed, one.matter))
        yield from enumerate(group[:wanted], start=1)


def draw(connection: Connection, day: date, seed: str, now: datetime) -> Draw:
    """Draw the call-backs of a day and open their tasks; again the same is the same.

    Raises UnusableDraw: no seed, a day that has not begun, one that was drawn by another seed.
    """
    if not 0 < len(seed) <= SEED_LETTERS_MAX:
        raise UnusableDraw(f"种子应有1至{SEED_LETTERS_MAX}个字符。")
    if midnight(day, rules.current().zone) > now:
        raise UnusableDraw("这一天还没有开始，名单还会变。")
    people = population(connection, day)
    digest = digest_of(people)
    drawn, replayed = [], []
    for rank, one in chosen(people, seed):
        known = _known(connection, day, one, rank, seed, digest)
        task = known or _open(connection, one, rank, day, seed, len(people), digest, now)
        drawn.append(_told(connection, one, rank, seed, task))
        replayed.append(bool(known))
    return _draw(people, day, seed, digest, drawn, made_before=bool(replayed) and all(replayed))


def repeated(connection: Connection, day: date, seed: str) -> Draw:
    """The same draw computed again, with nothing written."""
    people = population(connection, day)
    found = [_told(connection, one, rank, seed, "") for rank, one in chosen(people, seed)]
    return _draw(people, day, seed, digest_of(people), found, made_before=False)


def differences(connection: Connection, again: Draw) -> list[str]:
    """What the tasks of the day say otherwise than a draw that was computed again."""
    rows = connection.rows(
        "SELECT e.data, m.number FROM command_key k JOIN event e "
        "ON e.matter_id = k.matter_id AND e.seq = k.seq "
        "JOIN matter m ON m.matter_id = k.matter_id WHERE k.key >= ? AND k.key < ?",
        (f"call-back:{again.day}:", f"call-back:{again.day};"),
    )
    wrong = []
    if len(rows) != len(again.drawn):
        wrong.append(f"任务有{len(rows)}件，重算应有{len(again.drawn)}件")
    expected = (again.seed, again.digest, again.population)
    for data, number in rows:
        told = msgspec.json.decode(data)
        if (told["draw_seed"], told["draw_digest"], told["draw_population"]) != expected:
            wrong.append(f"{number} 的种子、名单摘要或者件数与重算的不同")
    return wrong


def seed_drawn_by(connection: Connection, day: date) -> str:
    """The seed that the tasks of a day were drawn by; "" where none was opened."""
    rows = connection.rows(
        "SELECT e.data FROM command_key k JOIN event e "
        "ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE k.key >= ? AND k.key < ? LIMIT 1",
        (f"call-back:{day}:", f"call-back:{day};"),
    )
    return str(msgspec.json.decode(rows[0][0])["draw_seed"]) if rows else ""


def _draw(
    people: Sequence[One],
    day: date,
    seed: str,
    digest: str,
    drawn: Sequence[Drawn],
    *,
    made_before: bool,
) -> Draw:
    counted = Counter((one.kind, one.stratum) for one in people)
    strata: dict[str, dict[str, int]] = {}
    for (kind, stratum), count in sorted(counted.items()):
        strata.setdefault(kind, {})[stratum] = count
    return Draw(
        day=day.isoformat(),
        seed=seed,
        population=len(people),
        digest=digest,
        strata=strata,
        drawn=tuple(drawn),
        made_before=made_before,
    )


def _told(connection: Connection, one: One, rank: int, seed: str, task: str) -> Drawn:
    rows = connection.rows("SELECT number FROM matter WHERE matter_id = ?", (task,)) if task else []
    return Drawn(
        kind=one.kind,
        stratum=one.stratum,
        rank=rank,
        organ=one.organ,
        mark=mark_of(seed, one.matter)[:16],
        task=str(rows[0][0]) if rows else "",
    )


def _open(
    connection: Connection,
    one: One,
    rank: int,
    day: date,
    seed: str,
    count: int,
    digest: str,
    now: datetime,
) -> str:
    known = personal.latest_values(connection, one.matter, keys.store(), HASHES[hash_name()])
    phone = next((str(known[name]) for name in BROUGHT_BY if known.get(name)), "")
    data: Data = {
        "rated_organ": one.organ,
        "answering_organ": ratings.answering(one.organ, now),
        "service_name": one.name,
        "draw_day": day.isoformat(),
        "draw_seed": seed,
        "draw_digest": digest,
        "draw_population": count,
        "draw_stratum": one.stratum,
        "draw_rank": rank,
        "rater_phone": phone,
        MINOR: _minor(connection, one.matter),
        "crowd": ratings.crowd(one.organ, midnight(day, rules.current().zone)),
    }
    answer = write.submit(
        Command(
            key=_key(day, one, rank),
            act="draw",
            actor=ratings.DESK,
            kind=KIND,
            data=data,
        ),
        now=now,
    )
    if isinstance(answer, Refused):
        raise UnusableDraw(f"{answer.says} {answer.instead}")
    return answer.matter


def _key(day: date, one: One, rank: int) -> str:
    return f"call-back:{day.isoformat()}:{one.kind}:{one.stratum}:{rank}"


def _known(connection: Connection, day: date, one: One, rank: int, seed: str, digest: str) -> str:
    """The task that this draw opened before, or "". Raises UnusableDraw: another draw did."""
    rows = connection.rows(
        "SELECT e.data, e.matter_id FROM command_key k JOIN event e "
        "ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE k.key = ?",
        (_key(day, one, rank),),
    )
    if not rows:
        return ""
    told = msgspec.json.decode(rows[0][0])
    if (told["draw_seed"], told["draw_digest"]) != (seed, digest):
        raise UnusableDraw("这一天已经用另一个种子或者另一份名单抽过。一天只抽一次。")
    return str(rows[0][1])


def _minor(connection: Connection, matter: str) -> bool:
    """Whether a minor is concerned, as its row says it for every list."""
    return bool(connection.rows("SELECT minor FROM matter WHERE matter_id = ?", (matter,))[0][0])

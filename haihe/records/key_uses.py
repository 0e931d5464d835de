"""Where each version of each key is in use, and the passes that renew what older versions made.

A pass takes rows in batches and writes each only if it is still as it was read, so writers go on
meanwhile, and a pass that was killed goes on where it was: what is renewed is no longer old.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from haihe.records import factors, home, keys, personal, rules, signers, uses
from haihe.records.chain import HASHES
from haihe.records.database import Connection, Row, writing
from haihe.records.instants import stored
from haihe.records.journal import mark_of
from haihe.records.keys import KeyMissing, KeyStore, KeyTrouble, Name, WrongKey
from haihe.records.sealing import BrokenSeal

BATCH: Final = 200  # rows a commit: writers wait for one batch at most
BATCHES_MAX: Final = 1_000_000
MATTERS_AT_ONCE: Final = 100
SETTLED: Final = timedelta(seconds=60)  # every process has noticed a new version, and committed
DAYS_COMPARED: Final = timedelta(days=7)  # a repeated command is compared with the first this long
SESSIONS_LAST: Final = timedelta(days=14)

Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Use:
    """A column that a key has made: its first byte is the version.

    `renewed` gives the new value of a row (`columns`, the made one last), b"" for one that is to
    be forgotten, None for one that is not what it should be: `haihe verify` names it.
    """

    name: Name
    table: str
    column: str
    key: str  # the column by which rows are taken in turn; unique
    columns: tuple[str, ...] = ()
    renewed: Callable[[KeyStore, Row, datetime], bytes | None] | None = None
    instead: str = ""  # what to do, where nothing can be renewed

    @property
    def place(self) -> str:
        """Where, in words."""
        return f"{self.table}.{self.column}"


@dataclass(slots=True)
class Renewed:
    """What a pass did."""

    rows: int = 0
    kept: int = 0  # changed meanwhile, too young, or not what they should be: looked at next time
    stopped: str = ""


def _wrapped(store: KeyStore, row: Row, _now: datetime) -> bytes | None:
    owner, wrapped = row[0], bytes(row[1])
    try:
        return store.wrap(store.unwrap(wrapped, owner), owner)
    except (WrongKey, KeyMissing):
        return None


def _mark(store: KeyStore, row: Row, _now: datetime) -> bytes | None:
    matter, number, from_matter, from_seq, mark = row
    try:
        before = mark_of(matter, number, from_matter, from_seq, store.marks(bytes(mark)[0]))
    except KeyMissing:
        return None
    if before != bytes(mark):
        return None
    return mark_of(matter, number, from_matter, from_seq, store.marks())


def _command(_store: KeyStore, row: Row, now: datetime) -> bytes | None:
    """A digest of a command cannot be made anew; after some days nobody compares it any more."""
    old = row[1] is None or row[1] < stored(now - DAYS_COMPARED)
    return b"" if old else None


def _sealed_anew(purpose: str) -> Callable[[KeyStore, Row, datetime], bytes | None]:
    """What was sealed for a purpose, bound to the words of its other columns, sealed once more."""

    def renewed(store: KeyStore, row: Row, _now: datetime) -> bytes | None:
        key, place = store.key("content"), " ".join(str(one) for one in row[1:-1] or row[:1])
        try:
            return key.seal(purpose, key.open(purpose, bytes(row[-1]), place), place)
        except (WrongKey, KeyMissing):
            return None

    return renewed


USES: Final[tuple[Use, ...]] = (
    Use(
        "content",
        "certificate",
        "sealed",
        "certificate_id",
        ("certificate_id", "sealed"),
        _sealed_anew("certificate"),
    ),
    Use("content", "draft", "sealed", "draft_id", ("draft_id", "sealed"), _sealed_anew("draft")),
    Use(
        "content",
        "source_question",
        "sealed",
        "matter_id || ' ' || source",
        ("matter_id || ' ' || source", "matter_id", "source", "sealed"),
        _sealed_anew("source question"),
    ),
    Use(
        "content",
        "hall_phone",
        "sealed",
        "day_id || ' ' || number",
        ("day_id || ' ' || number", "day_id", "number", "sealed"),
        _sealed_anew("hall phone"),
    ),
    Use(
        "content",
        "citizen_joined",
        "sealed",
        "citizen_id || ' ' || matter_id",
        ("citizen_id || ' ' || matter_id", "citizen_id", "matter_id", "sealed"),
        _sealed_anew("citizen joined"),
    ),
    Use(
        "codes",
        "draft",
        "code_tag",
        "draft_id",
        instead="没有提交的申请三十天后自动删除",
    ),
    Use("content", "matter_key", "wrapped", "matter_id", ("matter_id", "wrapped"), _wrapped),
    Use("content", "file_key", "wrapped", "digest", ("digest", "wrapped"), _wrapped),
    Use(
        "marks",
        "matter",
        "mark",
        "matter_id",
        ("matter_id", "number", "from_matter", "from_seq", "mark"),
        _mark,
    ),
    Use(
        "marks",
        "command_key",
        "digest",
        "key",
        (
            "key",
            "(SELECT recorded_at FROM event e WHERE e.matter_id = command_key.matter_id "
            "AND e.seq = command_key.seq)",
            "digest",
        ),
        _command,
    ),
    Use("index", "number_tag", "tag", "matter_id"),
    Use(
        "codes",
        "matter",
        "code_tag",
        "matter_id",
        instead="群众手里的查询码不换，这一版要一直保留",
    ),
    Use(
        "index",
        "citizen",
        "phone_tag",
        "citizen_id",
        instead="号码本身没有保存，群众下次登录时自动更新",
    ),
    Use(
        "index",
        "citizen",
        "subject_tag",
        "citizen_id",
        instead="群众下次登录时自动更新",
    ),
    Use(
        "index",
        "administrator",
        "human",
        "user_id",
        instead="重新任命这位管理员",
    ),
)


# ── what is in use ───────────────────────────────────────────────────────────────────────────


def counted(connection: Connection, use: Use) -> dict[int, int]:
    """How many rows each version has made."""
    rows = connection.rows(
        f"SELECT substr({use.column}, 1, 1), count(*) FROM {use.table} "
        f"WHERE length({use.column}) > 0 GROUP BY 1"
    )
    return {bytes(made)[0]: int(count) for made, count in rows}


def in_use(connection: Connection, name: Name) -> dict[str, dict[int, int]]:
    """The same of every place where this key is used."""
    found = {use.place: counted(connection, use) for use in USES if use.name == name}
    if name == "content":
        found[factors.PLACE] = factors.versions(connection)
    return found


def why_needed(connection: Connection | None, name: Name, number: int, now: datetime) -> list[str]:
    """Why a version cannot be retired yet, in words; nothing when it can."""
    key = keys.store().key(name)
    if number == key.newest.number:
        return ["它是最新的一版，先 haihe keys rotate"]
    keys.store().version(name, number)
    found: list[str] = []
    follower = min((one for one in key.versions if one.number > number), key=lambda one: one.number)
    age = now - follower.made_at
    if age < SETTLED:
        found.append(f"新的一版才用了 {age.total_seconds():.0f} 秒，满 {SETTLED.seconds} 秒再停用")
    if name == "django" and age < SESSIONS_LAST:
        found.append(f"它签过的登录到 {follower.made_at + SESSIONS_LAST:%Y-%m-%d} 才都到期")
    if connection is not None:
        found += _why_stored(connection, name, number, follower.made_at, now)
    return found


def _why_stored(
    connection: Connection, name: Name, number: int, followed_at: datetime, now: datetime
) -> list[str]:
    found: list[str] = []
    for use in (one for one in USES if one.name == name):
        rows = counted(connection, use).get(number, 0)
        if rows:
            todo = use.instead or f"先 haihe keys rewrap {name}"
            found.append(f"{use.place} 有 {rows} 行：{todo}")
    sealed = factors.versions(connection).get(number, 0) if name == "content" else 0
    if sealed:
        found.append(f"{factors.PLACE} 有 {sealed} 个：先 haihe keys rewrap {name}")
    if name == "seal-signing":
        attested = signers.last(connection)
        if attested and attested.public_key == keys.store().key(name).public(number):
            found.append("封存还由它签名：再做一次 haihe keys rotate seal-signing")
    elif name == "api":
        ((left,),) = connection.rows(
            "SELECT count(*) FROM client_token "
            "WHERE withdrawn_at IS NULL AND expires_at > ? AND made_at <= ?",
            (stored(now), stored(followed_at + SETTLED)),
        )
        if left:
            found.append(f"它签过的令牌可能还有 {left} 个有效：先收回或者换发")
    elif name == "pseudonyms" and not _views_are_anew():
        found.append("监督视图还用着它，后台进程一分钟内会重写")
    elif name == "index":
        ((left,),) = connection.rows(
            "SELECT count(*) FROM reading WHERE sort = 'search' AND told LIKE ?",
            (f'%"tag":"{number:02x}%',),
        )
        if left:
            found.append(f"{left} 条查询痕迹用它作标记，审计要靠它查找")
    return found


# ── renewing ─────────────────────────────────────────────────────────────────────────────────


def _views_are_anew() -> bool:
    from haihe.records import mirror  # needs Arrow, and few commands ask

    return mirror.is_made_anew(rules.current())


def renew(
    connection: Connection,
    now: datetime,
    *,
    names: Sequence[Name] = (),
    rows_max: int | None = None,
    told: Told = lambda _place, _rows: None,
) -> dict[str, Renewed]:
    """Renew what older versions made, place by place; at most `rows_max` rows in all.

    Raises KeyUnavailable, with what was renewed kept.
    """
    done: dict[str, Renewed] = {}
    for use in USES:
        if use.renewed is not None and (not names or use.name in names):
            before = sum(one.rows for one in done.values())
            left = None if rows_max is None else rows_max - before
            done[use.place] = _renew(connection, use, now, left, told)
    if not names or "content" in names:
        done[factors.PLACE] = Renewed(*factors.sealed_anew(connection))
    if not names or "index" in names:
        before = sum(one.rows for one in done.values())
        left = None if rows_max is None else rows_max - before
        done["number_tag.tag"] = _numbers_tagged_anew(connection, left, told)
    return done


def _numbers_tagged_anew(connection: Connection, rows_max: int | None, told: Told) -> Renewed:
    """Identity numbers and phones are opened to be tagged by the newest version."""
    result, after = Renewed(), ""
    for _ in range(BATCHES_MAX):
        newest = bytes((keys.store().key("index").newest.number,))
        matters = connection.rows(
            "SELECT DISTINCT matter_id FROM number_tag WHERE matter_id > ? "
            "AND substr(tag, 1, 1) <> ? ORDER BY matter_id LIMIT ?",
            (after, newest, MATTERS_AT_ONCE),
        )
        if not matters:
            return result
        for (matter,) in matters:
            if rows_max is not None and result.rows >= rows_max:
                result.stopped = f"按 --limit 停在 {result.rows} 行"
                return result
            with writing(connection):
                _tag_anew(connection, matter, newest, result)
            after = matter
        told("number_tag.tag", result.rows)
    raise KeyTrouble(f"more than {BATCHES_MAX * MATTERS_AT_ONCE} matters; run it again")


def _tag_anew(connection: Connection, matter: str, newest: bytes, result: Renewed) -> None:
    """The tags of one matter, inside a transaction in which nothing of it is erased."""
    if connection.vendor == "postgresql":
        connection.rows("SELECT 1 FROM matter WHERE matter_id = ? FOR UPDATE", (matter,))
    hash_of = HASHES[home.hash_name()]
    try:
        given = personal.values_by_event(connection, matter, keys.store(), hash_of)
    except (BrokenSeal, WrongKey, KeyMissing):
        result.kept += 1
        return
    gone = connection.run(
        "DELETE FROM number_tag WHERE matter_id = ? AND substr(tag, 1, 1) <> ?", (matter, newest)
    )
    there = {
        (bytes(tag), seq, field)
        for tag, seq, field in connection.rows(
            "SELECT tag, seq, field FROM number_tag WHERE matter_id = ?", (matter,)
        )
    }
    rows = [row for seq, values in given.items() for row in uses.number_rows(matter, seq, values)]
    connection.insert("number_tag", [row for row in rows if (row[0], *row[2:]) not in there])
    result.rows += gone


def _renew(
    connection: Connection, use: Use, now: datetime, rows_max: int | None, told: Told
) -> Renewed:
    result = Renewed()
    for batch in _old(connection, use):
        if rows_max is not None and result.rows >= rows_max:
            result.stopped = f"按 --limit 停在 {rows_max} 行"
            return result
        changed = _changed(use, batch, now)
        result.kept += len(batch) - len(changed)
        if rows_max is not None:
            changed = changed[: rows_max - result.rows]
        with writing(connection):
            for value, key, before in changed:
                wrote = connection.run(
                    f"UPDATE {use.table} SET {use.column} = ? "
                    f"WHERE {use.key} = ? AND {use.column} = ?",
                    (value, key, before),
                )
                result.rows += wrote
                result.kept += 1 - wrote
        told(use.place, result.rows)
    return result


def _changed(use: Use, batch: Sequence[Row], now: datetime) -> list[tuple[bytes, Any, bytes]]:
    assert use.renewed is not None
    store = keys.store()
    found: list[tuple[bytes, Any, bytes]] = []
    for row in batch:
        value = use.renewed(store, row, now)
        if value is not None:
            found.append((value, row[0], bytes(row[-1])))
    return found


def _old(connection: Connection, use: Use) -> Iterator[list[Row]]:
    """Batches of rows that the newest version did not make, in the order of their keys."""
    after = ""
    for _ in range(BATCHES_MAX):
        newest = bytes((keys.store().key(use.name).newest.number,))
        rows = connection.rows(
            f"SELECT {', '.join(use.columns)} FROM {use.table} WHERE {use.key} > ? "
            f"AND length({use.column}) > 0 AND substr({use.column}, 1, 1) <> ? "
            f"ORDER BY {use.key} LIMIT {BATCH}",
            (after, newest),
        )
        if not rows:
            return
        after = rows[-1][0]
        yield rows
    raise KeyTrouble(f"more than {BATCHES_MAX * BATCH} rows; run it again")


def strangers(connection: Connection) -> list[str]:
    """Versions that something in this database was made by and that are not here, in words."""
    found: list[str] = []
    for use in USES:
        live = {one.number for one in keys.store().versions(use.name)}
        for number, rows in sorted(counted(connection, use).items()):
            if number not in live:
                found.append(f"{use.place} 有 {rows} 行要用 {use.name} 第 {number} 版")
    return found


def opens(connection: Connection) -> bool:
    """Whether the newest matter key of the database opens with the keys that are here."""
    rows = connection.rows(
        "SELECT matter_id, wrapped FROM matter_key ORDER BY matter_id DESC LIMIT 1"
    )
    try:
        for matter, wrapped in rows:
            keys.store().unwrap(bytes(wrapped), matter)
    except (WrongKey, KeyMissing):
        return False
    return True

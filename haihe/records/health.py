"""What can be wrong with home, keys, database, clock and the work of the worker, and what to do.

Each check looks at one thing, changes nothing, and is written to work while others are broken.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal, NamedTuple

from haihe.records import home, key_register, key_uses, keys, seals
from haihe.records.database import Connection
from haihe.records.instants import restored, stored
from haihe.records.key_sources import check_folder
from haihe.records.tables import TABLES

Level = Literal["ok", "warning", "defect"]

POSTGRES_MIN: Final = 150_000
SQLITE_MIN: Final = (3, 35)
QUICK_CHECK_BYTES_MAX: Final = 300_000_000
KEY_DAYS_MAX: Final = 400
CLOCK_WARNING: Final = timedelta(seconds=2)
CLOCK_DEFECT: Final = timedelta(seconds=60)
LATE_WARNING: Final = timedelta(minutes=10)
LATE_DEFECT: Final = timedelta(days=1)
BEAT_WARNING: Final = timedelta(minutes=10)
SHOWN_MAX: Final = 5
BEAT_FILE: Final = "worker.beat"  # touched by `haihe work` after every job
RUN_IT: Final = "用 haihe run 启动（它会补齐数据表并带起后台进程），或者单独运行 haihe work。"


class Line(NamedTuple):
    """One line of the doctor's report: what was looked at, how it is, what it means, what to do."""

    check: str
    level: Level
    says: str
    todo: str = ""


def ok(check: str, says: str) -> Line:
    """All is well."""
    return Line(check, "ok", says)


def warning(check: str, says: str, todo: str) -> Line:
    """It works, but somebody should look."""
    return Line(check, "warning", says, todo)


def defect(check: str, says: str, todo: str) -> Line:
    """It does not work, or not safely."""
    return Line(check, "defect", says, todo)


# ── the home ─────────────────────────────────────────────────────────────────────────────────


def home_path() -> Path:
    """HAIHE_HOME as it is named, without making it."""
    return Path(os.environ.get("HAIHE_HOME") or "var").resolve()


def look_at_home() -> Iterator[Line]:
    """The folder of the data: there, ours, closed to others, writable."""
    folder = home_path()
    try:
        told = folder.stat()
    except FileNotFoundError:
        yield warning("home", f"{folder} 还没有建立", "第一次启动时会建立：haihe run")
        return
    except OSError as error:
        yield defect("home", f"{folder} 打不开（{error.strerror}）", "检查上级目录的权限")
        return
    if not folder.is_dir():
        yield defect("home", f"{folder} 不是目录", "移走这个文件，或者改 HAIHE_HOME")
        return
    yield from _ours(folder, told)
    for name in ("haihe.sqlite3", "haihe.sqlite3-wal", "files", "views", "seals.log"):
        path = folder / name
        if path.exists() and path.stat().st_mode & 0o007:
            yield defect("home", f"{path} 对其他账号开放", f"chmod o-rwx {path}")


def _ours(folder: Path, told: os.stat_result) -> Iterator[Line]:
    if told.st_uid != os.geteuid():
        yield defect(
            "home", f"{folder} 属于别的账号（{told.st_uid}）", "用该目录所属的账号运行，或者 chown"
        )
    elif told.st_mode & 0o077:
        yield defect("home", f"{folder} 对其他账号开放", f"chmod 700 {folder}")
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield defect("home", f"{folder} 不能读写", f"chmod 700 {folder}；检查是否只读挂载")
    else:
        yield ok("home", f"{folder} 只有本账号可以读写")


# ── the keys ─────────────────────────────────────────────────────────────────────────────────


def look_at_keys(connection: Connection | None, now: datetime) -> Iterator[Line]:
    """Readable, the right ones, none missing; what is old, and what may be retired."""
    back = "从密钥备份放回（见 docs/keys.md），不要新建"
    if not home_path().is_dir():
        yield warning("keys", "还没有密钥", "第一次启动时会生成；随后马上备份")
        return
    try:
        source = keys.source_of_settings()
        if source.kind == "file" and home.key_folder().is_dir():
            check_folder(home.key_folder())
        present = source.versions()
        register = key_register.read()
    except (keys.KeyTrouble, home.UnusableSetting, OSError) as trouble:
        yield defect("keys", f"密钥不能使用：{trouble}", back)
        return
    missing = register.missing(present)
    for one in missing[:SHOWN_MAX]:
        yield defect("keys", f"{one.name} 第 {one.version} 版不在了", back)
    if not present:
        if not missing:
            yield warning("keys", "还没有密钥", "第一次启动时会生成；随后马上备份")
        return
    try:
        store = keys.KeyStore(source)
    except (keys.KeyTrouble, home.UnusableSetting) as trouble:
        yield defect("keys", f"密钥不对：{trouble}", back)
        return
    if not missing:
        yield ok("keys", f"{len(present)} 个密钥版本可用（{source.kind}）")
    yield from _ages(store, now)
    if connection is not None and not missing:
        yield from _key_uses(connection, store, now)


def _ages(store: keys.KeyStore, now: datetime) -> Iterator[Line]:
    for name in keys.NAMES:
        for newest in store.versions(name)[:1]:
            days = (now - newest.made_at).days
            if days > KEY_DAYS_MAX and newest.made_at.year > 1970:
                yield warning("key_age", f"{name} 已经用了 {days} 天", f"haihe keys rotate {name}")


def _key_uses(connection: Connection, store: keys.KeyStore, now: datetime) -> Iterator[Line]:
    strangers = key_uses.strangers(connection)
    for says in strangers[:SHOWN_MAX]:
        yield defect(
            "key_uses", f"数据库需要这里没有的密钥：{says}", "放回密钥：haihe keys restore"
        )
    if not strangers and not key_uses.opens(connection):
        yield defect(
            "key_uses", "现有的密钥打不开数据库里的内容", "密钥和数据库不是一套：放回配套的密钥"
        )
    elif not strangers:
        yield ok("key_uses", "数据库用到的密钥版本都在，能打开")
    for name in keys.NAMES:
        for old in store.versions(name)[1:]:
            if not key_uses.why_needed(connection, name, old.number, now):
                yield warning(
                    "key_retirable",
                    f"{name} 第 {old.number} 版没有数据再用",
                    f"haihe keys retire {name} {old.number}",
                )


# ── the database ─────────────────────────────────────────────────────────────────────────────


def look_at_database(connection: Connection) -> Iterator[Line]:
    """Version, durability, isolation, and that every table has its columns."""
    if connection.vendor == "sqlite":
        yield from _sqlite(connection)
    else:
        yield from _postgres(connection)
    yield from _tables(connection)


def _sqlite(connection: Connection) -> Iterator[Line]:
    if sqlite3.sqlite_version_info[:2] < SQLITE_MIN:
        yield defect("database", f"SQLite {sqlite3.sqlite_version} 太旧", "需要 3.35 以上的 Python")
    mode = str(connection.rows("PRAGMA journal_mode")[0][0])
    if mode != "wal":
        yield defect(
            "database", f"日志方式是 {mode}，不是 wal", "不要把数据库放在网络盘上；换本地磁盘"
        )
    if int(connection.rows("PRAGMA synchronous")[0][0]) < 2:
        yield defect("database", "断电可能丢失已经答复的记录", "不要改 synchronous，保持 FULL")
    size = home.sqlite_file().stat().st_size
    if size <= QUICK_CHECK_BYTES_MAX:
        found = str(connection.rows("PRAGMA quick_check(1)")[0][0])
        if found != "ok":
            yield defect(
                "database", f"数据库文件损坏：{found}", "停止服务，用备份恢复后 haihe verify"
            )
            return
    yield ok("database", f"SQLite {sqlite3.sqlite_version}，{mode}，落盘后才答复")


def _postgres(connection: Connection) -> Iterator[Line]:
    def shown(name: str) -> str:
        return str(connection.rows(f"SHOW {name}")[0][0])

    version = int(shown("server_version_num"))
    if version < POSTGRES_MIN:
        yield defect("database", f"PostgreSQL {version // 10_000} 太旧", "升级到 15 或更新")
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if shown(name) == "off":
            yield defect("database", f"{name} 关着，断电会丢失已经答复的记录", f"打开 {name}")
    isolation = shown("default_transaction_isolation")
    if isolation != "read committed":
        yield warning(
            "database", f"默认隔离级别是 {isolation}", "改回 read committed，否则并发办理会多次重试"
        )
    yield ok("database", f"PostgreSQL {version // 10_000}，可以连接")


def _tables(connection: Connection) -> Iterator[Line]:
    sql = (
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table'"
        if connection.vendor == "sqlite"
        else "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema()"
    )
    there: dict[str, set[str]] = {}
    for table, column in connection.rows(sql):
        there.setdefault(table, set()).add(column)
    wrong = [
        name for name, table in TABLES.items() if not set(table.names) <= there.get(name, set())
    ]
    if len(wrong) == len(TABLES):
        yield warning("tables", "数据库里还没有数据表", RUN_IT)
    elif wrong:
        yield defect(
            "tables",
            f"缺少数据表或者列：{'、'.join(wrong[:SHOWN_MAX])}",
            "程序和数据库版本不一致：用配套的程序，或者恢复备份",
        )
    else:
        yield ok("tables", f"{len(TABLES)} 张数据表齐全")


# ── the clock ────────────────────────────────────────────────────────────────────────────────


def look_at_clock(connection: Connection, now: datetime) -> Iterator[Line]:
    """Our clock against the database's, and no event later than now."""
    if connection.vendor == "postgresql":
        ((epoch,),) = connection.rows("SELECT extract(epoch FROM clock_timestamp())::float8")
        yield compared_clock("数据库", datetime.fromtimestamp(epoch, UTC), datetime.now(UTC))
    ((last,),) = connection.rows("SELECT max(recorded_at) FROM event")
    if last is not None and last > stored(now + CLOCK_WARNING):
        at = restored(last, UTC)
        yield defect(
            "clock",
            f"最后一条记录在将来：{at:%Y-%m-%d %H:%M:%S} UTC",
            "核对本机时钟（timedatectl），对准以前不要办理",
        )
    else:
        yield ok("clock", "没有晚于现在的记录")


def compared_clock(whose: str, theirs: datetime, ours: datetime) -> Line:
    """One line on the difference of two clocks."""
    apart = abs(theirs - ours)
    says = f"本机时钟与{whose}相差 {apart.total_seconds():.1f} 秒"
    todo = "对时：timedatectl set-ntp true（或者 chronyc makestep）"
    if apart >= CLOCK_DEFECT:
        return defect("clock", says, todo)
    return warning("clock", says, todo) if apart >= CLOCK_WARNING else ok("clock", says)


# ── what the worker does ─────────────────────────────────────────────────────────────────────


def look_at_worker(connection: Connection, now: datetime) -> Iterator[Line]:
    """Whether the worker is at work, and whether what it does is up to date."""
    ((events,),) = connection.rows("SELECT coalesce(max(position), 0) FROM event")
    if not events:
        yield ok("worker", "还没有记录，后台进程无事可做")
        return
    yield from _beat(now)
    yield from _outbox(connection, now)
    yield from _mirror(connection, int(events), now)
    yield from _seals(connection, now)


def _beat(now: datetime) -> Iterator[Line]:
    try:
        told = (home_path() / BEAT_FILE).stat().st_mtime
    except OSError:
        yield warning("worker", "没有见过后台进程", RUN_IT)
        return
    age = now - datetime.fromtimestamp(told, UTC)
    if age > BEAT_WARNING:
        yield defect("worker", f"后台进程 {_length(age)}没有动静", RUN_IT)
    else:
        yield ok("worker", "后台进程在工作")


def _outbox(connection: Connection, now: datetime) -> Iterator[Line]:
    ((count, oldest, tries),) = connection.rows(
        "SELECT count(*), min(made_at), max(tries) FROM outbox WHERE sent_at IS NULL"
    )
    if not count:
        yield ok("outbox", "通知都已经送出")
        return
    yield _late(
        "outbox",
        f"{count} 个通知没有送出（最多试过 {tries} 次），最早的等了",
        now - restored(oldest, UTC),
        "看 haihe work 的输出：对方不通时会自动重试",
    )


def _mirror(connection: Connection, events: int, now: datetime) -> Iterator[Line]:
    from haihe.records import mirror  # needs Arrow, and the program asks for health by pages

    manifest = mirror.manifest() if home_path().is_dir() else None
    if manifest is None:
        yield warning("views", "监督视图还没有建立", RUN_IT)
    elif manifest.position >= events:
        yield ok("views", "监督视图到最后一条记录")
    else:
        ((since,),) = connection.rows(
            "SELECT min(recorded_at) FROM event WHERE position > ?", (manifest.position,)
        )
        behind = events - manifest.position
        yield _late(
            "views", f"监督视图差 {behind} 条记录，落后", now - restored(since, UTC), RUN_IT
        )


def _seals(connection: Connection, now: datetime) -> Iterator[Line]:
    last = seals.last(connection)
    known = max((one.number for one in seals.logged()), default=0)
    if known > (last.number if last else 0):
        yield defect(
            "seals",
            f"库外的封存记录有第 {known} 次封存，数据库里没有",
            "数据库比封存旧（可能恢复了旧备份）：haihe verify 说明缺了什么",
        )
        return
    ((waiting, since),) = connection.rows(
        "SELECT count(*), min(recorded_at) FROM event WHERE position > ?",
        (last.events_upto if last else 0,),
    )
    if not waiting:
        yield ok("seals", "全部记录已经封存")
    else:
        says = f"{waiting} 条记录没有封存，最早的等了"
        yield _late("seals", says, now - restored(since, UTC), "haihe seal；" + RUN_IT)


def _late(check: str, says: str, age: timedelta, todo: str) -> Line:
    told = f"{says}{_length(max(age, timedelta(0)))}"
    if age > LATE_DEFECT:
        return defect(check, told, todo)
    return warning(check, told, todo) if age > LATE_WARNING else ok(check, told)


def _length(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 120:
        return f" {minutes} 分钟"
    return f" {minutes // 60} 小时" if minutes < 2 * 24 * 60 else f" {minutes // 60 // 24} 天"

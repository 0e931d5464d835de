"""The whole examination of an installation: settings, programs, pack, calendar, disk, records."""

from __future__ import annotations

import difflib
import email.utils
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from haihe.config.environment import SETTINGS
from haihe.records import database, health, home
from haihe.records.database import Connection
from haihe.records.health import Line, compared_clock, defect, ok, warning
from haihe.records.key_sources import is_key_variable

LOOPBACK: Final = {"localhost", "127.0.0.1", "[::1]", "::1"}
PYTHON_MIN: Final = (3, 11)
JAVA_MIN: Final = 17
TOOL_SECONDS_MAX: Final = 20
TIME_SECONDS_MAX: Final = 5
NTP_PORT: Final = 123
NTP_EPOCH: Final = datetime(1900, 1, 1, tzinfo=UTC)
FREE_WARNING: Final = 2 * 1024**3
FREE_DEFECT: Final = 300 * 1024**2
SHARE_WARNING: Final = 0.05
DAYS_LEFT_WARNING: Final = 30
SIZES_FILE: Final = "doctor.json"  # what the folders held at earlier examinations
SIZES_MAX: Final = 60
FILES_COUNTED_MAX: Final = 200_000


def examine(now: datetime, time_source: str = "") -> list[Line]:
    """Every check, whatever is broken; `time_source` (https://…, ntp://host) is a clock to ask."""
    found = [*guarded("settings", look_at_settings), *guarded("home", health.look_at_home)]
    connection, lines = _connected()
    found += lines
    checks: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        ("keys", lambda: health.look_at_keys(_with_tables(connection), now))
    ]
    if connection is not None:
        checks.append(("database", lambda: health.look_at_database(connection)))
    if _with_tables(connection) is not None:
        known = _with_tables(connection)
        assert known is not None
        checks += [
            ("migrations", look_at_migrations),
            ("clock", lambda: health.look_at_clock(known, now)),
            ("worker", lambda: health.look_at_worker(known, now)),
        ]
    checks += [
        ("clock", lambda: look_at_time(time_source)),
        ("pack", look_at_pack),
        ("calendar", lambda: look_at_calendar(now)),
        ("disk", lambda: look_at_disk(connection, now)),
        ("runtime", look_at_runtime),
    ]
    for name, check in checks:
        found += guarded(name, check)
    if connection is not None:
        connection.close()
    return found


def guarded(name: str, check: Callable[[], Iterator[Line]]) -> list[Line]:
    """What a check finds; one that fails itself is a defect, and the others go on."""
    found: list[Line] = []
    try:
        found.extend(check())
    except Exception as trouble:
        found.append(
            defect(name, f"没有查完：{type(trouble).__name__}: {trouble}", "先处理其他问题再查一次")
        )
    return found


# ── settings ─────────────────────────────────────────────────────────────────────────────────


def look_at_settings() -> Iterator[Line]:
    """Variables nobody reads, values nobody can use, and what must not be open to others."""
    yield from _unknown_variables()
    usable = True
    for read in (home.database_url, home.hash_name, home.cipher_name):
        try:
            read()
        except home.UnusableSetting as wrong:
            usable = False
            yield defect("settings", str(wrong), "改正这个环境变量")
    hosts = [one.strip() for one in os.environ.get("HAIHE_HOSTS", "").split(",") if one.strip()]
    open_to = [one for one in hosts if one not in LOOPBACK]
    if "*" in hosts:
        yield warning("settings", "HAIHE_HOSTS 是 *", "只写浏览器会用到的域名")
    if os.environ.get("HAIHE_DEBUG") == "1":
        word = defect if open_to else warning
        yield word("settings", "HAIHE_DEBUG=1 会在页面上显示内部信息", "去掉 HAIHE_DEBUG")
    if open_to and os.environ.get("HAIHE_HTTPS") != "1":
        yield defect(
            "settings",
            f"对外提供（{open_to[0]}），但没有 HAIHE_HTTPS=1：登录状态会走明文",
            "前面加 TLS 代理，设 HAIHE_HTTPS=1 和 HAIHE_ORIGINS",
        )
    origins = os.environ.get("HAIHE_ORIGINS", "").split(",")
    for origin in (one.strip() for one in origins if one.strip()):
        if not origin.startswith("https://") and urlsplit(origin).hostname not in LOOPBACK:
            yield defect("settings", f"HAIHE_ORIGINS 里的 {origin} 不是 https://", "写成 https://…")
    if usable:
        yield ok("settings", "环境变量的值可以使用")


def _unknown_variables() -> Iterator[Line]:
    known = {one.name for one in SETTINGS}
    for name in sorted(os.environ):
        if name.startswith("HAIHE_") and name not in known and not is_key_variable(name):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
            todo = (
                f"是不是 {near[0]}？" if near else "去掉它；全部名称见 docs/reference/settings.md"
            )
            yield warning("settings", f"没有程序读 {name}", todo)


# ── the database ─────────────────────────────────────────────────────────────────────────────


def _connected() -> tuple[Connection | None, list[Line]]:
    """A connection, or why there is none; makes no database where there was none."""
    try:
        url = home.database_url()
    except home.UnusableSetting:
        return None, []  # told among the settings
    if not url:
        file = health.home_path() / "haihe.sqlite3"
        try:
            there = file.is_file()
        except OSError:
            there = False
        if not there:
            return None, [warning("database", f"还没有数据库 {file}", health.RUN_IT)]
    try:
        connection = database.connect()
        connection.rows("SELECT 1")
    except Exception as trouble:
        told = _without_secrets(str(trouble).strip().split("\n")[0])
        todo = "检查 HAIHE_DATABASE_URL、数据库服务和网络" if url else "用备份恢复数据库文件"
        return None, [defect("database", f"连不上数据库：{told}", todo)]
    return connection, []


def _without_secrets(text: str) -> str:
    return re.sub(r"//[^@\s]*@", "//…@", text)


def _with_tables(connection: Connection | None) -> Connection | None:
    if connection is None:
        return None
    try:
        connection.rows("SELECT 1 FROM event LIMIT 1")
        connection.rows("SELECT 1 FROM signer LIMIT 1")
    except database.Failure:
        connection.rollback()
        return None
    return connection


def look_at_migrations() -> Iterator[Line]:
    """Whether Django's migrations are all applied."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    try:
        executor = MigrationExecutor(connections["default"])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    finally:
        connections.close_all()
    if plan:
        names = "、".join(f"{one.app_label}.{one.name}" for one, _ in plan[:3])
        yield defect(
            "migrations", f"{len(plan)} 个数据表变更没有执行（{names}）", "haihe run 会执行"
        )
    else:
        yield ok("migrations", "数据表变更都已执行")


# ── time, law, disk, programs ────────────────────────────────────────────────────────────────


def look_at_time(source: str) -> Iterator[Line]:
    """Our clock against an NTP server or the Date of a web server."""
    if not source:
        return
    host = urlsplit(source).hostname or ""
    try:
        theirs = _ntp(host) if source.startswith("ntp://") else _http_date(source)
    except (OSError, ValueError, TypeError) as trouble:
        todo = "写成 ntp://主机 或者 https://主机"
        yield warning("clock", f"问不到 {host or source} 的时间：{trouble}", todo)
        return
    yield compared_clock(host, theirs, datetime.now(UTC))


def _http_date(url: str) -> datetime:
    if not url.startswith(("http://", "https://")):
        raise ValueError("不是 http(s):// 或 ntp://")
    asked = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(asked, timeout=TIME_SECONDS_MAX) as answer:
            told = answer.headers["Date"]
    except urllib.error.HTTPError as answer_:
        told = answer_.headers["Date"]
    return email.utils.parsedate_to_datetime(told) + timedelta(seconds=0.5)


def _ntp(host: str) -> datetime:
    """SNTP (RFC 4330): the moment at which the server answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(TIME_SECONDS_MAX)
        asking.sendto(b"\x1b" + bytes(47), (host, NTP_PORT))
        answer = asking.recv(512)
    if len(answer) < 48:
        raise ValueError("回答太短")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    return NTP_EPOCH + timedelta(seconds=seconds + fraction / 2**32)


def look_at_pack() -> Iterator[Line]:
    """Whether law, procedures, models and city load."""
    from haihe.records import installed

    rules = installed.InstalledRules()
    kinds = len(rules.pack.procedures)
    yield ok("pack", f"{kinds} 种事项、{len(rules.every_organ())} 个机构可以载入")


def look_at_calendar(now: datetime) -> Iterator[Line]:
    """Whether the notice on holidays of this year, and in December of the next, is loaded."""
    from haihe.kernel.calendar import missing_year
    from haihe.pack.calendar import load_calendar
    from haihe.pack.place import law_folder

    calendar = load_calendar(law_folder() / "calendar")
    today = now.astimezone(calendar.zone).date()
    year = missing_year(today, calendar.published)
    todo = "国务院办公厅通知发布后：haihe calendar load 文件"
    if year == today.year:
        yield defect("calendar", f"没有 {year} 年的放假安排，期限按周末推算", todo)
    elif year is not None:
        yield warning("calendar", f"还没有 {year} 年的放假安排", todo)
    else:
        later = "，下一年的也已载入" if today.year + 1 in calendar.published else ""
        yield ok("calendar", f"{today.year} 年的放假安排已经载入{later}")


class _Sizes(msgspec.Struct, frozen=True):
    at: datetime
    bytes: dict[str, int]


def look_at_disk(connection: Connection | None, now: datetime) -> Iterator[Line]:
    """Free space where each folder lies, and how long it lasts at the growth seen."""
    if not health.home_path().is_dir():
        return
    folders = {"home": health.home_path(), "keys": home.key_folder()}
    folders |= {name: health.home_path() / name for name in ("files", "views")}
    sizes = {name: _size(path) for name, path in folders.items() if path.is_dir()}
    if connection is not None and connection.vendor == "postgresql":
        ((size,),) = connection.rows("SELECT pg_database_size(current_database())")
        sizes["database"] = int(size)
    before = _noted()
    devices: set[int] = set()
    for name, path in folders.items():
        if not path.is_dir() or path.stat().st_dev in devices:
            continue
        devices.add(path.stat().st_dev)
        yield _space(name, path, _growth(before, name, sizes[name], now))
    if sizes:
        _note([*before, _Sizes(now, sizes)][-SIZES_MAX:])


def _space(name: str, path: Path, growth: float) -> Line:
    told = shutil.disk_usage(path)
    says = f"{path} 所在磁盘还有 {told.free / 1024**3:.1f} GB"
    if growth > 0:
        days = told.free / growth
        says += f"，每天约增加 {growth / 1024**2:.1f} MB，够 {min(days, 99_999):.0f} 天"
    else:
        days = float("inf")
    todo = "扩大磁盘，或者把 HAIHE_HOME 移到大的磁盘；不要删除记录"
    if told.free < FREE_DEFECT:
        return defect("disk", says, todo)
    if told.free < FREE_WARNING or told.free < told.total * SHARE_WARNING:
        return warning("disk", says, todo)
    return (
        warning("disk", says, todo) if days < DAYS_LEFT_WARNING else ok("disk", f"{name}：{says}")
    )


def _growth(before: list[_Sizes], name: str, size: int, now: datetime) -> float:
    """Bytes a day since the first examination at least an hour ago; 0 when there was none."""
    for one in before:
        days = (now - one.at) / timedelta(days=1)
        if name in one.bytes and days >= 1 / 24:
            return (size - one.bytes[name]) / days
    return 0.0


def _size(folder: Path) -> int:
    total = count = 0
    for base, _, names in os.walk(folder):
        for name in names:
            count += 1
            if count > FILES_COUNTED_MAX:
                return total
            try:
                total += (Path(base) / name).lstat().st_size
            except OSError:
                continue  # gone meanwhile
    return total


def _noted() -> list[_Sizes]:
    try:
        text = (health.home_path() / SIZES_FILE).read_bytes()
        return msgspec.json.decode(text, type=list[_Sizes])
    except (OSError, msgspec.MsgspecError):
        return []


def _note(sizes: list[_Sizes]) -> None:
    try:
        text = msgspec.json.encode(sizes)
        home.put_whole(health.home_path() / SIZES_FILE, text, replacing=True)
    except OSError:
        return  # that the folder cannot be written is told by the check of the home


def look_at_runtime() -> Iterator[Line]:
    """Python, and Java, which only Spark needs."""
    told = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON_MIN:
        yield defect("runtime", f"Python {told} 太旧", "需要 3.11 以上")
    else:
        yield ok("runtime", f"Python {told}")
    yield _java()


def _java() -> Line:
    program = shutil.which("java")
    if program is None:
        return ok("runtime", "没有 Java：只有 --engine spark 需要")
    said = subprocess.run(
        [program, "-version"], capture_output=True, text=True, timeout=TOOL_SECONDS_MAX, check=False
    )
    found = re.search(r'version "(\d+)', said.stderr + said.stdout)
    if found is None or int(found[1]) < JAVA_MIN:
        version = found[1] if found else "?"
        return warning(
            "runtime", f"Java {version} 太旧，不能用 Spark", "安装 openjdk-17-jre-headless"
        )
    return ok("runtime", f"Java {found[1]}")

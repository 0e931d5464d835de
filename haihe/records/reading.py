"""Traces: who looked at what for what, each chained to the one before like events of a matter.

Basis: 个人信息保护法 51 (encryption, rights), 54 (audits); 政务数据共享条例 (use for the stated
purpose only); our rule haihe#need-to-know. What concerns a matter lies in the matter's own chain;
what concerns no one matter (a search, an export, an audit) lies in a chain of its reader's, so
nobody waits for anybody else's searches. Seals cover both.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

from haihe.kernel.reading import masked
from haihe.kernel.values import Datum
from haihe.records import keys
from haihe.records.chain import GENESIS, HASHES, ReadingRow, canonical_reading, encode_sorted
from haihe.records.database import Connection, Failure, reading_connection, writing
from haihe.records.home import hash_name
from haihe.records.instants import stored
from haihe.records.shown import Reader

Sort = Literal[
    "open", "paper", "file", "download", "search", "export", "audit", "refused", "account",
    "sign_in", "asked", "agent",
]  # fmt: skip

SORTS: Final[dict[str, str]] = {
    "open": "打开卷宗",
    "paper": "查看文书",
    "file": "查看附件",
    "download": "下载文书",
    "search": "检索",
    "export": "批量导出",
    "audit": "查看查阅记录",
    "refused": "要求查阅，被拒绝",
    "account": "账号管理",
    "sign_in": "登录",
    "asked": "向其他部门查询",
    "agent": "代办人查看",
}
# The sorts by which something of a matter was seen: what the view `reading` and a citizen are told.
SEEN: Final = ("open", "paper", "file", "download")
# A citizen is also told what was asked of other departments, and when one's own agent looked.
TOLD_SQL: Final = f"sort IN ({', '.join(repr(one) for one in (*SEEN, 'asked', 'agent'))})"
SEEN_SQL: Final = f"sort IN ({', '.join(repr(one) for one in SEEN)})"
# What the views are told of a reading, in this order.
TOLD_COLUMNS: Final = "chain, read_at, role, organ, person, purpose, sort, told"
OF_A_READER: Final = "reader:"  # begins a chain that belongs to a reader, not to a matter
PURPOSE_MAX: Final = 500
BASIS_MAX: Final = 6
TOLD_BYTES_MAX: Final = 16_384
SOUGHT_MAX: Final = 60
TRIES_MAX: Final = 5
RETRY_SECONDS: Final = 0.01
_NUMBER: Final = re.compile(r"[A-Z]{1,6}(-\d{0,4}(-\d{0,9})?)?")  # of a matter, or its beginning


class TooMuchTold(ValueError):
    """A trace tells more than TOLD_BYTES_MAX; tell counts instead of lists."""


def trace(
    sort: Sort,
    reader: Reader,
    purpose: str,
    at: datetime,
    *,
    matter: str = "",
    role: str = "",
    need: str = "",
    basis: Iterable[str] = (),
    told: Mapping[str, Datum] | None = None,
    connection: Connection | None = None,
) -> int:
    """Append one trace durably, before anything is shown; gives its number in its chain.

    `matter` is "" for what concerns no one matter. `basis` are citations (at most BASIS_MAX are
    kept). `told` is what was seen, without any personal value: {"clear": [fields], "masked":
    [fields]} of a file, {"by": …, "found": n, **sought(word)} of a search, {"reason": …} of a
    refusal. Two at once on one chain: the second tries again. Raises TooMuchTold, Failure.
    """
    assert sort in SORTS
    text = encode_sorted(told or {}).decode()
    if len(text.encode()) > TOLD_BYTES_MAX:
        raise TooMuchTold(f"a trace holds at most {TOLD_BYTES_MAX} bytes")
    row = ReadingRow(
        chain=matter or OF_A_READER + reader.person,
        seq=0,
        sort=sort,
        person=reader.person,
        role=role or next(iter(reader.roles), ""),
        organ=reader.organ,
        post=reader.post,
        purpose=f"{purpose}: {need}"[:PURPOSE_MAX] if need else purpose,
        basis=" ".join([*basis][:BASIS_MAX]),
        told=text,
        read_at=stored(at),
    )
    return _durably(connection or reading_connection(), row)


def sought(word: str) -> dict[str, Datum]:
    """A word that somebody searched for, as a trace may keep it.

    The number of a matter is kept as it is. Anything else may be a name, a phone or an identity
    number: only its keyed tag is kept, by which the audit finds who searched for it, and a masked
    form for the eye.
    """
    plain = unicodedata.normalize("NFKC", word).strip()
    if _NUMBER.fullmatch(plain.upper()):
        return {"sought": plain.upper()[:SOUGHT_MAX]}
    return {"tag": tags_of(plain)[0], "like": masked(plain[:SOUGHT_MAX])}


def tags_of(word: str) -> list[str]:
    """The keyed tags of a searched word, however it was spaced: 32 hex digits, newest key first.

    A trace is never written anew, so tags made with a key of before stay: all are looked for.
    """
    plain = "".join(unicodedata.normalize("NFKC", word).split()).casefold()
    return [one.hex() for one in keys.store().key("index").tags("sought word", plain)]


def _durably(connection: Connection, row: ReadingRow) -> int:
    for attempt in range(1, TRIES_MAX + 1):
        try:
            with writing(connection):
                if attempt > 1 and connection.vendor == "postgresql":  # queue instead of racing
                    connection.rows("SELECT pg_advisory_xact_lock(hashtext(?))", (row.chain,))
                return _append(connection, row)
        except Failure:
            if attempt == TRIES_MAX:
                raise
            time.sleep(RETRY_SECONDS * attempt)
    raise AssertionError("the last attempt either returned or raised")


def _append(connection: Connection, row: ReadingRow) -> int:
    last = connection.rows(
        "SELECT seq, hash FROM reading WHERE chain = ? ORDER BY seq DESC LIMIT 1", (row.chain,)
    )
    seq, previous = (last[0][0] + 1, bytes(last[0][1])) if last else (1, GENESIS)
    numbered = row._replace(seq=seq)
    reading_hash = HASHES[hash_name()](canonical_reading(numbered, previous))
    connection.insert("reading", [(*numbered, reading_hash)])
    return int(seq)

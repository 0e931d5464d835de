"""What the door in answers: recorded, or refused for a reason that records itself must know."""

from __future__ import annotations

from haihe.kernel.reading import unknown
from haihe.kernel.values import Frozen, Refused

ONE_DOOR = ("haihe#one-owner",)


class Recorded(Frozen, frozen=True, kw_only=True):
    """A command that was carried out: it is on the disk. `code` is given when a matter opened.

    `replayed` says that the same command had been carried out before; the rest is as it was then.
    """

    matter: str
    seq: int
    event_hash: str
    code: str = ""
    replayed: bool = False


def unknown_matter(matter: str) -> Refused:
    """No such matter, or none that the one who asks may know of."""
    return unknown(matter)


def unknown_kind(kind: str | None) -> Refused:
    """No procedure of this kind in force on that day."""
    return Refused(
        reason="unknown_kind",
        says=f"没有当日有效的“{kind or ''}”程序。",
        instead="请从可以受理的事项种类中选择；补录旧案时核对发生时间。",
        field="kind",
    )


def key_reused() -> Refused:
    """The key of a command that said something else."""
    return Refused(
        reason="key_reused",
        says="这个提交编号已经用于另一项内容不同的操作，本次没有办理。",
        instead="请刷新页面后重新提交；接口调用方应为每项操作生成新的编号。",
        field="key",
    )


def unusable(field: str, says: str, instead: str) -> Refused:
    """A command too long or too odd to be looked at."""
    return Refused(reason="wrong_value", says=says, instead=instead, field=field)

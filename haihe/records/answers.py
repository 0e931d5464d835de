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


def unknown_kind() -> Refused:
    """No procedure of this kind in force on that day."""
    return Refused(
        reason="unknown_kind",
        says="没有这种事项，或者它在那一天还没有施行。",
        instead="请从列出的事项种类里选；补录旧案的，请核对发生时间。",
        field="kind",
    )


def key_reused() -> Refused:
    """The key of a command that said something else."""
    return Refused(
        reason="key_reused",
        says="这张表单已经提交过一次，这次的内容和上次不同，没有办理。",
        instead="要改的，请刷新页面重新填写；由程序提交的，每项操作要用新的编号。",
        field="key",
    )


def unusable(field: str, says: str, instead: str) -> Refused:
    """A command too long or too odd to be looked at."""
    return Refused(reason="wrong_value", says=says, instead=instead, field=field)

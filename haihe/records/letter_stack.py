"""A file of messages with what is suggested for each: category, sort, repeats, place, who handles.

Nothing is recorded: it is a table for a person to look through. Needs the extra `letters`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from haihe.letters.classes import hints
from haihe.letters.message import Message
from haihe.records import learned_letters, rules
from haihe.records.letter_fit import KIND

MESSAGES_MAX: Final = 20_000
HEAD: Final = (
    *("编号", "主题", "时间"),  # Chinese: the head of the table
    *("建议的事项类别", "把握", "依据的词", "建议的来信类别"),  # Chinese: the head of the table
    *("像哪一封", "像到几成", "写到的地点", "建议的承办单位"),  # Chinese: the head of the table
)


def suggested(messages: Sequence[Message], mailbox: str, day: date) -> Iterator[tuple[str, ...]]:
    """A row for each message, in the order of HEAD; `mailbox`: the body whose area is around.

    Raises ValueError for too many, for no known body, and where nothing was learned.
    """
    from haihe.letters.alike import alike

    in_use, learned = rules.current(), learned_letters.in_use()
    if len(messages) > MESSAGES_MAX:
        raise ValueError(f"一次最多 {MESSAGES_MAX} 件，这个文件有 {len(messages)} 件，请分开")
    if learned is None:
        raise ValueError("还没有学习结果；请先 haihe letters learn --data 文件")
    own = in_use.organ_register.known(mailbox, day) if mailbox else None
    if mailbox and own is None:
        raise ValueError(f"没有单位 {mailbox}；用 haihe city 查单位的编号")
    around = own.area if own is not None else ""
    earlier: dict[str, tuple[str, float]] = {}
    for pair in alike(messages).pairs:  # the likest first
        earlier.setdefault(pair.other.id, (pair.one.id, pair.likeness))
    rule = in_use.competence.handling(KIND)
    classes = _classes()
    for one in messages:
        best = learned.suggest(one.subject, one.text).best[0]
        sort = next(iter(hints(one.subject, one.text)), None)
        near, likeness = earlier.get(one.id, ("", 0.0))
        place = in_use.places.mentioned(f"{one.subject}，{one.text}", day, around)
        bodies = in_use.competence.over(rule.place, place.code, day) if rule and place else ()
        yield (
            *(one.id, one.subject.strip(), one.on.isoformat()),
            *(best.category, f"{best.probability:.0%}", "、".join(best.because)),
            classes.get(sort.sort, sort.sort) if sort is not None else "",
            *(near, f"{likeness:.0%}" if near else ""),
            place.name if place is not None else "",
            "、".join(map(in_use.organ_name, bodies)),
        )


def _classes() -> dict[str, str]:
    """The sorts of letters in words, of the newest version of the procedure."""
    newest = [one for one in rules.current().every_version() if one.kind == KIND][-1]
    return dict(newest.fields["letter_class"].choices)

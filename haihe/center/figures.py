"""What the board prints, for its page, its wall screen, its moving part and its report."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from haihe.center import faces
from haihe.center.asked import Asked, address
from haihe.records import board, board_findings
from haihe.records.shown import Reader

WALL_MODELS: Final = 12  # as many as a wall screen holds without scrolling


def board_values(reader: Reader, told: Asked) -> dict[str, Any]:
    """What the board, its wall screen and its report print."""
    made = board.board(reader, as_of=told.as_of)
    models = board_findings.numbers(reader, as_of=told.as_of)
    total = sum(one.open for one in models)
    on_the_wall = [one for one in models if one.open]
    return {
        "reader": reader,
        "here": "board",
        "asked": told,
        "board": made,
        "groups": faces.groups(made, told.text),
        "kinds": faces.kinds(made.kinds, told.text),
        "models": faces.models(models, told.text),
        "findings": faces.Face(
            which="findings",
            name=_("监督发现"),
            says=_("现在没有消除的"),
            tone="plain",
            total=total,
            href=address("findings", as_of=told.text),
        ),
        "wall_models": faces.models(tuple(on_the_wall[:WALL_MODELS]), told.text),
        "more_models": max(0, len(on_the_wall) - WALL_MODELS),
        "again": address("board", as_of=made.as_of),
        "report": address("report", as_of=told.text),
        "table": address("board-csv", as_of=told.text),
    }

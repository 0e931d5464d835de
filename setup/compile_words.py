"""Compile the English words into the wheel, and into the tree of an editable installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledWords(BuildHookInterface[Any]):
    """Runs before files are collected; the wheel carries the compiled form only."""

    PLUGIN_NAME = "custom"

    def initialize(
        self,
        _version: str,
        _build_data: dict[str, Any],
    ) -> None:
        """Compile what changed; without Babel the build stops here, with its name."""
        import babel.messages  # noqa: F401  named here, or its absence would only be a warning

        root = Path(self.root)
        sys.path.insert(0, str(root))
        from haihe.look import words

        words.ready(root / "haihe")

"""Where the English words of the interface lie, and their compiling wherever they changed.

The words in templates and in the shell's Python are Chinese; each package keeps the English of its
own in `locale/en/LC_MESSAGES/django.po`. Django reads the compiled form beside it, which is never
committed: it is written when the wheel or the environment is made, and again where a catalogue is
newer (only a checkout has the catalogues themselves, and there Babel is installed).
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from haihe.look import rule_catalogues

LANGUAGE = "en"
PACKAGES = Path(__file__).resolve().parents[1]
BELOW = Path("locale") / LANGUAGE / "LC_MESSAGES"
WRITTEN, COMPILED = "django.po", "django.mo"


def ready(packages: Path = PACKAGES) -> list[str]:
    """The folders Django looks for words in, compiled; look's own comes first and wins."""
    changed = stale(packages)
    if changed and find_spec("babel") is None:
        print("haihe: Babel is missing, the English words are not compiled", file=sys.stderr)
    elif changed:
        for path in changed:
            compile_one(path)
    rule_catalogues.compiled(packages / "look" / rule_catalogues.FOLDER.name)
    found = [path for path in sorted(packages.glob("*/locale")) if (path / LANGUAGE).is_dir()]
    return [str(path) for path in sorted(found, key=lambda path: path.parent.name != "look")]


def stale(packages: Path = PACKAGES) -> list[Path]:
    """The catalogues that were changed after they were compiled, or never were."""
    written = sorted(packages.glob(f"*/{BELOW}/{WRITTEN}"))
    return [path for path in written if _age(path.with_name(COMPILED)) < _age(path)]


def compile_one(path: Path) -> Path:
    """Write the compiled form of one catalogue beside it; readers see the old or the new one."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with path.open("rb") as written:
        catalogue = read_po(written, locale=LANGUAGE)
    draft = path.with_name(f"{COMPILED}.{os.getpid()}")
    with draft.open("wb") as compiled:
        write_mo(compiled, catalogue)
    draft.replace(path.with_name(COMPILED))
    return path.with_name(COMPILED)


def _age(path: Path) -> float:
    return path.stat().st_mtime if path.is_file() else 0.0

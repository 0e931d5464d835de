"""The own Python environment of the peers, made from `bench/requirements.txt`; not the product."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "bench" / "requirements.txt"


def peer_python() -> Path:
    """The interpreter with the peers installed; installs them (with hashes) when they changed.

    Raises `subprocess.CalledProcessError` when pip cannot install them.
    """
    folder = ROOT / ".venv-bench"
    python = folder / "bin" / "python"
    stamp = folder / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return python
    print("bench: installing the peers into .venv-bench …", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS],
        check=True,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        stdout=sys.stderr,
    )
    stamp.write_text(wanted, encoding="ascii")
    return python

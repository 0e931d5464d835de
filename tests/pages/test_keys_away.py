"""While the keeper of the keys is down, pages say so with 503; afterwards all goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 300


def test_while_the_kms_is_down_pages_and_machines_are_told_to_try_later(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    told |= {"HAIHE_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.pages.quick_settings"}
    words = [sys.executable, "-m", "tests.pages.keys_away"]
    done = subprocess.run(
        words, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=SECONDS_MAX
    )
    assert done.returncode == 0, done.stderr[-3000:]
    before, down, after = json.loads(done.stdout)
    assert [one[0] for one in before] == [one[0] for one in after] == [200, 404, 200, 400]
    assert [one[0] for one in down] == [503, 503, 503, 503]
    for _, text, again in down[:-1]:
        assert "一件也没有丢" in text
        assert again == "10"
    assert down[-1][1] == "暂时无法写入，没有办理。"

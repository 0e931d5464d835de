"""Stories told by hand in Chromium: every act is a form filled in, every end is read on a page.

One server, one home and one browser for all; whoever acts first in a story does so on a phone, the
next at a desk, in turn; what must hold at the end is read on a phone and at a desk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from haihe.stories.telling import load_story
from tests.stories.test_stories import ROOT

# Those with the fewest acts among the stories told by hand; `haihe stories --browser` tells all.
TOLD = ("T04", "T07", "T10", "T18", "T19", "T21", "T22", "T24", "T26", "T28", "T30", "T31")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The stories as they were told by hand, and their pictures."""
    pictures = tmp_path_factory.mktemp("pictures")
    words = [sys.executable, "-m", "haihe", "stories", "--browser", "--json"]
    words += [one for name in TOLD for one in ("--story", name)]
    environment = {name: value for name, value in os.environ.items() if name[:6] != "HAIHE_"}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.pages.quick_settings"
    done = subprocess.run(
        [*words, "--pictures", str(pictures)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return {one["story"]: one | {"pictures": pictures} for one in json.loads(done.stdout)}


@pytest.mark.parametrize("name", TOLD)
def test_a_story_is_told_by_hand_and_the_pages_show_what_it_promises(
    told: dict[str, dict[str, Any]], name: str
) -> None:
    one = told[name]
    assert one["passed"], one
    acts = sum(1 for tell in load_story(name).tells if tell.do)
    assert one["acts"] == acts
    assert all(said["holds"] and said["says"] for said in one["asserted"])


@pytest.mark.parametrize("name", TOLD)
def test_it_ends_with_a_picture_of_a_phone_and_of_a_desk(
    told: dict[str, dict[str, Any]], name: str
) -> None:
    folder: Path = told[name]["pictures"]
    for size in ("phone", "desk"):
        picture = folder / f"{name}-{size}.jpg"
        assert 4_000 < picture.stat().st_size < 60_000, size

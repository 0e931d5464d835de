"""What a supervision model finds as of an instant, over everything there is."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

from haihe.pack.models import Model, load_models
from haihe.pack.place import models_folder
from haihe.records import sweeping
from haihe.stories.telling import UnusableStory


class Found(NamedTuple):
    """A matter that a model finds, and why in the model's words."""

    matter: str
    cause: str


@cache
def _models() -> dict[str, Model]:
    return {model.card.id: model for model in load_models(models_folder())}


def found_by(model: str, at: datetime) -> list[Found]:
    """The findings of a model as of an instant; UnusableStory if there is no such model."""
    if model not in _models():
        raise UnusableStory(f"there is no model `{model}`")
    swept = sweeping.found_as_of(at, [_models()[model]])
    if not swept:
        raise UnusableStory(f"the model `{model}` could not be run")
    rows = swept[0].rows.to_pylist()
    return [Found(str(row["matter_id"]), str(row["cause"])) for row in rows]

"""Models that travel: one signed file with SQL, cards, cases, the law they cite and what they find.

Another city reads the file, checks who signed it, runs every case on its own engine over its own
columns, and takes the models only if they find there exactly what they found at home.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from haihe.pack.models import MODELS_MAX, Model, load_models
from haihe.pack.yaml_file import UnusablePack
from haihe.supervision.catalogue import Catalogue
from haihe.supervision.model_cases import CaseResult, Ground, columns_of, run_cases

FORM: Final = "haihe-models-1"
PACKAGE_BYTES_MAX: Final = 20 * 1024 * 1024
PROBLEMS_MAX: Final = 100
FILES: Final = ("card.yaml", "model.sql", "cases.yaml", "population.sql")
_SIGNED: Final = b"haihe models\n"
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,99}")


class NotTaken(ValueError):
    """A package is not taken; the message says why, and what to do."""


class Found(msgspec.Struct, frozen=True):
    """One finding of a worked case."""

    matter: str
    cause: str
    seqs: tuple[int, ...]


class Result(msgspec.Struct, frozen=True):
    """What a model found in one of its cases where the package was made."""

    finds: tuple[Found, ...]
    measures: dict[str, int] = {}


class PackedModel(msgspec.Struct, frozen=True):
    """The files of one model, and what it finds case by case."""

    id: str
    version: int
    files: dict[str, str]
    results: dict[str, Result]


class Told(msgspec.Struct, frozen=True):
    """An article that a model cites, as the sender tells it."""

    said: str
    tells: str


class Package(msgspec.Struct, frozen=True):
    """What is signed."""

    form: str
    name: str
    made_at: datetime
    models: tuple[PackedModel, ...]
    law: dict[str, Told]
    columns: dict[str, str]  # view.column -> SQL type


class _Signed(msgspec.Struct, frozen=True):
    """The file: the package's bytes as they were signed, whose key, and the signature (hex)."""

    package: msgspec.Raw
    algorithm: str
    public_key: str
    signature: str


def packed(catalogue: Catalogue, ids: Sequence[str], name: str, now: datetime) -> Package:
    """A package of these models; NotTaken where one is unknown or one of its cases fails."""
    known = {model.id: model for model in catalogue.models}
    unknown = sorted(set(ids) - known.keys())
    if unknown:
        raise NotTaken(f"没有这些模型：{'、'.join(unknown)}；haihe models 列出全部")
    models = [known[one] for one in dict.fromkeys(ids)]
    ran = {model.id: run_cases(model, catalogue.ground) for model in models}
    wrong = [problem for results in ran.values() for problem in _problems(results)]
    if wrong:
        raise NotTaken("示例不符，不能导出：\n" + "\n".join(wrong[:PROBLEMS_MAX]))
    cites = sorted({cite for model in models for cite in model.card.basis})
    columns = columns_of(catalogue.ground)
    return Package(
        form=FORM,
        name=name,
        made_at=now,
        models=tuple(
            PackedModel(model.id, model.card.version, files_of(model), _results(ran[model.id]))
            for model in models
        ),
        law={cite: _told(catalogue, cite) for cite in cites},
        columns={one: columns[one] for model in models for one in sorted(model.card.inputs)},
    )


def files_of(model: Model) -> dict[str, str]:
    """The texts of a model as they lie in its folder."""
    return {
        name: (model.folder / name).read_text(encoding="utf-8")
        for name in FILES
        if (model.folder / name).is_file()
    }


def _told(catalogue: Catalogue, cite: str) -> Told:
    return Told(catalogue.law.say(cite), catalogue.law.article(cite).tells)


def _results(ran: Sequence[CaseResult]) -> dict[str, Result]:
    return {
        one.case: Result(
            tuple(Found(found.matter_id, found.cause, found.seqs) for found in one.found),
            dict(one.measures),
        )
        for one in ran
    }


def _problems(ran: Sequence[CaseResult]) -> list[str]:
    return [f"{one.model} {one.case}: {problem}" for one in ran for problem in one.problems]


# ── signing and opening ──────────────────────────────────────────────────────────────────────


class Signer(Protocol):
    """Who signs packages: an Ed25519 key, wherever it lies; `public` has 32 bytes."""

    public: bytes

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""


def signed(package: Package, signer: Signer) -> bytes:
    """The file of a package."""
    body = msgspec.json.encode(package)
    signature = signer.sign(_SIGNED + body)
    return msgspec.json.encode(
        _Signed(msgspec.Raw(body), "ed25519", signer.public.hex(), signature.hex())
    )


def fingerprint(public_key: str) -> str:
    """How people tell a key apart over the telephone: 16 hex digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def opened(data: bytes, trusted: Collection[str]) -> Package:
    """The package of a file whose signer's fingerprint is trusted; NotTaken otherwise."""
    if len(data) > PACKAGE_BYTES_MAX:
        raise NotTaken(f"文件大于{PACKAGE_BYTES_MAX // 1024 // 1024} MB，不是模型包")
    try:
        file = msgspec.json.decode(data, type=_Signed)
        public, signature = bytes.fromhex(file.public_key), bytes.fromhex(file.signature)
        key = Ed25519PublicKey.from_public_bytes(public)
    except (msgspec.DecodeError, ValueError) as error:
        raise NotTaken(f"这不是模型包：{error}") from None
    body = bytes(file.package)
    try:
        key.verify(signature, _SIGNED + body)
    except InvalidSignature:
        raise NotTaken("签名不符：文件在签名之后被改动过，请向发送方重新索取") from None
    mark = fingerprint(file.public_key)
    if mark not in trusted:
        raise NotTaken(
            f"签名者 {mark} 不在信任之列。先用其他途径向发送方核对这个指纹，再加上 --trust {mark}"
        )
    try:
        package = msgspec.json.decode(body, type=Package)
    except msgspec.DecodeError as error:
        raise NotTaken(f"模型包的内容不完整：{error}") from None
    if package.form != FORM or not 0 < len(package.models) <= MODELS_MAX:
        raise NotTaken(f"模型包的格式是 {package.form}，这里只认 {FORM}，至少有一个模型")
    return package


# ── checking against this city, and taking in ────────────────────────────────────────────────


def differences(package: Package, here: Catalogue) -> list[str]:
    """Why the package would not find here what it found at home; empty when it would."""
    columns = columns_of(here.ground)
    found = [
        f"本市的公开视图没有列 {one}（{kind}）"
        if one not in columns
        else f"列 {one} 在本市是 {columns[one]}，模型要 {kind}"
        for one, kind in package.columns.items()
        if columns.get(one) != kind
    ]
    found += [
        f"本市的 law/ 没有 {cite}（{told.said}）：先补上这一条"
        for cite, told in package.law.items()
        if not here.law.resolves(cite)
    ]
    with TemporaryDirectory(prefix="haihe-models-") as draft:
        try:
            models = _written(package, Path(draft))
        except UnusablePack as error:
            return [*found, str(error)]
        for told, model in zip(package.models, models, strict=True):
            found += _differs(told, model, here.ground)
    return found[:PROBLEMS_MAX]


def _differs(told: PackedModel, model: Model, ground: Ground) -> Iterator[str]:
    if told.version != model.card.version:
        yield f"{told.id}: 卡片写第{model.card.version}版，包里写第{told.version}版"
    if told.results.keys() != {case.id for case in model.cases}:
        yield f"{told.id}: 包里的结果与示例不是同一组"
        return
    ran = run_cases(model, ground)
    yield from _problems(ran)
    for case, result in _results(ran).items():
        if result != told.results[case]:
            yield f"{told.id} {case}: 在本市找到的与发送方的结果不同"


def place_files(models: Iterable[PackedModel], folder: Path) -> None:
    """Write each model's files below a folder; UnusablePack for a name that is not a model's."""
    for model in models:
        if not _ID.fullmatch(model.id) or not set(model.files) <= set(FILES):
            raise UnusablePack(f"{model.id}: 不是模型的文件名")
        (folder / model.id).mkdir()
        for name, text in model.files.items():
            (folder / model.id / name).write_text(text, encoding="utf-8")


def _written(package: Package, folder: Path) -> tuple[Model, ...]:
    """The models of a package as files below a folder, read again, in the package's order."""
    place_files(package.models, folder)
    read = {model.id: model for model in load_models(folder)}
    return tuple(read[model.id] for model in package.models)


def take(package: Package, here: Catalogue, folder: Path) -> list[str]:
    """Write the models into a city's `models/` folder; their ids. NotTaken says what differs.

    An older version that is there is replaced; the same or a newer one is not touched unless it
    is the same in every file. Nothing is written unless everything can be.
    """
    wrong = differences(package, here)
    known = {model.id: model for model in here.models}
    for model in package.models:
        present = known.get(model.id)
        if present is not None and present.card.version >= model.version:
            if files_of(present) == model.files:
                continue
            wrong.append(
                f"{model.id}: 本市已有第{present.card.version}版，内容不同；新的版本号要更大"
            )
    if wrong:
        raise NotTaken("没有导入任何模型：\n" + "\n".join(wrong))
    with TemporaryDirectory(prefix=".taking-", dir=folder) as draft:
        _written(package, Path(draft))
        for model in package.models:
            place, before = folder / model.id, Path(draft) / f".{model.id}"
            if place.exists():
                place.rename(before)
            shutil.move(Path(draft) / model.id, place)
    return [model.id for model in package.models]

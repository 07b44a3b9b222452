"""Model files: a ``NAME.safetensors`` beside a JSON card ``NAME.json``; nothing is ever unpickled.

Listing reads cards only and imports no torch. Loading trusts nothing: the header's size, every tensor's
name, shape, type and place, and the SHA-256 of the whole file are checked before a network is built.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..atomic import write_atomic
from ..errors import ModelError
from ..paths import data_dir, resource

if TYPE_CHECKING:
    from .network import PUNet

CARD_FORMAT = "ldct-viewer-denoiser"
CARD_VERSION = 2  # 1: cards without a hash of their own
DEFAULT_ID = "fast"
_MAX_CARD_BYTES = 1 << 20
_MAX_HEADER_BYTES = 1 << 20
_MAX_WEIGHT_BYTES = 256 << 20
_HINT = "Choose a model made by this program, or the one that came with it."


@dataclass(frozen=True)
class ModelInfo:
    """What a card says. ``id`` is the file's stem; ``path`` the weights; ``shipped`` came with the program.

    ``recommended_strength`` (0 … 1) shows lesions best while the noise keeps its texture; 1 where a card is silent.
    """

    id: str
    name: str
    version: str
    description: str
    path: Path
    sha256: str
    architecture: dict[str, Any]
    trained_on: tuple[str, ...] = ()
    licence: str = ""
    input_range_hu: tuple[float, float] = (-1024.0, 3071.0)
    quality: dict[str, Any] = field(default_factory=dict)
    recommended_strength: float = 1.0
    shipped: bool = False
    card: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A checked, built network in evaluation mode on the CPU, and its card."""

    info: ModelInfo
    net: PUNet


def list_models() -> list[ModelInfo]:
    """Shipped models (the default first), then the user's; unreadable cards are left out. No torch."""
    found: list[ModelInfo] = []
    for folder, shipped in ((resource("models"), True), (data_dir() / "models", False)):
        for card in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            try:
                info = read_card(card, shipped=shipped)
            except ModelError:
                continue  # named and explained when someone asks for that file
            if info.path.is_file():
                found.append(info)
    return sorted(found, key=lambda m: (not m.shipped, m.id != DEFAULT_ID, m.name.lower()))


def default_model() -> ModelInfo:
    """The model used when none is named; ModelError when none is installed."""
    models = list_models()
    if not models:
        raise ModelError("No denoising model is installed.", "Reinstall LDCT Viewer.", code="no_model")
    return models[0]


def chosen_model(path_or_id: str | Path | None) -> ModelInfo:
    """The card of the model a user named, or of the one that is used when none is named (None or "")."""
    return find_model(path_or_id) if path_or_id else default_model()


def recommended_strength(path_or_id: str | Path | None) -> float:
    """Default strength (0 … 1) of the model a user named, or of the default one; 1 where its card cannot be read.

    Why it cannot is said when denoising starts.
    """
    try:
        return chosen_model(path_or_id).recommended_strength
    except ModelError:
        return 1.0


def find_model(path_or_id: str | Path | ModelInfo) -> ModelInfo:
    """The card of a model by id (``fast``), by its weights file or by its card file."""
    if isinstance(path_or_id, ModelInfo):
        return path_or_id
    for info in list_models():
        if info.id == str(path_or_id):
            return info
    path = Path(path_or_id)
    if not path.is_file():
        known = ", ".join(m.id for m in list_models()) or "none"
        raise ModelError("There is no such model.", f"Installed models: {known}.", path, "unknown_model")
    if path.suffix == ".json":
        return read_card(path)
    if path.suffix != ".safetensors":
        raise ModelError(
            "This is not a safetensors model file; other kinds are never opened because they can run code.",
            _HINT,
            path,
            "not_safetensors",
        )
    card = path.with_suffix(".json")
    if not card.is_file():
        raise ModelError("The model has no card.", f"Put {card.name} beside it.", path, "no_card")
    return read_card(card)


def read_card(path: Path, *, shipped: bool = False) -> ModelInfo:
    """Read and check one JSON card; ModelError says what is wrong with it."""
    try:
        if path.stat().st_size > _MAX_CARD_BYTES:
            raise ModelError("The model card is too large to be one.", _HINT, path, "bad_card")
        card = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"The model card cannot be read: {error.strerror}.", _HINT, path, "unreadable") from error
    except (ValueError, RecursionError) as error:
        raise ModelError("The model card is not valid JSON.", _HINT, path, "bad_card") from error
    if not isinstance(card, dict) or card.get("format") != CARD_FORMAT:
        raise ModelError("This card does not describe a model of LDCT Viewer.", _HINT, path, "foreign")
    if card.get("format_version") not in (1, CARD_VERSION):
        raise ModelError(
            f"The card has format version {card.get('format_version')!r}; this program reads {CARD_VERSION}.",
            "Update LDCT Viewer, or choose another model.",
            path,
            "wrong_version",
        )
    if (card["format_version"] != 1 or "card_sha256" in card) and card.get("card_sha256") != card_hash(card):
        raise ModelError(
            "The model card was changed or is damaged (SHA-256 differs).",
            "Copy both files again from their source.",
            path,
            "damaged",
        )
    try:
        low, high = (float(v) for v in card.get("input_range_hu", (-1024, 3071)))
        strength = float(card.get("recommended_strength", 1.0))
        if not 0.0 < strength <= 1.0:
            raise ValueError("recommended_strength is not within 0 and 1")
        return ModelInfo(
            id=path.stem,
            name=_text(card, "name"),
            version=_text(card, "version"),
            description=_text(card, "description"),
            path=path.with_suffix(".safetensors"),
            sha256=_text(card, "sha256"),
            architecture=_mapping(card, "architecture"),
            trained_on=tuple(str(s) for s in card.get("trained_on", ())),
            licence=str(card.get("licence", "")),
            input_range_hu=(low, high),
            quality=_mapping(card, "quality") if "quality" in card else {},
            recommended_strength=strength,
            shipped=shipped,
            card=card,
        )
    except (TypeError, ValueError) as error:
        raise ModelError(f"The model card is incomplete: {error}.", _HINT, path, "bad_card") from error


def load_model(path_or_id: str | Path | ModelInfo) -> Model:
    """Check and build a model; ModelError with a reason when it is refused."""
    info = find_model(path_or_id)
    raw = _read(info)
    if hashlib.sha256(raw).hexdigest() != info.sha256:
        raise ModelError(
            "The weights do not match their card (SHA-256 differs): the file is damaged or was exchanged.",
            "Copy both files again from their source.",
            info.path,
            "damaged",
        )
    header = _header(raw, info.path)

    import torch
    from safetensors.torch import load

    from .network import build

    try:
        net = build(info.architecture)  # its size is bounded, so a card cannot ask for much memory
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The card's architecture is unknown: {error}.", _HINT, info.path, "unknown_arch") from error
    _compare(header, {k: tuple(v.shape) for k, v in net.state_dict().items()}, info.path)
    weights = load(raw)
    if not all(bool(torch.isfinite(w).all()) for w in weights.values()):
        raise ModelError("The weights hold values that are not numbers.", _HINT, info.path, "damaged")
    net.load_state_dict(weights, assign=True)
    return Model(info, net.float().eval().requires_grad_(False).to(memory_format=torch.channels_last))  # type: ignore[call-overload]


def save_model(net: PUNet, folder: Path, model_id: str, card: dict[str, Any]) -> ModelInfo:
    """Write weights and card (both atomically, weights first) and return the card read back.

    ``card`` needs ``name``, ``version``, ``description`` and ``architecture``; format and hashes are added.
    """
    from safetensors.torch import save

    folder.mkdir(parents=True, exist_ok=True)
    raw = save({k: v.detach().float().contiguous() for k, v in net.state_dict().items()})
    full = {"format": CARD_FORMAT, **card, "format_version": CARD_VERSION, "sha256": hashlib.sha256(raw).hexdigest()}
    full["card_sha256"] = card_hash(full)
    write_atomic(folder / f"{model_id}.safetensors", raw, mode=0o644, flush=False)
    text = json.dumps(full, indent=2, ensure_ascii=False) + "\n"
    write_atomic(folder / f"{model_id}.json", text.encode(), mode=0o644, flush=False)
    return read_card(folder / f"{model_id}.json")


def card_hash(card: dict[str, Any]) -> str:
    """SHA-256 of what a card says, whatever its spacing and order: a changed digit would pass for the truth."""
    said = {key: value for key, value in card.items() if key != "card_sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _read(info: ModelInfo) -> bytes:
    try:
        if info.path.stat().st_size > _MAX_WEIGHT_BYTES:
            raise ModelError("The weights file is too large to be one of this program.", _HINT, info.path, "foreign")
        return info.path.read_bytes()
    except OSError as error:
        raise ModelError(f"The weights cannot be read: {error.strerror}.", _HINT, info.path, "unreadable") from error


def _header(raw: bytes, path: Path) -> dict[str, Any]:
    """The safetensors header: 8 bytes little-endian length, JSON, then the data it describes and no more."""

    def refuse(why: str) -> ModelError:
        return ModelError(f"The weights file is damaged: {why}.", "Copy it again from its source.", path, "damaged")

    if len(raw) < 8:
        raise refuse("it is too short")
    length = int.from_bytes(raw[:8], "little")
    if length > min(_MAX_HEADER_BYTES, len(raw) - 8):
        raise refuse("its header is longer than the file")
    try:
        header = json.loads(raw[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise refuse("its header is not JSON") from error
    if not isinstance(header, dict):
        raise refuse("its header is not a table")
    header.pop("__metadata__", None)
    size, end = len(raw) - 8 - length, 0
    for name, entry in header.items():
        try:
            shape = [int(n) for n in entry["shape"]]
            begin, stop = (int(n) for n in entry["data_offsets"])
        except (TypeError, KeyError, ValueError) as error:
            raise refuse(f"tensor {name!r} is not described") from error
        if entry.get("dtype") != "F32":
            raise ModelError(f"Tensor {name!r} is not float32.", _HINT, path, "wrong_dtype")
        if min(shape, default=1) < 0 or stop - begin != 4 * math.prod(shape) or begin < 0 or stop > size:
            raise refuse(f"tensor {name!r} does not lie in the file")
        end = max(end, stop)
    if end != size:
        raise refuse("bytes are left over")
    return header


def _compare(header: dict[str, Any], expected: dict[str, tuple[int, ...]], path: Path) -> None:
    missing, extra = sorted(set(expected) - set(header)), sorted(set(header) - set(expected))
    if missing or extra:
        first = f"{missing[0]!r} is missing" if missing else f"{extra[0]!r} is not known"
        raise ModelError(f"The weights are of another network: {first}.", _HINT, path, "foreign")
    for name, shape in expected.items():
        if tuple(header[name]["shape"]) != shape:
            found = tuple(header[name]["shape"])
            raise ModelError(f"Tensor {name!r} has shape {found}, not {shape}.", _HINT, path, "foreign")


def _text(card: dict[str, Any], key: str) -> str:
    value = card.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key!r} is missing")
    return value


def _mapping(card: dict[str, Any], key: str) -> dict[str, Any]:
    value = card.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"{key!r} is missing")
    return value

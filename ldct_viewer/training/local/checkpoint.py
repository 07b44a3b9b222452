"""The whole state of a training in one safetensors file, replaced in one step: never half of it, no pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import LdctError
from .checkpoint_files import BEST, STATE, write_atomic


def save_state(
    folder: Path, net: nn.Module, ema: nn.Module, optimiser: torch.optim.Optimizer, info: dict[str, Any]
) -> None:
    """Network, its average, the optimiser's moments and ``info`` (step, schedule, curves …) as one file."""
    from safetensors.torch import save

    tensors: dict[str, Tensor] = {}
    for prefix, module in (("net", net), ("ema", ema)):
        for name, value in module.state_dict().items():
            tensors[f"{prefix}.{name}"] = value
    state = optimiser.state_dict()
    for index, moments in state["state"].items():
        for name, value in moments.items():
            tensors[f"opt.{index}.{name}"] = torch.as_tensor(value)
    tensors["rng"] = torch.get_rng_state()
    # copied: shared memory and odd strides are not safetensors' business
    flat = {k: v.detach().to("cpu", copy=True).contiguous() for k, v in tensors.items()}
    groups = [{k: v for k, v in g.items() if k != "params"} for g in state["param_groups"]]
    text = json.dumps({**info, "optimiser": groups}, allow_nan=True)
    write_atomic(folder / STATE, save(flat, {"training": text}))


def load_state(folder: Path, net: nn.Module, ema: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Any]:
    """Put everything back and return ``info``; LdctError where the file is not one of these."""
    from safetensors import SafetensorError, safe_open

    path = folder / STATE
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            info = json.loads((file.metadata() or {})["training"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dictionary
        for prefix, module in (("net", net), ("ema", ema)):
            module.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith(f"{prefix}.")})
        state = optimiser.state_dict()
        moments: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("opt."):
                _, index, name = key.split(".", 2)
                moments.setdefault(int(index), {})[name] = value
        groups = [{**old, **new} for old, new in zip(state["param_groups"], info.pop("optimiser"), strict=True)]
        for group in groups:
            if "betas" in group:
                group["betas"] = tuple(group["betas"])
        optimiser.load_state_dict({"state": moments, "param_groups": groups})
        torch.set_rng_state(tensors["rng"])
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
        raise LdctError(
            "The saved training cannot be read.", "Start it anew; its data are untouched.", path, "bad_state"
        ) from error
    return dict(info)


def save_best(folder: Path, ema: nn.Module) -> None:
    """The best weights so far."""
    from safetensors.torch import save

    weights = {k: v.detach().to("cpu", torch.float32, copy=True).contiguous() for k, v in ema.state_dict().items()}
    write_atomic(folder / BEST, save(weights))


def load_best(folder: Path, net: nn.Module) -> None:
    """Put the best weights into ``net``."""
    from safetensors.torch import load_file

    net.load_state_dict(load_file(folder / BEST))

"""Small volumes and models for the denoising tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from ldct_viewer.denoise.model_file import Model, ModelInfo, load_model, save_model
from ldct_viewer.denoise.network import build
from ldct_viewer.volume import Geometry, Volume

TINY = {"family": "pu", "channels": [8, 8, 8], "blocks": [1, 1, 1]}


def card(**changes: Any) -> dict[str, Any]:
    return {"name": "Tiny", "version": "0", "description": "for tests", "architecture": TINY, **changes}


def save_tiny(folder: Path, name: str = "tiny", active: bool = True, **changes: Any) -> ModelInfo:
    """A small random network; ``active`` gives its last layer weights, so that it changes something."""
    torch.manual_seed(0)
    net = build(TINY)
    if active:
        torch.nn.init.normal_(net.head.weight, std=0.05)
    return save_model(net, folder, name, card(**changes))


def tiny_model(folder: Path, active: bool = True) -> Model:
    return load_model(save_tiny(folder, active=active).path)


def volume(hu: np.ndarray, spacing_z: float = 2.0, **changes: Any) -> Volume:
    return Volume(hu.astype(np.int16), Geometry(hu.shape, (spacing_z, 0.7, 0.7)), **changes)


def noisy_water(shape: tuple[int, int, int], sd: float = 25.0, seed: int = 0) -> np.ndarray:
    """Water with CT-like (ramp, apodised) noise of the given SD, independent from slice to slice."""
    rng = np.random.default_rng(seed)
    f = np.hypot(np.fft.fftfreq(shape[1])[:, None], np.fft.rfftfreq(shape[2])[None])
    amplitude = np.sqrt(f) * np.exp(-((f / 0.25) ** 2))
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * amplitude, s=shape[1:])
    return np.rint(noise * (sd / noise.std())).astype(np.int16)

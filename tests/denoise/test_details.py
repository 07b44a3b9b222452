"""Which slices the network is shown, and model files whose table of contents lies."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ldct_viewer.denoise.engine import _neighbourhood
from ldct_viewer.denoise.fused import FusedPU
from ldct_viewer.denoise.model_file import card_hash, load_model
from ldct_viewer.denoise.noise_level import estimate_sigma
from ldct_viewer.errors import ModelError

from .helpers import noisy_water, save_tiny, volume
from .test_fused import plain, random_net


def test_the_network_sees_the_slice_below_itself_and_the_one_above_in_that_order() -> None:
    """As in training (``examples.neighbours``): a network may tell below from above."""
    hu = np.arange(5, dtype=np.int16)[:, None, None] * np.ones((1, 8, 8), np.int16)
    shown = [tuple(int(v) for v in _neighbourhood(volume(hu), k)[:, 0, 0]) for k in range(5)]
    assert shown == [(0, 0, 1), (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 4)]


def test_padding_is_shown_to_the_network_as_air_and_stays_what_it_is() -> None:
    hu = np.full((3, 8, 8), -2000, np.int16)
    padding = np.zeros(hu.shape, bool)
    padding[:, 0] = True
    hu[:, 1:] = 40
    scan = volume(hu, padding=padding)
    assert (_neighbourhood(scan, 1)[:, 0] == -1024).all() and (_neighbourhood(scan, 1)[:, 1:] == 40).all()
    assert (scan.hu[:, 0] == -2000).all()


@pytest.mark.parametrize("slope", [(4.0, 0.0), (0.0, 4.0), (2.0, -2.0)])
def test_slow_shading_is_not_noise(slope: tuple[float, float]) -> None:
    rows, columns = np.mgrid[:64, :64] - 32
    flat = noisy_water((1, 64, 64), sd=15.0)[0].astype(np.float32)
    shaded = flat + slope[0] * rows + slope[1] * columns
    assert estimate_sigma(shaded) == pytest.approx(estimate_sigma(flat), rel=0.02)


def test_tensors_that_share_or_leave_bytes_are_refused(tmp_path: Path) -> None:
    """safetensors: offsets lie end to end and each is as long as its shape says."""
    info = save_tiny(tmp_path)
    raw = info.path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    names = sorted((n for n in header if n != "__metadata__"), key=lambda n: header[n]["data_offsets"][0])
    first = names[0]
    begin, end = header[first]["data_offsets"]
    header[first]["data_offsets"] = [begin, end + 4]  # four bytes of the next one
    _replace(info.path, header, raw[8 + size :])
    with pytest.raises(ModelError) as caught:
        load_model(info.path)
    assert caught.value.code == "damaged"


@pytest.mark.parametrize("what,value", [("metal", 2400), ("metal", 20000), ("floor", -3024), ("floor", -1024)])
def test_metal_alone_and_floor_alone_come_through_the_fast_path_as_through_the_plain_network(what, value) -> None:
    """Most slices have one of the two, not both."""
    net, hu = random_net([8, 8, 8], [1, 1, 1]), noisy_water((3, 48, 48), 30.0)
    hu[:, 20:34, 20:34] = value
    found, expected = FusedPU(net, torch.float32).run(hu, 20.0), plain(net, hu, 20.0)
    assert np.abs(found - expected).max() <= 0.51
    if value in (20000, -3024):
        assert (found[20:34, 20:34] == value).all()


def test_a_tensor_too_many_is_another_network(tmp_path: Path) -> None:
    info = save_tiny(tmp_path)
    raw = info.path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header, body = json.loads(raw[8 : 8 + size]), raw[8 + size :]
    header["extra.bias"] = {"dtype": "F32", "shape": [2], "data_offsets": [len(body), len(body) + 8]}
    _replace(info.path, header, body + bytes(8))
    with pytest.raises(ModelError) as caught:
        load_model(info.path)
    assert caught.value.code == "foreign"


def _replace(path: Path, header: dict[str, Any], body: bytes) -> None:
    """Other weights with hashes to match."""
    text = json.dumps(header).encode()
    changed = len(text).to_bytes(8, "little") + text + body
    path.write_bytes(changed)
    card = json.loads(path.with_suffix(".json").read_text())
    card["sha256"] = hashlib.sha256(changed).hexdigest()
    card["card_sha256"] = card_hash(card)
    path.with_suffix(".json").write_text(json.dumps(card))

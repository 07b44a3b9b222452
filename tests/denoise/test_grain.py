"""Fine grain that stays by choice: what the filter keeps, and that every path through the program keeps the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve

from ldct_viewer.denoise.engine import Denoiser
from ldct_viewer.denoise.fused import FusedPU
from ldct_viewer.denoise.model_file import load_model, read_card
from ldct_viewer.denoise.network import leave_grain
from ldct_viewer.errors import ModelError

from .helpers import noisy_water, save_tiny, volume
from .test_fused import plain, random_net


@pytest.mark.parametrize("shape", [(31, 40), (1, 1, 24, 17), (2, 3, 3, 5)])
def test_taken_off_is_all_that_is_coarse_and_the_rest_of_what_is_fine(shape: tuple[int, ...]) -> None:
    noise = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    row = np.array([1, 4, 6, 4, 1]) / 16
    pictures = noise.reshape(-1, *shape[-2:])
    coarse = np.stack([convolve(p, np.outer(row, row), mode="nearest") for p in pictures]).reshape(shape)
    expected = coarse + (1 - 0.4) * (noise - coarse)
    np.testing.assert_allclose(leave_grain(torch.from_numpy(noise), 0.4).numpy(), expected, atol=1e-5)


def test_a_step_in_brightness_is_no_grain_and_a_chequerboard_is() -> None:
    flat = torch.full((16, 16), 7.0)
    chequers = torch.from_numpy(np.where(np.indices((16, 16)).sum(axis=0) % 2, 5.0, -5.0).astype(np.float32))
    torch.testing.assert_close(leave_grain(flat, 0.4), flat)
    torch.testing.assert_close(leave_grain(chequers, 0.4)[2:-2, 2:-2], 0.6 * chequers[2:-2, 2:-2])
    assert leave_grain(chequers, 0.0) is chequers


@pytest.mark.parametrize("matrix", [(64, 72), (61, 30), (7, 5)])
def test_the_fast_form_leaves_the_same_grain_as_the_plain_network(matrix: tuple[int, int]) -> None:
    net, hu = random_net([8, 8, 8], [1, 1, 1]), noisy_water((3, *matrix), 40.0)
    with torch.inference_mode():
        expected = net(torch.from_numpy(hu)[None].float(), torch.tensor([20.0]), 0.4)[0, 0].numpy()
    assert np.abs(expected - plain(net, hu, 20.0)).max() > 2, "grain must be there for this test to mean anything"
    assert np.abs(FusedPU(net, torch.float32, 0.4).run(hu, 20.0) - expected).max() <= 0.51


@pytest.mark.parametrize("fused", [True, False])
def test_a_card_says_how_much_grain_stays(tmp_path: Path, fused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not fused:
        monkeypatch.setattr("ldct_viewer.denoise.fused.fuse", lambda *_: None)
    scan = volume(noisy_water((3, 48, 48), 40.0))
    smooth, grainy = (
        Denoiser(load_model(save_tiny(tmp_path, f"m{grain:g}", grain=grain).path), "cpu").denoise(scan).astype(float)
        for grain in (0.0, 0.5)
    )
    taken, less = scan.hu - smooth, scan.hu - grainy
    fine = taken - np.stack(
        [convolve(p, np.outer(r := np.array([1, 4, 6, 4, 1]) / 16, r), mode="nearest") for p in taken]
    )
    assert np.std(fine) > 1
    assert np.corrcoef((taken - less).ravel(), fine.ravel())[0, 1] > 0.9
    assert np.std(taken - less) == pytest.approx(0.5 * np.std(fine), rel=0.1)


@pytest.mark.parametrize("grain", [-0.1, 1.0, "much"])
def test_a_card_with_impossible_grain_is_refused(tmp_path: Path, grain: object) -> None:
    with pytest.raises(ModelError) as caught:
        read_card(save_tiny(tmp_path, grain=grain).path.with_suffix(".json"))
    assert caught.value.code == "bad_card"

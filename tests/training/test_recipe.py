from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.denoise.model_file import load_model
from ldct_viewer.training import recipe
from ldct_viewer.training.data import REALISATIONS, Sampler
from ldct_viewer.training.sources import SOURCES, CleanVolume, Source, clean
from ldct_viewer.training.validation import held_out_pairs, psnr


def body(_: Path, source: Source) -> CleanVolume:
    """A cylinder of water with a rod: enough anatomy to run the recipe."""
    y, x = np.mgrid[0:128, 0:128]
    hu = np.where(np.hypot(y - 64, x - 64) < 56, 40.0, -1000.0)
    hu[np.hypot(y - 50, x - 76) < 10] = 150
    return CleanVolume(source, np.repeat(hu[None], 6, 0).astype(np.float32), 0.8, 2.0)


def test_the_recipe_leaves_a_loadable_model_with_split_and_licences(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "Sampler", partial(Sampler, spectra=2))
    monkeypatch.setattr(recipe, "held_out_pairs", partial(held_out_pairs, slices=1))
    arguments = ["--data", "x", "--out", str(tmp_path), "--steps", "2", "--report-every", "1", "--batch", "2"]
    assert recipe.main([*arguments, "--crop", "64"], load=body) == 0
    model = load_model(tmp_path / "fast.safetensors")
    held = {s.name for s in SOURCES if s.held_out}
    assert set(model.info.card["split"]["held_out"]) == held
    assert not held & {name.split(" (")[0] for name in model.info.trained_on}
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert sum(entry.get("event") == "targets cleaned" for entry in log) >= 1
    assert not list(tmp_path.glob("*.pt"))


def test_the_same_seed_draws_the_same_pairs_and_they_differ_by_noise_only():
    volumes = [body(Path(), SOURCES[0])]
    a, b = (Sampler(volumes, np.random.default_rng(3), 64, spectra=2).batch(6) for _ in range(2))
    np.testing.assert_array_equal(a.noisy, b.noisy)
    assert a.noisy.shape == (6, REALISATIONS, 3, 64, 64)
    noise = a.noisy[:, 0, 1:2] - a.clean
    for n in range(6):
        inside = a.clean[n, 0] > -500
        if inside.sum() > 1000:
            assert noise[n, 0][inside].std() < 2.0 * a.level[n] + 1
            assert abs(noise[n, 0][inside].mean()) < 0.3 * a.level[n] + 1


def test_averaging_five_slices_divides_noise_by_root_five():
    noise = np.random.default_rng(0).normal(0, 100, (20, 64, 64)).astype(np.int16)
    mean = clean(noise, 5)
    assert mean.shape == (16, 64, 64)
    np.testing.assert_allclose(mean[3], noise[3:8].mean(axis=0), atol=1e-3)


def test_no_source_is_both_trained_on_and_held_out():
    assert len({s.name for s in SOURCES}) == len(SOURCES)
    assert sum(s.held_out for s in SOURCES) >= 2


def test_psnr_is_the_formula_in_its_window():
    reference = np.zeros((10, 10), np.float32)
    assert abs(psnr(reference + 4, reference) - 40.0) < 1e-6  # 20·log10(400/4)
    assert psnr(reference + 1000, reference + 500) > 100  # both above the window: equal


def test_noise_of_the_scanner_model_falls_on_its_own_slice_and_no_two_realisations_are_alike():
    volumes = [body(Path(), SOURCES[0])]
    sampler = Sampler(volumes, np.random.default_rng(3), 32, spectra=1, realisations=2, physics_groups=1)
    for _ in range(8):
        clean3, noise = sampler._physics_crop(0.5)
        assert clean3.shape == (3, 32, 32) and noise.shape == (2, 3, 32, 32)
        assert abs(np.corrcoef(noise[0, 1].ravel(), noise[1, 1].ravel())[0, 1]) < 0.5
    group = sampler.physics._groups[0]
    hu = volumes[0].hu[group.slices[0]]
    inside = hu > -200
    assert group.noise[0].astype(np.float32)[:, inside].std() == pytest.approx(1.0, abs=0.01)


def test_loss_of_the_mean_punishes_what_all_realisations_share():
    import torch

    from ldct_viewer.training.loop import loss_of

    clean, level = torch.zeros(1, 1, 24, 24), torch.tensor([20.0])
    noise = torch.randn(1, 3, 1, 24, 24, generator=torch.Generator().manual_seed(0)) * 6
    noise -= noise.mean(dim=1, keepdim=True)  # cancels in the mean
    shared = torch.full_like(noise, float(noise.std()))
    assert loss_of(shared, clean, level) > 2 * loss_of(noise, clean, level)

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from ldct_viewer.denoise.model_file import load_model
from ldct_viewer.physics.dose import DosePlan
from ldct_viewer.physics.kernels import STANDARD
from ldct_viewer.physics.noise import NoiseMaker
from ldct_viewer.physics.scanner import Scanner
from ldct_viewer.quality.noise import nps
from ldct_viewer.training import recipe
from ldct_viewer.training.data import REALISATIONS, Sampler
from ldct_viewer.training.loop import loss_of, recipe_loss, scanned_loss
from ldct_viewer.training.physics_bank import PhysicsBank
from ldct_viewer.training.shapes import detail_map, inserts
from ldct_viewer.training.sources import SOURCES, CleanVolume, ScannedVolume, Source, clean
from ldct_viewer.training.validation import held_out_pairs, psnr


def body(_: Path, source: Source) -> CleanVolume:
    """A cylinder of water with a rod: enough anatomy to run the recipe."""
    y, x = np.mgrid[0:128, 0:128]
    hu = np.where(np.hypot(y - 64, x - 64) < 56, 40.0, -1000.0)
    hu[np.hypot(y - 50, x - 76) < 10] = 150
    return CleanVolume(source, np.repeat(hu[None], 6, 0).astype(np.float32), 0.8, 2.0)


SD_HU = 15.0  # of the noise in a scan as it came


def scanned(where: Path, source: Source) -> ScannedVolume:
    """The same cylinder with noise of the scanner model in it."""
    clean = body(where, source)
    plan = DosePlan(STANDARD, Scanner(), 4.0, SD_HU)
    maker = NoiseMaker(128, clean.pixel_mm, plan.kernel, plan.scanner)
    p = maker.line_integrals(torch.from_numpy(clean.hu))
    noise = maker.draw(maker.log_sd(p, 0.5, 1.0, plan.reference), torch.Generator().manual_seed(1)).numpy()
    factor = SD_HU / noise[clean.hu > -200].std()
    photons = plan.scanner.photons / factor**2
    plan = replace(plan, scanner=replace(plan.scanner, photons=photons, electronic=plan.scanner.electronic / factor))
    return ScannedVolume(source, clean.hu + factor * noise, clean.pixel_mm, clean.spacing_z_mm, plan)


def test_the_recipe_leaves_a_loadable_model_with_split_and_licences(tmp_path, monkeypatch):
    monkeypatch.setattr(recipe, "Sampler", partial(Sampler, spectra=2))
    monkeypatch.setattr(recipe, "held_out_pairs", partial(held_out_pairs, slices=1))
    arguments = ["--data", "x", "--out", str(tmp_path), "--steps", "3", "--report-every", "2", "--batch", "2"]
    assert recipe.main([*arguments, "--crop", "64"], load=body, load_as_scanned=scanned) == 0
    model = load_model(tmp_path / "fast.safetensors")
    held = {s.name for s in SOURCES if s.held_out}
    assert set(model.info.card["split"]["held_out"]) == held
    assert not held & {name.split(" (")[0] for name in model.info.trained_on}
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert sum(entry.get("event") == "targets cleaned" for entry in log) >= 1
    assert model.info.card["recipe"]["steps"] == 3  # also where the last report before the end was at 2
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


def test_noise_of_the_scanner_model_is_as_soft_and_as_sharp_as_real_scans():
    """Noise fitted to real scans has a mean frequency of 0.11 (GE chest) to 0.25 (GE liver) cycles per pixel."""
    bank = PhysicsBank([body(Path(), SOURCES[0])], np.random.default_rng(5), 24, 1)
    found = []
    for group in bank._groups:
        inside = np.concatenate([drawn.noise[:, 40:88, 40:88] for drawn in group]).astype(np.float64)
        found.append(nps(inside, (1.0, 1.0), detrend=0).mean_per_mm)
    assert min(found) < 0.115 and max(found) > 0.25
    assert np.mean([0.11 < f < 0.25 for f in found]) > 0.5


def test_noise_of_the_scanner_model_falls_on_its_own_slice_and_no_two_realisations_are_alike():
    volumes = [body(Path(), SOURCES[0])]
    sampler = Sampler(volumes, np.random.default_rng(3), 32, spectra=1, realisations=2, physics_groups=1)
    for _ in range(8):
        clean3, noise = sampler._physics_crop(0.5)
        assert clean3.shape == (3, 32, 32) and noise.shape == (2, 3, 32, 32)
        assert abs(np.corrcoef(noise[0, 1].ravel(), noise[1, 1].ravel())[0, 1]) < 0.5
    drawn = sampler.physics.pick()
    inside = volumes[0].hu[drawn.slice] > -200
    assert drawn.noise.astype(np.float32)[:, inside].std() == pytest.approx(1.0, abs=0.01)


def test_a_scan_as_it_came_gets_more_of_its_own_noise_and_stays_the_target():
    """The noise added is as much as the slice has, whatever the model of the series says; level is of both together."""
    volume = scanned(Path(), SOURCES[0])
    sampler = Sampler(
        [body(Path(), SOURCES[0])], np.random.default_rng(3), 64, spectra=1, physics_groups=1, scanned=[volume]
    )
    drawn = sampler.own.pick()
    assert drawn.sd_hu == pytest.approx(SD_HU, rel=0.15)
    twice = replace(volume, hu=body(Path(), SOURCES[0]).hu + 2 * (volume.hu - body(Path(), SOURCES[0]).hu))
    louder = Sampler([twice], np.random.default_rng(3), 64, spectra=1, physics_groups=1, scanned=[twice]).own.pick()
    assert 1.3 < louder.sd_hu / drawn.sd_hu < 2.3  # the slice's noise is believed up to 1.4 times the model's
    pairs = [sampler._scanned_pair(sampler.own) for _ in range(12)]
    for noisy, target, _, level, _, as_scanned in pairs:
        added = (noisy[:, 1] - target[0])[:, target[0] > -500]
        assert as_scanned == 1 and 0 < added.std() < 1.4 * level
        assert abs(added.mean()) < 0.3 * level
    assert np.corrcoef(
        pairs[0][0][0, 1].ravel() - pairs[0][1].ravel(), pairs[0][0][1, 1].ravel() - pairs[0][1].ravel()
    )[0, 1] == pytest.approx(0, abs=0.5)


def test_of_a_noisy_target_only_the_mean_counts():
    """The loss of a scan is least at the mean of its targets, also where their noise is skewed, pixel by pixel.

    A chequerboard whose cells keep their mean: on its detail the median, elsewhere as much too high.
    """
    r = torch.Generator().manual_seed(0)
    target = torch.rand(64, 1, 32, 32, generator=r) ** 4 * 100  # mean 20, median 6
    level = torch.full((64,), 20.0)
    board = ((torch.arange(32)[:, None] + torch.arange(32)) % 2).float().expand_as(target)

    def loss(value: float) -> float:
        out = value * board + (40 - value) * (1 - board)
        return float(scanned_loss(out[:, None].expand(-1, 2, -1, -1, -1), target, level, board))

    assert loss(20) < min(loss(17), loss(23), loss(6))


def test_the_recipe_punishes_what_all_realisations_share():
    """Bias more than noise of the same size, and most of all where a detail lies."""
    clean, level = torch.zeros(1, 1, 32, 32), torch.tensor([20.0])
    noise = torch.randn(1, 2, 1, 32, 32, generator=torch.Generator().manual_seed(0)) * 6
    noise -= noise.mean(dim=1, keepdim=True)  # cancels in the mean
    shared = noise[:, :1].expand_as(noise)
    nowhere = torch.zeros_like(clean)
    assert recipe_loss(shared, clean, level, nowhere) > 2 * recipe_loss(noise, clean, level, nowhere)
    extra = [
        recipe_loss(e, clean, level, nowhere + 0.5) - recipe_loss(e, clean, level, nowhere) for e in (shared, noise)
    ]
    assert extra[0] > 5 * abs(extra[1]) and extra[0] > 5 * recipe_loss(shared, clean, level, nowhere)


def test_a_network_that_knows_nothing_yet_is_judged_picture_by_picture():
    clean, level = torch.zeros(2, 1, 32, 32), torch.tensor([20.0, 10.0])
    out = torch.randn(2, 2, 1, 32, 32, generator=torch.Generator().manual_seed(1)) * 6
    each = loss_of(
        out.flatten(0, 1), clean.repeat_interleave(2, 0), level.repeat_interleave(2), torch.zeros(4, 1, 32, 32)
    )
    assert recipe_loss(out, clean, level, torch.ones_like(clean), risen=0.0) == pytest.approx(float(each))


def test_detail_lies_at_the_edges_of_what_is_drawn_and_faint_ones_count_nearly_as_much():
    y, x = np.mgrid[:48, :48] - 24.0
    disc = (1 / (1 + np.exp((np.hypot(y, x) - 10) / 0.45))).astype(np.float32)
    faint, plain = detail_map(-10 * disc), detail_map(-100 * disc)
    rim, far, middle = np.abs(np.hypot(y, x) - 10) < 0.7, np.hypot(y, x) > 16, np.hypot(y, x) < 5
    for found in (faint, plain):
        assert found[far].max() < 0.01 and found[rim].min() > 1.5 * found[middle].max()
    assert faint[rim].mean() > 0.5 * plain[rim].mean()


def test_every_pair_says_where_its_details_are():
    """In a phantom they are its inserts; the picture without them is not shown to the network."""
    batch = Sampler([body(Path(), SOURCES[0])], np.random.default_rng(3), 64, spectra=2).batch(60)
    assert batch.detail.shape == batch.clean.shape and batch.detail.min() >= 0 and batch.detail.max() <= 1.3
    shown = (batch.detail.reshape(60, -1).max(axis=1) > 0.3).mean()
    assert 0.6 < shown < 0.98
    r = np.random.default_rng(0)
    for picture, around in (inserts(r, 64, 10.0) for _ in range(10)):
        step = np.abs(picture[1] - around)
        assert picture.shape == (3, 64, 64) and 4 < step.max() < 250


def test_inserts_are_rods_and_balls_about_as_high_as_the_noise():
    """Half are lesions that one slice shows best."""
    r = np.random.default_rng(1)
    heights: dict[float, list[float]] = {4.0: [], 60.0: []}
    only_here = 0
    for noise in list(heights) * 60:
        picture, around = inserts(r, 64, noise)
        middle, below = (np.abs(one - around) for one in picture[1::-1])
        heights[noise].append(middle.max())
        only_here += bool((middle > 5).sum() > (below > 5).sum() + 8)
    assert np.median(heights[4.0]) < 30 and np.median(heights[60.0]) > 70
    assert only_here > 40

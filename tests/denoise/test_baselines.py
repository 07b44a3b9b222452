"""The table of methods: pairs with the noise they claim, strengths tuned away from the test, honest intervals."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import bench_denoise_foreign as foreign  # noqa: E402
from benchmarks import denoise_baselines as baselines  # noqa: E402
from benchmarks import denoise_bias, denoise_pairs, other_phantoms, redcnn  # noqa: E402
from ldct_viewer.quality.tissue import tissue_masks  # noqa: E402
from ldct_viewer.training.sources import CleanVolume, Source  # noqa: E402

from .helpers import save_tiny  # noqa: E402


@pytest.fixture(scope="module")
def pairs() -> list[denoise_pairs.Pair]:
    axis = np.arange(128) - 63.5
    # no air: its edge would rule every score; rims as soft as a scan's
    body = gaussian_filter(np.where(np.hypot(axis[:, None], axis[None]) < 50, 50.0, 0.0), 1.5)
    hu = np.stack([body] * 3).astype(np.float32)
    return denoise_pairs.pairs_of("p", "tuning", "abdomen", hu, (2.0, 2.0, 2.0), [1], (0.25, 1.0))


def test_a_quarter_of_the_dose_is_twice_the_noise(pairs):
    assert pairs[0].level / pairs[1].level == pytest.approx(2.0, rel=0.1)
    assert pairs[0].noisy.shape == (3, 128, 128) and pairs[0].noisy.dtype == np.int16


def test_the_same_pairs_every_time(pairs):
    again = denoise_pairs.pairs_of(
        "p", "tuning", "abdomen", np.stack([pairs[0].clean] * 3), (2.0,) * 3, [1], (0.25, 1.0)
    )
    np.testing.assert_array_equal(pairs[0].noisy, again[0].noisy)


@pytest.mark.parametrize(("thickness", "average", "expected"), [(3.0, 1, 1 / 3), (2.0, 5, 0.8), (None, 1, 0.0)])
def test_slices_that_overlap_share_their_noise_as_their_profiles_do(pairs, thickness, average, expected):
    overlap = denoise_pairs.overlap_of(2.0, thickness, average)
    assert overlap == pytest.approx(expected)
    hu = np.stack([pairs[0].clean] * 3)
    (pair,) = denoise_pairs.pairs_of("p", "tuning", "abdomen", hu, (2.0,) * 3, [1], (0.25,), overlap=overlap)
    body = np.s_[:, 40:88, 40:88]
    below, middle, above = (pair.noisy - hu)[body].reshape(3, -1)
    assert np.corrcoef(below, middle)[0, 1] == pytest.approx(expected, abs=0.12)
    assert np.corrcoef(middle, above)[0, 1] == pytest.approx(expected, abs=0.12)
    assert below.std() == pytest.approx(middle.std(), rel=0.12)
    np.testing.assert_array_equal(pair.noisy[1], pairs[0].noisy[1])  # of the slice itself, nothing changes


def test_psnr_is_its_definition(pairs):
    shifted = np.clip(pairs[0].clean, -160, 240) + 4.0  # RMSE 4 where it stays inside the window
    psnr, _, rmse = baselines.score(shifted, pairs[0])
    assert rmse == pytest.approx(4.0) and psnr == pytest.approx(20 * np.log10(400 / 4))


def test_tuning_finds_the_best_of_the_grid_and_looks_at_nothing_else(pairs, monkeypatch):
    monkeypatch.setitem(baselines.GRIDS, "Gaussian", (0.01, 0.8, 20.0))
    assert baselines.tune(pairs, ["Gaussian"])["Gaussian"][0] == 0.8
    source = Path(baselines.__file__).read_text(encoding="utf-8")
    assert 'tune([p for p in everything if p.kind == "tuning"]' in source


@pytest.mark.parametrize("name", ["Gaussian", "bilateral", "total variation", "non-local means"])
def test_every_classical_method_gains_on_noise(pairs, name):
    strength = baselines.GRIDS[name][1]
    before = baselines.score(pairs[0].noisy[1], pairs[0])[0]
    assert baselines.score(baselines.classical(name, pairs[0].noisy[1], pairs[0].level, strength), pairs[0])[0] > before


def test_the_interval_of_one_patient_is_the_mean_s_and_more_patients_widen_it():
    """One patient: ± 1.96 s/√n. Patients that differ more than their slices: the interval knows."""
    values = list(np.random.default_rng(2).normal(3.0, 1.0, 100))
    low, high = baselines.interval(values, ["a"] * 100)
    assert (high - low) / 2 == pytest.approx(1.96 * np.std(values) / 10, rel=0.1)
    apart = [*(v * 0.01 + 1 for v in values[:50]), *(v * 0.01 + 5 for v in values[50:])]
    low, high = baselines.interval(apart, ["a"] * 50 + ["b"] * 50)
    assert low < 1.5 and high > 4.5


def test_a_table_has_every_method_and_dose(pairs):
    scores = baselines.run(pairs, {"half": lambda p: (p.noisy[1] + p.clean) / 2})
    text = baselines.table(pairs, scores)
    assert text.count("| half |") == 4 and "25% dose" in text and "100% dose" in text
    assert "+6.0" in text  # half the error is 6.02 dB, but for clipping


def test_all_real_patients_together_weigh_each_patient_the_same_and_leave_phantoms_out():
    hu = np.zeros((8, 8), np.float32)
    pairs = [denoise_pairs.Pair(who, "untouched", "abdomen", 0.25, np.zeros((3, 8, 8), np.int16), hu, 10.0, 2.0)
             for who in ("a", "a", "a", "b", "head phantom")]  # fmt: skip
    scores = {"low dose": [(30.0, 0.9, 10.0)] * 5, "it": [(v, 0.9, 5.0) for v in (32.0, 32.0, 32.0, 36.0, 99.0)]}
    together = baselines.table(pairs, scores).split("**2 real patients together, 25% dose**")[1]
    assert "| it | 34.00 | +4.00" in together and "4 slices" in together


def test_the_target_s_rows_are_differences_to_red_cnn_pair_by_pair():
    hu = np.zeros((8, 8), np.float32)
    pairs = [denoise_pairs.Pair(who, "held out", "abdomen", dose, np.zeros((3, 8, 8), np.int16), hu, 10.0, 2.0)
             for who, dose in (("a", 0.25), ("b", 0.25), ("a", 0.1), ("head phantom", 0.25))]  # fmt: skip
    scores = {
        "low dose": [(25.0, 0.9, 10.0)] * 4,
        "RED-CNN": [(v, 0.9, 5.0) for v in (30.0, 32.0, 99.0, 99.0)],
        "**fast**": [(v, 0.9, 5.0) for v in (30.5, 31.7, 0.0, 0.0)],
        "**fast**, strength 0.7": [(0.0, 0.9, 5.0)] * 4,
        "**quality**": [(v, 0.9, 5.0) for v in (30.1, 32.1, 0.0, 0.0)],
    }
    fast, quality = baselines.target_rows(pairs, scores)
    assert fast["measured"].startswith("+0.10 dB") and "31.00 dB" in fast["reference"]
    assert quality["measured"].startswith("+0.10 dB")
    for row in (fast, quality):  # ahead or behind: with another budget that is no verdict
        assert row["ok"] is None and "not the same budget" in row["note"]


class Fake:
    """A denoiser whose pictures a test makes."""

    def __init__(self, made, **info) -> None:
        self.made = made
        self.model = SimpleNamespace(info=SimpleNamespace(name="Fake", version="1", **info))

    def run(self, volume, order, out) -> None:
        out[list(order)] = np.rint(self.made(volume.hu[list(order)]))


def test_a_shift_is_the_bias_that_is_found_and_the_worst_patient_rules():
    hu = np.full((3, 64, 64), -100.0, np.float32)
    hu[:, 20:44, 20:44] = 60.0
    drawn = denoise_pairs.Scan("square", "drawn", "abdomen", hu, (3.0, 0.8, 0.8), [1])
    fake = Fake(lambda x: x + 2.0, recommended_strength=0.7)
    found = denoise_bias.measure(fake, [drawn, drawn], rounds=1)  # noise and its negative cancel
    assert set(found["square"]) == {"soft", "fat"}
    assert found["square"]["soft"].hu == pytest.approx(2.0, abs=0.1) and found["square"]["soft"].chosen == 0
    soft, others = denoise_bias.target_rows(fake.model.info, found)
    assert not soft["ok"] and soft["measured"].endswith("HU (square)") and others["ok"] and "fat" in others["measured"]
    assert "| square | +2.0" in denoise_bias.table(fake.model.info, found)


def test_choosing_voxels_by_their_own_noise_is_no_bias(monkeypatch):
    """A perfect denoiser against noisy references: naive masks see bias in it, what is reported is none."""
    y, x = np.mgrid[:256, :256]
    truth = (60.0 * np.sin(x / 9.0) * np.sin(y / 9.0)).astype(np.float32)  # much of it near the bounds of soft tissue

    def noise(seed):
        field = gaussian_filter(np.random.default_rng(seed).normal(size=(3, 256, 256)), (0, 1.5, 1.5))
        return field / field.std() * 40

    monkeypatch.setattr(denoise_pairs, "noise_of", lambda clean, pixel, dose, seed, plan, overlap: noise(seed))
    mean = {"naive": [], "found": [], "chosen": []}
    for seed in range(4):
        hu = (truth + noise(seed)).astype(np.float32)
        scan = denoise_pairs.Scan("p", "held out", "abdomen", hu, (5.0, 0.8, 0.8), [1], plan=object())
        bias = denoise_bias.measure(Fake(lambda x: np.broadcast_to(truth, x.shape)), [scan], rounds=2)["p"]["soft"]
        mean["found"].append(bias.hu)
        mean["chosen"].append(bias.chosen)
        mean["naive"].append(float((truth - hu[1])[tissue_masks(hu[1])["soft"]].mean()))
    naive, found, chosen = (float(np.mean(mean[k])) for k in ("naive", "found", "chosen"))
    assert naive < -5 and chosen < -1 and abs(found) < 0.35 * abs(naive), (naive, found, chosen)


def test_the_stand_in_for_real_quarter_dose_scans_is_no_verdict(monkeypatch):
    hu = np.full((20, 64, 64), 40.0, np.float32)
    noise = np.random.default_rng(0).normal(0, 20, (3, 64, 64))
    monkeypatch.setattr(denoise_pairs, "noise_of", lambda *_: noise)
    scan = denoise_pairs.Scan("Br38-abdomen", "held out", "abdomen", hu, (2.0, 0.8, 0.8), [1], plan=object())
    row = baselines.quarter_row(Fake(lambda x: 40 + (x - 40.0) / 2, recommended_strength=0.5), scan)
    assert row["ok"] is None and "+2.50 dB" in row["measured"]
    assert "+6.0" in row["measured"] and "no real pairs" in row["note"] and "4 slices" in row["note"]


@pytest.mark.parametrize("kind", other_phantoms.KINDS)
def test_the_other_phantoms_are_alike_for_one_seed_and_hold_what_a_body_holds(kind):
    hu, pixel = other_phantoms.draw(kind, 1)
    np.testing.assert_array_equal(hu, other_phantoms.draw(kind, 1)[0])
    assert not np.array_equal(hu, other_phantoms.draw(kind, 2)[0])
    assert hu.shape == (3, 512, 512) and 0.3 < pixel < 1.0
    assert hu.min() == -1000 and 200 < hu.max() < 1500
    assert ((hu > 0) & (hu < 130)).mean() > 0.1


def test_red_cnn_learns_within_its_cpu_time_and_is_read_back(tmp_path):
    y, x = np.mgrid[:96, :96]
    hu = np.where(np.hypot(y - 48, x - 48) < 30, 60.0, -80.0).astype(np.float32)
    volume = CleanVolume(Source("x", "x", 1, 1.0, False, ""), np.stack([hu] * 3), 0.7, 5.0)
    command = ["--data", ".", "--out", str(tmp_path), "--cpu-minutes", "0.02", "--width", "4", "--crop", "32"]
    redcnn.train(redcnn.parser().parse_args([*command, "--physics-groups", "0", "--batch", "1"]), [volume])
    note = json.loads((tmp_path / "redcnn.json").read_text())
    assert note["steps"] >= 2 and note["cpu_minutes"] < 0.2
    out = redcnn.denoise(redcnn.load(tmp_path / "redcnn.safetensors"), hu)
    assert out.shape == hu.shape and np.isfinite(out).all()


def test_a_mix_of_two_models_lies_between_them(tmp_path):
    import torch

    from benchmarks.denoise_mix import mix
    from ldct_viewer.denoise.model_file import load_model, save_model

    first = load_model(save_tiny(tmp_path / "a").path)
    other = {k: v + 1.0 for k, v in first.net.state_dict().items()}
    net = load_model(first.info).net
    net.load_state_dict(other)
    second = save_model(net, tmp_path / "b", first.info.id, first.info.card)
    mixed = load_model(mix(str(first.info.path), str(second.path), 0.3, tmp_path / "c", "9.9"))
    assert mixed.info.version == "9.9"
    for name, value in mixed.net.state_dict().items():
        torch.testing.assert_close(value, first.net.state_dict()[name] + 0.3)


def test_foreign_noise_has_unit_level_and_the_softness_of_its_filter(monkeypatch):
    from ldct_viewer.quality.noise import nps

    for name, value in {"SIZE": 160, "ANGLES": 120, "PICTURES": 1, "PATCH": 48, "PIXEL_MM": 2.24}.items():
        monkeypatch.setattr(foreign, name, value)
    foreign.patches.cache_clear()
    try:
        means = []
        for name in foreign.FILTERS:
            noise = foreign.patches(name)
            assert noise.shape == (5, 3, 48, 48)
            assert noise.std() == pytest.approx(1.0, rel=0.1)
            means.append(nps(noise[:, 1], (1.0, 1.0), detrend=-1).mean_per_mm)
        assert means == sorted(means, reverse=True) and means[0] > 1.5 * means[-1]
    finally:
        foreign.patches.cache_clear()

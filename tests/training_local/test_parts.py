"""Split, objectives, texture, store, clock: the parts a training is made of."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from ldct_viewer.errors import OpenError
from ldct_viewer.training import shapes
from ldct_viewer.training.local import clock as clock_module
from ldct_viewer.training.local import examples, objectives
from ldct_viewer.training.local.batch import collate
from ldct_viewer.training.local.choices import make_objective
from ldct_viewer.training.local.clock import ActiveClock
from ldct_viewer.training.local.examine import examine
from ldct_viewer.training.local.loader import Steps
from ldct_viewer.training.local.losses import batch_loss
from ldct_viewer.training.local.objectives import Pairs, SelfSupervised, Simulated
from ldct_viewer.training.local.plan import Plan
from ldct_viewer.training.local.report import Pair
from ldct_viewer.training.local.sources import Material
from ldct_viewer.training.local.split import Split, split
from ldct_viewer.training.local.store import Lru, SliceStore, Unreadable
from ldct_viewer.training.local.texture import Texture, TextureBank, measure
from ldct_viewer.training.local.trainer import steps_a_minute
from ldct_viewer.training.noise import SECTORS, noise_fields

from .conftest import Maker

PLAN = Plan(crop=48, batch=4)


def material(*folders) -> Material:
    report = examine(folders)
    return Material(report.series, SliceStore([s.found for s in report.series], 64 << 20))


# -- split ------------------------------------------------------------------------------------------


def test_one_patient_is_split_by_slices_with_a_gap(make_series: Maker) -> None:
    series = examine([make_series("one", slices=40, step=2.0)]).series
    parts = split(series)
    train, held = set(parts.train[0]), set(parts.held[0])
    assert parts.by == "slices" and held and not train & held
    assert min(abs(t - h) for t in train for h in held) > 1
    assert len(held) == 8


def test_patients_are_never_on_both_sides(make_series: Maker) -> None:
    folders = [make_series(f"s{n}", patient=f"P{n // 2}", slices=8 + n, seed=n, study=f"1.2.{n}") for n in range(6)]
    series = examine(folders).series
    parts = split(series)
    assert parts.by == "patient"
    trained = {s.patient for s, ks in zip(series, parts.train, strict=True) if ks}
    held = {s.patient for s, ks in zip(series, parts.held, strict=True) if ks}
    assert held and trained and not trained & held


def test_every_kind_of_scan_is_trained_on_and_measured(make_series: Maker) -> None:
    """A head and an abdomen: neither tells how good the other's denoising is, so both are cut."""
    series = list(examine([make_series(f"s{n}", patient=f"P{n}", study=f"1.2.{n}", seed=n) for n in range(2)]).series)
    kinds = [
        replace(s.found, meta=replace(s.found.meta, kernel=k)) for s, k in zip(series, ("B40f", "UB"), strict=True)
    ]
    parts = split([replace(s, found=f) for s, f in zip(series, kinds, strict=True)])
    assert parts.by == "slices" and all(parts.train) and all(parts.held)


def test_a_lone_kind_is_cut_and_a_shared_one_loses_a_patient(make_series: Maker) -> None:
    series = list(examine([make_series(f"s{n}", patient=f"P{n}", study=f"1.2.{n}", seed=n) for n in range(4)]).series)
    meta = replace(series[0].found.meta, kernel="H30")
    series[0] = replace(series[0], found=replace(series[0].found, meta=meta))
    parts = split(series)
    assert parts.by == "both" and parts.train[0] and parts.held[0]
    assert sum(not one for one in parts.train) == 1  # one of the three alike, whole


# -- data order -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Simulated, SelfSupervised])
def test_a_batch_is_a_pure_function_of_seed_and_step(make_series: Maker, kind: type) -> None:
    folder = make_series("one", noise=25)
    first, second = (kind(m := material(folder), split(m.series), PLAN) for _ in range(2))
    for step in (7, 3):  # another order of asking must not matter
        a, b = Steps(first, 4)[step], Steps(second, 4)[step]
        assert all(np.array_equal(a[k], b[k]) for k in a)
    assert not np.array_equal(Steps(first, 4)[7]["noisy"], Steps(first, 4)[8]["noisy"])


def test_a_batch_holds_every_field_of_its_examples() -> None:
    """Float32 HU and one truth value for each: what the losses and the network are given."""
    size = 16
    picture = np.arange(3 * size * size, dtype=np.float32).reshape(3, size, size)
    two = [examples.Example(picture + n, picture[:1], -1.0, 9.0 + n, picture[1:2], picture[2:], n == 1) for n in (0, 1)]
    batch = collate(two)
    assert set(batch) == {"noisy", "target", "sigma", "level", "mask", "detail", "noisy_target"}
    assert batch["noisy"].shape == (2, 3, size, size) and batch["detail"].shape == (2, 1, size, size)
    assert batch["level"].tolist() == [9.0, 10.0] and batch["noisy_target"].tolist() == [False, True]
    assert {str(v.dtype) for k, v in batch.items() if k != "noisy_target"} == {"torch.float32"}
    assert float(batch["noisy"][1, 2, 3, 4]) == 2 * 256 + 3 * 16 + 4 + 1


def test_the_speed_is_measured_whatever_the_losses_read() -> None:
    """The real steps on the real losses, as `train --examine` takes them for the times the window offers."""
    pace = steps_a_minute(Plan(batch=2, crop=32, device="cpu", threads=1))
    assert 1 < pace["steps_a_minute"] < 100_000
    assert "cpu" in pace["device"] and pace["start"] == "Fast"


def test_two_processes_together_see_the_batch_of_one(make_series: Maker) -> None:
    m = material(make_series("one"))
    objective = Simulated(m, split(m.series), PLAN)
    whole = Steps(objective, 4)[5]["noisy"]
    shares = [Steps(objective, 4, rank, 2)[5]["noisy"] for rank in (0, 1)]
    assert np.array_equal(whole[0::2], shares[0]) and np.array_equal(whole[1::2], shares[1])


def test_simulated_noise_has_the_level_the_dose_asks_for(make_series: Maker) -> None:
    """A quarter of the dose doubles the noise SD."""
    m = material(make_series("one", noise=10))
    plan = Plan(crop=64, doses=(0.25,))
    held = Simulated(m, split(m.series), plan).held(4)
    for one in held:
        soft = (one.reference > 0) & (one.reference < 80)
        added = float((one.noisy[1] - one.reference)[soft].std())
        total = np.hypot(added, 10)
        assert total == pytest.approx(20, rel=0.3)


def test_self_supervised_targets_are_never_slices_the_network_is_shown(make_series: Maker) -> None:
    m = material(make_series("thin", step=2.0, noise=30, slices=30))
    objective = SelfSupervised(m, split(m.series), PLAN)
    assert objective.reach(0) == 2  # k ± 1 are shown to the network
    thick = material(make_series("thick", step=6.0, noise=30, slices=30, patient="P2"))
    assert SelfSupervised(thick, split(thick.series), PLAN).reach(0) == 1


def test_overlapping_slices_are_not_taken_for_independent(make_series: Maker) -> None:
    import dataclasses

    m = material(make_series("overlap", step=2.0, noise=30, slices=30))
    found = m.series[0].found
    thick = dataclasses.replace(found, meta=dataclasses.replace(found.meta, slice_thickness_mm=4.0))
    m.series = (dataclasses.replace(m.series[0], found=thick),)
    assert make_objective(m, split(m.series), Plan(objective="self", crop=48), []).reach(0) == 3  # type: ignore[attr-defined]


# -- texture ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", [Texture(0.17, 2.0, 1.0), Texture(0.38, 2.0, 0.8), Texture(0.3, 3.0, 1.0, 0.01)])
def test_a_known_spectrum_is_found_again(truth: Texture) -> None:
    rng = np.random.default_rng(0)
    fields = noise_fields(rng, truth.f0, truth.falloff, truth.rise, truth.white).sum(axis=0)
    found = measure([(15 * fields + 50).astype(np.int16)])
    f = np.linspace(0.08, 0.45, 12)
    a, b = truth.radial(f), found.radial(f)
    assert found.measured
    assert np.abs(np.sqrt(a / a.mean()) - np.sqrt(b / b.mean())).max() < 0.15


def test_drawn_noise_has_unit_variance_at_unit_level() -> None:
    bank = TextureBank([Texture()], seed=0, total=2)
    rng = np.random.default_rng(1)
    noise = np.stack([bank.draw(0, rng, np.ones((SECTORS, 256, 256), np.float32), 3, 0.5) for _ in range(4)])
    assert noise.std() == pytest.approx(1.0, rel=0.05)
    shared = np.corrcoef(noise[:, 0].ravel(), noise[:, 1].ravel())[0, 1]
    assert shared == pytest.approx(np.sqrt(0.5), abs=0.05)


def test_any_number_of_series_needs_few_textures(make_series: Maker) -> None:
    import dataclasses

    from ldct_viewer.training.local.objectives import texture_slots

    m = material(make_series("one"))
    first = m.series[0]
    many = []
    for n in range(100):
        meta = dataclasses.replace(first.found.meta, kernel=f"K{n % 40}")
        many.append(dataclasses.replace(first, found=dataclasses.replace(first.found, meta=meta)))
    m.series = tuple(many)
    slots, measured = texture_slots(m)
    assert len(measured) <= 16 and len(slots) == 100
    assert slots[0] == slots[40] == slots[80]


# -- store ------------------------------------------------------------------------------------------


def test_the_cache_keeps_to_its_budget() -> None:
    cache = Lru(1000)
    for n in range(50):
        cache.get(n, lambda: np.zeros(100, np.uint8))
    assert cache.held <= 1000


def test_a_damaged_file_is_left_out_with_a_note(make_series: Maker) -> None:
    folder = make_series("one")
    (found,) = (s.found for s in examine([folder]).series)
    found.files[4].write_bytes(found.files[4].read_bytes()[:600])
    notes: list[str] = []
    store = SliceStore([found], 1 << 20, lambda note: notes.append(note.code))
    store.slice(0, 3)
    for _ in range(2):
        with pytest.raises(Unreadable):
            store.slice(0, 4)
    assert notes == ["bad_slice"]


def test_training_goes_on_without_a_damaged_slice(make_series: Maker) -> None:
    folder = make_series("one")
    m = material(folder)
    m.series[0].found.files[2].write_bytes(b"gone bad")
    objective = Simulated(m, split(m.series), PLAN)
    for step in range(20):
        objective.example(step, 0)
    assert m.store.bad == 1


def test_a_vanished_folder_is_said_not_skipped(make_series: Maker) -> None:
    folder = make_series("one")
    m = material(folder)
    shutil.rmtree(folder)
    with pytest.raises(OpenError) as error:
        m.store.slice(0, 1)
    assert error.value.code == "data_gone"


# -- clock ------------------------------------------------------------------------------------------


def test_sleep_of_the_machine_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0, 1e9]
    monkeypatch.setattr(clock_module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(clock_module.time, "time", lambda: now[1])
    clock = ActiveClock()
    now[:] = [101.0, 1e9 + 1]
    assert clock.tick() == 0 and clock.seconds == pytest.approx(1.0)
    now[:] = [101.5, 1e9 + 7201]  # Linux: the monotonic clock stood still
    assert clock.tick() == pytest.approx(7200)
    now[:] = [9101.5, 1e9 + 16201]  # Windows: it did not
    assert clock.tick() == pytest.approx(9000)
    assert clock.seconds == pytest.approx(1.0)
    now[:] = [9281.5, 1e9 + 16381]  # a starved step on a busy machine is no sleep
    assert clock.tick() == 0 and clock.seconds == pytest.approx(181.0)


# -- thick slices and phantoms -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Simulated, SelfSupervised])
@pytest.mark.parametrize("phantoms", [0.0, 1.0])
def test_a_slice_that_stands_in_for_others_has_one_noise(make_series: Maker, monkeypatch, kind, phantoms) -> None:
    """Slices far apart are shown thrice: three noises on one slice would teach to average what never differs."""
    monkeypatch.setattr(objectives, "PHANTOMS", phantoms)
    thick, thin = (material(make_series(f"{step}", slices=24, step=step, noise=20.0)) for step in (6.0, 2.0))
    objective = kind(thick, split(thick.series), PLAN)
    for n in range(8):
        noisy = objective.example(0, n).noisy
        assert np.array_equal(noisy[0], noisy[1]) and np.array_equal(noisy[2], noisy[1])
    for held in Simulated(thick, split(thick.series), PLAN).held(2):
        assert np.array_equal(held.noisy[0], held.noisy[1])
    objective = kind(thin, split(thin.series), PLAN)
    assert any(not np.array_equal(e.noisy[0], e.noisy[1]) for e in (objective.example(0, n) for n in range(8)))


@pytest.mark.parametrize("kind", [Simulated, SelfSupervised, "pairs"])
def test_a_phantom_is_as_noisy_as_the_scan_and_its_inserts_as_faint(make_series: Maker, monkeypatch, kind) -> None:
    low = make_series("low", slices=24, noise=20.0, seed=1)
    m = material(low, make_series("one", slices=24, noise=8.0)) if kind == "pairs" else material(low)
    objective = (pair_of_two if kind == "pairs" else kind)(m, split(m.series), PLAN)
    monkeypatch.setattr(objectives, "PHANTOMS", 1.0)
    made = [objective.example(0, n) for n in range(12)]
    assert all(not e.noisy_target and e.mask.all() and e.detail.max() > 0.2 for e in made)
    heights = []
    for e in made:
        body = float(np.median(e.target[e.detail < 0.02]))  # what is no insert and no rim
        heights.append(np.abs(e.target - body).max() / e.level)
        assert (e.detail[np.abs(e.target - body) > 2.0 + e.level / 2] > 0.05).all()
        assert (e.noisy[1] - e.target[0]).std() == pytest.approx(e.level, rel=0.5)
    assert 0.7 < np.median(heights) < 3.0 and min(e.level for e in made) > 10.0


# -- drawn details ------------------------------------------------------------------------------------


def pair_of_two(m: Material, parts: Split, plan: Plan) -> Pairs:
    low = int(m.sigma(1, 12) > m.sigma(0, 12))
    return Pairs(m, parts, plan, [Pair(low, 1 - low, 0.25)])


@pytest.mark.parametrize("kind", [Simulated, SelfSupervised, pair_of_two])
def test_details_are_drawn_into_input_and_target_alike_and_said_where(make_series: Maker, monkeypatch, kind) -> None:
    """The same example without the drawing differs from it by the drawing, in both pictures."""
    full = make_series("one", slices=24, noise=8.0)
    m = material(full) if kind is not pair_of_two else material(make_series("low", slices=24, noise=16.0, seed=1), full)
    objective = kind(m, split(m.series), PLAN)
    monkeypatch.setattr(examples, "DETAILS", 1.0)
    monkeypatch.setattr(objectives, "PHANTOMS", 0.0)
    with_them = [objective.example(0, n) for n in range(6)]
    monkeypatch.setattr(examples, "insert_details", rng_only)
    without = [objective.example(0, n) for n in range(6)]
    for a, b in zip(with_them, without, strict=True):
        drawn = a.target - b.target
        assert np.abs(drawn).max() > 5 and not b.detail.any()
        inside = (a.noisy[1] > -1000) & (b.noisy[1] > -1000)  # the floor of the HU range hides some
        np.testing.assert_allclose((a.noisy[1] - b.noisy[1])[inside], drawn[0][inside], atol=0.01)
        assert (a.detail[np.abs(drawn) > 20] > 0.1).all()
        assert a.detail[np.abs(drawn) > 5].min() > 0.08
        if (elsewhere := np.abs(drawn) < 0.01).any():  # a large detail may fill a crop
            assert a.detail[elsewhere].mean() < 0.08


def rng_only(rng: np.random.Generator, hu: np.ndarray, noise_hu: float) -> None:
    """Draws the same numbers, and nothing else."""
    shapes.insert_details(rng, np.zeros_like(hu), noise_hu)


def test_an_error_on_a_detail_weighs_more_whatever_the_target() -> None:
    error, nowhere = torch.zeros(1, 1, 48, 48), torch.zeros(1, 1, 48, 48)
    error[..., 20:28, 20:28] = 4.0
    there = (error > 0).float()
    for noisy in (True, False):
        batch = {
            "target": torch.zeros_like(error),
            "mask": torch.ones_like(error),
            "level": torch.tensor([20.0]),
            "noisy_target": torch.tensor([noisy]),
        }
        plain, weighed = (float(batch_loss(error, batch | {"detail": d})) for d in (nowhere, there))
        assert weighed > 2 * plain
        elsewhere = float(batch_loss(error, batch | {"detail": there.roll(20, -1)}))
        assert elsewhere == pytest.approx(plain)

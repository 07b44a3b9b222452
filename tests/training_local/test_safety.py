"""What a training must never do: mix up inputs and targets, offer a worse model, lose its average or its checkpoint."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from ldct_viewer.training.local import checkpoint
from ldct_viewer.training.local.checkpoint_files import write_atomic
from ldct_viewer.training.local.examine import examine
from ldct_viewer.training.local.examples import neighbours, turn
from ldct_viewer.training.local.gate import judge
from ldct_viewer.training.local.objectives import SelfSupervised, Simulated
from ldct_viewer.training.local.pace import follow
from ldct_viewer.training.local.plan import Plan
from ldct_viewer.training.noise import SECTORS

from .conftest import Maker
from .test_keeping import HELD, measures, trained


def test_two_doses_are_told_apart_by_their_noise_where_no_mas_is_told(make_series: Maker) -> None:
    full = make_series("a", noise=8, mas=None, seed=1)
    low = make_series("b", noise=24, mas=None, seed=2)
    report = examine([full, low])
    (pair,) = report.pairs
    assert report.series[pair.low].noise_hu > 2 * report.series[pair.full].noise_hu
    assert pair.dose == pytest.approx(1 / 9, rel=0.4)  # noise variance ∝ 1/dose


def test_scans_of_two_visits_are_no_pair(make_series: Maker) -> None:
    """Another frame of reference: places in it say nothing about places in the first one."""
    full = make_series("a", noise=8, mas=200, seed=1)
    low = make_series("b", noise=16, mas=50, seed=2, frame="1.2.99")
    assert not examine([full, low]).pairs


def test_a_model_worse_than_doing_nothing_is_not_offered_though_it_beats_its_start() -> None:
    assert not judge(measures(27.0), measures(28.0), measures(29.0), HELD).better
    assert not judge(None, measures(28.0), measures(29.0), HELD).better


def test_the_average_moves_by_its_small_share() -> None:
    """Exponential moving average: e ← keep · e + (1 − keep) · w."""
    ema, net = nn.Linear(3, 2), nn.Linear(3, 2)
    before = [p.detach().clone() for p in ema.parameters()]
    follow(ema, net, 0.9)
    for old, new, target in zip(before, ema.parameters(), net.parameters(), strict=True):
        assert torch.allclose(new, 0.9 * old + 0.1 * target, atol=1e-6)


def test_the_average_comes_back_from_a_checkpoint_as_itself(tmp_path: Path) -> None:
    net, ema, optimiser = trained(1)
    assert any(not torch.equal(a, b) for a, b in zip(net.parameters(), ema.parameters(), strict=True))
    checkpoint.save_state(tmp_path, net, ema, optimiser, {})
    other, other_ema, other_optimiser = trained(2)
    checkpoint.load_state(tmp_path, other, other_ema, other_optimiser)
    for name, value in ema.state_dict().items():
        assert torch.equal(value, other_ema.state_dict()[name]), name


def test_a_checkpoint_is_replaced_by_a_rename_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has the old file open keeps the old bytes; a crash at any moment leaves one whole file."""
    path = tmp_path / "state"
    write_atomic(path, b"old" * 1000)
    with open(path, "rb") as old:
        write_atomic(path, b"new" * 1000)
        assert old.read() == b"old" * 1000 and path.read_bytes() == b"new" * 1000
    assert os.listdir(tmp_path) == ["state"]

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Exception, match="disk is full"):
        write_atomic(path, b"newer")
    assert path.read_bytes() == b"new" * 1000 and os.listdir(tmp_path) == ["state"]


@pytest.mark.parametrize("seed", range(12))
def test_noise_levels_turn_with_the_anatomy(seed: int) -> None:
    """A level that grows to the lower right must lie there after any mirroring, with its picture."""
    y, x = np.mgrid[:16, :16].astype(np.float32)
    picture = 3 * y + 7 * x
    levels = np.stack([picture] * SECTORS)
    turned, turned_levels = turn(np.random.default_rng(seed), picture[None].copy(), levels.copy())
    assert turned_levels is not None
    for level in turned_levels:
        np.testing.assert_array_equal(level, turned[0])


def test_neighbours_stay_inside_the_series_and_in_order() -> None:
    assert [neighbours(k, 4, 2.0, 4.0) for k in range(4)] == [(0, 0, 1), (0, 1, 2), (1, 2, 3), (2, 3, 3)]
    assert neighbours(1, 4, 5.0, 4.0) == (1, 1, 1)


def test_a_darker_or_brighter_tissue_is_refused_alike() -> None:
    for shift in (-2.5, 2.5):
        assert not judge(measures(32.0), replace(measures(33.0), bias_hu={"fat": shift}), measures(29.0), HELD).better


def test_the_noise_added_is_what_is_missing_to_the_noise_of_that_dose() -> None:
    """Noise variance ∝ 1/dose: σ²/a − σ² is added to a slice that has σ²; a cleaned one gets all of σ²/a."""
    made = object.__new__(Simulated)
    made.plan = Plan(doses=(0.1, 0.5))
    made.material = SimpleNamespace(sigma=lambda s, k: 20.0)
    made.noised = lambda rng, s, k, added, total, clean: (added, total, clean)
    rng = np.random.default_rng(0)
    seen = [made.make(rng, 0, 0) for _ in range(60)]
    for added, total, clean in seen:
        assert added**2 == pytest.approx(total**2 if clean else total**2 - 20.0**2)
    assert {clean for _, _, clean in seen} == {True, False}


def test_a_held_out_slice_is_never_a_target() -> None:
    """Nor is it read."""
    made = object.__new__(SelfSupervised)
    made.plan, made.split = Plan(), SimpleNamespace(held=[(3, 7)])
    made.material = SimpleNamespace(depth=lambda s: 10, hu=lambda s, k: pytest.fail(f"slice {k} was read"))
    made.reach = lambda s: 2
    assert all(made._neighbour(np.random.default_rng(n), 0, 5) is None for n in range(10))

"""Checkpoints, run folders, the gate and the measures."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ldct_viewer.denoise.network import build
from ldct_viewer.errors import LdctError, WriteError
from ldct_viewer.training.local import checkpoint, runs
from ldct_viewer.training.local.gate import judge, rank
from ldct_viewer.training.local.metrics import Measures, measure, psnr, ssim
from ldct_viewer.training.local.objectives import Held
from ldct_viewer.training.local.plan import Plan
from ldct_viewer.training.local.words import said

HELD = said("held_slices", slices=said("slices", n=8), n=1)
TINY = {"family": "pu", "channels": [4, 4, 4], "blocks": [1, 1, 1]}


def trained(seed: int):
    torch.manual_seed(seed)
    net, ema = build(TINY), build(TINY)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for _ in range(3):
        loss = net(torch.randn(1, 3, 16, 16), torch.tensor([5.0])).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return net, ema, optimiser


def test_a_state_comes_back_whole(tmp_path: Path) -> None:
    net, ema, optimiser = trained(1)
    checkpoint.save_state(tmp_path, net, ema, optimiser, {"step": 3})
    other, other_ema, other_optimiser = trained(2)
    assert checkpoint.load_state(tmp_path, other, other_ema, other_optimiser) == {"step": 3}
    for a, b in zip(net.state_dict().values(), other.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    expected, found = (o.state_dict()["state"] for o in (optimiser, other_optimiser))
    assert found.keys() == expected.keys()
    for index, moments in expected.items():
        assert all(torch.equal(moments[k], found[index][k]) for k in moments)


def test_a_full_disk_leaves_the_last_state_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net, ema, optimiser = trained(1)
    checkpoint.save_state(tmp_path, net, ema, optimiser, {"step": 3})

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as error:
        checkpoint.save_state(tmp_path, net, ema, optimiser, {"step": 4})
    assert error.value.code == "disk_full"
    assert checkpoint.load_state(tmp_path, net, ema, optimiser)["step"] == 3
    assert [p.name for p in tmp_path.iterdir()] == ["state.safetensors"]


def test_a_foreign_state_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"\x80\x04not a checkpoint")
    with pytest.raises(LdctError) as error:
        checkpoint.load_state(tmp_path, *trained(1))
    assert error.value.code == "bad_state"


# -- runs -------------------------------------------------------------------------------------------


def test_a_run_that_is_not_alive_and_did_not_end_is_interrupted() -> None:
    run = runs.create(Plan(), [Path("x")])
    assert [r.id for r in runs.find_interrupted()] == [run.id]
    with run.lock():
        assert run.alive and not runs.find_interrupted()
    run.update(state="finished")
    assert not runs.find_interrupted()


def test_a_torn_last_line_is_read_when_it_is_whole() -> None:
    run = runs.create(Plan(), [])
    run.log({"event": "a"})
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"event": "b"')
    events, offset = run.events()
    assert [e["event"] for e in events] == ["a"]
    with (run.folder / "events.jsonl").open("ab") as file:
        file.write(b"}\n")
    assert [e["event"] for e in run.events(offset)[0]] == ["b"]


def test_a_plan_comes_back_from_its_run() -> None:
    plan = Plan(objective="self", doses=(0.1, 0.2), minutes=30)
    assert runs.create(plan, []).plan == plan


def test_run_folders_are_private() -> None:
    folder = runs.create(Plan(), []).folder
    if os.name != "nt":
        assert folder.stat().st_mode & 0o077 == 0


# -- gate -------------------------------------------------------------------------------------------


def measures(value: float, **bias: float) -> Measures:
    return Measures(0.1, value, 0.9, 10.0, bias)


def test_better_is_offered() -> None:
    verdict = judge(measures(32.0), measures(32.6, fat=0.4), measures(29.0), HELD)
    assert verdict.better and verdict.gain_db == pytest.approx(0.6)
    assert "32.00 to 32.60" in verdict.reasons[0]


@pytest.mark.parametrize("tuned", [measures(31.9), measures(32.0), measures(33.0, lung=2.5), measures(33.0, bone=-2.1)])
def test_worse_or_shifted_is_kept_aside(tuned: Measures) -> None:
    assert not judge(measures(32.0), tuned, measures(29.0), HELD).better


def test_what_is_gained_on_one_kind_of_scan_must_not_be_lost_on_another() -> None:
    start = replace(measures(32.0), kinds={"chest": 30.0, "head": 34.0})
    tuned = replace(measures(33.0), kinds={"chest": 32.3, "head": 33.7})
    verdict = judge(start, tuned, measures(29.0), HELD)
    assert not verdict.better and "head" in verdict.reasons[0] and "-0.30 dB" in verdict.reasons[0]
    assert rank(replace(measures(32.4), kinds={"chest": 30.8, "head": 34.0}), start) > rank(tuned, start)


def test_a_state_that_shifts_hu_never_replaces_one_that_does_not() -> None:
    assert rank(measures(31.0, fat=0.5)) > rank(measures(35.0, fat=4.0))
    assert rank(measures(31.5, fat=0.5)) > rank(measures(31.0, fat=0.1))


# -- measures ---------------------------------------------------------------------------------------


def test_ssim_agrees_with_scikit_image() -> None:
    from skimage.metrics import structural_similarity

    rng = np.random.default_rng(0)
    a = rng.normal(50, 30, (64, 64)).astype(np.float32)
    b = (a + rng.normal(0, 20, (64, 64))).astype(np.float32)
    expected = structural_similarity(a, b, data_range=400.0)
    assert ssim(a, b, 400.0, np.ones((64, 64), bool)) == pytest.approx(expected, abs=1e-4)


def test_psnr_of_known_error() -> None:
    assert psnr(16.0, 400.0) == pytest.approx(40.0)


def test_a_shift_of_fat_is_found_as_such() -> None:
    rng = np.random.default_rng(0)
    truth = np.full((128, 128), 50.0, np.float32)
    truth[:, :64] = -100
    reference = (truth + rng.normal(0, 10, truth.shape)).astype(np.float32)
    held = Held(np.stack([reference] * 3), reference, np.ones(truth.shape, bool), 10.0, 10.0)
    shifted = reference + np.where(truth < 0, 3.0, 0.0).astype(np.float32)
    found = measure([shifted], [held], 0.0, "soft").bias_hu
    assert found["fat"] == pytest.approx(3.0, abs=0.05) and found["soft tissue"] == pytest.approx(0.0, abs=0.05)


def test_independent_noise_of_the_reference_is_taken_out_of_psnr() -> None:
    """Self-supervised validation: MSE to a noisy reference minus its known noise is the true MSE."""
    rng = np.random.default_rng(0)
    truth = np.full((512, 512), 40.0, np.float32)
    below, above = (truth + rng.normal(0, 20, truth.shape).astype(np.float32) for _ in range(2))
    noise = (above - below) / 2
    held = Held(np.stack([truth] * 3), (below + above) / 2, np.ones(truth.shape, bool), 20.0, 20.0, noise)
    out = truth + rng.normal(0, 5, truth.shape).astype(np.float32)
    assert measure([out], [held], 0.0, "soft").psnr == pytest.approx(psnr(25.0, 400.0), abs=0.3)


def test_noise_that_the_window_clips_away_is_not_taken_out_of_psnr() -> None:
    """Half of a chest is lung, black in the soft window: its noise made every model look perfect (58 dB)."""
    rng = np.random.default_rng(0)
    truth = np.full((512, 512), 40.0, np.float32)
    truth[:, :256] = -850.0
    below, above = (truth + rng.normal(0, 30, truth.shape).astype(np.float32) for _ in range(2))
    held = Held(np.stack([truth] * 3), (below + above) / 2, np.ones(truth.shape, bool), 30.0, 30.0, (above - below) / 2)
    found = [measure([truth + rng.normal(0, sd, truth.shape)], [held], 0.0, "soft").psnr for sd in (6.0, 12.0)]
    assert found == pytest.approx([psnr(sd**2 / 2, 400.0) for sd in (6.0, 12.0)], abs=0.4)


def test_a_card_holds_nothing_pickled_and_is_json() -> None:
    assert json.loads(json.dumps(Plan().to_json()))["objective"] == "simulated"

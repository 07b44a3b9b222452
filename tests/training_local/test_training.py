"""Whole small trainings: to the end, killed, short of memory, on a full disk, in two processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ldct_viewer.cli.main import main
from ldct_viewer.denoise.model_file import default_model, list_models, load_model
from ldct_viewer.training.local import engine as engine_module
from ldct_viewer.training.local import loop as loop_module
from ldct_viewer.training.local import runs
from ldct_viewer.training.local.gate import Verdict
from ldct_viewer.training.local.words import said

from .conftest import Maker

ARGS = ["--steps", "6", "--interval", "3", "--batch", "2", "--threads", "1", "--device", "cpu", "--json"]


def events(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def curve(found: list[dict]) -> dict[int, tuple[float, float]]:
    return {e["step"]: (e["train_loss"], e["psnr"]) for e in found if e["event"] == "validated"}


@pytest.fixture
def accept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight steps seldom make a better model; what follows acceptance is tested with this."""
    from ldct_viewer.training.local import finish

    monkeypatch.setattr(finish, "judge", lambda *a: Verdict(True, said("better", gain="1.00"), (), 1.0))


def test_a_training_makes_a_model_that_can_be_used(make_series: Maker, accept: None, capsys) -> None:
    folder = make_series("환자 1", noise=8)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert main(["train", str(folder), *ARGS]) == 0
    finished = events(capsys.readouterr().out)[-1]
    assert finished["event"] == "finished" and finished["accepted"]
    info = next(m for m in list_models() if not m.shipped)
    assert info.id == finished["model"]
    load_model(info)
    text = json.dumps(info.card, ensure_ascii=False)
    assert "Secret" not in text and "환자" not in text and str(folder.parent) not in text
    assert info.card["training"]["objective"] == "simulated"
    assert info.card["training"]["curves"]["step"] == [0, 3, 6]
    assert info.recommended_strength == default_model().recommended_strength < 1  # that of what it started from
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before  # sources are never touched


def test_of_all_states_the_best_one_is_kept(make_series: Maker, accept: None, capsys, monkeypatch) -> None:
    """A PSNR that rises and falls again: the state on its top is what becomes the model."""
    made_up, real = {2: 42.0, 4: 43.0, 6: 41.0}, loop_module.Loop._validate

    def validate(self: loop_module.Loop) -> None:
        measured = self.validator

        def measure(net: torch.nn.Module) -> tuple:
            measures, pictures = measured(net)
            return replace(measures, psnr=made_up[self.state.step], bias_hu={}, kinds={}), pictures

        monkeypatch.setattr(self, "validator", measure)
        real(self)
        monkeypatch.setattr(self, "validator", measured)

    monkeypatch.setattr(loop_module.Loop, "_validate", validate)
    assert main(["train", str(make_series("one")), *ARGS, "--interval", "2"]) == 0
    found = events(capsys.readouterr().out)
    assert [psnr for _, psnr in curve(found).values()][1:] == [42.0, 43.0, 41.0]
    assert found[-1]["best_step"] == 4


def test_a_model_that_is_not_better_is_not_offered(make_series: Maker, capsys, monkeypatch) -> None:
    monkeypatch.setattr(loop_module, "rank", lambda m, start: (0.0, 0.0, -m.psnr))  # keep the worst
    monkeypatch.setattr("ldct_viewer.training.local.gate.MIN_GAIN_DB", 5.0)
    assert main(["train", str(make_series("one")), *ARGS]) == 8
    assert all(m.shipped for m in list_models())
    run = runs.list_runs()[0]
    assert run.state == "rejected"
    assert list((run.folder / "rejected").glob("*.safetensors"))


def test_memory_that_runs_out_halves_the_batch_and_changes_nothing(make_series: Maker, capsys, monkeypatch) -> None:
    folder = make_series("one")
    short = [*ARGS, "--steps", "3", "--interval", "3"]
    main(["train", str(folder), *short])
    calm = curve(events(capsys.readouterr().out))
    real = engine_module.batch_loss

    def hungry(out: torch.Tensor, batch: dict) -> torch.Tensor:
        if len(out) > 1:
            raise RuntimeError("CUDA error: out of memory")
        return real(out, batch)

    monkeypatch.setattr(engine_module, "batch_loss", hungry)
    main(["train", str(folder), *short])
    found = events(capsys.readouterr().out)
    assert [e["code"] for e in found if e["event"] == "notice"] == ["memory"]
    for step, (_, psnr) in curve(found).items():
        assert psnr == pytest.approx(calm[step][1], abs=0.02)


def test_a_full_disk_is_said_and_training_goes_on(make_series: Maker, accept: None, capsys, monkeypatch) -> None:
    from ldct_viewer.errors import WriteError

    calls = []

    def sometimes_full(*args, **kwargs) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise WriteError("The disk is full.", "Free some space.", code="disk_full")
        return real(*args, **kwargs)

    real = loop_module.save_state
    monkeypatch.setattr(loop_module, "save_state", sometimes_full)
    assert main(["train", str(make_series("one")), *ARGS]) == 0
    found = events(capsys.readouterr().out)
    assert [e["code"] for e in found if e["event"] == "notice"] == ["disk_full", "saved_again"]
    assert found[-1]["event"] == "finished"


def test_stop_keeps_the_best_and_cancel_keeps_nothing(make_series: Maker, accept: None, capsys, monkeypatch) -> None:
    folder = make_series("one")
    monkeypatch.setattr(runs.Run, "wished", property(lambda self: "stop"))
    assert main(["train", str(folder), *ARGS]) == 0
    assert events(capsys.readouterr().out)[-1]["steps"] == 0
    monkeypatch.setattr(runs.Run, "wished", property(lambda self: "cancel"))
    assert main(["train", str(folder), *ARGS]) == 130
    assert "cancelled" in {r.state for r in runs.list_runs()}
    assert not runs.find_interrupted()


@pytest.mark.parametrize("objective", ["pairs", "self"])
def test_the_other_objectives_train_too(make_series: Maker, accept: None, capsys, objective: str) -> None:
    full = make_series("a", noise=8, mas=200, seed=1, slices=16)
    low = make_series("b", noise=30, mas=50, seed=2, slices=16)
    assert main(["train", str(full), str(low), "--objective", objective, *ARGS]) == 0
    found = events(capsys.readouterr().out)
    assert found[-1]["objective"] == objective
    assert found[-1]["measures"]["start"]["psnr"] > 0


def test_wrong_wishes_have_clear_words_and_codes(make_series: Maker, tmp_path: Path, capsys) -> None:
    folder = str(make_series("one"))
    assert main(["train", str(tmp_path / "no such"), *ARGS]) == 3
    assert main(["train", folder, "--from", "nonsense", *ARGS]) == 4
    assert main(["train", folder, "--objective", "pairs", *ARGS]) == 3
    assert main(["train", folder, "--out", str(tmp_path / "model.pt"), *ARGS]) == 6
    assert main(["train", folder, *ARGS, "--device", "cuda:9"]) == 5
    assert main(["train", "--resume", "--json"]) in (1, 3)
    for line in capsys.readouterr().out.splitlines():
        json.loads(line)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ldct_viewer", "train", *arguments]


@pytest.mark.slow
def test_killed_and_resumed_it_draws_the_same_curve(make_series: Maker, capsys) -> None:
    folder = make_series("one")
    main(["train", str(folder), *ARGS])
    whole = curve(events(capsys.readouterr().out))
    child = subprocess.Popen(command(str(folder), *ARGS), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if '"validated", "step": 3' in line:
            break
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
    child.wait()
    child.stdout.close()
    (run,) = runs.find_interrupted()
    main(["train", "--resume", "--json"])
    found = events(capsys.readouterr().out)
    resumed = next(e for e in found if e["event"] == "resumed")
    assert resumed["step"] in (0, 3, 6)
    for step, values in curve(found).items():
        assert values == pytest.approx(whole[step], abs=1e-3)
    assert run.state in ("finished", "rejected")
    assert not runs.find_interrupted()


@pytest.mark.slow
def test_a_vanished_folder_can_come_back(make_series: Maker, tmp_path: Path, capsys, monkeypatch) -> None:
    from ldct_viewer.training.local.store import Lru

    folder = make_series("one")
    real, count = Lru.get, [0]

    def forgetful(self, key, make):
        count[0] += 1
        if count[0] == 400 and folder.exists():
            shutil.move(folder, tmp_path / "away")
        return make() if count[0] >= 400 else real(self, key, make)

    monkeypatch.setattr(Lru, "get", forgetful)
    many = ["--steps", "400", *ARGS[2:]]
    assert main(["train", str(folder), *many]) == 3
    monkeypatch.setattr(Lru, "get", real)
    (run,) = runs.find_interrupted()
    assert run.read()["error"]["code"] == "data_gone"
    assert main(["train", "--resume", "--json"]) == 3  # still away: said at once
    shutil.move(tmp_path / "away", folder)
    run.update(plan={**run.plan.to_json(), "steps": 6})
    capsys.readouterr()
    main(["train", "--run", run.id, "--json"])
    assert events(capsys.readouterr().out)[-1]["event"] == "finished"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="torchrun with gloo is tried on Linux and macOS")
def test_two_processes_make_the_model_of_one(make_series: Maker, capsys) -> None:
    folder = make_series("one")
    main(["train", str(folder), *ARGS])
    one = events(capsys.readouterr().out)
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    two = subprocess.run(
        [*launcher, "-m", "ldct_viewer", "train", str(folder), *ARGS],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert two.returncode == 0, two.stderr[-2000:]
    found = events(two.stdout)
    assert next(e for e in found if e["event"] == "started")["processes"] == 2
    for step, values in curve(found).items():
        expected = curve(one)[step]
        assert values[1] == pytest.approx(expected[1], abs=0.02)
        if step:
            assert values[0] == pytest.approx(expected[0], rel=0.03)

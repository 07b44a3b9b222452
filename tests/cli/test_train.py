"""``ldct-viewer train`` as a person calls it: what it refuses, and what it says when it is stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ldct_viewer.cli.main import main
from ldct_viewer.errors import EXIT_CANCELLED, EXIT_INPUT, EXIT_OK, EXIT_USAGE
from ldct_viewer.training.local import runs, trainer
from tests.training_local.conftest import make_series, own_data_dir  # noqa: F401 - fixtures

SHORT = ["--steps", "2", "--batch", "1", "--threads", "1", "--device", "cpu"]


@pytest.fixture
def scans(make_series) -> Path:  # noqa: F811
    return make_series("one")


@pytest.fixture
def pace(monkeypatch):
    monkeypatch.setattr(trainer, "steps_a_minute", lambda plan: {"steps_a_minute": 60.0, "device": "cpu"})


@pytest.mark.parametrize("words", [[], ["--examine"], ["--resume", "--examine"], ["--run", "x", "--examine"]])
def test_wrong_usage_is_2(words, capsys):
    assert main(["train", *words]) == EXIT_USAGE
    assert ("No folder" in capsys.readouterr().err) == (len(words) < 2)


@pytest.mark.parametrize("more", [[], ["--examine"]])
def test_pairs_where_there_are_none_are_a_matter_of_the_input(scans, capsys, more):
    assert main(["train", str(scans), "--objective", "pairs", *more, *SHORT]) == EXIT_INPUT
    assert "no low/full-dose pairs" in capsys.readouterr().err
    assert not runs.list_runs()


def test_examine_says_what_would_be_done(scans, pace, capsys):
    assert main(["train", str(scans), "--objective", "self", "--examine", "--json"]) == EXIT_OK
    report = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (report["objective"], report["reason"]) == ("self", "Chosen by --objective.")
    assert "reason_said" not in report  # the window would translate why another one is advised


def test_a_series_that_is_not_there_is_said_to_be_missing(scans, tmp_path, capsys):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("x")
    for folder in (scans, tmp_path / "other"):
        assert main(["train", str(folder), "--series", "1.2.3", *SHORT]) == EXIT_INPUT
        told = capsys.readouterr().err
        assert "There is no CT series of this UID." in told and "no files" not in told


def test_ctrl_c_says_that_the_training_is_kept(scans, capsys, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer, "train", stopped)
    assert main(["train", str(scans), *SHORT]) == EXIT_CANCELLED
    told = capsys.readouterr().err
    assert "--resume" in told and "nothing was written" not in told
    assert len(runs.find_interrupted()) == 1


def test_ctrl_c_before_it_began_leaves_nothing(scans, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("ldct_viewer.training.local.examine.examine", stopped)
    assert main(["train", str(scans), *SHORT]) == EXIT_CANCELLED
    assert "nothing was written" in capsys.readouterr().err and not runs.list_runs()

"""A sample of the long runs (``python -m tests.fuzz``), and everything that ever got through, on every test run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("imagecodecs")

from .run import base_of, fuzz, look, models, past, truncate

SEED = 20261123


@pytest.mark.parametrize("failure", past(), ids=lambda failure: failure.name)
def test_what_got_through_once_does_not_again(failure, tmp_path: Path) -> None:
    assert look(tmp_path, base_of(failure), failure.data).failure == ""


def test_broken_files_get_a_typed_answer_in_time_and_no_wrong_hu() -> None:
    tally = fuzz(SEED, 0, 400)
    assert [(one.name, one.how, one.what) for one in tally.failures] == []
    assert sum(tally.outcomes.values()) == 400
    assert tally.outcomes["same"] > 20 and tally.outcomes["truncated"] > 20  # the run reaches both ends


def test_no_cut_slice_is_accepted() -> None:
    tally = truncate(SEED, 0, 240)
    assert [(one.name, one.how) for one in tally.failures] == []
    assert tally.outcomes["complete all the same"] < 12


def test_no_damaged_model_is_loaded() -> None:
    tally = models(SEED, 0, 120)
    assert [(one.name, one.what) for one in tally.failures] == []
    assert sum(tally.outcomes.values()) > 100

"""The denoise job around a network that only adds one: order, pause, cancel, notices."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ldct_viewer.denoise.order import OrderQueue
from ldct_viewer.errors import ModelError
from ldct_viewer.jobs.denoise_job import DenoiseJob, PrepareJob
from ldct_viewer.jobs.job import JobSlot
from ldct_viewer.volume import Geometry, Volume


class PlusOne:
    """Stands in for a Denoiser: same run(), no torch; ``seconds`` a slice."""

    def __init__(self, seconds: float = 0.0, notice: str = "") -> None:
        self.seconds, self.notice = seconds, notice
        self.on_notice = lambda text: None

    def run(self, volume, order, out, *, on_slices, cancel, pause):
        if self.notice:
            self.on_notice(self.notice)
        while not order.finished():
            cancel.check()
            if not pause.wait(0.02):
                continue
            for k in order.next(1):
                time.sleep(self.seconds)
                out[k] = volume.hu[k] + 1
                order.mark_done([k])
                on_slices([k])


@pytest.fixture
def volume():
    hu = np.arange(40 * 16, dtype=np.int16).reshape(40, 4, 4)
    return Volume(hu, Geometry(hu.shape, (1.0, 1.0, 1.0)))


def make(volume, focus=20, **network):
    out = np.zeros_like(volume.hu)
    return DenoiseJob(PlusOne(**network), volume, out, OrderQueue(40), focus), out


def test_all_slices_come_once_outward_from_the_focus(qtbot, volume):
    (job, out), slot, seen = make(volume), JobSlot(), []
    slot.chunk.connect(seen.extend)
    with qtbot.waitSignal(slot.done, timeout=10000):
        slot.start(job)
    assert seen[0] == 20
    distances = [abs(k - 20) for k in seen]
    assert distances == sorted(distances)
    assert sorted(seen) == list(range(40))
    assert np.array_equal(out, volume.hu + 1)


def test_scrolling_reorders_what_is_left(qtbot, volume):
    (job, _), slot, seen = make(volume, seconds=0.01), JobSlot(), []
    slot.chunk.connect(seen.extend)
    with qtbot.waitSignal(slot.done, timeout=15000):
        slot.start(job)
        qtbot.waitUntil(lambda: len(seen) >= 3, timeout=5000)
        job.refocus(0)
    assert seen.index(0) < 15  # without the wish, slice 0 would be among the last


def test_pause_holds_and_cancel_ends_a_held_job(qtbot, volume):
    (job, _), seen = make(volume, seconds=0.01), []
    job.chunk.connect(seen.extend)
    job.cancelled.connect(lambda: seen.append("cancelled"))
    job.start()
    qtbot.waitUntil(lambda: len(seen) >= 2, timeout=5000)
    job.set_paused(True)
    qtbot.wait(100)
    held = len(seen)
    qtbot.wait(200)
    assert len(seen) == held < 40
    job.cancel()
    qtbot.waitUntil(lambda: seen[-1] == "cancelled", timeout=300)


def test_notices_reach_the_window(qtbot, volume):
    (job, _), heard = make(volume, notice="continuing on the CPU"), []
    job.notice.connect(heard.append)
    job.start()
    qtbot.waitUntil(lambda: not job.running, timeout=5000)
    assert heard == ["continuing on the CPU"]


@pytest.mark.filterwarnings("ignore")
def test_a_model_that_is_not_there_is_refused_in_words(qtbot, tmp_path):
    slot = JobSlot()
    with qtbot.waitSignal(slot.failed, timeout=60000) as caught:
        slot.start(PrepareJob(str(tmp_path / "none.safetensors"), "cpu"))
    assert isinstance(caught.args[0], ModelError)

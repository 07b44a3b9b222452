"""Decoding where it can do no harm: a decoder that crashes, hangs, eats or lies costs its slice, nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ldct_viewer.cli.main import DECODER_FLAG as COMMAND_LINE_FLAG
from ldct_viewer.dicom import decoder_pool, decoder_process
from ldct_viewer.dicom.codecs import Job
from ldct_viewer.dicom.codes import FileProblem
from ldct_viewer.dicom.decoder_pool import DecoderPool
from ldct_viewer.dicom.read import SeriesReader, load
from ldct_viewer.dicom.scan import scan_paths
from ldct_viewer.errors import OpenError

from . import make_ct
from .bad_decoder import bad_command, poisoned

imagecodecs = pytest.importorskip("imagecodecs")
ROOT = Path(__file__).resolve().parents[2]
PLANE = make_ct.pixels(1)[0]
STREAM = imagecodecs.jpegls_encode(PLANE)
JOB = Job("jpegls", *PLANE.shape, 2)
JPEG_LS = "1.2.840.10008.1.2.4.80"
posix = pytest.mark.skipif(sys.platform == "win32", reason="resource limits are POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux's")


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    made = DecoderPool(bad_command, most=2)
    yield made
    made.close()


@pytest.fixture
def bad(monkeypatch: pytest.MonkeyPatch, pool: DecoderPool) -> DecoderPool:
    """The program's pool is the one whose decoders can be brought down."""
    monkeypatch.setattr(decoder_pool, "pool", pool)
    monkeypatch.setattr(decoder_pool, "PATIENCE_S", 1.5)
    pool._slow = 0
    return pool


def fails(pool: DecoderPool, how: bytes) -> str:
    with pytest.raises(FileProblem) as problem:
        pool.decode(JOB, poisoned(STREAM, how + b"."))
    return problem.value.reason.code


def works(pool: DecoderPool) -> bool:
    return np.array_equal(pool.decode(JOB, STREAM), PLANE)


@posix
@pytest.mark.parametrize(
    ("how", "code"),
    [(b"abort", "decoder_died"), (b"segfault", "decoder_died"), (b"exit", "decoder_died"), (b"hang", "decoder_slow")],
)
def test_a_decoder_brought_down_is_a_reason_and_the_next_frame_is_decoded(
    bad: DecoderPool, how: bytes, code: str
) -> None:
    assert works(bad)
    start = time.monotonic()
    assert fails(bad, how) == code
    assert time.monotonic() - start < 4
    assert works(bad)


@linux
def test_memory_is_bounded(bad: DecoderPool) -> None:
    assert fails(bad, b"eat") in ("too_large", "decoder_died")
    assert works(bad)


@linux
def test_a_frame_may_take_less_than_1_gb_of_a_small_file() -> None:
    for side in (512, 4096, 16384):
        job = Job("jpeg2k", side, side, 2)
        assert decoder_process.memory_allowed(job, 9 << 20) < 1 << 30
    assert decoder_process.memory_allowed(JOB, 1000) >= 16 * JOB.frame_bytes


@posix
def test_the_process_cannot_write_files(bad: DecoderPool) -> None:
    target = Path("decoder-was-here")
    try:
        with pytest.raises(FileProblem):
            bad.decode(JOB, poisoned(STREAM, b"write."))
        assert not target.exists() or target.stat().st_size == 0
    finally:
        target.unlink(missing_ok=True)


def test_frames_that_hang_again_and_again_get_less_time(bad: DecoderPool) -> None:
    first = bad._patience(1000)
    start = time.monotonic()
    for _ in range(3):
        assert fails(bad, b"hang") == "decoder_slow"
    assert bad._patience(1000) < first / 2 and time.monotonic() - start < 6
    for _ in range(decoder_pool._TRUST_AGAIN):
        assert works(bad)
    assert bad._patience(1000) == first


def test_a_series_with_deadly_slices_opens_without_them(bad: DecoderPool, tmp_path: Path) -> None:
    how = iter([b"", b"abort.", b"", b"hang.", b"", b""])

    def encode(plane: np.ndarray) -> bytes:
        stream, what = imagecodecs.jpegls_encode(plane), next(how)
        return poisoned(stream, what) if what else stream

    make_ct.series(tmp_path, syntax=JPEG_LS, encode=encode)
    volume = load(tmp_path)
    np.testing.assert_array_equal(volume.hu, make_ct.pixels()[[0, 2, 4, 5]].astype(int) - 1024)
    notes = {w.code: w for w in volume.warnings}
    assert {"decoder_died", "decoder_slow", "missing_slices"} <= set(notes)
    assert notes["decoder_died"].message == "1 slice left out. The image is so damaged that its decoder crashed."
    assert notes["decoder_died"].files == (str(tmp_path / "IM0001"),)


def test_many_threads_share_the_processes(bad: DecoderPool) -> None:
    planes = make_ct.pixels(40)
    streams = [imagecodecs.jpegls_encode(plane) for plane in planes]
    wrong: list[int] = []

    def work(start: int) -> None:
        for k in range(start, len(planes), 6):
            if k % 7 == 3:
                with pytest.raises(FileProblem):
                    bad.decode(JOB, poisoned(streams[k], b"exit."))
            elif not np.array_equal(bad.decode(JOB, streams[k]), planes[k]):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == [] and len(bad._all) <= bad.most and len(bad._idle) == len(bad._all)


def test_a_decoder_that_cannot_be_started_is_said_once_and_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def command(arguments: object) -> list[str]:
        tries.append(1)
        return [sys.executable, "-c", "import sys; sys.exit(3)"]

    monkeypatch.setattr(decoder_pool, "pool", DecoderPool(command, most=2))
    make_ct.series(tmp_path, syntax=JPEG_LS, encode=imagecodecs.jpegls_encode)
    start = time.monotonic()
    with pytest.raises(OpenError) as error:
        SeriesReader(scan_paths([tmp_path]).series[0]).read()
    assert error.value.code == "no_decoder" and "virus scanner" in error.value.hint
    assert len(tries) == 1 and time.monotonic() - start < 5
    nothing = DecoderPool(lambda arguments: [str(tmp_path / "no such program")])
    with pytest.raises(FileProblem, match="could not be started"):
        nothing.decode(JOB, STREAM)


@pytest.mark.parametrize(
    "answer", [b"\x02u\x04\x00\x00", b"\x02f\x02\x00\x00", b"\xff" * 5, b"\x03\0\0\xff\xff", b"\x02"]
)
def test_what_a_process_says_is_not_believed(answer: bytes) -> None:
    """A decoder taken over by a hostile image may answer anything; none of it becomes pixels or a crash."""
    code = (
        "import os; os.write(1, bytes([1, 0, 0, 0, 0]));\n"
        f"while os.read(0, 4096): os.write(1, {answer!r}); os.close(1); break"
    )
    liar = DecoderPool(lambda arguments: [sys.executable, "-S", "-c", code], most=1)
    with pytest.raises(FileProblem) as problem:
        liar.decode(JOB, STREAM)
    assert problem.value.reason.code in ("bad_stream", "decoder_died", "truncated")
    liar.close()


@pytest.mark.parametrize("half", [b"\x02", b"\x03\0\0\x09\0abc"])
def test_an_answer_that_stops_halfway_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, half: bytes) -> None:
    monkeypatch.setattr(decoder_pool, "PATIENCE_S", 0.5)
    code = (
        "import os, time; os.write(1, bytes([1, 0, 0, 0, 0]));\n"
        f"while os.read(0, 4096): os.write(1, {half!r}); time.sleep(60)"
    )
    mute = DecoderPool(lambda arguments: [sys.executable, "-S", "-c", code], most=1)
    with pytest.raises(FileProblem) as problem:
        mute.decode(JOB, STREAM)
    assert problem.value.reason.code == "decoder_slow"
    mute.close()


@posix
def test_the_process_knows_no_torch_no_qt_and_ends_with_its_parent(tmp_path: Path) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import numpy as np, os, time
from ldct_viewer.dicom.decoder_process import DecoderProcess
process = DecoderProcess(); process.wait_ready(60)
maps = open(f"/proc/{{process._process.pid}}/maps").read() if os.path.isdir("/proc/self") else ""
print(process._process.pid, any(name in maps for name in ("libtorch", "libQt6", "PySide6")), flush=True)
os._exit(9)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout.split()
    assert told[1] == "False"
    for _ in range(100):
        try:
            os.kill(int(told[0]), 0)
        except ProcessLookupError:
            return
        state = Path(f"/proc/{told[0]}/stat")
        if state.exists() and state.read_text().split(") ")[1].startswith("Z"):
            return  # ended, its new parent has not looked yet
        time.sleep(0.05)
    pytest.fail("the decoder outlived the program")


def test_closing_and_using_it_again(pool: DecoderPool) -> None:
    assert works(pool)
    pool.close()
    assert not pool._all
    assert works(pool)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_gets_decoders_of_its_own() -> None:
    own = decoder_pool.pool
    assert works(own)
    pid = os.fork()
    if pid == 0:
        good = works(decoder_pool.pool)
        decoder_pool.pool.close()
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert works(own)


def test_a_frozen_program_is_its_own_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyInstaller: no ``-c`` and no ``-m``; the program itself is started with a flag its command line knows."""
    assert COMMAND_LINE_FLAG == decoder_process.DECODER_FLAG
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/ldct-viewer/ldct-viewer")
    command = decoder_process.decoder_command(["7"])
    assert command == ["/opt/ldct-viewer/ldct-viewer", "--decoder-process", "7"]
    monkeypatch.undo()
    like_frozen = DecoderPool(lambda arguments: [sys.executable, "-m", "ldct_viewer", *command[1:-1], *arguments])
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert works(like_frozen)
    like_frozen.close()


def test_large_frames_do_not_keep_their_memory(bad: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_pool, "_KEEP_BLOCK", 0)
    assert works(bad)
    free = {process for process in bad._idle}
    assert works(bad)
    assert len(free & bad._all) == max(len(free) - 1, 0)  # the one that was used is gone

"""One decoder process, seen from the program: start it, hand it a frame, wait so long and no longer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codecs import DECODERS, Job
from .decoder_wire import REPLY, REQUEST, Block, Status, read_exactly

DECODER_FLAG = "--decoder-process"  # how a frozen program is told to be one
Command = Callable[[Sequence[str]], list[str]]

_NUMBERS = {name: number for number, name in enumerate(DECODERS)}
_SMALL, _SMALL_MEMORY = 10 << 20, 768 << 20  # with the block and the result a small file stays below 1 GB
_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    # glibc: keep freed memory for the next frame; fetching it anew took 0.6 of 2.6 ms a slice.
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}
_BOOT = (
    "import sys; sys.path[:] = {path!r}; from ldct_viewer.dicom.decoder_child import main; sys.exit(main(sys.argv[1:]))"
)


class SlowError(Exception):
    """The process did not answer in time; it has been ended."""


class GoneError(Exception):
    """The process ended by itself, or could not be started."""


def decoder_command(arguments: Sequence[str]) -> list[str]:
    """The command line of a decoder process, in a checkout, an installation or a frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, DECODER_FLAG, *arguments]
    # Isolated and without ``site``: nothing of the environment is imported, and it starts sooner.
    path = [str(Path(__file__).resolve().parents[2]), *(p for p in sys.path if p and Path(p).is_absolute())]
    return [sys.executable, "-I", "-S", "-c", _BOOT.format(path=path), *arguments]


def memory_allowed(job: Job, coded: int) -> int:
    """Bytes that decoding a frame may take: a multiple of what it holds, below 1 GB for a small file."""
    wanted = (256 << 20) + 16 * job.frame_bytes + 8 * coded
    return min(wanted, _SMALL_MEMORY) if coded < _SMALL else wanted


class DecoderProcess:
    """One child. One thread at a time uses it; after GoneError, SlowError, MemoryError it is of no use."""

    def __init__(self, command: Command = decoder_command) -> None:
        self.block = Block()
        self.served = 0  # frames it has answered
        posix: dict[str, Any] = {}
        if sys.platform != "win32":
            posix = {"process_group": 0, "pass_fds": (self.block.descriptor,)}  # Ctrl-C is for the program
        try:
            self._process = subprocess.Popen(
                command(self.block.arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={**os.environ, **_ENVIRONMENT},
                creationflags=int(getattr(subprocess, "CREATE_NO_WINDOW", 0)),
                **posix,
            )
        except (OSError, ValueError) as error:
            self.block.close()
            raise GoneError(type(error).__name__) from error

    def wait_ready(self, seconds: float) -> None:
        """Return when it can decode."""
        status = REPLY.unpack(self._read(REPLY.size, seconds))[0]
        if status != Status.READY:
            self.kill()
            raise GoneError(f"status {status}")

    def decode(self, job: Job, data: bytes, seconds: float) -> tuple[Status, NDArray[Any] | None, str]:
        """(DONE, stored words, "") or (what went wrong, ``None``, the decoder's words)."""
        try:
            memory = self.block.at_least(max(len(data), job.frame_bytes))
        except (OSError, ValueError) as error:
            raise MemoryError(str(error)) from error
        memory[: len(data)] = data
        head = (_NUMBERS[job.decoder], job.rows, job.columns, job.pixel_bytes, job.prove_complete)
        allowed = memory_allowed(job, len(data))
        request = REQUEST.pack(*head, len(data), allowed, self.block.generation, self.block.size)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
        except OSError as error:
            self.kill()
            raise GoneError("pipe") from error
        status, kind, size, text = REPLY.unpack(self._read(REPLY.size, seconds))
        if status != Status.DONE:
            words = self._read(text, seconds).decode("utf-8", "replace") if text else ""
            return self._known(status), None, words
        # What it says is not believed: a decoder taken over by a hostile image may say anything.
        if size not in (1, 2, 4) or chr(kind) not in "ui" or size > job.pixel_bytes:
            return Status.BAD, None, "unexpected pixels"
        pixels = np.frombuffer(memory, f"<{chr(kind)}{size}", job.rows * job.columns)
        return Status.DONE, pixels.reshape(job.rows, job.columns).copy(), ""

    def kill(self) -> int | None:
        """End it at once and give everything back; returns its exit code."""
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        self.block.close()
        return self._process.returncode

    def let_go(self) -> None:
        """In a process forked from the program: it is not ours, so only close what we hold of it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.returncode = 0  # nobody here waits for it
        self.block.close()

    def _known(self, status: int) -> Status:
        return Status(status) if status in (Status.CUT, Status.MEMORY) else Status.BAD

    def _read(self, count: int, seconds: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        late = threading.Event()
        if sys.platform == "win32":  # pipes cannot be waited for there

            def end() -> None:
                late.set()
                self._process.kill()

            timer = threading.Timer(seconds, end)
            timer.start()
            try:
                data = read_exactly(descriptor, count)
            finally:
                timer.cancel()
        else:
            data = self._read_in_time(descriptor, count, time.monotonic() + seconds, late)
        if len(data) < count:
            code = self.kill()
            raise SlowError if late.is_set() else GoneError(f"code {code}")
        return data

    @staticmethod
    def _read_in_time(descriptor: int, count: int, end: float, late: threading.Event) -> bytes:
        """``count`` bytes; fewer where the pipe was closed, or (``late``) where they did not come until ``end``."""
        import select

        poll = select.poll()
        poll.register(descriptor, select.POLLIN | select.POLLHUP)
        data = b""
        while len(data) < count:
            if not poll.poll(max(end - time.monotonic(), 0.0) * 1000):
                late.set()
                break
            piece = os.read(descriptor, count - len(data))
            if not piece:
                break
            data += piece
        return data

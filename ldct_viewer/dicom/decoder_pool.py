"""Compressed frames are decoded in processes that may die: started when needed, kept, one a core at most.

A decoder that crashes, hangs or wants too much memory costs the slice that did it and 0.1 s for a new
process; the program lives and the other slices go on. Only bytes that passed the checks of ``syntax``
come here, and only ``syntax`` calls it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from typing import Any

from numpy.typing import NDArray

from .codecs import Job
from .codes import FileProblem, Reason
from .decoder_process import Command, DecoderProcess, GoneError, SlowError, decoder_command
from .decoder_wire import Status

log = logging.getLogger(__name__)

PATIENCE_S = 4.0  # for one frame; a 512 × 512 slice takes some 2 ms
MOST = 8  # more readers than that wait for the disk
_SHORTEST_S = 0.5
_START_S = 60.0  # a cold disk, a virus scanner
_RETRY_S = 10.0  # after a start that failed nobody tries again before
_LARGE = 10 << 20
_KEEP_BLOCK = 64 << 20
_TRUST_AGAIN = 20  # frames in a row that were decoded in time


class DecoderPool:
    """The processes, and who uses which. Safe to call from any number of threads."""

    def __init__(self, command: Command = decoder_command, most: int = 0) -> None:
        self.command = command
        self.most = most or min(os.cpu_count() or 1, MOST)
        self._lock = threading.Condition()
        self._idle: list[DecoderProcess] = []
        self._all: set[DecoderProcess] = set()
        self._starting = False
        self._failed_at = -_RETRY_S
        self._slow = self._in_time = 0

    def expect(self) -> None:
        """Compressed frames are coming: have a process ready, without waiting for it."""
        with self._lock:
            if self._all or self._starting or self._failed_lately():
                return
            self._starting = True
        try:
            threading.Thread(target=self._start_one, name="decoder-start", daemon=True).start()
        except RuntimeError:  # no more threads, or the interpreter is ending: whoever needs it will start it
            with self._lock:
                self._starting = False
                self._lock.notify_all()

    def decode(self, job: Job, data: bytes) -> NDArray[Any]:
        """Stored words (rows, columns) of one frame.

        Raises FileProblem: ``bad_stream``, ``truncated``, ``too_large``, ``decoder_died``, ``decoder_slow``,
        ``no_decoder``.
        """
        fresh = False
        while not fresh:  # it may have died of an earlier frame: once more in one that has seen none
            process = self._acquire()
            fresh = process.served == 0
            kept = False
            try:
                status, words, text = process.decode(job, data, self._patience(len(data)))
                kept = True
                process.served += 1
            except SlowError:
                self._note(in_time=False)
                log.warning("decoder process ended: too slow")
                raise FileProblem(Reason.DECODER_SLOW) from None
            except GoneError as error:
                log.warning("decoder process ended: %s", error)
                continue
            except MemoryError:
                raise FileProblem(Reason.TOO_LARGE) from None
            finally:
                self._give_back(process, kept)
            self._note(in_time=True)
            if words is not None:
                return words
            reason = {Status.CUT: Reason.TRUNCATED, Status.MEMORY: Reason.TOO_LARGE}.get(status, Reason.BAD_STREAM)
            raise FileProblem(reason, text)
        raise FileProblem(Reason.DECODER_DIED)

    def close(self) -> None:
        """End all processes; a later call starts new ones."""
        with self._lock:
            processes, self._all, self._idle = self._all, set(), []
            self._lock.notify_all()
        for process in processes:
            process.kill()

    def forget(self) -> None:
        """In a process forked from ours: the decoders are the parent's; do not keep them alive."""
        processes = self._all
        self.__init__(self.command, self.most)  # type: ignore[misc] # locks may have been held: all anew
        for process in processes:
            process.let_go()

    def _acquire(self) -> DecoderProcess:
        while True:
            with self._lock:
                while not self._idle:
                    if self._failed_lately() and not self._all:
                        raise FileProblem(Reason.NO_DECODER)
                    # One after the other: the first is ready sooner, and its frame is the one the eye waits for.
                    if len(self._all) < self.most and not self._starting and not self._failed_lately():
                        self._starting = True
                        break
                    self._lock.wait()
                else:
                    return self._idle.pop()
            self._start_one()

    def _failed_lately(self) -> bool:
        return time.monotonic() - self._failed_at < _RETRY_S

    def _start_one(self) -> None:
        process = None
        try:
            process = DecoderProcess(self.command)
            process.wait_ready(_START_S)
        except (GoneError, SlowError) as error:
            log.error("decoder process did not start: %s", error)
            process = None
        finally:
            with self._lock:
                self._starting = False
                if process is not None:
                    self._all.add(process)
                    self._idle.append(process)
                else:
                    self._failed_at = time.monotonic()
                self._lock.notify_all()

    def _give_back(self, process: DecoderProcess, kept: bool) -> None:
        with self._lock:
            kept = kept and process in self._all and process.block.size <= _KEEP_BLOCK
            if kept:
                self._idle.append(process)
            else:
                self._all.discard(process)
            self._lock.notify_all()
        if not kept:
            process.kill()

    def _patience(self, count: int) -> float:
        """Seconds for a frame; less after frames that took too long, so that 300 such slices end soon."""
        whole = PATIENCE_S + max(count - _LARGE, 0) / 2e6
        return max(whole / 2**self._slow, _SHORTEST_S)

    def _note(self, in_time: bool) -> None:
        with self._lock:
            self._in_time = self._in_time + 1 if in_time else 0
            self._slow = 0 if self._in_time >= _TRUST_AGAIN else self._slow + (not in_time)


pool = DecoderPool()
atexit.register(pool.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.forget)

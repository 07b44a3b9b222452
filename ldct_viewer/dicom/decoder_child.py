"""The decoder's own process: coded frames in, pixels out, under limits of memory and time.

It talks by two pipes and one block of shared memory and knows nothing else: no Qt, no torch, no file, no
network. Started by ``decoder_process``; its life ends with the pipe it reads from.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
from collections.abc import Sequence

import numpy as np

from .codecs import DECODERS, CutError, Job, load_all, run
from .decoder_wire import REPLY, REQUEST, ChildBlock, Status, read_exactly

NAMES = tuple(DECODERS)
_CPU_SECONDS = 20  # of a frame; the parent's clock is stricter, this one holds when the parent is gone


def main(arguments: Sequence[str]) -> int:
    """Serve until the parent closes the pipe. ``arguments``: what ``Block.arguments`` gave."""
    requests, replies = _private_pipes()
    _ignore_the_terminal()
    load_all()
    _lock_down()
    os.write(replies, REPLY.pack(Status.READY, 0, 0, 0))
    block = ChildBlock(arguments)
    while True:
        head = read_exactly(requests, REQUEST.size)
        if len(head) < REQUEST.size:
            return 0
        number, rows, columns, pixel_bytes, prove, count, memory, generation, size = REQUEST.unpack(head)
        shared = block.view(generation, size)
        _limit(memory)
        reply = _answer(Job(NAMES[number], rows, columns, pixel_bytes, bool(prove)), shared, count)
        _limit(None)
        os.write(replies, reply)


def _answer(job: Job, shared: mmap.mmap, count: int) -> bytes:
    """Decode the first ``count`` bytes of the block; the pixels replace them there."""
    try:
        words = run(job, shared[:count])
        kind, size = words.dtype.kind, words.dtype.itemsize
        if words.shape != (job.rows, job.columns) or kind not in "ui" or size > job.pixel_bytes:
            raise ValueError(f"decoded {words.dtype} {words.shape}")
        there = np.frombuffer(shared, f"<{kind}{size}", words.size)
        there[:] = words.reshape(-1)
        return REPLY.pack(Status.DONE, ord(kind), size, 0)
    except CutError as error:
        return _trouble(Status.CUT, error)
    except MemoryError as error:
        return _trouble(Status.MEMORY, error)
    except (RuntimeError, ValueError, TypeError, OverflowError, LookupError, AttributeError) as error:
        return _trouble(Status.BAD, error)


def _trouble(status: Status, error: BaseException) -> bytes:
    text = str(error)[:120].encode("utf-8", "replace")
    return REPLY.pack(status, 0, 0, len(text)) + text


def _private_pipes() -> tuple[int, int]:
    """Our ends of the two pipes, moved away from where libraries print to."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    return requests, replies


def _ignore_the_terminal() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; it closes the pipe
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)  # no dialog when a decoder crashes


def _lock_down() -> None:
    """After the imports nothing is opened, written or started any more; a dump would hold a patient's image."""
    try:
        import resource
    except ImportError:  # Windows: a process of its own and the parent's clock
        return
    for what, value in (("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_NPROC", 0)):
        number = getattr(resource, what, None)
        if number is not None:
            resource.setrlimit(number, (value, value))


def _limit(memory: int | None) -> None:
    """Bound what a frame may take on top of what the process has: bytes of memory, seconds of CPU."""
    try:
        import resource
    except ImportError:
        return
    if memory is None:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + _CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    if sys.platform == "linux":  # elsewhere the limit is not kept, or counts what is not ours
        with open("/proc/self/statm", "rb") as file:
            pages = int(file.read().split()[0])
        resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + memory, resource.RLIM_INFINITY))

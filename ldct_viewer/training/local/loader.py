"""Dataset and loader: batch n is a pure function of the seed and n; some are made ahead in threads."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch.utils.data import Dataset

from .batch import Batch, collate
from .objectives import Objective


class Steps(Dataset[Batch]):
    """Item n is this process's share of the batch of step n.

    With ``world`` processes, process ``rank`` makes examples rank, rank + world, …: together they make
    exactly the batch that one process would.
    """

    def __init__(self, objective: Objective, batch: int, rank: int = 0, world: int = 1) -> None:
        self.objective, self.indices = objective, range(rank, batch, world)

    def __getitem__(self, step: int) -> Batch:
        """Tensors of the batch of ``step``; see :func:`~.batch.collate`."""
        return collate([self.objective.example(step, i) for i in self.indices])


class Loader:
    """Batches in order from ``first`` on, ``depth`` of them made ahead.

    Threads, not worker processes: NumPy's long loops let go of the interpreter, nothing is pickled,
    decoded slices are shared, and a killed training leaves no orphans.
    """

    def __init__(self, steps: Steps, first: int, depth: int = 6, threads: int = 0) -> None:
        self._steps, self._next, self._depth = steps, first, depth
        workers = threads or max(1, min(6, (os.cpu_count() or 2) // 2))
        self._pool = ThreadPoolExecutor(workers, "batches", initializer=torch.set_num_threads, initargs=(1,))
        self._ahead: deque[Future[Batch]] = deque()
        self._fill()

    def next(self) -> Batch:
        """The next batch; raises what making it raised."""
        batch = self._ahead.popleft().result()
        self._fill()
        return batch

    def close(self) -> None:
        """Drop what was made ahead and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self) -> None:
        while len(self._ahead) < self._depth:
            self._ahead.append(self._pool.submit(self._steps.__getitem__, self._next))
            self._next += 1

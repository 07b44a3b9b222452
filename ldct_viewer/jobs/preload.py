"""Import torch without freezing the window.

An import holds the interpreter lock while the dynamic linker maps half a gigabyte of libraries. Calling
the linker as a foreign function first releases the lock for that part; the import then finds them mapped.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import sys
from pathlib import Path

from ..cancel import NEVER, CancelToken

log = logging.getLogger(__name__)

_LIBRARIES = ("libc10.so", "libtorch_cpu.so", "libtorch.so", "libshm.so", "libtorch_python.so")


def preload_torch(cancel: CancelToken = NEVER) -> None:
    """Bring torch into the process from a worker thread; does nothing where it is imported already."""
    if "torch" in sys.modules:
        return
    spec = importlib.util.find_spec("torch")
    if sys.platform.startswith("linux") and spec is not None and spec.origin is not None:
        _map_libraries(Path(spec.origin).parent / "lib", cancel)
    cancel.check()
    import torch  # noqa: F401 - for its effect


def _map_libraries(folder: Path, cancel: CancelToken) -> None:
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for name in _LIBRARIES:
        cancel.check()
        path = folder / name
        if path.is_file() and not dlopen(os.fsencode(path), os.RTLD_LAZY | os.RTLD_LOCAL):
            log.debug("could not map %s ahead; the import will", name)

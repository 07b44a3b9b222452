"""A decoder process whose decoder can be brought down: a JPEG comment in the stream says how.

The stand-in for the bugs of native decoders, which are fixed faster than a test can keep them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

MARK = b"LDCT-TEST "


def poisoned(stream: bytes, how: bytes) -> bytes:
    """A JPEG or JPEG-LS stream with a comment that brings this decoder down; others skip it."""
    text = MARK + how
    return stream[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + stream[2:]


def bad_command(arguments: Sequence[str]) -> list[str]:
    """As ``decoder_process.decoder_command``, but it starts this decoder."""
    root = str(Path(__file__).resolve().parents[2])
    path = [root, *(p for p in sys.path if p)]
    boot = f"import sys; sys.path[:] = {path!r}; from tests.dicom.bad_decoder import serve; serve(sys.argv[1:])"
    return [sys.executable, "-S", "-c", boot, *arguments]


def serve(arguments: Sequence[str]) -> None:
    """The real process around decoders that obey the comment."""
    from ldct_viewer.dicom import codecs, decoder_child

    def wrap(decode):
        def obey(job, data):
            at = data.find(MARK)
            if at >= 0:
                misbehave(data[at + len(MARK) :].split(b".")[0].decode())
            return decode(job, data)

        return obey

    for name, decode in codecs.DECODERS.items():
        codecs.DECODERS[name] = wrap(decode)
    sys.exit(decoder_child.main(arguments))


def misbehave(how: str) -> None:
    if how == "abort":
        os.abort()
    elif how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif how == "exit":
        os._exit(0)
    elif how == "hang":
        while True:
            pass
    elif how == "eat":  # 8 GB, piece by piece
        kept = [bytearray(64 << 20) for _ in range(128)]
        raise AssertionError(len(kept))
    elif how == "write":
        with open("decoder-was-here", "wb") as file:
            file.write(b"x")

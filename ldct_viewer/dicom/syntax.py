"""The pinned table transfer syntax → decoder. One decoder each, checks first, no fallback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codes import FileProblem, Reason
from .header import PixelSpec

_MAX_TILES = 4096


@dataclass(frozen=True)
class Syntax:
    """One transfer syntax: its name, whether it is always lossy, how streams are checked and decoded."""

    name: str
    lossy: bool = False
    check: Callable[[bytes, PixelSpec], None] | None = None
    decode: Callable[[bytes, PixelSpec], NDArray[Any]] | None = None
    maybe_lossy: bool = False
    fills_gaps: bool = False

    @property
    def native(self) -> bool:
        """True for uncompressed pixel data (deflated ones are inflated below this level)."""
        return self.decode is None


def decode_native(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    """Unsigned stored words (rows, columns) of an uncompressed frame."""
    kind = np.dtype(f"u{spec.allocated // 8}").newbyteorder("<" if spec.little else ">")
    words = np.frombuffer(data, kind).reshape(spec.rows, spec.columns)
    return words if spec.little else words.astype(kind.newbyteorder("="))


def decode_frame(data: bytes, spec: PixelSpec, prove_complete: bool = False) -> NDArray[Any]:
    """Stored words of one frame by the pinned decoder.

    ``prove_complete`` is for streams put together from fragments: where one is missing in the middle, the
    end marker is there all the same, and the JPEG decoder fills up silently. Such streams are decoded a
    second time with other filling; only a complete one gives the same picture. (Measured: libjpeg-turbo
    takes 40 of 40 streams cut and closed with a forged end marker; so do lj92 and jpegsof3, which also
    crash on damaged input where libjpeg-turbo does not.)

    Raises FileProblem: ``unsupported_syntax``, ``truncated`` (no end marker), ``bad_stream``.
    """
    syntax = SYNTAXES.get(spec.syntax)
    if syntax is None:
        raise FileProblem(Reason.UNSUPPORTED_SYNTAX, syntax_name(spec.syntax))
    if syntax.decode is None or syntax.check is None:
        return decode_native(data, spec)
    syntax.check(data, spec)
    try:
        words = syntax.decode(data, spec)
        if prove_complete and syntax.fills_gaps:
            end = data.rindex(b"\xff\xd9")
            if not np.array_equal(words, syntax.decode(data[:end] + b"\xff\x00" * 4096 + b"\xff\xd9", spec)):
                raise FileProblem(Reason.TRUNCATED, "a part of the compressed image is missing")
    except (RuntimeError, ValueError, TypeError, MemoryError, OverflowError) as error:
        raise FileProblem(Reason.BAD_STREAM, f"{syntax.name}: {str(error)[:120]}") from error
    if words.shape != (spec.rows, spec.columns) or words.dtype.kind not in "ui":
        raise FileProblem(Reason.BAD_STREAM, f"{syntax.name}: decoded {words.dtype} {words.shape}")
    return words


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax, known or not."""
    known = SYNTAXES.get(uid)
    return known.name if known else _OTHERS.get(uid, uid[:64] or "none")


def _check_end(data: bytes) -> None:
    """JPEG family: the stream must end with FF D9; DICOM pads it to even length, some with FF or more zeros."""
    # In both families FF D9 cannot occur inside coded data, so padding of either kind may follow it.
    if not data[-64:].rstrip(b"\0\xff").endswith(b"\xff\xd9") and not data.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise FileProblem(Reason.TRUNCATED, "compressed image without its end marker")


def _check_size(width: int, height: int, components: int, precision: int, spec: PixelSpec) -> None:
    if (height, width, components) != (spec.rows, spec.columns, 1) or not 1 <= precision <= spec.allocated:
        detail = f"the stream says {width} × {height}, {precision} bit, {components} component(s)"
        raise FileProblem(Reason.BAD_STREAM, detail)


def _check_jpeg(allowed: tuple[int, ...]) -> Callable[[bytes, PixelSpec], None]:
    def check(data: bytes, spec: PixelSpec) -> None:
        if not data.startswith(b"\xff\xd8"):
            raise FileProblem(Reason.BAD_STREAM, "not a JPEG stream")
        _check_end(data)
        position = 2
        while position + 9 < len(data):
            if data[position] != 0xFF:
                break
            marker = data[position + 1]
            if marker == 0xFF:
                position += 1
                continue
            if marker in allowed:
                precision = data[position + 4]
                height = int.from_bytes(data[position + 5 : position + 7], "big")
                width = int.from_bytes(data[position + 7 : position + 9], "big")
                _check_size(width, height, data[position + 9], precision, spec)
                return
            if (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)) or marker in (0xDA, 0xF7):
                raise FileProblem(Reason.BAD_STREAM, f"JPEG process SOF{marker - 0xC0} does not fit the syntax")
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        raise FileProblem(Reason.BAD_STREAM, "no frame header")

    return check


def _check_j2k(data: bytes, spec: PixelSpec) -> None:
    if data[:4] != b"\xff\x4f\xff\x51" or len(data) < 51:
        raise FileProblem(Reason.BAD_STREAM, "not a JPEG 2000 code stream")
    _check_end(data)
    right, bottom, left, top, tile_w, tile_h, tile_x, tile_y = (
        int.from_bytes(data[8 + 4 * i : 12 + 4 * i], "big") for i in range(8)
    )
    components = int.from_bytes(data[40:42], "big")
    _check_size(right - left, bottom - top, components, (data[42] & 0x7F) + 1, spec)
    if not tile_w or not tile_h or tile_x > left or tile_y > top or data[43] != 1 or data[44] != 1:
        raise FileProblem(Reason.BAD_STREAM, "JPEG 2000 tiling")
    if -(-(right - tile_x) // tile_w) * -(-(bottom - tile_y) // tile_h) > _MAX_TILES:
        raise FileProblem(Reason.TOO_LARGE, "JPEG 2000 tiles")


def _check_rle(data: bytes, spec: PixelSpec) -> None:
    count = int.from_bytes(data[:4], "little")
    if len(data) < 64 or count != spec.allocated // 8:
        raise FileProblem(Reason.BAD_STREAM, f"RLE header with {count} segments")


def _decode_rle(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    """PS3.5 annex G: byte planes, most significant first, each PackBits coded."""
    from imagecodecs import packbits_decode

    planes = spec.allocated // 8
    starts = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "little") for i in range(planes)] + [len(data)]
    if starts[0] < 64 or any(a >= b for a, b in pairwise(starts)):
        raise FileProblem(Reason.BAD_STREAM, "RLE segment table")
    pixels = spec.rows * spec.columns
    words = np.empty((pixels, planes), np.uint8)
    for plane in range(planes):
        segment = data[starts[plane] : starts[plane + 1]]
        size, used = _packbits_size(segment, pixels)
        if size < pixels:
            raise FileProblem(Reason.TRUNCATED, f"RLE segment of {size} instead of {pixels} bytes")
        if size != pixels or (len(segment) - used > 3 and segment[used:].strip(b"\0\x80")):
            raise FileProblem(Reason.BAD_STREAM, "RLE segment longer than the image")
        # little-endian words: the first plane is the most significant byte
        words[:, planes - 1 - plane] = np.frombuffer(packbits_decode(segment[:used]), np.uint8)
    return words.view(f"<u{planes}").reshape(spec.rows, spec.columns)


def _packbits_size(segment: bytes, limit: int) -> tuple[int, int]:
    """(decoded length, bytes used) of a PackBits segment, known before anything is decoded or allocated."""
    size = position = 0
    end = len(segment)
    while position < end and size < limit:
        control = segment[position]
        if control < 128:
            size += control + 1
            position += control + 2
            if position > end:
                return size - (position - end), end
        elif control > 128:
            if position + 1 >= end:
                break
            size += 257 - control
            position += 2
        else:
            position += 1
    return size, position


def _decode_jpeg(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    from imagecodecs import jpeg8_decode

    return jpeg8_decode(data)


def _decode_jpegls(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    from imagecodecs import jpegls_decode

    return jpegls_decode(data)


def _decode_j2k(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    from imagecodecs import jpeg2k_decode

    return jpeg2k_decode(data, numthreads=1)


_LOSSLESS_JPEG = _check_jpeg((0xC3,))
_JLS = _check_jpeg((0xF7,))

SYNTAXES: dict[str, Syntax] = {
    "1.2.840.10008.1.2": Syntax("Implicit VR Little Endian"),
    "1.2.840.10008.1.2.1": Syntax("Explicit VR Little Endian"),
    "1.2.840.10008.1.2.1.99": Syntax("Deflated Explicit VR Little Endian"),
    "1.2.840.10008.1.2.2": Syntax("Explicit VR Big Endian"),
    "1.2.840.10008.1.2.5": Syntax("RLE Lossless", check=_check_rle, decode=_decode_rle),
    "1.2.840.10008.1.2.4.50": Syntax("JPEG Baseline", True, _check_jpeg((0xC0,)), _decode_jpeg, fills_gaps=True),
    "1.2.840.10008.1.2.4.51": Syntax("JPEG Extended", True, _check_jpeg((0xC0, 0xC1)), _decode_jpeg, fills_gaps=True),
    "1.2.840.10008.1.2.4.57": Syntax("JPEG Lossless", False, _LOSSLESS_JPEG, _decode_jpeg, fills_gaps=True),
    "1.2.840.10008.1.2.4.70": Syntax("JPEG Lossless SV1", False, _LOSSLESS_JPEG, _decode_jpeg, fills_gaps=True),
    "1.2.840.10008.1.2.4.80": Syntax("JPEG-LS Lossless", False, _JLS, _decode_jpegls),
    "1.2.840.10008.1.2.4.81": Syntax("JPEG-LS Near-lossless", True, _JLS, _decode_jpegls),
    "1.2.840.10008.1.2.4.90": Syntax("JPEG 2000 Lossless", False, _check_j2k, _decode_j2k),
    "1.2.840.10008.1.2.4.91": Syntax("JPEG 2000", False, _check_j2k, _decode_j2k, maybe_lossy=True),
    "1.2.840.10008.1.2.4.201": Syntax("HTJ2K Lossless", False, _check_j2k, _decode_j2k),
    "1.2.840.10008.1.2.4.202": Syntax("HTJ2K Lossless RPCL", False, _check_j2k, _decode_j2k),
    "1.2.840.10008.1.2.4.203": Syntax("HTJ2K", False, _check_j2k, _decode_j2k, maybe_lossy=True),
}

# Named so that a refusal says what it refuses.
_OTHERS = {
    "1.2.840.10008.1.2.4.52": "JPEG Extended (Process 3 & 5, retired)",
    "1.2.840.10008.1.2.4.53": "JPEG Spectral Selection (Process 6 & 8, retired)",
    "1.2.840.10008.1.2.4.55": "JPEG Full Progression (Process 10 & 12, retired)",
    "1.2.840.10008.1.2.4.92": "JPEG 2000 Part 2 Lossless",
    "1.2.840.10008.1.2.4.93": "JPEG 2000 Part 2",
    "1.2.840.10008.1.2.4.94": "JPIP Referenced",
    "1.2.840.10008.1.2.4.95": "JPIP Referenced Deflate",
    "1.2.840.10008.1.2.4.100": "MPEG2",
    "1.2.840.10008.1.2.4.102": "MPEG-4",
    "1.2.840.10008.1.2.4.107": "HEVC",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame",
    "1.2.840.113619.5.2": "GE private big endian pixels",
}


def warm_up() -> None:
    """Import the decoders before they are needed (some 0.1 s when the disk is cold); call it when idle."""
    try:
        from imagecodecs import jpeg2k_decode, jpeg8_decode, jpegls_decode, packbits_decode  # noqa: F401
    except ImportError:  # the first compressed slice will say what is wrong
        return

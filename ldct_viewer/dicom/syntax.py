"""The pinned table transfer syntax → decoder. One decoder each, checks first, no fallback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .codecs import Job
from .codes import FileProblem, Reason
from .header import PixelSpec

_MAX_TILES = 4096
_MAX_BOXES = 64
_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_BOMB_BYTES = 48 << 20  # an all-air slice may shrink 1000 times, but a slice is small
_BOMB_RATIO = 20


@dataclass(frozen=True)
class Syntax:
    """One transfer syntax: its name, whether it is always lossy, how streams are checked, who decodes them."""

    name: str
    lossy: bool = False
    check: Callable[[bytes, PixelSpec], None] | None = None
    decoder: str = ""
    maybe_lossy: bool = False

    @property
    def native(self) -> bool:
        """True for uncompressed pixel data (deflated ones are inflated below this level)."""
        return not self.decoder


def decode_native(data: bytes, spec: PixelSpec) -> NDArray[Any]:
    """Unsigned stored words (rows, columns) of an uncompressed frame."""
    kind = np.dtype(f"u{spec.allocated // 8}").newbyteorder("<" if spec.little else ">")
    words = np.frombuffer(data, kind).reshape(spec.rows, spec.columns)
    return words if spec.little else words.astype(kind.newbyteorder("="))


def decode_frame(data: bytes, spec: PixelSpec, prove_complete: bool = False) -> NDArray[Any]:
    """Stored words of one frame by the pinned decoder; compressed ones in the decoder's own process.

    ``prove_complete`` is for streams put together from fragments (see ``codecs.run``).

    Raises FileProblem: ``unsupported_syntax``, ``truncated`` (no end marker), ``bad_stream``, ``too_large``,
    ``bomb``, ``decoder_died``, ``decoder_slow``, ``no_decoder``.
    """
    syntax = SYNTAXES.get(spec.syntax)
    if syntax is None:
        raise FileProblem(Reason.UNSUPPORTED_SYNTAX, syntax_name(spec.syntax))
    if syntax.native or syntax.check is None:
        return decode_native(data, spec)
    if syntax.decoder == "jpeg2k":
        data = _code_stream(data)
    syntax.check(data, spec)
    pixel_bytes = spec.allocated // 8
    job = Job(syntax.decoder, spec.rows, spec.columns, pixel_bytes, prove_complete)
    if job.frame_bytes > max(_BOMB_BYTES, _BOMB_RATIO * len(data)):
        raise FileProblem(Reason.BOMB, f"{spec.columns} × {spec.rows} pixels in {len(data)} bytes")
    from .decoder_pool import pool

    try:
        words = pool.decode(job, data)
    except FileProblem as problem:
        if problem.reason is Reason.BAD_STREAM:
            raise FileProblem(problem.reason, f"{syntax.name}: {problem.detail}") from None
        raise
    if words.dtype.kind == "i" and not spec.signed and words.size and words.min() < 0:
        # Read as the header says they would be tens of thousands of HU; which of the two is wrong nobody can say.
        raise FileProblem(Reason.BAD_STREAM, "its values are negative, the header says they cannot be")
    return words


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax, known or not."""
    known = SYNTAXES.get(uid)
    return known.name if known else _OTHERS.get(uid, uid[:64] or "none")


def _check_end(data: bytes) -> None:
    """JPEG family: the stream must end with FF D9; DICOM pads it to even length, some with FF or more zeros.

    LEADTOOLS pads with whatever byte is there.
    """
    # In both families FF D9 cannot occur inside coded data, so padding of any kind may follow it.
    if data[-3:-1] == b"\xff\xd9" and len(data) % 2 == 0:
        return
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


def _code_stream(data: bytes) -> bytes:
    """The JPEG 2000 code stream, out of its JP2 boxes where a writer left them on against PS3.5 A.4.4 (Elscint)."""
    if not data.startswith(_JP2_SIGNATURE):
        return data
    position = len(_JP2_SIGNATURE)
    for _ in range(_MAX_BOXES):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        header = 8
        if length == 1:  # the length is in the next eight bytes
            length, header = int.from_bytes(data[position + 8 : position + 16], "big"), 16
        end = position + length if length else len(data)
        if end > len(data):
            raise FileProblem(Reason.TRUNCATED, "JP2 box")
        if end < position + header or len(kind) < 4:
            break
        if kind == b"jp2c":
            return data[position + header : end]
        position = end
    raise FileProblem(Reason.BAD_STREAM, "JP2 file without a code stream")


def _check_rle(data: bytes, spec: PixelSpec) -> None:
    count = int.from_bytes(data[:4], "little")
    if len(data) < 64 or count != spec.allocated // 8:
        raise FileProblem(Reason.BAD_STREAM, f"RLE header with {count} segments")


_LOSSLESS_JPEG = _check_jpeg((0xC3,))
_PROGRESSIVE = _check_jpeg((0xC2,))
_JLS = _check_jpeg((0xF7,))

SYNTAXES: dict[str, Syntax] = {
    "1.2.840.10008.1.2": Syntax("Implicit VR Little Endian"),
    "1.2.840.10008.1.2.1": Syntax("Explicit VR Little Endian"),
    "1.2.840.10008.1.2.1.99": Syntax("Deflated Explicit VR Little Endian"),
    "1.2.840.10008.1.2.2": Syntax("Explicit VR Big Endian"),
    "1.2.840.10008.1.2.5": Syntax("RLE Lossless", check=_check_rle, decoder="rle"),
    "1.2.840.10008.1.2.4.50": Syntax("JPEG Baseline", True, _check_jpeg((0xC0,)), "jpeg"),
    "1.2.840.10008.1.2.4.51": Syntax("JPEG Extended", True, _check_jpeg((0xC0, 0xC1)), "jpeg"),
    "1.2.840.10008.1.2.4.53": Syntax("JPEG Spectral Selection (Process 6 & 8, retired)", True, _PROGRESSIVE, "jpeg"),
    "1.2.840.10008.1.2.4.55": Syntax("JPEG Full Progression (Process 10 & 12, retired)", True, _PROGRESSIVE, "jpeg"),
    "1.2.840.10008.1.2.4.57": Syntax("JPEG Lossless", False, _LOSSLESS_JPEG, "jpeg"),
    "1.2.840.10008.1.2.4.70": Syntax("JPEG Lossless SV1", False, _LOSSLESS_JPEG, "jpeg"),
    "1.2.840.10008.1.2.4.80": Syntax("JPEG-LS Lossless", False, _JLS, "jpegls"),
    "1.2.840.10008.1.2.4.81": Syntax("JPEG-LS Near-lossless", True, _JLS, "jpegls"),
    "1.2.840.10008.1.2.4.90": Syntax("JPEG 2000 Lossless", False, _check_j2k, "jpeg2k"),
    "1.2.840.10008.1.2.4.91": Syntax("JPEG 2000", False, _check_j2k, "jpeg2k", maybe_lossy=True),
    "1.2.840.10008.1.2.4.201": Syntax("HTJ2K Lossless", False, _check_j2k, "jpeg2k"),
    "1.2.840.10008.1.2.4.202": Syntax("HTJ2K Lossless RPCL", False, _check_j2k, "jpeg2k"),
    "1.2.840.10008.1.2.4.203": Syntax("HTJ2K", False, _check_j2k, "jpeg2k", maybe_lossy=True),
}

# Named so that a refusal says what it refuses.
_OTHERS = {
    "1.2.840.10008.1.2.4.52": "JPEG Extended (Process 3 & 5, retired)",
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


def expect_compressed(uid: str = "") -> None:
    """Images of this syntax, or any, will be read soon: start their decoder (0.1 s, not of ours) if they have one."""
    if uid and (uid not in SYNTAXES or SYNTAXES[uid].native):
        return
    from .decoder_pool import pool

    pool.expect()

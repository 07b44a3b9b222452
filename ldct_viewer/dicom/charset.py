"""Text of DICOM attributes in the character sets of PS3.3 C.12.1.1.2, with a guess where none is declared."""

from __future__ import annotations

import codecs
import re

_SINGLE = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis_620",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
# Escape sequence -> codec of the bytes that follow it (PS3.3 tables C.12-3 and C.12-4).
_ESCAPES = {
    b"(B": "ascii",
    b"-A": "latin_1",
    b"-B": "iso8859_2",
    b"-C": "iso8859_3",
    b"-D": "iso8859_4",
    b"-F": "iso8859_7",
    b"-G": "iso8859_6",
    b"-H": "iso8859_8",
    b"-L": "iso8859_5",
    b"-M": "iso8859_9",
    b"-b": "iso8859_15",
    b"-T": "tis_620",
    b")I": "shift_jis",
    b"(J": "shift_jis",
    b"$B": "iso2022_jp",
    b"$(D": "iso2022_jp_2",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}
_ESCAPED = re.compile(rb"\x1b(\$\([D]|\$\)[CA]|\$B|[-()][A-Za-z])")
_KOREAN_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\xb0-\xc8][\xa1-\xfe])*\Z")


def decode(raw: bytes, charset: bytes) -> tuple[str, bool]:
    """Text of ``raw`` under the SpecificCharacterSet value ``charset``; the flag says it is a guess.

    Never split at ``^`` or ``=`` first: both are halves of Japanese characters too.
    """
    raw = raw.rstrip(b" \0")
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii").strip(), False
    declared = [part.strip().decode("ascii", "replace") for part in charset.split(b"\\")] if charset.strip() else []
    first = declared[0].replace("ISO 2022 IR", "ISO_IR") if declared else ""
    if b"\x1b" in raw:
        return _with_escapes(raw, first).strip(), False
    if not declared or first in ("", "ISO_IR 6"):
        if any("149" in name for name in declared):  # Korean without its escape: written so by some
            return _korean(raw).strip(), False
        return _guess(raw).strip(), True
    codec = _SINGLE.get(first, {"ISO_IR 149": "euc_kr", "ISO_IR 58": "gb2312", "ISO_IR 87": "iso2022_jp"}.get(first))
    if codec is None:
        return _guess(raw).strip(), True
    if codec == "latin_1" and _KOREAN_PAIRS.match(raw) and sum(byte > 127 for byte in raw) >= 4:
        # Latin-1 text hardly ever is pairs of Hangul codes; Korean sites send EUC-KR labelled ISO_IR 100.
        return raw.decode("cp949", "replace").strip(), True
    if codec == "euc_kr":
        return _korean(raw).strip(), False
    if codec == "latin_1" and _is_utf8(raw):
        return raw.decode("utf_8").strip(), True
    try:
        return raw.decode(codec).strip(), False
    except UnicodeDecodeError as error:
        if error.end == len(raw) and error.start >= len(raw) - 3 and codec in ("utf_8", "gb18030"):
            return _whole(raw, codec).strip(), False  # cut in the middle of its last letter
        return _guess(raw).strip(), True


def _with_escapes(raw: bytes, first: str) -> str:
    parts = _ESCAPED.split(raw)
    out = parts[0].decode(_SINGLE.get(first, "latin_1"), "replace")
    for escape, piece in zip(parts[1::2], parts[2::2], strict=True):
        codec = _ESCAPES.get(escape, "latin_1")
        data = b"\x1b" + escape + piece if codec.startswith("iso2022") else piece
        out += _korean(data) if codec == "euc_kr" else data.decode(codec, "replace")
    return out


def _korean(raw: bytes) -> str:
    """Declared KS X 1001: with the letters beyond it that Korean Windows writes (CP949), and cut letters left out."""
    for codec in ("euc_kr", "cp949"):
        try:
            return _whole(raw, codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("euc_kr", "replace")


def _whole(raw: bytes, codec: str) -> str:
    """Text without a last letter that was cut, as where a value was shortened to so many bytes."""
    return codecs.getincrementaldecoder(codec)().decode(raw, False)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf_8")
    except UnicodeDecodeError:
        return False
    return True  # bytes of Latin-1 text hardly ever are: it would have to hold "Ã¼" and the like


def _guess(raw: bytes) -> str:
    for decoded in (bytes.decode, _whole):
        for codec in ("utf_8", "cp949"):
            try:
                return decoded(raw, codec)
            except UnicodeDecodeError:
                continue
    return raw.decode("latin_1")

"""Patients' names in Korean, however they were written. Not series but files: each name is a case of its own."""

from __future__ import annotations

import struct
from pathlib import Path

from .kit import element, slices, write_all

KOREAN = "홍^길동"
NAMES: dict[str, tuple[bytes, bytes, str]] = {
    "euc-kr-with-escape": (b"\\ISO 2022 IR 149", b"\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", KOREAN),
    "euc-kr-without-escape": (b"\\ISO 2022 IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "euc-kr-ir-149-only": (b"ISO 2022 IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "euc-kr-iso-ir-149": (b"ISO_IR 149", KOREAN.encode("euc_kr"), KOREAN),
    "utf-8": (b"ISO_IR 192", KOREAN.encode(), KOREAN),
    "utf-8-undeclared": (b"", KOREAN.encode(), KOREAN),
    "utf-8-labelled-latin-1": (b"ISO_IR 100", KOREAN.encode(), KOREAN),
    "cp949-labelled-latin-1": (b"ISO_IR 100", KOREAN.encode("cp949"), KOREAN),
    "cp949-labelled-utf-8": (b"ISO_IR 192", KOREAN.encode("cp949"), KOREAN),
    "cp949-beyond-ks-x-1001": (b"", "뷁^똠방".encode("cp949"), "뷁^똠방"),
    "cp949-beyond-ks-labelled-149": (b"\\ISO 2022 IR 149", "뷁^똠방".encode("cp949"), "뷁^똠방"),
    "cut-in-a-letter": (b"ISO_IR 192", KOREAN.encode()[:-1], "홍^길"),
    "cut-in-a-letter-euc-kr": (b"\\ISO 2022 IR 149", KOREAN.encode("euc_kr")[:-1], "홍^길"),
    "cut-in-a-letter-undeclared": (b"", KOREAN.encode("euc_kr")[:-1], "홍^길"),
}


def name_file(folder: Path, key: str) -> str:
    """One slice whose patient's name is bytes that pydicom would not write; returns what it should read."""
    charset, raw, wanted = NAMES[key]
    (path,) = write_all(slices(count=1), folder)
    data = path.read_bytes()
    raw += b" " * (len(raw) % 2)
    at = data.index(b"\x10\x00\x10\x00PN")
    size = struct.unpack_from("<H", data, at + 6)[0]
    data = data[:at] + element(0x00100010, b"PN", raw) + data[at + 8 + size :]
    charset += b" " * (len(charset) % 2)
    at = data.index(b"\x08\x00\x05\x00CS")
    size = struct.unpack_from("<H", data, at + 6)[0]
    path.write_bytes(data[:at] + element(0x00080005, b"CS", charset) + data[at + 8 + size :])
    return wanted

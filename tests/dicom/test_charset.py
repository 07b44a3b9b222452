from __future__ import annotations

import pytest
from pydicom.charset import convert_encodings
from pydicom.valuerep import PersonName

from ldct_viewer.dicom.charset import decode
from ldct_viewer.dicom.scan import scan_paths

from ..shared_data import CASES, needs_cases

# ruff: noqa: E501 - byte strings of the standard
# PS3.5 annexes H, I, J and K: the standard's own examples.
STANDARD = [
    (b"149", b"\\ISO 2022 IR 149", b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf", "Hong^Gildong=洪^吉洞=홍^길동"),
    (b"utf8", b"ISO_IR 192", "Wang^XiaoDong=王^小东".encode(), "Wang^XiaoDong=王^小东"),
    (b"gb18030", b"GB18030", "Wang^XiaoDong=王^小东".encode("gb18030"), "Wang^XiaoDong=王^小东"),
    (b"87", b"\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    (b"13+87", b"ISO 2022 IR 13\\ISO 2022 IR 87", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"),
    (b"100", b"ISO_IR 100", "Buc^Jérôme".encode("latin_1"), "Buc^Jérôme"),
    (b"144", b"ISO_IR 144", "Люкceмбypг".encode("iso8859_5"), "Люкceмбypг"),
    (b"126", b"ISO_IR 126", "Διονυσιος".encode("iso8859_7"), "Διονυσιος"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "charset", "raw", "text"), STANDARD)
def test_the_standards_own_examples(name: bytes, charset: bytes, raw: bytes, text: str) -> None:
    assert decode(raw, charset) == (text, False)
    codecs = convert_encodings([c.decode() for c in charset.split(b"\\")])
    assert str(PersonName(raw, codecs)) == text  # pydicom agrees with the expectation


@pytest.mark.parametrize("charset", [b"", b"ISO_IR 6", b"ISO_IR 100"])
def test_undeclared_korean_is_shown_and_marked(charset: bytes) -> None:
    assert decode("홍^길동".encode("euc_kr"), charset) == ("홍^길동", True)


def test_plain_text_is_never_a_guess_and_latin_stays_latin() -> None:
    assert decode(b"Kim^Chul ", b"") == ("Kim^Chul", False)
    assert decode("Müller^Jörg".encode("latin_1"), b"ISO_IR 100") == ("Müller^Jörg", False)
    assert decode("홍^길동".encode(), b"") == ("홍^길동", True)
    assert decode(b"\xff\xfe\x81", b"ISO_IR 192")[1]


@needs_cases
def test_undeclared_names_are_marked_in_the_series() -> None:
    (one,) = scan_paths([CASES / "d57-korean-names" / "data"]).series
    assert "charset_undeclared" in {w.code for w in one.warnings}

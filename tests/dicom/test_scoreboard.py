"""SCOREBOARD.md says what is: every case as expected, and the table is of today."""

from __future__ import annotations

from ..shared_data import needs_cases
from . import scoreboard


@needs_cases
def test_every_case_is_as_expected_and_the_table_is_current() -> None:
    text, good = scoreboard.table()
    assert good, [line for line in text.splitlines() if line.endswith("**NO** |")]
    assert scoreboard.FILE.read_text(encoding="utf-8") == text, "run: python -m tests.dicom.scoreboard"

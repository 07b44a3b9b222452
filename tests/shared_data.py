"""Where the development material lies, if it is here; tests that need it skip with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
DATA = SHARED / "data"
CASES = SHARED / "dicom-cases"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="development CT series (../shared/data) not present")
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="odd DICOM cases (../shared/dicom-cases) not present")

CHEST = DATA / "chest-covid-ct-md" / "covid-P001"

from __future__ import annotations

import pytest

pytest.importorskip("pynetdicom", reason="the extra `pacs` (pynetdicom) is not installed")


@pytest.fixture(autouse=True)
def own_data(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("LDCT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))

"""The model menu: what it lists, which entry is ticked, and what models are called in Korean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6 import QtWidgets

from ldct_viewer.denoise.model_file import default_model, find_model, load_model, save_model
from ldct_viewer.ui.dialogs.model_card import card_html
from ldct_viewer.ui.words import MODEL_DESCRIPTIONS, model_description, model_name
from tests.denoise.helpers import card, save_tiny
from tests.window_kit import make_window, open_and_wait, write_ct


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDCT_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def window(qtbot: Any, tmp_path: Path) -> Any:
    return make_window(qtbot, tmp_path)


def entries(window: Any) -> dict[str, bool]:
    """What the menu lists when it is opened → whether it is ticked."""
    menu = QtWidgets.QMenu(window)
    window.denoising.fill_models(menu)
    return {action.text(): action.isChecked() for action in menu.actions() if not action.isSeparator()}


def choose_file(window: Any, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QtWidgets.QFileDialog, "getOpenFileName", lambda *a: (str(path), ""))
    window.qactions["load_model"].trigger()


def test_before_any_network_is_ready_the_default_alone_is_ticked(window):
    assert entries(window) == {"Fast": True, "Quality": False}


def test_the_chosen_model_is_ticked_at_once(window):
    window.denoising.set_model("quality")
    assert entries(window) == {"Fast": False, "Quality": True}


def test_the_strength_goes_with_the_model_until_the_user_has_a_say(window):
    fast, quality = (find_model(name).recommended_strength for name in ("fast", "quality"))
    assert fast != quality and window.state.strength == fast
    window.denoising.set_model("quality")
    assert window.state.strength == quality
    window.state.set_strength(0.4)
    window.denoising.set_model("fast")
    assert window.state.strength == 0.4


def test_a_loaded_file_has_an_entry_of_its_own_and_keeps_it(window, qtbot, tmp_path, monkeypatch):
    net = load_model(save_tiny(tmp_path).path).net
    file = save_model(net, tmp_path / "모델", "site", card(name="R&D model")).path
    choose_file(window, monkeypatch, file)
    said = "R&&D model (site.safetensors)"  # Qt's spelling of an ampersand that is no shortcut
    assert entries(window) == {"Fast": False, "Quality": False, said: True}
    open_and_wait(qtbot, window, write_ct(tmp_path))
    window.denoising.restart()
    qtbot.waitUntil(lambda: window.denoising.model_info is not None, timeout=20_000)
    assert window.denoising.model_info.path == file and window.status.model.text() == "R&D model"
    window.denoising.set_model("fast")
    assert entries(window) == {"Fast": True, "Quality": False, said: False}


def test_a_file_that_was_loaded_last_time_is_listed_after_a_new_start(qtbot, tmp_path):
    file = save_tiny(tmp_path, "site").path
    assert entries(make_window(qtbot, tmp_path, model=str(file)))["Tiny (site.safetensors)"]


def test_an_installed_model_chosen_as_a_file_is_not_listed_twice(window, monkeypatch):
    choose_file(window, monkeypatch, default_model().path)
    assert entries(window) == {"Fast": True, "Quality": False}


def test_a_model_that_is_refused_says_so_where_it_is_ticked(window, qtbot, tmp_path, monkeypatch):
    info = save_tiny(tmp_path, "torn")
    open_and_wait(qtbot, window, write_ct(tmp_path))
    info.path.write_bytes(info.path.read_bytes()[:-9])
    choose_file(window, monkeypatch, info.path)
    qtbot.waitUntil(lambda: bool(window.messages.messages), timeout=20_000)
    assert entries(window)["Tiny (torn.safetensors) – cannot be used"]
    assert not window.status.model.text()
    info.path.unlink()
    assert entries(window)["torn.safetensors – cannot be used"]


def test_models_are_called_and_described_in_korean(korean, window):
    assert list(entries(window)) == ["빠름", "화질 우선"]
    assert model_name("Local chest, 23 Nov 2026 14:05") == "로컬 흉부, 2026-11-23 14:05"
    assert model_name("Local CT, 03 Jan 2027") == "로컬 CT, 2027-01-03"
    assert model_name("random weights") == "무작위 가중치"
    for own in ("Local hero, unfinished", "Site A, 2 cores", "우리 병원"):  # a name somebody gave is left alone
        assert model_name(own) == own
    for model in ("fast", "quality"):
        said = model_description(find_model(model))
        assert "진단용이 아닙니다" in said and "Residual" not in said
        assert said in card_html(find_model(model))
    foreign = replace(find_model("fast"), shipped=False, description="Made elsewhere.")
    assert model_description(foreign) == "Made elsewhere."


def test_in_english_names_and_descriptions_are_those_of_the_cards(qapp):
    for model in MODEL_DESCRIPTIONS:
        assert model_description(find_model(model)) == find_model(model).description
    assert model_name("Local chest, 23 Nov 2026 14:05") == "Local chest, 23 Nov 2026 14:05"


def test_local_training_names_its_models_as_the_window_expects(korean):
    from ldct_viewer.training.local.finish import _name

    assert model_name(_name({"anatomy": ["abdomen"]})).startswith("로컬 복부, 20")
    assert model_name(_name({"anatomy": []})).startswith("로컬 CT, 20")


def test_what_happens_to_a_card_is_told_in_korean(korean):
    from ldct_viewer.ui.words import told

    said = told("RTX 4090 is out of memory: denoising continues on the CPU.")
    assert said.startswith("RTX 4090") and "메모리" in said and "CPU" in said
    assert "4장" in told("RTX 4090 is short of memory: slices are denoised 4 at a time now.")
    assert "연산 장치가 없습니다" in told("There is no device 'cuda:7' on this machine.")

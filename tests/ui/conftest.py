"""Fixtures of the window's tests."""

from __future__ import annotations

import pytest
from PySide6 import QtCore

from ldct_viewer.ui.i18n import install_translator
from ldct_viewer.ui.state import ViewState
from ldct_viewer.ui.views.page import ComparePage

from .view_helpers import make_session


@pytest.fixture
def page(qtbot):
    state = ViewState()
    page = ComparePage(state)
    qtbot.addWidget(page)
    page.resize(1600, 900)
    state.open(make_session())
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def korean(qapp):
    """The program speaks Korean while the test runs."""
    assert install_translator(qapp, "ko") == "ko"
    yield
    for translator in qapp.findChildren(QtCore.QTranslator):
        qapp.removeTranslator(translator)

"""Fixtures of the window's tests."""

from __future__ import annotations

import pytest

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

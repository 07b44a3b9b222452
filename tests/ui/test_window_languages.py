"""Every text of the window has a Korean translation, with the same place holders."""

from __future__ import annotations

import re
from xml.etree import ElementTree  # our own file, not a user's

import pytest
from PySide6 import QtCore

from ldct_viewer.paths import resource
from ldct_viewer.ui.actions import ACTIONS, translated
from ldct_viewer.ui.i18n import effective_language, install_translator

MESSAGES = [
    (m.findtext("source") or "", m.findtext("translation") or "")
    for m in ElementTree.parse(resource("translations", "ldct_viewer_ko.ts")).iter("message")
]


@pytest.fixture
def korean(qapp):
    assert install_translator(qapp, "ko") == "ko"
    yield
    for translator in qapp.findChildren(QtCore.QTranslator):
        qapp.removeTranslator(translator)


def test_nothing_is_left_untranslated():
    assert [source for source, korean in MESSAGES if not korean] == []


def test_place_holders_survive():
    for source, korean in MESSAGES:
        assert sorted(re.findall(r"\{\w*\}", source)) == sorted(re.findall(r"\{\w*\}", korean)), source


def test_every_action_is_known_to_the_translator(korean):
    same = {"English", "한국어"}
    assert [spec.text for spec in ACTIONS if translated(spec.text) == spec.text and spec.text not in same] == []


def test_an_unknown_language_falls_back_to_english():
    assert effective_language("fr") == "en"

"""Every text of the window has a Korean translation, with the same place holders."""

from __future__ import annotations

import re
from xml.etree import ElementTree  # our own file, not a user's

import pytest
from PySide6 import QtCore

from ldct_viewer.cli.arguments import must_exist
from ldct_viewer.errors import OpenError
from ldct_viewer.paths import resource
from ldct_viewer.ui.actions import ACTIONS, translated
from ldct_viewer.ui.dialogs.train_words import tell_error
from ldct_viewer.ui.i18n import effective_language, install_translator

MESSAGES = [
    (m.findtext("source") or "", m.findtext("translation") or "")
    for m in ElementTree.parse(resource("translations", "ldct_viewer_ko.ts")).iter("message")
]


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


def test_an_update_that_rewrites_the_file_under_the_running_program_changes_no_word(qapp, tmp_path, monkeypatch):
    file = tmp_path / "ldct_viewer_ko.qm"
    file.write_bytes(resource("translations", file.name).read_bytes())
    monkeypatch.setattr("ldct_viewer.ui.i18n.resource", lambda *parts: file)
    install_translator(qapp, "ko")
    try:
        before = [translated(spec.text) for spec in ACTIONS]
        with file.open("r+b") as there:  # the same file on disk, other bytes: a mapped one ends in a segmentation fault
            there.truncate(0)
            there.write(bytes(60_000))
        assert [translated(spec.text) for spec in ACTIONS] == before
    finally:
        for translator in qapp.findChildren(QtCore.QTranslator):
            qapp.removeTranslator(translator)


def test_a_path_that_a_training_does_not_find_is_told_in_korean(korean, tmp_path):
    """The sentence comes from the command line's own module, which the window's texts had once left out."""
    with pytest.raises(OpenError) as caught:
        must_exist(tmp_path / "gone")
    assert all(re.search("[가-힣]", text) for text in tell_error(caught.value))


def test_what_the_reader_says_is_told_in_korean_with_its_numbers(korean):
    from ldct_viewer.dicom.codes import FileProblem, Reason
    from ldct_viewer.ui.words import told

    def hangul(text):
        return re.search("[가-힣]", text) is not None

    for reason in Reason:
        assert hangul(told(reason.message)), reason
        assert not reason.hint or hangul(told(reason.hint)), reason
    assert told(FileProblem(Reason.NOT_DICOM, "JPEG picture").text) == "DICOM 파일이 아닙니다: JPEG 그림."
    counted = told(f"{Reason.LOSSY.message} (3 of 70 slices)")
    assert hangul(counted) and "70장 중 3장" in counted
    gaps = "2 slices missing between z=1.0 and z=7.5 mm; irregular there, shown at true positions."
    assert re.search(r"z=1\.0.*z=7\.5 mm.*2장", told(gaps))
    left_out = told(f"2 slices left out. {Reason.TRUNCATED.message}")
    assert "2장" in left_out and "slice" not in left_out and "cut off" not in left_out
    assert told("AMD EPYC, 2 cores") == "AMD EPYC, 코어 2개"


def test_in_english_and_for_unknown_sentences_nothing_changes(qapp):
    from ldct_viewer.ui.words import told

    for text in ("Not a DICOM file: JPEG picture.", "2 slices left out. The file is cut off.", "Something: else."):
        assert told(text) == text

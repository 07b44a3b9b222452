"""Languages: loads ``resources/translations/ldct_viewer_<language>.qm``."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore

from ..paths import resource

NAMES = {"en": "English", "ko": "한국어"}


def effective_language(wish: str) -> str:
    """``wish`` ("system", "en", "ko") as a language there is a translation for."""
    language = QtCore.QLocale.system().name()[:2] if wish == "system" else wish
    return language if language in NAMES else "en"


class _Texts(QtCore.QTranslator):
    """Translations held in memory. Qt would map the file: rewritten by an update while the program runs, it crashes."""

    _data = b""  # Qt looks into it and makes no copy

    def read(self, file: Path) -> bool:
        """Take over what ``file`` holds; False where there is nothing of use."""
        try:
            self._data = file.read_bytes()
        except OSError:
            return False
        return self.load(self._data)


def install_translator(application: QtCore.QCoreApplication, wish: str) -> str:
    """Load the translation for ``wish``; returns the language in use ("en" where none was found)."""
    language = effective_language(wish)
    if language == "en":
        return language
    translator = _Texts(application)
    if not translator.read(resource("translations", f"ldct_viewer_{language}.qm")):
        return "en"
    application.installTranslator(translator)
    _install_qt_texts(application, language)
    return language


def _install_qt_texts(application: QtCore.QCoreApplication, language: str) -> None:
    """Qt's own words ("Cancel", the file dialog), where the Qt at hand brings them."""
    translator = QtCore.QTranslator(application)
    folder = QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        application.installTranslator(translator)

"""Languages: loads ``resources/translations/ldct_viewer_<language>.qm``."""

from __future__ import annotations

import os

from PySide6 import QtCore

from ..paths import resource

NAMES = {"en": "English", "ko": "한국어"}


def effective_language(wish: str) -> str:
    """``wish`` ("system", "en", "ko") as a language there is a translation for."""
    language = QtCore.QLocale.system().name()[:2] if wish == "system" else wish
    return language if language in NAMES else "en"


def install_translator(application: QtCore.QCoreApplication, wish: str) -> str:
    """Load the translation for ``wish``; returns the language in use ("en" where none was found)."""
    language = effective_language(wish)
    if language == "en":
        return language
    translator = QtCore.QTranslator(application)
    file = resource("translations", f"ldct_viewer_{language}.qm")
    if not translator.load(os.fspath(file)):
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

"""Start of the window: platform, look, log, then the first paint; everything heavy comes after it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import APP_NAME, __version__
from .errors import EXIT_USAGE

if TYPE_CHECKING:
    from types import TracebackType

    from .ui.main_window import MainWindow

log = logging.getLogger(__name__)

SCREENSHOT_SIZE = (1920, 1080)
# The network is prepared while the user looks for the scan; with a path, once its first slice is up.
WARM_UP_MS = 1500
PAGE_MS = 100


def run_window(
    paths: Sequence[str],
    demo: bool = False,
    screenshot: str | None = None,
    on_usable: Callable[[MainWindow], None] | None = None,
) -> int:
    """Show the window and run until it is closed; returns the exit code.

    ``screenshot``: open, denoise all of it, save the window as PNG there, and end. Without a display the
    picture is drawn off screen. ``on_usable`` is called once the window is painted and reacts.
    """
    screenshot, code = _without_display(paths, demo, screenshot)
    if code is not None:
        return code
    from PySide6 import QtCore, QtWidgets

    from .log_file import start_logging
    from .ui.i18n import install_translator
    from .ui.settings import Settings
    from .ui.theme import apply_theme, ensure_fonts

    # A painting thread gives the interpreter lock away in every Qt call; with the usual 5 ms it would wait
    # that long each time a reader or an import holds it.
    sys.setswitchinterval(0.0005)
    start_logging()
    sys.excepthook = _report
    QtWidgets.QApplication.setHighDpiScaleFactorRoundingPolicy(QtCore.Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QtWidgets.QApplication.instance() or QtWidgets.QApplication([APP_NAME])
    assert isinstance(application, QtWidgets.QApplication)
    application.setApplicationName(APP_NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("ldct-viewer")
    ensure_fonts(application)
    settings = Settings()
    install_translator(application, settings.language)
    apply_theme(application, settings.theme)

    from .ui.main_window import MainWindow
    from .ui.theme.icons import icon

    application.setWindowIcon(icon("logo", "#4aa8d8"))
    window = MainWindow(settings, unattended=screenshot is not None)
    if screenshot is not None:
        window.resize(*SCREENSHOT_SIZE)
    window.show()
    log.info("started, version %s, platform %s", __version__, application.platformName())

    def begin() -> None:
        if on_usable is not None:
            on_usable(window)
        if screenshot is not None:
            from .ui.screenshot import Screenshot

            Screenshot(window, Path(screenshot))
        if demo:
            window.opening.open_demo()
        elif paths:
            window.opening.open_paths([Path(p) for p in paths])
        elif screenshot is not None:
            QtCore.QTimer.singleShot(0, lambda: window.opening.settled.emit(False))
        else:
            QtCore.QTimer.singleShot(2 * PAGE_MS, window.opening.warm_up)
            QtCore.QTimer.singleShot(WARM_UP_MS, window.denoising.warm_up)
        if screenshot is None:
            QtCore.QTimer.singleShot(WARM_UP_MS, window.training.remind)
            QtCore.QTimer.singleShot(2 * WARM_UP_MS, window.pacs.resume)
        # Importing what draws takes a third of a second: while files are looked through, or just after the start.
        QtCore.QTimer.singleShot(0 if paths or demo else PAGE_MS, window.make_page)

    QtCore.QTimer.singleShot(0, begin)  # after the first paint
    return int(application.exec())


def _without_display(paths: Sequence[str], demo: bool, screenshot: str | None) -> tuple[str | None, int | None]:
    """(screenshot, None) to go on, or (…, exit code) where nothing can be shown."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return screenshot, None
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return screenshot, None
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if screenshot is not None:
        return screenshot, None
    if demo or paths:
        target = str(Path.cwd() / "ldct-viewer.png")
        print(f"There is no display here; the window is drawn to {target} instead.", file=sys.stderr)
        return target, None
    print(
        "There is no display here, so no window can be shown; add --demo or a PATH, and --screenshot FILE, "
        "to have a picture of the window instead.",
        file=sys.stderr,
    )
    return None, EXIT_USAGE


def _report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Unexpected failure in the GUI thread: to the log and, in words, to the user."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    log.error("unexpected failure", exc_info=(kind, error, trace))
    from PySide6 import QtWidgets

    from .errors import LdctError
    from .ui.main_window import MainWindow

    message = LdctError(
        f"Something unexpected went wrong: {kind.__name__}.", "Help ▸ Show log has the details.", code="unexpected"
    )
    for widget in QtWidgets.QApplication.topLevelWidgets():
        if isinstance(widget, MainWindow):
            widget.messages.show_error(message)
            return
    sys.__excepthook__(kind, error, trace)

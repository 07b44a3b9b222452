"""Help ▸ About: version, research notice, licences of what is inside."""

from __future__ import annotations

import importlib.metadata
import platform

from PySide6 import QtCore, QtWidgets

from ... import APP_NAME, RESEARCH_NOTICE, __version__
from ..theme import current
from ..theme.icons import pixmap

# Distribution → licence (SPDX) of what the program is built on.
COMPONENTS = (
    ("PySide6-Essentials", "LGPL-3.0-only (Qt for Python; Qt is used unchanged and can be replaced)"),
    ("numpy", "BSD-3-Clause"),
    ("torch", "BSD-3-Clause"),
    ("pydicom", "MIT"),
    ("imagecodecs", "BSD-3-Clause"),
    ("SimpleITK", "Apache-2.0"),
    ("scipy", "BSD-3-Clause"),
    ("safetensors", "Apache-2.0"),
    ("pyqtgraph", "MIT"),
    ("platformdirs", "MIT"),
)


class AboutDialog(QtWidgets.QDialog):
    """What this is, what it is not, and whose work it stands on."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About {}").format(APP_NAME))
        self.setMinimumWidth(560)
        logo = QtWidgets.QLabel()
        scale = self.devicePixelRatioF()
        drawn = pixmap("logo", round(56 * scale), current().accent)
        drawn.setDevicePixelRatio(scale)
        logo.setPixmap(drawn)
        name = QtWidgets.QLabel(APP_NAME)
        name.setObjectName("headline")
        version = QtWidgets.QLabel(f"{__version__}  ·  Python {platform.python_version()}  ·  Qt {QtCore.qVersion()}")
        version.setObjectName("dim")
        notice = QtWidgets.QLabel(self.tr("Research use only. Not a medical device, not for diagnosis."))
        notice.setStyleSheet(f"color: {current().warning}; font-weight: 600;")
        licence = QtWidgets.QLabel(self.tr("LDCT Viewer is free software under the MIT licence. It contains:"))
        rows = [(dist, installed(dist), spdx) for dist, spdx in COMPONENTS]
        table = QtWidgets.QTreeWidget()
        table.setHeaderLabels([self.tr("Component"), self.tr("Version"), self.tr("Licence")])
        table.setRootIsDecorated(False)
        table.addTopLevelItems([QtWidgets.QTreeWidgetItem(list(row)) for row in rows])
        for column in (0, 1):
            table.resizeColumnToContents(column)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(logo)
        words = QtWidgets.QVBoxLayout()
        words.addWidget(name)
        words.addWidget(version)
        head.addLayout(words, 1)
        buttons = QtWidgets.QDialogButtonBox(QtWidgets.QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        page = QtWidgets.QVBoxLayout(self)
        page.setContentsMargins(22, 20, 22, 16)
        page.setSpacing(12)
        page.addLayout(head)
        for widget in (notice, licence, table, buttons):
            page.addWidget(widget)
        self.setAccessibleDescription(RESEARCH_NOTICE)


def installed(distribution: str) -> str:
    """Version of an installed distribution, or "–"."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "–"

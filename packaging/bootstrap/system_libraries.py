"""The system libraries Qt's wheel does not carry (Linux): which are missing, and how to get them."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

from .say import say

# soname -> Debian / Ubuntu package: what ldd names for Qt's xcb, wayland and offscreen parts.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# Relative to the folder of the PySide6 package.
_PARTS = (
    "QtWidgets.abi3.so",
    "QtOpenGLWidgets.abi3.so",
    "QtSvg.abi3.so",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqwayland.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
    "Qt/plugins/xcbglintegrations/libqxcb-egl-integration.so",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_KOREAN = ("nanum", "notosanscjk", "notoserifcjk", "noto-cjk", "unbatang", "undotum", "baekmuk", "droidsansfallback")


def see_to_libraries(pyside: Path) -> None:
    """Install what Qt lacks as root with apt-get, else print the one command that does."""
    if platform.system() != "Linux" or not shutil.which("ldd"):
        return
    missing = missing_libraries(pyside)
    packages = sorted({PACKAGES[name] for name in missing if name in PACKAGES}) + missing_fonts()
    unknown = [name for name in missing if name not in PACKAGES]
    if not packages and not unknown:
        return
    if not shutil.which("apt-get"):
        say(f"Qt misses system libraries or fonts; install them with your system's tool: {missing + missing_fonts()}")
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0:
        say(f"Qt misses system libraries or fonts. Run this once, then start again:\n\n  sudo {command}\n")
        return
    say(f"installing system libraries and fonts: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for line in ("apt-get update -qq", command + " -qq"):
        # A failing update (one mirror away) need not stop the install; the install's own failure is told.
        done = subprocess.run(
            line.split(), env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        ).returncode
    if done:
        say(f"the system libraries could not be installed; run as root: apt-get update && {command}")


def missing_libraries(pyside: Path) -> list[str]:
    """Sonames that Qt's window and offscreen parts below ``pyside`` need and the linker does not find."""
    missing: set[str] = set()
    for part in _PARTS:
        if not (pyside / part).is_file():
            continue
        listing = subprocess.run(["ldd", str(pyside / part)], capture_output=True, text=True, check=False).stdout
        missing |= {line.split(" => ")[0].strip() for line in listing.splitlines() if line.endswith("not found")}
    return sorted(name for name in missing if not name.startswith("libQt6"))


def missing_fonts() -> list[str]:
    """Debian packages of fonts to add: one for Latin text, one for Korean names."""
    fonts = [
        str(path).lower()
        for folder in _FONT_FOLDERS
        for path in Path(folder).expanduser().rglob("*")
        if path.suffix.lower() in (".ttf", ".otf", ".ttc")
    ]
    wanted = [] if fonts else ["fonts-dejavu-core"]
    return wanted if any(word in font for font in fonts for word in _KOREAN) else [*wanted, "fonts-nanum"]

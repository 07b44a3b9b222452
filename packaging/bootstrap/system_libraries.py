"""System libraries that Qt's wheel lacks, and programs the tests ask (Linux): what is missing, how to get it."""

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
# Program -> Debian package: other people's readers, validators and archives that tests compare with.
TEST_PROGRAMS = {"dciodvfy": "dicom3tools", "dcmftest": "dcmtk", "storescp": "dcmtk", "Orthanc": "orthanc"}
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
_KOREAN = ("nanum", "notosanscjk", "notoserifcjk", "noto-cjk", "unbatang", "undotum", "baekmuk", "droidsansfallback")


def see_to_libraries(pyside: Path, programs: dict[str, str] | None = None) -> None:
    """Install what Qt lacks, and ``programs``, as root with one apt-get, else print the one command that does.

    Without the programs everything works: the tests that ask them say that they are skipped.
    """
    if platform.system() != "Linux" or not shutil.which("ldd"):
        return
    missing = missing_libraries(pyside)
    needed = sorted({PACKAGES[name] for name in missing if name in PACKAGES}) + missing_fonts()
    unknown = [name for name in missing if name not in PACKAGES]
    wished = missing_programs(programs or {})
    if not needed and not unknown and not wished:
        return
    if not shutil.which("apt-get"):
        names = missing + missing_fonts() + wished
        say(f"missing system libraries, fonts or test programs; install them with your system's tool: {names}")
        return
    command = f"apt-get install -y --no-install-recommends {' '.join(needed + wished)}"
    if os.geteuid() != 0:
        why = "Qt misses system libraries or fonts" if needed or unknown else "some tests will be skipped"
        say(f"{why}. Run this once, then start again:\n\n  sudo {command}\n")
        return
    if not needed + wished:
        say(f"Qt misses libraries of unknown packages: {unknown}")
        return
    say(f"installing from the system's packages: {' '.join(needed + wished)}")
    _apt("update", "-qq")  # a failing update (one mirror away) need not stop the install; its own failure is told
    if not _apt(*command.split()[1:], "-qq"):
        # One unknown name fails all: first what Qt needs, then each program by itself.
        install = ("install", "-y", "-qq", "--no-install-recommends")
        for some in [needed, *([name] for name in wished)]:
            if some and not _apt(*install, *some):
                say(f"could not be installed; run as root: apt-get update && apt-get install -y {' '.join(some)}")
    for name in missing_programs(programs or {}):
        say(f"without {name}: the tests that need it are skipped")


def _apt(*arguments: str) -> bool:
    # RUNLEVEL=1: a package that brings a service (orthanc) is not to start it.
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", *arguments]
    return not subprocess.run(
        command, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
    ).returncode


def missing_programs(programs: dict[str, str]) -> list[str]:
    """Debian packages of the ``programs`` that are not here.

    Orthanc is left out on a booted systemd, where its package would start an archive on the network.
    """
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    packages = {package for name, package in programs.items() if not shutil.which(name, path=places)}
    if Path("/run/systemd/system").is_dir():
        packages.discard("orthanc")
    return sorted(packages)


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

"""Is this Python new enough? Written so that any Python 3 can read it and answer clearly."""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST_KNOWN = 14


def need_python(script):  # type: ignore[no-untyped-def]
    """Return if this Python is new enough; else start ``script`` again with a newer one, or say what is missing."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in range(NEWEST_KNOWN, OLDEST[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            sys.exit(subprocess.call([newer, os.path.abspath(script), *sys.argv[1:]]))
    sys.exit(
        "LDCT Viewer needs Python 3.11 or newer; this is %d.%d and no newer one was found.\n"
        "Ubuntu 22.04: sudo apt-get install -y python3.11    Windows and macOS: www.python.org/downloads"
        % sys.version_info[:2]
    )

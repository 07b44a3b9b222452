"""Where the frozen program starts."""

import multiprocessing
import sys

from ldct_viewer.cli.main import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())

"""Set everything up (environment, torch build, system libraries) and open the viewer on its demo.

``python3 packaging/run.py`` opens the embedded demo; anything after it goes to ``ldct-viewer`` instead,
for instance ``python3 packaging/run.py /path/to/a/series``. Needs nothing but Python and pip.
"""

from python_version import need_python

need_python(__file__)

from bootstrap import start  # noqa: E402 - only once the interpreter is known to be new enough

start.run()

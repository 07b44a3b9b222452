"""Set everything up and run lint, types and tests; anything after it goes to pytest.

``python3 packaging/test.py`` is what the continuous integration runs. Needs nothing but Python and pip.
"""

from python_version import need_python

need_python(__file__)

from bootstrap import start  # noqa: E402 - only once the interpreter is known to be new enough

start.test()

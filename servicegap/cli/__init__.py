"""The commands.

Exit codes: 0 all scored, 1 the run failed, 2 wrong usage, 3 finished with some records set aside, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from servicegap.errors import ServiceGapError

_WRONG_USAGE = frozenset({"SG-O003", "SG-O004", "SG-T002"})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if not given.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    try:
        from servicegap.cli.app import app
        from servicegap.cli.console import open_streams, plain_warnings, say, whole_endings

        open_streams()
        with whole_endings(), plain_warnings():
            app(arguments, prog_name="servicegap")
    except ServiceGapError as error:
        say(str(error))
        sys.exit(2 if error.code in _WRONG_USAGE else 1)
    except KeyboardInterrupt:
        sys.exit(130)

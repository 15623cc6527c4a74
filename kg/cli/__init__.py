"""The commands: they parse arguments, call the library and print.

Results go to standard output, everything else to standard error.
"""

from __future__ import annotations

import sys

# Each module adds its commands to the program when it is imported; help lists them in this order.
from kg.cli import asking, learning, making, names, serving  # noqa: F401
from kg.cli.app import app
from kg.console import messages
from kg.records import KgError


def main() -> None:
    """Runs a command; turns its failures into one line on standard error and an exit code."""
    try:
        app()
    except KgError as error:
        messages.print(f"kg: {error}", soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        messages.print("kg: stopped; what was finished is kept")
        sys.exit(130)

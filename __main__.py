"""The `tracetop` command, and `python -m tracetop`."""

from __future__ import annotations

import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl+C while it is still being loaded ends it as quietly as later."""
    try:
        from .app.cli import main as run
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    run()


if __name__ == "__main__":
    main()

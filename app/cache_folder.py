"""Where tracetop keeps what it can always make anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The user's folder for tracetop's caches; it need not exist, and may be one that cannot be made.

    `$XDG_CACHE_HOME/tracetop` where that is an absolute path, else `~/Library/Caches/tracetop` on macOS and
    `~/.cache/tracetop` elsewhere.
    """
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):  # noqa: PTH117 - what the standard asks for: others are to be ignored
        return Path(chosen, "tracetop")
    try:
        home = Path.home()
    except RuntimeError:  # nobody's home: a path below which nothing can be made
        return Path(os.devnull, "tracetop")
    return home.joinpath(*(("Library", "Caches") if sys.platform == "darwin" else (".cache",)), "tracetop")

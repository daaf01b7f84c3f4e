"""Has a growing trace looked at shortly before it is painted, so that a frame shows what was just written.

The reader's own looks come when they come. One that falls right before each frame halves what a line waits for, and
lets the others be rare.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

AHEAD_SECONDS = 0.005
"""What a look and the folding of a hundred events take, and some more."""


def look_before(frame: float, nudge: Callable[[], None]) -> None:
    """Call `nudge` shortly before the frame that is due at a time of the running event loop."""
    asyncio.get_running_loop().call_at(frame - AHEAD_SECONDS, nudge)

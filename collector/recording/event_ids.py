"""Ids that need nobody's permission: of events, and of sessions that were given none."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator

from .lifetime import call_after_fork


class EventIds:
    """Ids that are unique over threads and processes: a random part per process, then a count."""

    new: Iterator[str]

    def __init__(self) -> None:
        self.after_fork()
        call_after_fork(self)

    def after_fork(self) -> None:
        """New ones for a new process."""
        # All in C, so that no two threads can get the same one.
        self.new = map(f"{os.urandom(6).hex()}%06x".__mod__, itertools.count())


event_ids = EventIds()
"""Those of this process."""


def new_session_id() -> str:
    """The time, to be found by, and a random part."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(4).hex()}"

"""Signals taken otherwise for a while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def taking(number: int, handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have a signal handled so meanwhile; outside the main thread, where Python lets nobody say so, as before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before or signal.SIG_DFL)

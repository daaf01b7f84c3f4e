"""Callbacks that are told of every event as it is recorded."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ..events import TraceEvent
from .plain_values import attempt

Subscriber = Callable[[TraceEvent], object]

MAX_FAILURES = 10
"""A subscriber that raises this often in a row is not called again."""

_FAILED: Any = object()


class Subscribers:
    """The callbacks of one collector. What one raises is counted, and goes no further."""

    def __init__(self) -> None:
        self.errors = 0
        self.listening: tuple[_Subscription, ...] = ()
        self.after_fork()

    def after_fork(self) -> None:
        """A lock that no thread of the parent can hold."""
        self._lock = threading.RLock()

    def add(self, callback: Subscriber) -> Callable[[], None]:
        """Tell `callback` from now on. Returns a function that ends this."""
        subscription = _Subscription(callback)
        with self._lock:
            self.listening = (*self.listening, subscription)
        return lambda: self._remove(subscription)

    def tell(self, event: TraceEvent) -> None:
        """Tell all of them of an event."""
        for subscription in self.listening:
            if subscription.deliver(event):
                continue
            with self._lock:
                self.errors += 1
            if subscription.failures >= MAX_FAILURES:
                self._remove(subscription)

    def _remove(self, subscription: _Subscription) -> None:
        with self._lock:
            self.listening = tuple(other for other in self.listening if other is not subscription)


class _Subscription:
    """A callback, its failures in a row, and the threads it is running in."""

    def __init__(self, callback: Subscriber) -> None:
        self.failures = 0
        self._callback = callback
        self._running_in: set[int] = set()

    def deliver(self, event: TraceEvent) -> bool:
        """Call the callback, unless this event came out of it. False when it raised."""
        thread = threading.get_ident()
        if thread in self._running_in:
            return True
        self._running_in.add(thread)
        failed = attempt(self._callback, event, _FAILED) is _FAILED
        self._running_in.discard(thread)
        self.failures = self.failures + 1 if failed else 0
        return not failed

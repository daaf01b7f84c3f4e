"""Has the rules look at what is read: at the little that is new within a frame, at a long session between the frames.

A million events keep the rules busy for seconds. A frame has no room for that, and what a frame does not paint need not
wait for one: they look in slices, and rest between them for as long as keys and frames may want.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from ...analysis.ledger.ledger import Ledger
from ...analysis.rules.second_pass import SecondPass
from ...analysis.view import View
from ..contain import contained, report
from ..screens import is_seen
from ..trace import Trace
from .source.source import TraceSource

_EVENTS_A_SLICE = 500
_SLICE_SECONDS = 0.004
"""A key that comes within a slice waits so long at most."""
_MANY_EVENTS = 4_000
"""So many are no work for a frame."""
_BUSY_SECONDS, _QUIET_SECONDS = 0.006, 0.02
"""For so long rules look at more of a session within a frame that paints something, and within one that does not."""
_BUSY_REST, _QUIET_REST = 4.0, 0.25
"""How long they rest between two slices, in times of what a slice took: while frames paint, and while none does."""
_TELL_SECONDS = 0.5
"""So rarely what they have found meanwhile is painted."""


@contained
class CatchingUp:
    """The rules of the second pass, and the ledger behind them; part of the dashboard screen."""

    _caught_up_with: SecondPass | None = None
    """What looks at a session between the frames; None where there is little to look at."""
    _found: tuple[int, bool, int] = (0, False, 0)
    _tell_at = 0.0

    def look_for_findings(self, trace: Trace, view: View) -> None:
        """Have the rules look at more of the session, within this frame or from now on between the frames."""
        found, ledger = trace.second_pass(view.session), trace.ledger(view.session)
        if self._caught_up_with is found:
            return
        if view.session.count - found.taken > _MANY_EVENTS:
            self._caught_up_with = found
            self.run_worker(self._catch_up(found, ledger), exit_on_error=False)
        else:
            self._caught_up_with = None
            _look(found, ledger, _QUIET_SECONDS if self._is_quiet else _BUSY_SECONDS)

    def findings_told(self, trace: Trace, view: View, *, at_once: bool) -> tuple[int, bool, int]:
        """What changes with what the rules have found, as of a view; not with every slice, unless it is wanted."""
        found, ledger = trace.second_pass(view.session), trace.ledger(view.session)
        now = time.monotonic()
        if at_once or self._caught_up_with is None or now >= self._tell_at:
            self._tell_at = now + _TELL_SECONDS
            self._found = found.version(view.at), found.taken < view.at, ledger.version(view.at)
        return self._found

    async def _catch_up(self, found: SecondPass, ledger: Ledger) -> None:
        """Have the rules look at all there is, as long as it is what is shown, and anybody looks."""
        is_more, has_failed = True, False
        try:
            while is_more and self._caught_up_with is found and self.is_attached and is_seen(self.screen):
                begun = time.perf_counter()
                is_more = _look(found, ledger, _SLICE_SECONDS)
                rest = _QUIET_REST if self._is_quiet else _BUSY_REST
                await asyncio.sleep(rest * (time.perf_counter() - begun))
        except Exception as error:  # noqa: BLE001 - whatever it is, the host must live; it is reported, not lost
            report(self.screen, error, "the rules")
            has_failed = True
        finally:  # also where it is cancelled
            if self._caught_up_with is found and not has_failed:  # else it would fail with every frame
                self._caught_up_with = None

    if TYPE_CHECKING:  # the rest is the screen's
        source: TraceSource
        _is_quiet: bool

        def __getattr__(self, name: str) -> Any: ...


def _look(found: SecondPass, ledger: Ledger, seconds: float) -> bool:
    """Have the rules look at more events, and the ledger behind them; gives whether there are more."""
    end = time.perf_counter() + seconds
    while True:
        is_more = found.extend(_EVENTS_A_SLICE)
        ledger.extend()
        if not is_more or time.perf_counter() >= end:
            return is_more

"""A long trace while it is read: its newest events in the timeline, how far the reading is, the user's word to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...analysis.issues.episodes import Episode
from ...analysis.issues.issue import Issue
from ..contain import contained
from ..panes.inspector.inspector import InspectorPane
from ..panes.pane import Pane
from ..panes.timeline.timeline import TimelinePane
from ..trace import Trace
from .cursor import Cursor, Mode
from .progress import Facts, ProgressLine, Stopwatch
from .source.opening import Newest, Reading
from .source.source import TraceSource

_TICKS_A_FRAME, _TICKS_OF_LINE = 6, 2
_STOP_KEY, _GO_ON_KEY = "trace.back", "trace.reading"


@contained
class LongReading:
    """Shows how a long trace is read; part of the dashboard screen."""

    _newest: Newest | None = None
    """Whose events the timeline shows."""
    _stopwatch: Stopwatch
    _ticks = 0
    _keys_known: tuple[bool, str] | None = None

    @property
    def reading(self) -> Reading | None:
        """How far the trace is read; None for a short one, and when all of it is."""
        return self.source.reading

    @property
    def newest_chosen(self) -> tuple[Trace, int] | None:
        """The one of the newest events that is under the cursor, where these are shown."""
        timeline = self._timeline
        if self._newest is None or timeline is None or timeline.newest_chosen is None:
            return None
        trace, event, _ = timeline.newest_chosen
        return trace, event

    def is_frame_due(self) -> bool:
        """Whether to paint now. While a long trace is read that is seldom, and the reading waits for it: what is spent
        on frames is missing there, and keys wait for both. Only the progress line moves on meanwhile.
        """
        if self.reading is None or self.reading.is_stopped or self.cursor.mode is Mode.REPLAY:
            return True
        self._ticks += 1
        if self._ticks % _TICKS_A_FRAME:
            if self._ticks % _TICKS_OF_LINE == 0:
                self._show_progress()
            return False
        self.source.give_way()
        self.call_after_refresh(self.source.take_way)
        return True

    def look_at_newest(self) -> Trace | None:
        """The trace of the newest events, where the timeline is to show them now; part of a frame."""
        newest = self.source.newest
        if newest is not None and not (newest.trace.session.count and self.cursor.follows and self.filtering is None):
            newest = None
        was, self._newest = self._newest, newest
        if was is not None and newest is None:
            if self.reading is None:
                self._hand_over(was)
            elif self.source.newest is not None:
                self.notify("as far as it is read · f: the newest events", timeout=3)
        return None if newest is None else newest.trace

    def inspect_newest(self, trace: Trace, event: int) -> None:
        """Open the inspector on one of the newest events."""
        self._issue = self._episode = None
        self.inspector.so_far = False
        self.inspector.inspect_event(trace, event)
        self._open(self.inspector)

    def stop_reading(self) -> None:
        """Read no more for now; what was read stays."""
        self.source.stop_reading()
        self.paint()

    def action_reading(self) -> None:
        """Stop the reading, or go on with it."""
        if self.reading is not None and self.reading.is_stopped:
            self.source.read_on()
            self.paint()
        elif self.reading is not None:
            self.stop_reading()

    def follow_newest(self) -> None:
        """Have the timeline stand at the newest of the newest events, where it shows them."""
        if self._timeline is not None:
            self._timeline.follow_newest()

    def words_for_reading(self) -> str:
        """What the key does now."""
        return "Read on" if self.reading is not None and self.reading.is_stopped else "Stop reading"

    @property
    def _timeline(self) -> TimelinePane | None:
        timeline = self.panes[0] if self.panes else None
        return timeline if isinstance(timeline, TimelinePane) else None

    def _hand_over(self, newest: Newest) -> None:
        """All is read: stay at the event that the user looks at, if that is not the newest."""
        chosen = None if self._timeline is None else self._timeline.newest_chosen
        event = None if chosen is None or chosen[2] else chosen[1]
        if self.inspector.has_class("-shown") and self.inspector.shows(newest.trace):
            event = self.inspector.event
        if event is not None:
            self.cursor = self.cursor.move_to(self.source.number_of(newest, event))

    def _show_progress(self) -> None:
        reading, events = self.reading, self.source.trace.session.count
        line = self.query_one(ProgressLine)
        if line.has_class("-shown") != (reading is not None):
            line.set_class(reading is not None, "-shown")
            self.call_after_refresh(self._show_panes)
        if reading is None or reading.is_stopped:
            self._stopwatch.forget()
        else:
            self._stopwatch.note(self._clock(), events, reading.read)
        if reading is not None:
            line.show(Facts(reading, events, self._stopwatch.speed, self._keys_told(reading)))

    def _keys_told(self, reading: Reading) -> str:
        known = self._keys_known
        if known is None or known[0] != reading.is_stopped:
            keys = {active.binding.id: active.binding for active in self.active_bindings.values()}
            id, words = (_GO_ON_KEY, "reads on") if reading.is_stopped else (_STOP_KEY, "stops")
            binding = keys.get(id)
            told = "" if binding is None else f"{self.app.get_key_display(binding)} {words}"
            known = self._keys_known = reading.is_stopped, told
        return known[1]

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor
        source: TraceSource
        panes: tuple[Pane, ...]
        inspector: InspectorPane
        _issue: Issue | None
        _episode: Episode | None
        _clock: Callable[[], float]

        def __getattr__(self, name: str) -> Any: ...

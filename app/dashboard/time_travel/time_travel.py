"""Time travel: every pane as of the event under the cursor, by keys, by itself at a pace, or as a host wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ....analysis.fold.session import Session
from ...contain import contained
from ...panes.names import PANES
from ...panes.timeline.timeline import clock
from ...safe_text import one_line
from ..cursor import Cursor, Mode
from .replay import Replay, parse_speed
from .seek import Seek, Wanted
from .transport import Facts, Transport

_KEYS_OF_REPLAY = ("trace.play", "trace.step_back", "trace.step", "trace.faster", "trace.slower", "trace.live")
_PANES_OF_MONEY = ("tokens", "cache")
_PATIENCE_SECONDS = 2.0
"""How long an event is waited for that a host has recorded and nobody has read yet."""


@contained
class TimeTravel:
    """Replays, pauses and seeks; part of the dashboard screen."""

    transport_stays = False
    """Whether the transport bar is shown at the live end too."""
    _seek: Seek | None = None
    _plays_then = False
    """Whether to play as soon as the place that is sought is found."""
    _live_count = 0
    """How many events there were when the live end was left, or all that had been written was read."""
    _was_read = False

    def seek(self, event: Wanted) -> None:
        """Show the session as of an event, and stay there; a replay goes on from there.

        `event` is its number from 1, a `TraceEvent` as the recorder gave it, its id, or a place in words: `it 7`,
        `50%`, `14:02:11`, `+1m30s`. One that is not read yet is waited for. Raises TypeError for anything else,
        ValueError for a number below 1.
        """
        self._seek = Seek(event, patience=round(self.frames_per_second * _PATIENCE_SECONDS))
        self._arrive()

    def play(self, speed: float | str | None = None) -> None:
        """Play from the event under the cursor, or from the first if that is the newest.

        `speed` is 0.25 to 1000, `"10x"`, or `"max"` for as fast as a trace folds; None for as before. Raises
        ValueError for any other.
        """
        if speed is not None:
            self.replay.speed = parse_speed(speed)
        if self._seek is not None:
            self._plays_then = True
            return
        count = self.source.trace.session.count
        place = self.cursor.place(count)
        if not count:
            self.seek(1)
            self._plays_then = True
        elif place is not None:
            self._travel(0 if place + 1 >= count else place, Mode.REPLAY)

    def pause(self) -> None:
        """Stay at the event under the cursor, whatever comes."""
        self._travel(self.cursor.place(self.source.trace.session.count), Mode.PAUSED)

    def follow(self) -> None:
        """Show all there is, and follow what comes."""
        self._give_up_seek()
        self.cursor = self.cursor.live()
        self.replay.moved()
        self.paint()
        self.follow_newest()

    def action_play(self) -> None:
        """Pause a live session, play a paused one on from the cursor, pause the replay."""
        trace = self.source.trace
        if self.cursor.mode is not Mode.PAUSED:
            self.pause()
        elif self._is_over(trace.session):
            self.play()
        else:
            self._travel(self.cursor.place(trace.session.count), Mode.REPLAY)

    def _is_over(self, session: Session) -> bool:
        """Whether the cursor is at the end of a session that has ended: there is nothing to play on to."""
        return self.cursor.place(session.count) == session.count - 1 and session.view().ended

    def action_speed(self, step: int) -> None:
        """Replay faster or slower."""
        if step > 0:
            self.replay.faster()
        else:
            self.replay.slower()
        self.paint()

    def on_transport_toggled(self, message: Transport.Toggled) -> None:
        self.action_play()

    def on_transport_sought(self, message: Transport.Sought) -> None:
        if message.begins:
            self.leave_place()
        if self.cursor.mode is Mode.LIVE:
            self._travel(message.event, Mode.PAUSED)
        else:
            self.move_cursor(message.event)

    def _travel(self, event: int | None, mode: Mode) -> None:
        """Show the session as of an event; in an empty trace as of its first, once it is there."""
        self._give_up_seek()
        self.cursor = replace(self.cursor, event=event, mode=mode)
        self.replay.moved()
        self.paint()

    def _give_up_seek(self) -> None:
        self._seek, self._plays_then = None, False

    def _arrive(self) -> None:
        """Go to the place that is sought, if it is there by now."""
        if self._seek is None:
            return
        source = self.source
        try:
            event = self._seek.find(source.trace, source.is_read)
        except ValueError as error:
            self._give_up_seek()
            if self.is_attached:
                self.notify(one_line(str(error)), severity="warning", markup=False)
            return
        if event is not None:
            plays = self._plays_then or self.cursor.mode is Mode.REPLAY
            mode = Mode.REPLAY if plays else Mode.PAUSED
            self._give_up_seek()
            self.cursor = Cursor(event, mode)
            self.replay.moved()
            if self.is_mounted:
                self.paint()

    def _replay_on(self) -> None:
        """One frame of the replay."""
        session, is_growing = self.source.trace.session, not self.source.is_read
        self.cursor = self.replay.advance(self.cursor, session, 1 / self.frames_per_second, is_growing=is_growing)

    @property
    def now(self) -> float:
        """The moment that is shown, in epoch seconds: now, or that of the recording."""
        session = self.source.trace.session
        place = self.cursor.place(session.count)
        if self.cursor.mode is Mode.LIVE or place is None:
            return self._clock()
        moment = self.replay.moment(session, place)
        return moment if moment == moment else self._clock()

    def _show_transport(self) -> None:
        trace, cursor = self.source.trace, self.cursor
        session = trace.session
        count = session.count
        if cursor.mode is Mode.LIVE or not self._was_read:
            self._live_count, self._was_read = count, self.source.is_read
        bar = self.query_one(Transport)
        shown = cursor.mode is not Mode.LIVE or self.transport_stays or self._seek is not None
        if bar.has_class("-shown") != shown:
            bar.set_class(shown, "-shown")
            self.call_after_refresh(self._show_panes)
        if not shown:
            return
        pace, place = self.replay.pace_of(session), cursor.place(count)
        pace.extend()
        span = session.times.span(count)
        moment = self.replay.moment(session, place) if place is not None else float("nan")
        is_known = span is not None and moment == moment
        bar.show(
            Facts(
                mode=cursor.mode,
                speed=self.replay.speed,
                event=place,
                of=count,
                elapsed=max(0.0, moment - span[0]) if is_known and span else None,
                duration=span[1] - span[0] if span else None,
                clock=clock(moment) if is_known else "",
                silence=self.replay.silence(session, place) if place is not None else None,
                told=self._told_of_replay(),
                remark="written at once: even pace" if pace.is_even else "",
                stops=str(self.replay.stops),
                new=count - self._live_count,
                so_far=self.source.reading is not None,
            ),
            pace,
            self.replay.ahead,
        )

    def keys_first(self) -> tuple[str, ...]:
        """The bindings that the key line shows first."""
        if self.is_typing:
            return ()
        reading = () if self.source.reading is None else ("trace.reading",)
        money = ("trace.what_if",) if PANES[self.active] in _PANES_OF_MONEY and not self.is_covered else ()
        return (*reading, *(() if self.cursor.mode is Mode.LIVE else _KEYS_OF_REPLAY), *money)

    def words_for(self, binding_id: str) -> str | None:
        """What a key does now, where that is not what it always does."""
        if binding_id == "trace.reading":
            return str(self.words_for_reading())
        return "Play" if binding_id == "trace.play" and self.cursor.mode is Mode.PAUSED else None

    def replay_told(self) -> str:
        """What the transport bar says now of where the replay is."""
        self._show_transport()
        bar: Transport = self.query_one(Transport)
        return bar.text

    def _told_of_replay(self) -> str:
        if self._seek is not None:
            progress = self.source.progress
            return f"going to {self._seek.text}" + ("" if progress is None else f" · {progress:.0%} read")
        if self.replay.stopped is not None:
            return f"stopped: {self.replay.stopped.reason}"
        return ""

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor
        replay: Replay
        _clock: Callable[[], float]

        def __getattr__(self, name: str) -> Any: ...

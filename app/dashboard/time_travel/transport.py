"""The transport bar: how a replay runs, where it is, and what it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from ....analysis import figures
from ....analysis.fold.session import Session
from ....analysis.pace import Pace, Silence
from ...contain import contained
from ...safe_text import fit, one_line, width_of
from ...widgets.palette import Cell, Palette
from ...widgets.parts import GAP, Form, Part, fitting, joined, plain
from ..cursor import Mode
from ..strip import SO_FAR_MARK
from .replay import told_speed

_STATE_CELLS = 8
_TRACK_SHARE = 4
"""The track takes one part in so many of the line."""
_SHORTEST_TRACK, _LONGEST_TRACK = 8, 60
_SHORTEST_TOLD = 24
_PLAYED, _TO_COME, _SILENT, _PLACE = "━", "─", "┄", "●"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bar says. Times in seconds: `elapsed` since the first event, of `duration` as recorded; None unknown.

    `event` is the number of the event under the cursor, `of` how many there are, `new` how many of them have come since
    the live end was left. `silence` is the one that is being shortened, `told` what has just happened, `remark` what is
    to be known of this recording, `stops` what the replay is to stop at. With `so_far` there is more of the trace than
    `of` and `duration` tell, because it is being read.
    """

    mode: Mode = Mode.PAUSED
    speed: float = 1.0
    event: int | None = None
    of: int = 0
    elapsed: float | None = None
    duration: float | None = None
    clock: str = ""
    silence: Silence | None = None
    told: str = ""
    remark: str = ""
    stops: str = ""
    new: int = 0
    so_far: bool = False


@contained
class Transport(Palette):
    """Draws `Facts`, and a track of the time that the replay takes. A click on the track goes there."""

    ALLOW_SELECT = False

    @dataclass
    class Sought(Message):
        """The user went to an event; `begins` where a press of the button did it, not the drag that follows."""

        event: int
        begins: bool = False

    @dataclass
    class Toggled(Message):
        """The user wants it to play, or to pause."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._facts = Facts()
        self._pace = Pace(Session())
        self._ahead = 0.0
        self._shown: tuple[object, ...] = ()
        self._drags = False

    def show(self, facts: Facts, pace: Pace, ahead: float) -> None:
        """Show other facts; `ahead` is how many seconds of the pace the replay is behind the event. Cheap if nothing is
        new.
        """
        shown = facts, pace, len(pace), ahead
        if shown != self._shown:
            self._shown = shown
            self._facts, self._pace, self._ahead = facts, pace, ahead
            self.refresh()

    @property
    def text(self) -> str:
        """What it says, as it is laid out now."""
        return "".join(text for text, _ in self._cells(self.size.width))

    def render_line(self, y: int) -> Strip:
        looks, width = self.looks(), self.size.width
        cells = self._cells(width)
        return Strip([Segment(one_line(text), looks[style]) for text, style in cells]).adjust_cell_length(
            width, looks["text"]
        )

    def _cells(self, width: int) -> list[Cell]:
        facts = self._facts
        plays = facts.mode is Mode.REPLAY
        state = f" {'▶' if plays else '■'} {told_speed(facts.speed)}"
        cells: list[Cell] = [(fit(state, _STATE_CELLS + 1), "mark" if plays else "warn")]
        track = self._track_cells()
        cells += [("".join(glyph for glyph, _ in run), style) for style, run in groupby(track, lambda cell: cell[1])]
        room = width - _STATE_CELLS - 1 - len(track)
        return [*cells, *joined(fitting(_parts(facts, room), room))]

    def _track_width(self) -> int:
        width = min(_LONGEST_TRACK, self.size.width // _TRACK_SHARE)
        return width if width >= _SHORTEST_TRACK else 0

    def _track_cells(self) -> list[Cell]:
        """The track: played and to come, silences that are shortened, the place. Blank while its time is unknown."""
        width, pace, event = self._track_width(), self._pace, self._facts.event
        if not width or event is None or len(pace) < self._facts.of:
            return [(" ", "text")] * width
        total = pace.total
        here = pace.seconds(event) + self._ahead
        place = min(width - 1, int(here / total * width)) if total else width - 1
        cells = []
        for cell in range(width):
            if cell == place:
                cells.append((_PLACE, "mark"))
            elif pace.silence_after(pace.event_at((cell + 0.5) * total / width)) is not None:
                cells.append((_SILENT, "mark" if cell < place else "muted"))
            else:
                cells.append((_PLAYED, "mark") if cell < place else (_TO_COME, "muted"))
        return cells

    def _event_at(self, x: int) -> int | None:
        """The event at a column of the bar; the nearest where that is off the track."""
        width, pace = self._track_width(), self._pace
        if not width or not len(pace):
            return None
        cell = max(0, min(x - _STATE_CELLS - 1, width - 1))
        return pace.event_at((cell + 0.5) * pace.total / width) if cell < width - 1 else len(pace) - 1

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        event.stop()
        if event.x <= _STATE_CELLS:
            self.post_message(self.Toggled())
        elif event.x <= _STATE_CELLS + self._track_width():
            self.capture_mouse()
            self._drags = True
            self._seek(event.x, begins=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drags:
            event.stop()
            self._seek(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._drags:
            event.stop()
            self._drags = False
            self.release_mouse()

    def on_mouse_release(self) -> None:
        self._drags = False

    def _seek(self, x: int, begins: bool = False) -> None:
        to = self._event_at(x)
        if to is not None and (begins or to != self._facts.event):
            self.post_message(self.Sought(to, begins))


def _parts(facts: Facts, room: int) -> Sequence[Part]:
    """Everything to be said, in reading order."""
    figures_told = (_position(facts), _time(facts), _clock(facts))
    return (*figures_told, _silence(facts), _told(facts, room), _stops(facts), _remark(facts), _new(facts))


def _position(facts: Facts) -> Part:
    if facts.event is None:
        return plain(20, "no events yet", "muted")
    mark = SO_FAR_MARK if facts.so_far else ""
    total = f"{facts.of:,}{mark}"
    number = f"{facts.event + 1:,}".rjust(len(total))
    share = f"{facts.event * 100 // max(1, facts.of - 1)}%".rjust(5)
    forms: tuple[tuple[int, Form], ...] = (
        (4, (("event ", "muted"), (number, "title"), (f" of {total}", "text"), (share, "muted"))),
        (9, ((number, "title"), (f" of {total}", "text"))),
        (20, ((number, "title"),)),
    )
    return forms


def _time(facts: Facts) -> Part:
    if facts.elapsed is None or facts.duration is None:
        return ()
    total = f"{_stopwatch(facts.duration, facts.duration)}{SO_FAR_MARK if facts.so_far else ''}"
    now = _stopwatch(facts.elapsed, facts.duration).rjust(len(total))
    return (5, ((now, "title"), (f" of {total}", "text"))), (12, ((now, "title"),))


def _stopwatch(seconds: float, longest: float) -> str:
    """Time since the start, all of one form up to the longest."""
    if longest < 10.0:
        return f"{seconds:.1f}s" if longest >= 1.0 else f"{seconds * 1000:.0f}ms"
    minutes, rest = divmod(int(seconds), 60)
    if longest < 3600.0:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _clock(facts: Facts) -> Part:
    return plain(6, facts.clock, "time") if facts.clock else ()


def _silence(facts: Facts) -> Part:
    if facts.silence is None:
        return ()
    recorded, shown = (figures.duration(seconds * 1000.0) for seconds in (facts.silence.recorded, facts.silence.shown))
    return (7, ((f"┄ {recorded} of silence, {shown} here", "warn"),)), (10, ((f"┄ {recorded} → {shown}", "warn"),))


def _told(facts: Facts, room: int) -> Part:
    if not facts.told:
        return ()
    whole = one_line(facts.told)
    lengths = ((8, room // 2), (11, _SHORTEST_TOLD))
    return tuple((rank, ((fit(whole, min(cells, width_of(whole))), "warn"),)) for rank, cells in lengths)


def _stops(facts: Facts) -> Part:
    return plain(3, f"stops at {facts.stops}", "muted") if facts.stops else ()


def _remark(facts: Facts) -> Part:
    return plain(1, facts.remark, "muted") if facts.remark else ()


def _new(facts: Facts) -> Part:
    if not facts.new:
        return ()
    return (2, ((f"+{facts.new:,} new", "mark"), GAP, ("end: live", "muted"))), (15, ((f"+{facts.new:,} new", "mark"),))

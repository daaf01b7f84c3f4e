"""A replay of the dashboard as an asciinema recording, made without a terminal and the same each time.

The format is asciicast v2: a line of JSON that says the size, then a line for each frame that differs from the one
before it, `[seconds, "o", what a terminal is sent]`. See docs.asciinema.org/manual/asciicast/v2.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.color import ColorSystem
from rich.console import Console
from rich.progress import Progress
from textual.strip import Strip

from ..dashboard.cursor import Cursor, Mode
from ..dashboard.screen import DashboardScreen
from ..dashboard.time_travel.replay import Replay
from .offscreen import Stage, event_of, lines_of, load_whole, offscreen, painted

FRAMES_PER_SECOND = 12
LONGEST_SECONDS = 3_600.0
"""Nobody watches a longer one, and it would take as long to make."""

_HELD_SECONDS = 2.0
"""How long the last frame stays."""

_CLEAR = "\x1b[?25l\x1b[2J"
_Told = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: from event `first` through event `last`, numbers from 0, at a speed with long silences cut."""

    first: int
    last: int
    speed: float
    longest_silence: float


def make_cast(
    path: Path,
    out: Path,
    size: tuple[int, int] = (120, 36),
    pane: str | None = None,
    at: str | None = None,
    until: str | None = None,
    speed: float = 1.0,
    longest_silence: float | None = None,
    theme: str | None = None,
) -> None:
    """Write a replay of a trace's dashboard to `out`, from the place `at` to the place `until`, both in words.

    Raises UnreadableTraceError for a trace that cannot be read, ValueError for a pane, a place or a theme that does
    not exist or a replay that would take more than an hour, OSError where `out` cannot be written.
    """
    stage = Stage(size, pane, theme)
    stage.check()
    trace, latest = load_whole(path)
    if not trace.session.count:
        raise ValueError(f"{path}: there is nothing to play: the trace has no events")
    replay = Replay(speed) if longest_silence is None else Replay(speed, longest_silence=longest_silence)
    first = 0 if at is None else event_of(trace, at)
    last = trace.session.count - 1 if until is None else event_of(trace, until)
    if last < first:
        raise ValueError(f"the end, event {last + 1:,}, comes before the beginning, event {first + 1:,}")
    pace = replay.pace_of(trace.session)
    while pace.extend():
        pass
    seconds = 0.0 if math.isinf(speed) else (pace.seconds(last) - pace.seconds(first)) / speed
    if seconds > LONGEST_SECONDS:
        faster = math.ceil(seconds * speed / LONGEST_SECONDS)
        hours = f"{seconds / 3600:,.1f} hours"
        raise ValueError(f"that would be {hours}; --speed {faster}x, --at or --until make it shorter")
    span = trace.view().time_span
    head = {
        "version": 2,
        "width": size[0],
        "height": size[1],
        "timestamp": int(span[0]) if span else 0,
        "title": f"tracetop {path.name}",
        "env": {"TERM": "xterm-256color"},
    }
    script = Script(first, last, speed, replay.longest_silence)
    with out.open("w", encoding="utf-8") as file, _progress(seconds) as told:

        def write(content: object) -> None:
            file.write(json.dumps(content, ensure_ascii=False) + "\n")

        write(head)
        asyncio.run(_record(path, stage, script, latest, write, told))


async def _record(
    path: Path, stage: Stage, script: Script, latest: float, write: Callable[[object], None], told: _Told
) -> None:
    def prepare(screen: DashboardScreen) -> None:
        screen.transport_stays = True
        screen.replay = Replay(script.speed, longest_silence=script.longest_silence)

    shown: list[str] = []
    now = 0.0
    # Closed here where writing fails: what the event loop closes on its way out it closes in another context.
    async with aclosing(_frames(path, stage, script, latest, prepare)) as frames:
        async for now, lines in frames:
            drawn = [_in_ansi(line) for line in lines]
            changed = "".join(
                f"\x1b[{y};1H{line}" for y, line in enumerate(drawn, 1) if y > len(shown) or line != shown[y - 1]
            )
            if changed:
                write([round(now, 6), "o", changed if shown else _CLEAR + changed])
            shown = drawn
            told(now)
    write([round(now + _HELD_SECONDS, 6), "o", ""])


async def _frames(
    path: Path, stage: Stage, script: Script, latest: float, prepare: Callable[[DashboardScreen], None]
) -> AsyncGenerator[tuple[float, list[Strip]], None]:
    """The frames of a replay and when each is shown, in seconds; of equal ones in a row the first only."""
    async with offscreen(path, stage, lambda: latest, prepare) as (screen, pilot):
        session, step = screen.source.trace.session, 1 / FRAMES_PER_SECOND
        screen.cursor = Cursor(script.first, Mode.REPLAY)
        seen: tuple[object, ...] = ()
        frame = 0
        while True:
            # What a frame shows is decided by where the replay is and what the bar says of it.
            state = screen.cursor, screen.replay_told()
            if state != seen:
                seen = state
                await painted(screen, pilot)
                yield frame * step, lines_of(screen)
            place = screen.cursor.place(session.count)
            if place is None or place >= script.last:
                return
            frame += 1
            following = screen.replay.advance(screen.cursor, session, step, is_growing=True)
            if (following.event or 0) > script.last:
                following = Cursor(script.last, Mode.REPLAY)
            screen.cursor = following


def _in_ansi(line: Strip) -> str:
    """What a terminal is sent to draw a line."""
    return "".join(
        text if style is None else style.render(text, color_system=ColorSystem.TRUECOLOR)
        for text, style, _ in line.simplify()
    )


@contextmanager
def _progress(seconds: float) -> Iterator[_Told]:
    """A bar on stderr where that is a terminal; told how many seconds of the replay are made."""
    # Textual takes what is written to sys.stderr while its app runs.
    console = Console(file=sys.__stderr__)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("making the cast", total=max(seconds, 1e-9))
        yield lambda made: progress.update(task, completed=made)

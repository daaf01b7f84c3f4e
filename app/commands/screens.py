"""The commands that draw the dashboard: on the terminal, or into a file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from .command_group import is_debugging
from .options import check_folder, debug_option, file_argument, index_option, theme_option, usage_errors

if TYPE_CHECKING:
    from ..dashboard.screen import DashboardScreen
    from ..dashboard.time_travel.stops import Stops
    from ..destinations import Destination

_Meant = TypeVar("_Meant")


def _spoken(parse: Callable[[str], _Meant]) -> Callable[[click.Context, click.Parameter, str | None], _Meant | None]:
    """A callback for an option whose text `parse` understands, or says in a ValueError why it does not."""

    def understand(ctx: click.Context, param: click.Parameter, text: str | None) -> _Meant | None:
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error

    return understand


def _speed(text: str) -> float:
    from ..dashboard.time_travel.replay import parse_speed

    return parse_speed(text)


def _place(text: str) -> Destination:
    from ..destinations import parse_destination

    return parse_destination(text)


def _silence(text: str) -> float:
    """The longest silence in seconds; `inf` where none is shortened."""
    said = text.strip().lower()
    if said == "none":
        return math.inf
    if match := re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?)s?", said):
        seconds = float(match[1])
        if seconds > 0:
            return seconds
    raise ValueError(f"{text!r} is no length of time; seconds are meant, as in 2s, or none")


def _stops(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> Stops:
    from ..dashboard.time_travel.stops import parse_stops

    try:
        return parse_stops(" ".join(texts))
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


speed_option = click.option(
    "--speed",
    callback=_spoken(_speed),
    metavar="SPEED",
    help="0.25x to 1000x, or max: as fast as the trace folds.  [default: 1x]",
)
at_option = click.option(
    "--at",
    callback=_spoken(_place),
    metavar="PLACE",
    help="As of this place: an event (120), an iteration ('it 7'), a share (50%), a time (14:02:11, +1m30s).",
)
silence_option = click.option(
    "--longest-silence",
    "silence",
    callback=_spoken(_silence),
    metavar="SECONDS",
    help="A longer silence is cut to this, and shown as cut; none cuts none.  [default: 2s]",
)


@click.command()
@file_argument
@speed_option
@at_option
@click.option(
    "--stop-at",
    "stops",
    multiple=True,
    metavar="WHAT",
    callback=_stops,
    help="Pause there: issue, critical, high, medium, error, break, compaction, a cost ($0.50); may be repeated.",
)
@silence_option
@click.option("--paused", is_flag=True, help="Wait for space, also without --at.")
@theme_option
@index_option
@debug_option
@click.pass_obj
def replay(
    general_theme: str | None,
    file: Path,
    speed: float | None,
    at: Destination | None,
    stops: Stops,
    silence: float | None,
    paused: bool,
    theme: str | None,
) -> None:
    """Watch a session again, as it ran, in the dashboard.

    It plays from the first event; with --at alone it waits there, paused. Every pane shows what was known then.
    space plays and pauses, + and - change the speed, , and . step an event, [ and ] an iteration; e i b c go to the
    next error, issue, cache break, compaction, capitals back; : goes to a place, P says what to stop at; m bookmarks.

    \b
      tracetop replay session-1.jsonl
      tracetop replay session-1.jsonl --speed 10x
      tracetop replay session-1.jsonl --at 50%
      tracetop replay session-1.jsonl --at 14:02 --speed 0.5x
      tracetop replay session-1.jsonl --speed max --stop-at high --stop-at '$0.50'
    """
    from ..trace import UnreadableTraceError
    from . import headless

    if file.is_dir():
        raise UnreadableTraceError(f"{file}: is a folder; name one of the trace files in it")
    if not headless.has_screen():
        headless.put_report(file, as_json=False)
        return
    headless.check_openable(file)
    from ..dashboard.time_travel.replay import Replay
    from ..standalone import run_dashboard

    def prepare(screen: DashboardScreen) -> None:
        screen.transport_stays = True
        screen.replay = Replay(speed or 1.0, stops, *(() if silence is None else (silence,)))
        screen.seek(1 if at is None else at.text)
        if not paused and (at is None or speed is not None):
            screen.play()

    with usage_errors():
        run_dashboard(file, debug=is_debugging(), theme=theme or general_theme, prepare=prepare)


@click.command()
@click.argument("folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(path_type=Path))
@theme_option
@index_option
@debug_option
@click.pass_obj
def wall(general_theme: str | None, folders: tuple[Path, ...], theme: str | None = None) -> None:
    """Watch several sessions at once: a strip each, those that go on first.

    Without FOLDER: those of the current folder, whichever agent left them. Sessions that start appear, those that end
    say so; the newest others fill the screen. The key at the left of a strip opens its session, esc comes back; ? lists
    the keys. Where nothing can be drawn (no terminal, TERM=dumb) the plain list is printed.

    \b
      tracetop wall
      tracetop wall traces/ ../other-project/.attocode/traces
    """
    from ..trace import UnreadableTraceError
    from . import headless

    for folder in folders:
        if not folder.is_dir():
            raise UnreadableTraceError(f"{folder}: {'is no folder' if folder.exists() else 'no such folder'}")
    if not headless.has_screen():
        headless.write_lines(headless.list_sessions(folders))
        return
    from ..standalone import run_dashboard

    with usage_errors():
        run_dashboard(None, debug=is_debugging(), theme=theme or general_theme, wall=folders)


def _size(ctx: click.Context, param: click.Parameter, text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal() and 20 <= int(width) <= 1000 and 5 <= int(height) <= 500:
        return int(width), int(height)
    raise click.BadParameter(f"{text!r} is no size; columns x rows are meant, as in 160x48", ctx, param)


@click.command()
@file_argument
@click.option("-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The SVG to write.")
@click.option("--size", callback=_size, metavar="WxH", default="160x48", show_default=True, help="Columns x rows.")
@click.option("--pane", metavar="NAME", help="Zoom one pane: timeline, tree, tokens, cache, issues.")
@at_option
@theme_option
@debug_option
def shot(
    file: Path, out: Path, size: tuple[int, int], pane: str | None, at: Destination | None, theme: str | None
) -> None:
    """A picture of the dashboard as SVG, without a terminal.

    The same everywhere: your settings are not read.

    \b
      tracetop shot session-1.jsonl -o session.svg
      tracetop shot session-1.jsonl -o tokens.svg --size 120x36 --pane tokens --at 200
    """
    from ..offscreen.shot import take_shot

    check_folder(out)
    with usage_errors(ValueError):
        take_shot(file, out, size, pane, None if at is None else at.text, theme)


@click.command()
@file_argument
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The recording to write."
)
@click.option("--size", callback=_size, metavar="WxH", default="120x36", show_default=True, help="Columns x rows.")
@click.option("--pane", metavar="NAME", help="Zoom one pane: timeline, tree, tokens, cache, issues.")
@speed_option
@at_option
@click.option("--until", callback=_spoken(_place), metavar="PLACE", help="The last place that is shown; else the end.")
@silence_option
@theme_option
@debug_option
def cast(
    file: Path,
    out: Path,
    size: tuple[int, int],
    pane: str | None,
    speed: float | None,
    at: Destination | None,
    until: Destination | None,
    silence: float | None,
    theme: str | None,
) -> None:
    """A replay of the dashboard as an asciinema recording, without a terminal.

    For bug reports and READMEs: asciinema plays it, agg makes a GIF of it. The same each time and everywhere: your
    settings are not read.

    \b
      tracetop cast session-1.jsonl -o session.cast --speed 10x
      tracetop cast session-1.jsonl -o break.cast --at 'it 7' --until 'it 9' --size 160x48
      asciinema play session.cast
    """
    from ..offscreen.cast import make_cast

    check_folder(out)
    with usage_errors(ValueError):
        make_cast(
            file,
            out,
            size,
            pane,
            at=None if at is None else at.text,
            until=None if until is None else until.text,
            speed=1.0 if speed is None else speed,
            longest_silence=silence,
            theme=theme,
        )


@click.command()
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Times real."
)
@click.option("--keep", type=click.Path(path_type=Path), metavar="PATH", help="Keep the trace that the demo records.")
@theme_option
@debug_option
@click.pass_obj
def demo(general_theme: str | None, speed: float, keep: Path | None, theme: str | None) -> None:
    """A scripted agent records a session, live in the dashboard.

    No model is called, nothing is spent.

    \b
      tracetop demo
      tracetop demo --speed 4 --keep demo-traces
    """
    from ..demo.command import run_demo

    with usage_errors():
        run_demo(debug=is_debugging(), speed=speed, keep=keep, theme=theme or general_theme)

"""A headless picture of the dashboard, as SVG."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

from .dashboard.cursor import Cursor, Mode
from .dashboard.screen import DashboardScreen
from .dashboard.source import FileSource
from .panes.names import PANES
from .standalone import TracetopApp
from .trace import load_trace

_SETTLE_SECONDS = 120.0
_LEADING_SPACES = re.compile(
    r'<text ([^>]*?)x="([\d.]+)" ([^>]*?)textLength="([\d.]+)"([^>]*)>((?:&#160;)+)([^<]*)</text>'
)


def take_shot(
    path: Path,
    out: Path,
    size: tuple[int, int] = (160, 48),
    pane: str | None = None,
    at: int | None = None,
    theme: str | None = None,
    keys: tuple[str, ...] = (),
) -> None:
    """Write a picture of a trace's dashboard to `out`.

    `size` is columns and rows, `pane` the one to zoom, `at` the number of the event (from 1) as of which to show the
    session, `theme` one of Textual's or ours, `keys` are pressed before the picture is taken. What the user set is not
    read, so that a picture is the same everywhere. Raises UnreadableTraceError for a trace that cannot be read,
    ValueError for a pane, an event or a theme that does not exist, OSError where `out` cannot be written.
    """
    if pane is not None and pane not in PANES:
        raise ValueError(f"no pane is called {pane!r}; there are {', '.join(PANES)}")
    trace = load_trace(path)
    count = trace.session.count
    if at is not None and not 1 <= at <= count:
        raise ValueError(f"{path} has {count:,} events; {at:,} is not one of them")
    span = trace.view().time_span
    latest = span[1] if span else 0.0
    svg = asyncio.run(_picture(path, size, pane, at, theme, keys, lambda: latest))
    out.write_text(svg, encoding="utf-8")


async def _picture(
    path: Path,
    size: tuple[int, int],
    pane: str | None,
    at: int | None,
    theme: str | None,
    keys: tuple[str, ...],
    clock: Callable[[], float],
) -> str:
    app = TracetopApp(path, clock=clock)
    if theme is not None and theme not in app.available_themes:
        raise ValueError(f"no theme is called {theme!r}; there are {', '.join(sorted(app.available_themes))}")
    async with app.run_test(size=size) as pilot:
        if theme is not None:
            app.theme = theme
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, DashboardScreen)
        assert isinstance(screen.source, FileSource)
        while not screen.source.wait_until_read(0.05) and screen.source.error is None:
            await asyncio.sleep(0)
        if at is not None:
            screen.cursor = Cursor(at - 1, Mode.PAUSED)
        if pane is not None:
            screen.zoom(PANES.index(pane))
        screen.paint()
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        screen.paint()
        await pilot.pause()
        return _keep_leading_spaces(app.export_screenshot(title=f"tracetop {path.name}"))


def _keep_leading_spaces(svg: str) -> str:
    """Move every text past its leading spaces: some viewers drop them, and columns would not line up."""

    def moved(match: re.Match[str]) -> str:
        before, x, middle, length, after, spaces, rest = match.groups()
        count, cells = len(spaces) // len("&#160;"), _cells(spaces + rest)
        if not rest or not cells:
            return ""
        shift = float(length) / cells * count
        return (
            f'<text {before}x="{float(x) + shift:.1f}" {middle}textLength="{float(length) - shift:.1f}"{after}>'
            f"{rest}</text>"
        )

    return _LEADING_SPACES.sub(moved, svg)


def _cells(text: str) -> int:
    from html import unescape

    from .safe_text import width_of

    return width_of(unescape(text))

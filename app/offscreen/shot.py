"""A headless picture of the dashboard, as SVG."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from .offscreen import Stage, event_of, load_whole, offscreen, painted

_LEADING_SPACES = re.compile(
    r'<text ([^>]*?)x="([\d.]+)" ([^>]*?)textLength="([\d.]+)"([^>]*)>((?:&#160;)+)([^<]*)</text>'
)

_NAP = 0.01


def take_shot(
    path: Path,
    out: Path,
    size: tuple[int, int] = (160, 48),
    pane: str | None = None,
    at: int | str | None = None,
    theme: str | None = None,
    keys: tuple[str, ...] = (),
) -> None:
    """Write a picture of a trace's dashboard to `out`.

    `size` is columns and rows, `pane` the one to zoom, `at` the place as of which to show the session: the number of
    an event (from 1), or in words, `theme` one of Textual's or ours, `keys` are pressed before the picture is taken.
    What the user set is not read, so that a picture is the same everywhere. Raises UnreadableTraceError for a trace
    that cannot be read, ValueError for a pane, a place or a theme that does not exist, OSError where `out` cannot be
    written.
    """
    stage = Stage(size, pane, theme)
    stage.check()
    trace, latest = load_whole(path)
    event = None if at is None else event_of(trace, at)
    out.write_text(asyncio.run(_picture(path, stage, event, keys, latest)), encoding="utf-8")


async def _picture(path: Path, stage: Stage, event: int | None, keys: tuple[str, ...], latest: float) -> str:
    async with offscreen(path, stage, lambda: latest) as (screen, pilot):
        if event is not None:
            screen.seek(event + 1)
            await painted(screen, pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        what_if = screen.what_if_list
        while what_if.has_class("-shown") and not what_if.is_settled:  # it goes over the session by itself
            await asyncio.sleep(_NAP)
        await painted(screen, pilot)
        return _keep_leading_spaces(screen.app.export_screenshot(title=f"tracetop {path.name}"))


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

    from ..safe_text import width_of

    return width_of(unescape(text))

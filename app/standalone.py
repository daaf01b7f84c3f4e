"""tracetop as an app of its own: the session browser below, the dashboard over it."""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging.handlers import MemoryHandler
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from .browser import BrowserScreen
from .dashboard.host import DashboardHost
from .dashboard.source import SourceLike

DEFAULT_FOLDERS = (Path(".attocode/traces"), Path(".traces"))
"""Where agents of this format leave their traces."""

_log = logging.getLogger("tracetop")


class TracetopApp(DashboardHost):
    """Shows a trace file, or the sessions of folders. `clock` gives epoch seconds."""

    TITLE = "tracetop"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []
    is_tracetop = True

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._shown: Path | None = path if path is not None and not path.is_dir() else None
        folders = DEFAULT_FOLDERS if path is None else (path if path.is_dir() else path.parent,)
        self.browser = BrowserScreen(folders, select=self._shown, clock=clock)

    def dashboard_clock(self) -> float:
        return self._clock()

    def get_default_screen(self) -> BrowserScreen:
        return self.browser

    async def on_mount(self) -> None:
        if self._shown is not None:
            await self.open_dashboard()

    def on_ready(self) -> None:
        # Ours is the whole process: what lives now lives until the end, and need not be looked at again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)

    def dashboard_source(self) -> SourceLike:
        path = self.browser.selected or self._shown
        if path is None:
            raise LookupError("no session to show yet")
        return path

    async def on_browser_screen_chosen(self, message: BrowserScreen.Chosen) -> None:
        """Show the session that was chosen."""
        self._shown = message.path
        await self.open_dashboard()


def run_dashboard(path: Path | None, *, debug: bool = False) -> None:
    """Open tracetop on a trace file, a folder, or the default folders, until the user leaves."""
    _log.debug("opening %s", path or ", ".join(map(str, DEFAULT_FOLDERS)))
    app: App[None] = TracetopApp(path)
    with _log_apart_from_screen(debug):
        app.run()


@contextmanager
def _log_apart_from_screen(debug: bool) -> Iterator[None]:
    """Keep what is logged to stderr off the screen: Textual draws on stderr too.

    Where stderr is a file the screen goes to stdout; where it is the terminal the log waits until the screen is gone.
    """
    if not debug:
        yield
        return
    held = MemoryHandler(100_000, flushLevel=logging.CRITICAL + 1)
    terminal, stderr = sys.stderr.isatty(), sys.__stderr__
    if terminal:
        handlers, _log.handlers = _log.handlers, [held]
    else:
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]
    try:
        yield
    finally:
        sys.__stderr__ = stderr  # type: ignore[misc]
        if terminal:
            _log.handlers = handlers
            for record in held.buffer:
                _log.handle(record)

"""tracetop as an app of its own: the session browser below, the dashboard over it."""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from logging.handlers import MemoryHandler
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.command import CommandPalette
from textual.theme import ThemeProvider

from .browser.browser import BrowserScreen
from .commands.command_group import NoSuchThemeError, given_settings
from .dashboard.host import DashboardHost
from .dashboard.screen import DashboardScreen
from .dashboard.source.open_source import SourceLike, open_source
from .keymap import usable_keys
from .safe_text import one_line
from .sessions.entry import session_name
from .sessions.latest import Latest
from .sessions.shown_sources import shown_sources
from .settings.effective import EffectiveSettings, effective_settings
from .settings.settings import meant
from .short_paths import from_home
from .themes import THEMES
from .wall.wall import WallScreen
from .widgets.command_palette import PatientPalette

_MOST_TOLD = 5
_TOLD_SECONDS = 15.0
_LATEST = "latest"
_LATEST_SECONDS = 1.0
_log = logging.getLogger("tracetop")


Prepare = Callable[[DashboardScreen], None]
"""What is done with a dashboard before it opens."""


class TracetopApp(DashboardHost):
    """Shows a trace file, or the sessions of folders. `clock` gives epoch seconds.

    `settings` are what the user set; what of them cannot be met stays as it is built in, and is told on the screen.
    `prepare` is done with the first dashboard that opens. `wall` are folders whose sessions are shown on the wall at
    first, empty for the default ones; None for the browser. Without any path it shows the sessions of this project, or
    with `everything` of all. With `latest` it opens the newest session, and each that starts from then on.
    """

    TITLE = "tracetop"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []
    is_tracetop = True

    def __init__(
        self,
        path: Path | None,
        *,
        clock: Callable[[], float] = time.time,
        settings: EffectiveSettings | None = None,
        prepare: Prepare | None = None,
        wall: Sequence[Path] | None = None,
        everything: bool = False,
        latest: bool = False,
    ) -> None:
        super().__init__()
        self._prepare = prepare
        self._opens_wall = wall is not None
        for theme in THEMES:
            self.register_theme(theme)
        self.effective = self._made_usable(settings or EffectiveSettings())
        self.settings = self.effective.settings
        self.theme = self.settings.theme
        self.set_keymap(dict(self.settings.keys))
        self._clock = clock
        self._shown: Path | None = path if path is not None and not path.is_dir() else None
        folders, belongs, place = tuple(wall or ()), None, ""
        if path is not None:
            folders = (path if path.is_dir() else path.parent,)
        elif not folders:
            shown = shown_sources(everything)
            folders, belongs = shown.folders, shown.belongs()
            place = from_home(Path.cwd()) if shown.is_project else "all projects"
        self._latest = Latest() if latest else None
        self.browser = BrowserScreen(
            folders,
            select=self._shown,
            clock=clock,
            prices=self.settings.prices,
            index=self.settings.index,
            tuning=self.settings.rules,
            belongs=belongs,
            place=place,
        )

    def _made_usable(self, effective: EffectiveSettings) -> EffectiveSettings:
        theme = effective.settings.theme
        if theme not in self.available_themes:
            effective = effective.without("theme", f"no theme is called {theme}{meant(theme, self.available_themes)}")
        keys, refused = usable_keys(effective.settings.keys)
        for id, reason in refused.items():
            effective = effective.without(f"keys.{id}", reason)
        return replace(effective, settings=replace(effective.settings, keys=keys))

    def action_command_palette(self) -> None:
        if self.use_command_palette and not CommandPalette.is_open(self):
            self.push_screen(PatientPalette(id="--command-palette"))  # the id by which Textual knows that it is open

    def search_themes(self) -> None:
        self.push_screen(PatientPalette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def dashboard_clock(self) -> float:
        return self._clock()

    def dashboard_screen(self, source: SourceLike) -> DashboardScreen:
        screen = DashboardScreen(
            open_source(source, prices=self.settings.prices, index=self.settings.index, tuning=self.settings.rules),
            clock=self.dashboard_clock,
            frames_per_second=self.settings.frame_rate,
            layout=self.settings.layout,
        )
        prepare, self._prepare = self._prepare, None
        if prepare is not None:
            prepare(screen)
        return screen

    def get_default_screen(self) -> BrowserScreen:
        return self.browser

    async def on_mount(self) -> None:
        self._tell_problems()
        if self._shown is not None:
            await self.open_dashboard()
        elif self._opens_wall:
            await self.push_screen(self._new_wall())
        if self._latest is not None:
            self.browser.sessions.start(_LATEST)
            self.set_interval(_LATEST_SECONDS, self._follow_latest)
            self.call_after_refresh(self._follow_latest)  # the browser, which goes along, is not there yet

    async def _follow_latest(self) -> None:
        """Open the newest session when there is any, and another one when that starts."""
        sessions = self.browser.sessions
        if self._latest is None or not self.browser.is_mounted or not sessions.is_listed:
            return
        path = self._latest.next(sessions.entries)
        if path is None:
            return
        if self._shown is not None:
            self.notify(f"a newer session has started: {one_line(session_name(path))}", title="tracetop", markup=False)
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self._shown = path
        self.browser.select(path)
        await self.open_dashboard()

    def _new_wall(self) -> WallScreen:
        return WallScreen(self.browser.sessions, self.browser.place, clock=self._clock)

    def _tell_problems(self) -> None:
        problems = self.effective.problems
        lines = [one_line(problem) for problem in problems[:_MOST_TOLD]]
        if len(problems) > _MOST_TOLD:
            lines.append(f"… and {len(problems) - _MOST_TOLD} more (see: tracetop config)")
        if lines:
            text = "\n".join(lines)
            self.notify(text, title="settings", severity="warning", timeout=_TOLD_SECONDS, markup=False)

    def on_ready(self) -> None:
        # Ours is the whole process: what lives now lives until the end, and need not be looked at again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()

    def dashboard_source(self) -> SourceLike:
        chosen = self.screen.selected if isinstance(self.screen, WallScreen) else self.browser.selected
        path = chosen or self._shown
        if path is None:
            raise LookupError("no session to show yet")
        return path

    async def on_browser_screen_chosen(self, message: BrowserScreen.Chosen) -> None:
        """Show the session that was chosen."""
        self._shown = message.path
        await self.open_dashboard()

    async def on_browser_screen_wall_wanted(self, message: BrowserScreen.WallWanted) -> None:
        """Show several sessions at once."""
        message.stop()
        await self.push_screen(self._new_wall())

    async def on_wall_screen_chosen(self, message: WallScreen.Chosen) -> None:
        """Show the session that was chosen; where one comes back to the browser, it is selected there."""
        message.stop()
        self._shown = message.path
        self.browser.select(message.path)
        await self.open_dashboard()


def run_dashboard(
    path: Path | None,
    *,
    debug: bool = False,
    theme: str | None = None,
    prepare: Prepare | None = None,
    wall: Sequence[Path] | None = None,
    everything: bool = False,
    latest: bool = False,
) -> None:
    """Open tracetop on a trace file, a folder, or the default folders, until the user leaves.

    Settings come from the environment and the user's file; `theme` goes before them. `prepare` is done with the
    dashboard before it opens. With `wall` it opens on the wall of these folders, with `latest` on the newest session.
    Without a path it is for this project, or for `everything`. Raises NoSuchThemeError.
    """
    gc.disable()  # until the first frame is there: it makes much that stays
    effective = effective_settings({**given_settings(), "theme": theme})
    app = TracetopApp(path, settings=effective, prepare=prepare, wall=wall, everything=everything, latest=latest)
    if theme is not None and theme not in app.available_themes:
        raise NoSuchThemeError(f"no theme is called {theme!r}{meant(theme, app.available_themes)}")
    _log.debug("opening %s", path or ", ".join(map(str, app.browser.sessions.folders)))
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

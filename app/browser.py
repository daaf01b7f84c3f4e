"""The session browser: the traces of a folder, newest first, the live ones marked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from ..analysis import figures
from ..analysis.prices import Prices
from .contain import Failed, contained
from .dashboard.key_line import KeyLine
from .safe_text import fit, fit_right, one_line
from .screens import is_seen
from .sessions import Entry, Sessions, is_live
from .widgets.event_list import EventList
from .widgets.palette import Cell


class SessionRows:
    """The rows of the browser."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.entries: list[Entry] = []
        self._clock = clock

    @property
    def count(self) -> int:
        """How many sessions there are."""
        return len(self.entries)

    def row(self, index: int, width: int) -> list[Cell]:
        """State, goal, model, iterations, tokens, cost, cache, score, issues, age."""
        entry = self.entries[index]
        now = self._clock()
        live = is_live(entry, now)
        state: Cell = ("● live  ", "ok") if live else ("○ ended ", "muted") if entry.ended else ("○ open  ", "muted")
        if entry.error:
            state = ("✗ ", "error")
        tail = self._figures(entry, width)
        tail.append((fit_right(age(now - entry.mtime), 10), "muted"))
        summary = entry.summary
        title = (summary.goal if summary else None) or entry.path.stem
        words = f"{title}  {entry.error}" if entry.error else title
        room = width - sum(len(text) for text, _ in (state, *tail))
        return [state, (fit(one_line(words), max(0, room)), "error" if entry.error else "title"), *tail]

    @staticmethod
    def _figures(entry: Entry, width: int) -> list[Cell]:
        summary = entry.summary
        if summary is None:
            return [(fit_right("reading …" if not entry.error else "", 10), "muted")] if width >= 50 else []
        cells: list[Cell] = []
        if width >= 110:
            cells.append((fit(f" {one_line(summary.model or '')}", 26), "llm"))
        if width >= 90:
            cells.append((fit_right(f"{summary.iterations:,} it", 9), "muted"))
        if width >= 50:
            cells.append((fit_right(figures.tokens(summary.total_tokens), 8), "text"))
            cells.append((fit_right(figures.cost(summary.total_cost, entry.cost_estimated), 9), "cost"))
        if width >= 70:
            cells.append((fit_right(figures.share(summary.cache_hit_rate), 6), "text"))
            cells.append((fit_right(figures.score(summary.efficiency_score), 5), "text"))
            cells.append((fit_right(f"!{entry.issues}" if entry.issues else "", 6), "warn"))
        return cells


@contained
class BrowserScreen(Screen[None]):
    """Lists sessions; enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Quit", id="browser.quit", tooltip="Quit tracetop"),
        Binding("r", "look_again", "Reread", id="browser.reread", tooltip="Look at the folders again"),
    ]
    DEFAULT_CSS = files(__package__).joinpath("browser.tcss").read_text(encoding="utf-8")

    @dataclass
    class Chosen(Message):
        """The user chose a session."""

        path: Path

    def __init__(
        self,
        folders: Iterable[Path],
        *,
        select: Path | None = None,
        clock: Callable[[], float] = time.time,
        prices: Prices | None = None,
    ) -> None:
        super().__init__()
        self._select = select
        self.sessions = Sessions(folders, prices=prices)
        self._rows = SessionRows(clock)
        self._clock = clock
        self._shown = -1

    def compose(self) -> ComposeResult:
        places = ", ".join(str(folder) for folder in self.sessions.folders)
        yield Static("", id="browser-title", markup=False)
        yield Static("", id="browser-heads", markup=False)
        empty = f"no traces in {places} yet; they appear here as agents write them (try: tracetop demo)"
        yield EventList(self._rows, can_follow=False, empty_text=empty, id="browser-list")
        yield KeyLine(id="browser-keys")

    @property
    def selected(self) -> Path | None:
        """The session under the cursor."""
        if not self.is_mounted:
            return None
        cursor = self.query_one(EventList).cursor
        return self._rows.entries[cursor].path if 0 <= cursor < self._rows.count else None

    def on_mount(self) -> None:
        self.sessions.start()
        self._timer = self.set_interval(0.25, self.on_tick, name="tracetop browser")

    def on_unmount(self) -> None:
        self.sessions.stop()

    def on_screen_suspend(self) -> None:
        if not is_seen(self):
            self.sessions.pause()

    def on_screen_resume(self) -> None:
        self.sessions.start()

    def on_tick(self) -> None:
        """Show what the thread has found since."""
        if not is_seen(self) or self.sessions.version == self._shown:
            return
        self._shown = self.sessions.version
        selected = self.selected or self._select
        rows = self.query_one(EventList)
        self._rows.entries = self.sessions.entries
        rows.refresh_rows(self._shown)
        paths = [entry.path for entry in self._rows.entries]
        rows.move_to(paths.index(selected) if selected in paths else 0)
        self._show_title()

    def on_resize(self) -> None:
        self._show_heads()

    def _show_title(self) -> None:
        live = sum(is_live(entry, self._clock()) for entry in self._rows.entries)
        places = ", ".join(str(folder) for folder in self.sessions.folders)
        text = f"tracetop · {figures.count(self._rows.count, 'session')} · {live} live · {places}"
        if self.sessions.error is not None:
            text += f" · ✗ {self.sessions.error}"
        self.query_one("#browser-title", Static).update(Content(one_line(text)))
        self._show_heads()

    def _show_heads(self) -> None:
        width = max(0, self.size.width - 2)
        heads = ""
        if width >= 110:
            heads += fit(" model", 26)
        if width >= 90:
            heads += fit_right("iter", 9)
        if width >= 50:
            heads += fit_right("tokens", 8) + fit_right("cost", 9)
        if width >= 70:
            heads += fit_right("cache", 6) + fit_right("score", 6) + fit_right("issue", 6)[1:]
        heads += fit_right("age", 10)
        self.query_one("#browser-heads", Static).update(
            Content(fit("state   goal", max(0, width - len(heads))) + heads)
        )

    def on_failed(self, message: Failed) -> None:
        message.stop()
        text = f"error in {message.where}: {type(message.error).__name__}: {message.error}"
        self.notify(one_line(text), severity="error", markup=False)

    def on_event_list_chosen(self, message: EventList.Chosen) -> None:
        message.stop()
        self.post_message(self.Chosen(self._rows.entries[message.index].path))

    def action_leave(self) -> None:
        """Leave tracetop."""
        self.app.exit()

    def action_look_again(self) -> None:
        """Look at the folders again."""
        self.sessions.start()
        self._shown = -1


def age(seconds: float) -> str:
    """How old something is, `12s`, `3m`, `5h`, `2d`."""
    for limit, divisor, unit in ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h")):
        if seconds < limit:
            return f"{max(0, seconds) / divisor:.0f}{unit}"
    return f"{seconds / 86400:,.0f}d"

"""The session under the cursor of the browser in whole words: what the columns have cut, or have no room for."""

from __future__ import annotations

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from ...analysis import figures
from ..contain import contained
from ..safe_text import one_line
from ..sessions.entry import Entry
from ..sessions.naming import agent_word, short_name, undated
from ..short_paths import from_home


@contained
class SelectedSession(Vertical):
    """Two lines: what the session is about, and where and by whom."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._told: tuple[str, str] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="browser-goal", markup=False)
        yield Static("", id="browser-facts", markup=False)

    def tell(self, entry: Entry | None) -> None:
        """Tell of a session; of none, nothing."""
        told = ("", "") if entry is None else (one_line(goal_of(entry)), one_line(facts_of(entry)))
        if told != self._told:
            self._told = told
            for name, text in zip(("goal", "facts"), told, strict=True):
                self.query_one(f"#browser-{name}", Static).update(text, layout=False)


def goal_of(entry: Entry) -> str:
    """What a session is about; of one that is none why that is so."""
    return entry.error or entry.goal or short_name(entry)


def facts_of(entry: Entry) -> str:
    """`claude · ~/src/web · claude-opus-4-5 · 66 iterations · 20m 11s · cde341db-b80a`, as far as known."""
    glance, known = entry.glance, entry.figures
    if entry.error or glance is None:
        return f"{entry.path.name} · {from_home(entry.path.parent)}"
    return " · ".join(
        part
        for part in (
            agent_word(glance.agent),
            from_home(Path(glance.project)) if glance.project else "",
            undated(entry.model) if entry.model else "",
            _iterations(entry),
            "" if known is None or known.duration is None else figures.duration(1000 * known.duration),
            "" if known is None or not known.errors else figures.count(known.errors, "error"),
            short_name(entry),
        )
        if part
    )


def _iterations(entry: Entry) -> str:
    if entry.figures is not None:
        return figures.count(entry.figures.iterations, "iteration")
    number = entry.glance.iteration if entry.glance is not None else None
    return "" if number is None else f"at iteration {number:,}"

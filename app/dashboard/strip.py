"""The session strip: the whole session on a line, two where there is little room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from ...analysis import figures
from ...analysis.view import View
from ..contain import contained
from ..safe_text import fit, one_line, width_of
from ..widgets.palette import PALETTE_CLASSES, Cell, Palette, style_sheet
from .cursor import Mode

_JUST_NOW_SECONDS = 1.5
_QUIET_SECONDS = 60.0
_COMPONENTS = {
    "cache_hit_rate": "cache hits",
    "error_rate": "errors",
    "compaction_frequency": "compactions",
    "tool_success_rate": "failed tools",
    "token_efficiency": "little output",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the strip says: cells in reading order, each with how much it matters (0 goes last when room is short)."""

    state: Cell = ("", "muted")
    goal: str = ""
    parts: list[tuple[Cell, int]] = field(default_factory=list)


@contained
class SessionStrip(Palette, Widget):
    """Draws `Facts`, dropping what matters least until the rest fits."""

    COMPONENT_CLASSES: ClassVar[set[str]] = PALETTE_CLASSES
    DEFAULT_CSS = style_sheet("SessionStrip")

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._facts = Facts()

    def show(self, facts: Facts) -> None:
        """Show other facts."""
        if facts != self._facts:
            self._facts = facts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        looks = self.looks()
        lines = self._lay_out(width, self.size.height)
        cells = lines[y] if y < len(lines) else []
        return Strip([Segment(one_line(text), looks[style]) for text, style in cells]).adjust_cell_length(
            width, looks["text"]
        )

    def _lay_out(self, width: int, height: int) -> list[list[Cell]]:
        state, goal = self._facts.state, one_line(self._facts.goal)
        parts = list(self._facts.parts)
        taken = width_of(state[0]) + 3
        if height > 1:
            first = [(" ", "text"), state, ("  ", "text"), (fit(goal, max(0, width - taken)), "title")]
            return [first, _joined(_fitting(parts, width - 1))]
        parts = _fitting(parts, width - taken - min(24, width_of(goal)) - 2)
        used = sum(width_of(text) + 2 for (text, _), _ in parts)
        room = max(0, width - taken - used - 2)
        return [
            [(" ", "text"), state, ("  ", "text"), (fit(goal, min(room, width_of(goal))), "title"), *_joined(parts)]
        ]


def _fitting(parts: list[tuple[Cell, int]], room: int) -> list[tuple[Cell, int]]:
    kept = list(parts)
    while kept and sum(width_of(text) + 2 for (text, _), _ in kept) > room:
        kept.remove(min(kept, key=lambda part: part[1]))
    return kept


def _joined(parts: list[tuple[Cell, int]]) -> list[Cell]:
    return [piece for cell, _ in parts for piece in (("  ", "text"), cell)]


def facts_of(view: View, mode: Mode, *, now: float, speed: float = 1.0, waiting: str = "") -> Facts:
    """What the strip says of a view at the time `now` (epoch seconds)."""
    last = view.time_span[1] if view.time_span else None
    state = state_of(view, mode, now, speed)
    tokens, efficiency = view.tokens, view.efficiency
    score = f"score {figures.score(efficiency.score)}"
    if efficiency.weakest:
        score += f", weakest: {_COMPONENTS[efficiency.weakest]}"
    duration = view.duration_seconds
    parts: list[tuple[Cell, int]] = [
        ((view.model or "", "llm"), 3),
        ((f"it {_iteration_at(view)}", "text"), 7),
        ((figures.duration(None if duration is None else duration * 1000), "text"), 6),
        ((f"{figures.tokens(tokens.total)} tok", "text"), 8),
        ((figures.cost(view.cost), "cost"), 9),
        ((f"cache {figures.share(view.cache_hit_rate)}", "text"), 5),
        ((score, "text"), 4),
        ((f"{figures.count(view.errors, 'error')}", "error" if view.errors else "muted"), 2),
        ((freshness(last, now, view.ended), "muted"), 1),
    ]
    goal = view.goal or (waiting if not view.at else view.session_id)
    return Facts(state, goal, [part for part in parts if part[0][0]])


def state_of(view: View, mode: Mode, now: float, speed: float) -> Cell:
    """The state of the session in a word, with a glyph. Silence is never called a stall."""
    if mode is Mode.PAUSED:
        return "■ PAUSED", "warn"
    if mode is Mode.REPLAY:
        return f"▶ REPLAY {speed:g}x", "mark"
    if not view.at:
        return "○ WAITING", "muted"
    if view.ended:
        return "○ ENDED", "muted"
    last = view.time_span[1] if view.time_span else None
    if last is not None and now - last > 3600:
        return "○ NOT ENDED", "muted"
    return "● LIVE", "ok"


def freshness(last: float | None, now: float, ended: bool) -> str:
    """How long ago the newest event was."""
    if last is None:
        return ""
    ago = max(0.0, now - last)
    if ago <= _JUST_NOW_SECONDS:
        return "ended just now" if ended else "just now"
    words = figures.duration((ago if ago >= 10 else round(ago)) * 1000).replace(".0s", "s")
    return f"ended {words} ago" if ended else f"last event {words} ago"


def _iteration_at(view: View) -> str:
    if not view.at:
        return figures.UNKNOWN
    events, iterations = view.session.events, view.session.iterations
    for event in range(view.at - 1, max(-1, view.at - 200), -1):
        if events.iteration[event] and not events.lane[event]:
            return str(iterations.number[events.iteration[event]])
    return str(view.iterations) if view.iterations else figures.UNKNOWN

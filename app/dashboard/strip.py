"""The session strip: the whole session on a line, two where there is little room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.segment import Segment
from textual.strip import Strip

from ...analysis import figures
from ...analysis.efficiency import Efficiency
from ...analysis.view import View
from ..contain import contained
from ..safe_text import fit, one_line, width_of
from ..sessions.entry import LEFT_ALONE_SECONDS
from ..sessions.naming import undated
from ..widgets.palette import Cell, Palette
from ..widgets.parts import GAP, Form, Part, fitting, joined, plain, width_of_form
from .cursor import Mode
from .time_travel.replay import told_speed

SO_FAR_MARK = "…"
"""Behind a figure of what is read so far, where there is no room for words."""

_JUST_NOW_SECONDS = 1.5
_AGES = ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h"), (float("inf"), 86_400, "days"))
"""Below how many seconds an age is told in which unit, and how many seconds that is."""

_COMPONENTS = {
    "cache_hit_rate": ("cache hits", "cache"),
    "error_rate": ("errors", "errors"),
    "compaction_frequency": ("compactions", "compaction"),
    "tool_success_rate": ("failed tools", "tools"),
    "token_efficiency": ("little output", "output"),
}
"""The components of the score in the order of its formula: what is wrong where one is the weakest, and its name."""
_BARS = "▁▂▃▄▅▆▇"
_NO_DATA = "·"

_MAKER = re.compile(r"^(?:.*/)?(?:[a-z.]*anthropic\.)?(?:claude-)?(?=.)")
_LONGEST_MODEL = 40
_SHORTEST_MODEL = 12

_GOAL_CELLS = ((8, 20), (11, 12), (99, 4))
"""How much of the goal stays at least, until which rank; beyond that it takes what room there is."""
_FRESHNESS_CELLS = 20
_AGE_CELLS = 11
"""The longest there are in a live session: an age that grows from `9 s` to `10 s` must not push anything else out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the strip says, in reading order; on two lines the parts stand below the rest."""

    state: Cell = ("", "muted")
    goal: str = ""
    model: Part = ()
    parts: tuple[Part, ...] = ()
    freshness: Part = ()


@contained
class SessionStrip(Palette):
    """Draws `Facts`, in shorter forms where there is less room; what matters most goes last."""

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
        lines = lay_out(self._facts, width, self.size.height)
        cells = lines[y] if y < len(lines) else []
        return Strip([Segment(one_line(text), looks[style]) for text, style in cells]).adjust_cell_length(
            width, looks["text"]
        )


def lay_out(facts: Facts, width: int, height: int) -> list[list[Cell]]:
    """The cells of each line, of at most two."""
    if height > 1:
        first = _with_goal(facts, (facts.model, facts.freshness), width, fill=True)
        return [first, [(" ", "text"), *joined(fitting(facts.parts, width - 1))[1:]]]
    return [_with_goal(facts, (facts.model, *facts.parts, facts.freshness), width, fill=False)]


def _with_goal(facts: Facts, parts: Sequence[Part], width: int, *, fill: bool) -> list[Cell]:
    """State, goal and parts; the goal is cut if need be, and fills what is left over if that is wanted."""
    goal = one_line(facts.goal)
    start: list[Cell] = [(" ", "text"), facts.state]
    room = width - sum(width_of(text) for text, _ in start)
    at_least, *forms = fitting((_goal(goal), *parts), room)
    room -= sum(map(width_of_form, forms)) + width_of(GAP[0])
    cells = max(width_of_form(at_least) - width_of(GAP[0]), room if fill else min(room, width_of(goal)))
    return [*start, GAP, (fit(goal.rstrip(), cells), "title"), *joined(forms)]


def _goal(goal: str) -> Part:
    """The room that is kept free for the goal, of which it takes all that is left over."""
    return tuple((rank, ((" " * min(cells, width_of(goal)), "title"),)) for rank, cells in _GOAL_CELLS)


@dataclass(frozen=True, slots=True)
class SoFar:
    """A trace that is still being read: the session as of its first lines, and its newest events, where known."""

    head: View | None = None
    newest: View | None = None


def facts_of(
    view: View,
    mode: Mode,
    *,
    now: float,
    speed: float = 1.0,
    waiting: str = "",
    so_far: SoFar | None = None,
    before: Facts | None = None,
) -> Facts:
    """What the strip says of a view at the time `now` (epoch seconds); of the whole trace what is known of it, where
    the view is `so_far`. What no time changes is taken from `before`, the facts of the same view.
    """
    if so_far is not None:
        return _facts_so_far(view, so_far, now)
    last = view.time_span[1] if view.time_span else None
    lasting = before or Facts(model=model_part(view.model or ""), parts=_parts_of(view))
    return replace(
        lasting,
        state=state_of(view, mode, now, speed),
        goal=view.goal or (waiting if not view.at else view.session_id),
        freshness=freshness_part(last, now, view.ended),
    )


def _parts_of(view: View) -> tuple[Part, ...]:
    duration = view.duration_seconds
    return (
        plain(20, f"it {_iteration_at(view)}"),
        plain(17, figures.duration(None if duration is None else duration * 1000)),
        *_sums(view),
    )


def _facts_so_far(view: View, so_far: SoFar, now: float) -> Facts:
    """What is known of the whole from its two ends, and sums of what is read, marked as such."""
    views = [each for each in (so_far.newest, view, so_far.head) if each is not None and each.at]
    goal, model, session_id = (
        next((text for each in views if (text := getattr(each, name))), "") for name in ("goal", "model", "session_id")
    )
    began = min((each.time_span[0] for each in views if each.time_span), default=None)
    newest = so_far.newest
    last = newest.time_span[1] if newest is not None and newest.time_span else None
    duration = None if began is None or last is None else (last - began) * 1000
    return Facts(
        state=("○ READING", "muted") if newest is None else state_of(newest, Mode.LIVE, now, 1.0),
        goal=goal or session_id,
        model=model_part(model),
        parts=(
            plain(20, f"it {figures.UNKNOWN if newest is None else _iteration_at(newest)}"),
            plain(17, figures.duration(duration)),
            *map(_marked, _sums(view)),
        ),
        freshness=() if newest is None else freshness_part(last, now, newest.ended),
    )


def _sums(view: View) -> tuple[Part, ...]:
    """The parts that are true of all events of a view, not of more."""
    return (
        plain(21, f"{figures.tokens(view.tokens.total)} tok"),
        plain(22, figures.cost(view.cost, view.cost_estimated), "cost"),
        plain(16, f"cache {figures.share(view.cache_hit_rate)}"),
        score_part(view.efficiency),
        errors_part(view.errors),
    )


def _marked(part: Part) -> Part:
    """A part whose figure is that of what is read so far: said in words where there is room, else by a mark."""
    (rank, longest), *_ = part
    marked = tuple((rank, (*form, (SO_FAR_MARK, "muted"))) for rank, form in part)
    return ((min(1, rank), (*longest, (" so far", "muted"))), *marked)


def model_part(name: str) -> Part:
    """The model: without the date of its release, then without its maker's prefix, then cut."""
    if not name:
        return ()
    whole = one_line(name)
    dateless = undated(whole)
    short = _MAKER.sub("", dateless)
    limit = _LONGEST_MODEL
    forms = ((1, whole, limit), (5, dateless, limit), (9, short, limit), (12, short, _SHORTEST_MODEL))
    return tuple((rank, ((fit(form, min(cells, width_of(form))), "llm"),)) for rank, form, cells in forms)


def score_part(efficiency: Efficiency) -> Part:
    """The score: with a bar for each component and the name of the weakest, then without one or both."""
    number: Cell = (f"score {figures.score(efficiency.score)}", "text")
    if efficiency.score is None:
        return ((14, (number,)),)
    bars: Form = (number, (" ", "text"), *_bars(efficiency))
    weakest = efficiency.weakest
    if weakest is None:
        return (2, bars), (14, (number,))
    wrong, short = (f" weakest: {word}" for word in _COMPONENTS[weakest])
    return (
        (3, (*bars, (wrong, "muted"))),
        (4, (number, (wrong, "muted"))),
        (10, (number, (short, "muted"))),
        (14, (number,)),
    )


def _bars(efficiency: Efficiency) -> list[Cell]:
    """Each component as a bar, the taller the better; the weakest stands out."""
    ratios = efficiency.components.ratios()
    cells: list[Cell] = []
    for name in _COMPONENTS:
        ratio = ratios.get(name)
        bar = _NO_DATA if ratio is None else _BARS[min(int(ratio * len(_BARS)), len(_BARS) - 1)]
        cells.append((bar, "muted" if ratio is None else "warn" if name == efficiency.weakest else "ok"))
    return cells


def errors_part(count: int) -> Part:
    """How many errors: in words, then by a sign."""
    style = "error" if count else "muted"
    return (2, ((figures.count(count, "error"), style),)), (7, ((f"✗ {count:,}", style),))


def freshness_part(last: float | None, now: float, ended: bool) -> Part:
    """How long ago the newest event was, then the same in fewer words."""
    whole = freshness(last, now, ended)
    if not whole:
        return ()
    short = whole.removeprefix("last event ").removeprefix("ended ")
    return (6, ((whole.ljust(_FRESHNESS_CELLS), "muted"),)), (15, ((short.ljust(_AGE_CELLS), "muted"),))


def state_of(view: View, mode: Mode, now: float, speed: float) -> Cell:
    """The state of the session in a word, with a glyph. Silence is never called a stall."""
    if mode is Mode.PAUSED:
        return "■ PAUSED", "warn"
    if mode is Mode.REPLAY:
        return f"▶ REPLAY {told_speed(speed)}", "mark"
    if not view.at:
        return "○ WAITING", "muted"
    if view.ended:
        return "○ ENDED", "muted"
    return ("○ IDLE", "muted") if is_left_alone(view, now) else ("● LIVE", "ok")


def is_left_alone(view: View, now: float) -> bool:
    """Whether a session that did not end has been silent for so long that it hardly goes on."""
    return not view.ended and view.time_span is not None and now - view.time_span[1] > LEFT_ALONE_SECONDS


def freshness(last: float | None, now: float, ended: bool) -> str:
    """How long ago the newest event was, in the coarsest unit that tells much; "" without one."""
    if last is None:
        return ""
    what = "ended" if ended else "last event"
    ago = max(0.0, now - last)
    if ago <= _JUST_NOW_SECONDS:
        return f"{what} just now"
    seconds, unit = next((seconds, unit) for limit, seconds, unit in _AGES if ago < limit)
    return f"{what} {round(ago) // seconds} {unit} ago"


def _iteration_at(view: View) -> str:
    if not view.at:
        return figures.UNKNOWN
    events, iterations = view.session.events, view.session.iterations
    for event in range(view.at - 1, max(-1, view.at - 200), -1):
        if events.iteration[event] and not events.lane[event]:
            return str(iterations.number[events.iteration[event]])
    return str(view.iterations) if view.iterations else figures.UNKNOWN

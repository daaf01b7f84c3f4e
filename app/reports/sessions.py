"""A plain list of the sessions in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...analysis import figures
from ...analysis.prices import Prices
from ..safe_text import fit
from ..trace import UnreadableTraceError, load_trace
from .layout import more, table

_SHOWN = 50
_NAME_WIDTH = 32
_MODEL_WIDTH = 26


@dataclass(frozen=True, slots=True)
class Found:
    """A trace file that was found, and its mtime in epoch seconds."""

    path: Path
    mtime: float


def sessions_text(found: Sequence[Found], now: float, width: int, *, prices: Prices | None = None) -> Iterator[str]:
    """One line per session, newest first; `now` is the time that ages are told from."""
    newest = sorted(found, key=lambda file: (-file.mtime, file.path))
    headers = ["session", "goal", "model", "events", "tokens", "cost", "age"]
    rows = [_row(file, now, prices) for file in newest[:_SHOWN]]
    yield from table(headers, rows, width, left=frozenset({0, 1, 2}), elastic=1, indent="")
    if len(newest) > _SHOWN:
        yield more(len(newest) - _SHOWN, "sessions")


def _row(file: Found, now: float, prices: Prices | None) -> list[str]:
    age = figures.duration(max(0.0, now - file.mtime) * 1000.0)
    name = fit(file.path.stem, _NAME_WIDTH).rstrip()
    try:
        view = load_trace(file.path, prices=prices).view()
    except UnreadableTraceError as error:
        reason = str(error).removeprefix(f"{file.path}: ")
        return [name, f"({reason})", figures.UNKNOWN, figures.UNKNOWN, figures.UNKNOWN, figures.UNKNOWN, age]
    return [
        name,
        view.goal or figures.UNKNOWN,
        fit(view.model or figures.UNKNOWN, _MODEL_WIDTH).rstrip(),
        f"{view.at:,}",
        figures.tokens(view.tokens.total),
        figures.cost(view.cost, view.cost_estimated),
        age,
    ]

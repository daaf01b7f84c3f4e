"""A bar on the terminal for whoever waits for a command that reads a long trace."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ...analysis import figures
from ..safe_text import fit, one_line, width_of
from ..widgets.bars import bar_of

LONG_BYTES = 32 << 20
"""Less is read before anybody wonders."""

_BETWEEN_SECONDS = 0.1
_BAR_CELLS = 24
_LONGEST_NAME = 32
_CLEAR = "\r\x1b[K"

Told = Callable[[int, int], None]
"""Takes how many bytes are read, of how many."""


@contextmanager
def loading_bar(
    path: Path, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Told]:
    """Show on stderr, if that is a terminal, how far the reading of a long trace is; nothing is left of it."""
    out = sys.stderr if stream is None else stream
    if not out.isatty():
        yield lambda read, total: None
        return
    bar = _Bar(one_line(path.name), out, clock)
    try:
        yield bar.show
    finally:
        bar.clear()


class _Bar:
    def __init__(self, name: str, out: TextIO, clock: Callable[[], float]) -> None:
        self._name = fit(name, min(_LONGEST_NAME, width_of(name)))
        self._out, self._clock = out, clock
        self._began = self._shown = clock()
        self._is_shown = False

    def show(self, read: int, total: int) -> None:
        now = self._clock()
        if total < LONG_BYTES or now - self._shown < _BETWEEN_SECONDS:
            return
        self._shown, self._is_shown = now, True
        share = min(1.0, read / total)
        filled = bar_of(share * _BAR_CELLS) if share else ""
        left = f"  {figures.duration((now - self._began) / share * (1.0 - share) * 1000.0)} left" if share else ""
        self._out.write(f"{_CLEAR}{self._name}  {filled.ljust(_BAR_CELLS, '░')}  {share:.0%}{left}")
        self._out.flush()

    def clear(self) -> None:
        if self._is_shown:
            self._out.write(_CLEAR)
            self._out.flush()

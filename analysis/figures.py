"""Figures as people read them: tokens, money, durations, shares. What is unknown is an en dash, never a zero."""

from __future__ import annotations

import math

UNKNOWN = "–"


def tokens(count: float | None) -> str:
    """`812`, `41.2k`, `1.76M`."""
    if count is None or not math.isfinite(count):
        return UNKNOWN
    for limit, divisor, unit in ((1e3, 1.0, ""), (1e6, 1e3, "k"), (1e9, 1e6, "M"), (math.inf, 1e9, "G")):
        if count < limit * (1 if not unit else 0.9995):
            return f"{count:.0f}" if not unit else f"{_three(count / divisor)}{unit}"
    return UNKNOWN


def at_least(figure: str, is_bound: bool = True) -> str:
    """`≥812` where the figure is a lower bound."""
    return f"≥{figure}" if is_bound and figure != UNKNOWN else figure


def cost(dollars: float | None, estimated: bool = False) -> str:
    """`$0.0034`, `$0.84`, `$12.40`; `~$0.84` where it is estimated."""
    if dollars is None or not math.isfinite(dollars):
        return UNKNOWN
    if estimated:
        return f"~{cost(dollars)}"
    if 0 < dollars < 0.0001:
        return "<$0.0001"
    if 0 < dollars < 0.01:
        return f"${dollars:.4f}"
    if dollars < 0.1 and dollars:
        return f"${dollars:.3f}"
    return f"${dollars:,.2f}"


def duration(milliseconds: float | None) -> str:
    """`12ms`, `3.4s`, `2m 06s`, `1h 02m`."""
    if milliseconds is None or not math.isfinite(milliseconds):
        return UNKNOWN
    if milliseconds < 999.5:
        return f"{milliseconds:.0f}ms"
    seconds = milliseconds / 1000.0
    if seconds < 99.95:
        return f"{seconds:.1f}s"
    minutes, seconds = divmod(round(seconds), 60)
    if minutes < 100:
        return f"{minutes}m {seconds:02d}s"
    hours, minutes = divmod(minutes, 60)
    if hours < 100:
        return f"{hours}h {minutes:02d}m"
    return f"{hours // 24}d {hours % 24:02d}h"


def share(ratio: float | None) -> str:
    """`88%`."""
    return UNKNOWN if ratio is None or not math.isfinite(ratio) else f"{ratio:.0%}"


def score(points: float | None) -> str:
    """`71`."""
    return UNKNOWN if points is None else f"{points:.0f}"


def count(number: int, noun: str) -> str:
    """`1 issue`, `3 issues`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _three(value: float) -> str:
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"

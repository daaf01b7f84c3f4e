"""The limits of the user's plan as a budget: how much is used of what one may use within some hours or days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .rollout import Payload, number, part, text

_NEARLY_USED = 80.0
_ALL_USED = 100.0


class _Window(NamedTuple):
    name: str
    percent: float
    resets_at: float | None


@dataclass(slots=True)
class Limits:
    """What was told of the limits last. They are the user's, whichever thread tells of them."""

    _told: tuple[object, ...] = ()
    _warned: set[str] = field(default_factory=set)

    def look(self, payload: Payload, context_window: int | None) -> tuple[str, dict[str, Any]] | None:
        """The kind and payload of the event for what a `token_count` says of limits; None where that is no news."""
        rates = part(payload, "rate_limits")
        windows = [window for name in ("primary", "secondary") if (window := _window(part(rates, name))) is not None]
        reached = text(rates, "rate_limit_reached_type")
        if not windows and not reached and context_window is None:
            return None
        told = (tuple(window[:2] for window in windows), reached, context_window)
        if told == self._told:
            return None
        self._told = told
        fullest = max(windows, key=lambda window: window.percent, default=None)
        kind = self._kind(windows, reached)
        data: dict[str, Any] = {"status": "exhausted" if kind == "budget_exhausted" else _status(fullest)}
        if fullest is not None:
            data["usage_fraction"] = fullest.percent / 100
            data["message"] = _words(fullest, windows, text(rates, "plan_type"))
            data["limits"] = [
                {"window": each.name, "used_percent": each.percent, "resets_at": each.resets_at} for each in windows
            ]
        else:
            data["message"] = "the model's context window"
        if reached:
            data["reached"] = reached
        if context_window is not None:
            data["context_window"] = context_window
        return kind, data

    def _kind(self, windows: list[_Window], reached: str) -> str:
        """A warning is given once for each window, until less of it is used again."""
        if reached or any(window.percent >= _ALL_USED for window in windows):
            return "budget_exhausted"
        full = {window.name for window in windows if window.percent >= _NEARLY_USED}
        is_news = not full <= self._warned
        self._warned = full
        return "budget_warning" if is_news else "budget_check"


def _window(told: Payload) -> _Window | None:
    percent = number(told, "used_percent")
    if percent is None or percent < 0:
        return None
    return _Window(_length(number(told, "window_minutes")), percent, number(told, "resets_at"))


def _length(minutes: float | None) -> str:
    if not minutes:
        return "plan's limit"
    if minutes < 60:
        return f"{minutes:.0f}-minute limit"
    return f"{minutes / 60:.0f}-hour limit" if minutes < 2880 else f"{minutes / 1440:.0f}-day limit"


def _status(fullest: _Window | None) -> str:
    return "warning" if fullest is not None and fullest.percent >= _NEARLY_USED else "ok"


def _words(fullest: _Window, windows: list[_Window], plan: str) -> str:
    others = ", ".join(f"{each.name} {each.percent:.0f}%" for each in windows if each is not fullest)
    named = f"{plan} plan's {fullest.name}" if plan else f"the plan's {fullest.name}"
    return f"{named} ({others})" if others else named

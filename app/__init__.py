"""What people see. The names below import Textual when they are first used, not before."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .dashboard.host import DashboardHost
    from .dashboard.screen import DashboardScreen

__all__ = ["DashboardHost", "DashboardScreen"]

_HOMES = {"DashboardHost": ".dashboard.host", "DashboardScreen": ".dashboard.screen"}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home, __name__), name)

"""tracetop: see what a coding agent does, where its tokens and money go, and what it wastes.

The names below are loaded on first use, so that `import tracetop` costs nothing and never pulls in a user interface.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis.cache.boundary import CacheBoundaryTracker
    from .collector.events import TraceEvent, TraceSession
    from .collector.reading.reader import load_session
    from .collector.recording.log_handler import TraceLogHandler
    from .collector.recording.recorder import TraceCollector

__version__ = "0.1.0"

__all__ = [
    "CacheBoundaryTracker",
    "TraceCollector",
    "TraceEvent",
    "TraceLogHandler",
    "TraceSession",
    "__version__",
    "load_session",
]

_HOMES = {
    "CacheBoundaryTracker": ".analysis.cache.boundary",
    "TraceCollector": ".collector.recording.recorder",
    "TraceEvent": ".collector.events",
    "TraceLogHandler": ".collector.recording.log_handler",
    "TraceSession": ".collector.events",
    "load_session": ".collector.reading.reader",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home, __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)

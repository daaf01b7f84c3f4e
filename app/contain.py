"""Keeps an error of ours from taking the host down.

In Textual an exception in a message handler or while drawing ends the app, also when the screen is a guest in it.
`contained` wraps whatever of a class Textual calls: what fails is reported to the dashboard, which says so and goes on.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

_log = logging.getLogger("tracetop")
_Class = TypeVar("_Class", bound=type)
_PREFIXES = (
    "on_",
    "_on_",
    "action_",
    "check_action",
    "watch_",
    "validate_",
    "render_line",
    "size_met",
    "paint",
    "_show_",
)


class Failed(Message):
    """Something of the dashboard failed; bubbles up to its screen."""

    def __init__(self, error: Exception, where: str) -> None:
        super().__init__()
        self.error = error
        self.where = where


def contained(cls: _Class) -> _Class:
    """Wrap every handler, action, watcher, painter and line drawer that the class itself defines."""
    for name, member in list(vars(cls).items()):
        if name.startswith(_PREFIXES) and inspect.isfunction(member):
            wrap = _contain_async if inspect.iscoroutinefunction(member) else _contain
            setattr(cls, name, wrap(member))
    return cls


def attempt(widget: Widget, where: str, call: Callable[..., object], *args: object) -> None:
    """Call something; report it if it fails."""
    try:
        call(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is, the host must live; it is reported, not lost
        report(widget, error, where)


def report(widget: Widget, error: Exception, where: str) -> None:
    """Say that something failed, where the user and the log see it."""
    _log.error("dashboard: %s failed", where, exc_info=error)
    widget.post_message(Failed(error, where))


def _contain(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def guarded(self: Widget, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - as above
            report(self, error, method.__qualname__)
            return _instead(method.__name__, self, args)

    return guarded


def _contain_async(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    async def guarded(self: Widget, *args: Any, **kwargs: Any) -> Any:
        try:
            return await method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - as above
            report(self, error, method.__qualname__)
            return None

    return guarded


def _instead(name: str, widget: Widget, args: tuple[Any, ...]) -> Any:
    if name == "render_line":
        return Strip.blank(widget.size.width)
    if name == "render_lines":
        return [Strip.blank(args[0].width)] * args[0].height
    return args[0] if name.startswith("validate_") else None

"""The keys of tracetop by the ids of their bindings, and which of a user's wishes for others can be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, key_to_character
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from .browser.browser import BrowserScreen
from .dashboard.host import DashboardHost
from .dashboard.screen import DashboardScreen
from .panes.pane import Pane
from .settings.settings import told
from .wall.wall import WallScreen
from .widgets.event_list import EventList

_PACKAGE = __package__.rpartition(".")[0]
_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMED_KEYS = frozenset(key.value for key in Keys)
_OF_TEXTUAL = (App, Screen)


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding: where it holds, its keys by Textual's names, and what it does. Not all have an id."""

    owner: type[DOMNode]
    id: str
    keys: tuple[str, ...]
    words: str


def bound() -> list[Bound]:
    """All bindings of tracetop, those of the app first, then of the dashboard, the browser, the wall, the rest."""
    classes: list[type[DOMNode]] = [
        DashboardHost,
        DashboardScreen,
        BrowserScreen,
        WallScreen,
        *_our_classes(Screen),
        *_our_classes(Widget),
    ]
    return [each for cls in dict.fromkeys(classes) for each in _bound_in(cls)]


def usable_keys(wishes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The wishes (keys by binding id) that can be met, as Textual's `set_keymap` takes them; why the others cannot.

    One that would hide another binding's key, or be hidden by it, cannot be met.
    """
    ours = bound()
    refused: dict[str, str] = {}
    met: dict[str, tuple[str, ...]] = {}
    for id, keys in wishes.items():
        names = _normal(keys)
        reason = _unknown_id(id, ours) or _unknown_key(names)
        if reason:
            refused[id] = reason
        else:
            met[id] = names
    while clash := next(_clashes(met, ours), None):
        id, reason = clash
        refused[id] = reason
        del met[id]
    return {id: ",".join(names) for id, names in met.items()}, refused


def _our_classes(above: type[Any]) -> Iterator[type[DOMNode]]:
    for cls in above.__subclasses__():
        if cls.__module__.startswith(f"{_PACKAGE}.") and "BINDINGS" in vars(cls):
            yield cls
        yield from _our_classes(cls)


def _bound_in(cls: type[DOMNode]) -> Iterator[Bound]:
    for binding in cls.BINDINGS:
        alike = list(Binding.make_bindings([binding]))
        first = alike[0]
        yield Bound(cls, first.id or "", tuple(each.key for each in alike), first.tooltip or first.description)


def _normal(keys: str) -> tuple[str, ...]:
    return tuple(binding.key for binding in Binding.make_bindings([Binding(keys, "", "")]))


def _unknown_id(id: str, ours: list[Bound]) -> str:
    ids = [each.id for each in ours if each.id]
    if id in ids:
        return ""
    close = get_close_matches(id, ids, n=1)
    return f"no binding has this id{f'; did you mean {close[0]}?' if close else ''} (see: tracetop config --keys)"


def _unknown_key(names: tuple[str, ...]) -> str:
    for name in names:
        *modifiers, key = name.split("+")
        is_key = len(key) == 1 or key in _NAMED_KEYS or key_to_character(key) is not None
        if not is_key or not _MODIFIERS.issuperset(modifiers):
            return f"no key is called {told(name)}"
    return ""


def _clashes(met: dict[str, tuple[str, ...]], ours: list[Bound]) -> Iterator[tuple[str, str]]:
    """The wishes that name a key which something else has in the same place, last one first."""
    others = [*ours, *(each for cls in _OF_TEXTUAL for each in _bound_in(cls))]
    others.append(Bound(App, "", (App.COMMAND_PALETTE_BINDING,), "Command palette"))
    for id in reversed(met):
        mine = [each for each in ours if each.id == id]
        for key in met[id]:
            for other in others:
                if other.id == id or key in mine[0].keys or key not in met.get(other.id, other.keys):
                    continue
                if any(_meet(each.owner, other.owner) for each in mine):
                    name = f"{other.id} ({other.words})" if other.id else f'"{other.words}"'
                    yield id, f"{key} is the key of {name}"


def _meet(one: type[DOMNode], other: type[DOMNode]) -> bool:
    """Whether bindings of these may be in force at the same moment; said of any pane and any widget."""
    if issubclass(one, other) or issubclass(other, one) or App in (one, other) or DashboardHost in (one, other):
        return True
    screens = [cls for cls in (one, other) if issubclass(cls, Screen)]
    if len(screens) == 2:
        return False
    if screens:
        widget = other if one is screens[0] else one
        return screens[0] is DashboardScreen or (
            not issubclass(screens[0], ModalScreen) and (issubclass(EventList, widget) or issubclass(widget, EventList))
        )
    return issubclass(one, Pane) != issubclass(other, Pane)  # a pane and what lies in it

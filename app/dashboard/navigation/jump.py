"""Jump mode: every row and pane in sight gets letters, and typing them goes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.screen import ModalScreen
from textual.widgets import Static

from ...contain import contained

LETTERS = "asdfjklewiocmpghqrtuvnxyzb"
"""The easiest to reach first."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place on the screen, and what going there does."""

    at: Offset
    go: Callable[[], None]


def labels(count: int, letters: str = LETTERS) -> list[str]:
    """`count` labels of as few letters as can be, none of which begins another; the first ones are the shortest."""
    if count <= 0:
        return []
    found = [""]
    taken = 0  # those before it were given up for longer ones
    while len(found) - taken < count or not found[taken]:
        prefix = found[taken]
        found += [prefix + letter for letter in letters]
        taken += 1
    return found[taken : taken + count]


@contained
class JumpScreen(ModalScreen[None]):
    """Lies over the dashboard with a label on each target until one is typed; any other key ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", id="jump.leave")]
    CSS = files(__package__).joinpath("jump.tcss").read_text(encoding="utf-8")

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = dict(zip(labels(len(targets)), targets, strict=True))
        self._typed = ""
        self._laid_out: Size | None = None

    def compose(self) -> ComposeResult:
        for label, target in self._targets.items():
            sign = Static(label, classes="jump-label", markup=False)
            sign.styles.offset = (target.at.x, target.at.y)
            sign.styles.width = len(label)
            yield sign

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        typed = self._typed + (event.character or "")
        remaining = list(self._begin_with(typed))
        if not event.character or not remaining:
            self.dismiss()
        elif typed in self._targets:
            target = self._targets[typed]
            self.dismiss()
            self.app.call_later(target.go)
        else:
            self._typed = typed
            for sign, label in zip(self.query(Static), self._targets, strict=True):
                sign.display = label in remaining

    def on_click(self) -> None:
        self.dismiss()

    def on_resize(self, event: events.Resize) -> None:
        if self._laid_out is not None and event.size != self._laid_out:
            self.dismiss()  # what lies below has moved
        self._laid_out = event.size

    def action_leave(self) -> None:
        """Go nowhere."""
        self.dismiss()

    def _begin_with(self, typed: str) -> Iterator[str]:
        return (label for label in self._targets if label.startswith(typed))

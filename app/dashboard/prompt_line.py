"""The line where one types: what is asked, the text, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Region
from textual.suggester import Suggester
from textual.widgets import Input, Static

from ..contain import contained, report
from ..safe_text import fit, one_line, width_of

_LONGEST_TEXT = 1_000
_BETWEEN = "   "

Complete = Callable[[str], str | None]
"""How a text that is being typed could go on; None where it could not."""


class _Completions(Suggester):
    def __init__(self, prompt: PromptInput) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._prompt = prompt

    async def get_suggestion(self, value: str) -> str | None:
        try:
            return self._prompt.complete(value)
        except Exception as error:  # noqa: BLE001 - Textual asks in a worker that would end the app
            report(self._prompt, error, "the prompt's suggestion")
            return None


@contained
class PromptInput(Input):
    """The text itself. Only what is safe to show gets into it, typed, pasted or set."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Done", id="prompt.done", tooltip="Do what is asked"),
        Binding("escape", "screen.peel", "Undo", id="prompt.undo", tooltip="Leave everything as it was before"),
        Binding("up", "earlier", "Earlier", key_display="↑", id="prompt.earlier", tooltip="What was asked before"),
        Binding("down", "later", "Later", show=False, id="prompt.later", tooltip="What was asked after that"),
        Binding("tab", "complete", "Complete", key_display="tab", id="prompt.complete", tooltip="Take what is in gray"),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, suggester=_Completions(self), classes="trace-prompt-text")
        self.complete: Complete = lambda text: None
        self.earlier: Sequence[str] = ()
        """What was asked before, oldest first."""
        self._back = 0
        self._draft = ""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is text here; Textual knows it of all but the slash."""
        return key == "slash" or super().check_consume_key(key, character)

    def validate_value(self, value: str) -> str:
        return one_line(value, _LONGEST_TEXT)

    def on_resize(self) -> None:
        """Keep the cursor in sight: what is said of the text may take some of its room."""
        cells = width_of(self.value[: self.cursor_position])
        self.scroll_to_region(Region(cells, 0, 1, 1), force=True, animate=False)

    def begin(self, text: str, earlier: Sequence[str], complete: Complete) -> None:
        """Offer a text to be changed."""
        self.earlier, self.complete, self._back = earlier, complete, 0
        self.value = text
        self.cursor_position = len(self.value)

    def action_earlier(self) -> None:
        """Show what was asked before."""
        self._go_back(self._back + 1)

    def action_later(self) -> None:
        """Show what was asked after that, at last what was being typed."""
        self._go_back(self._back - 1)

    def action_complete(self) -> None:
        """Take the completion."""
        self.action_end()
        self.action_cursor_right()

    def _go_back(self, back: int) -> None:
        if not 0 <= back <= len(self.earlier):
            return
        if not self._back:
            self._draft = self.value
        self._back = back
        self.value = self.earlier[-back] if back else self._draft
        self.cursor_position = len(self.value)


@contained
class PromptLine(Horizontal):
    """A label that says what is asked, the text, and at the right end what is to be said of it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._label = Static("", classes="trace-prompt-label", markup=False)
        self._said = Static("", classes="trace-prompt-said", markup=False)
        self._saying = ("", False)
        self._hints: Sequence[str] = ()
        self.input = PromptInput()

    def compose(self) -> ComposeResult:
        yield self._label
        yield self.input
        yield self._said

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_hints)

    def ask(self, what: str, text: str, hints: Sequence[str], earlier: Sequence[str], complete: Complete) -> None:
        """Ask for something, and offer a text to be changed. `hints` are shown while there is none."""
        self._label.update(what)
        self._hints = hints
        self.say("")
        self.input.begin(text, earlier, complete)
        self.add_class("-shown")
        self.input.focus()
        self.call_after_refresh(self._show_hints)

    def say(self, text: str, *, is_wrong: bool = False) -> None:
        """Say something of the text; `is_wrong` where it has no meaning."""
        saying = one_line(text), is_wrong
        if saying == self._saying:
            return
        self._saying = saying
        self._said.set_class(is_wrong, "-wrong")
        self._said.update(f"⚠ {saying[0]}" if is_wrong else saying[0])

    def _show_hints(self) -> None:
        shown, room = "", self.input.size.width - 1
        for hint in self._hints:
            longer = f"{shown}{_BETWEEN}{hint}" if shown else hint
            if width_of(longer) > room:
                break
            shown = longer
        self.input.placeholder = fit(shown, room).rstrip()

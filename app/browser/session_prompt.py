"""Asks for a filter of sessions, and shows at once what it leaves."""

from __future__ import annotations

from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from ..contain import contained
from ..dashboard.prompt import TYPING_PAUSE
from ..dashboard.prompt_line import PromptLine
from ..safe_text import one_line
from ..sessions.filter import HINTS, SessionFilter, completion
from ..widgets.event_list import EventList

_MOST_KEPT = 100


@contained
class SessionPrompt(Screen[None]):
    """The filter and its prompt; part of the browser's screen, which says in `list_sessions` what the filter leaves."""

    filter: SessionFilter | None = None
    """The filter in force."""

    _before: SessionFilter | None = None
    """What was in force when the prompt was opened: escape brings it back."""
    _typing: Timer | None = None
    _asked: tuple[str, ...] = ()

    def list_sessions(self) -> None:
        """List what the filter leaves."""
        raise NotImplementedError

    def list_anew(self) -> None:
        """The same where the user wants to see others than before."""
        raise NotImplementedError

    def count_of_matches(self) -> int:
        """How many sessions the filter leaves."""
        raise NotImplementedError

    @property
    def is_asking(self) -> bool:
        """Whether the prompt is shown."""
        return self._line.has_class("-shown")

    @property
    def _line(self) -> PromptLine:
        line: PromptLine = self.query_one(PromptLine)
        return line

    def action_filter(self) -> None:
        """Ask for a filter."""
        self._before = self.filter
        text = "" if self.filter is None else self.filter.text
        self._line.ask("filter", text, HINTS, self._asked, completion)
        self._say_meaning()

    def action_peel(self) -> None:
        """Put the prompt away, the filter as it was before; without one show all sessions again."""
        if self.is_asking:
            self._put_away()
            self._set_filter(self._before)
        else:
            self._set_filter(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "peel":
            return self.filter is not None or (self.is_mounted and self.is_asking)
        return super().check_action(action, parameters)

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._stop_typing()
        if self.is_asking:
            self._typing = self.set_timer(TYPING_PAUSE, self.on_typing_paused)

    def on_typing_paused(self) -> None:
        """Show what was typed leaves; a text without meaning leaves the list as it is."""
        self._stop_typing()
        if self.is_asking:
            self._take(self._line.input.value)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._stop_typing()
        text = message.value.strip()
        if self._take(text):
            if text:
                self._asked = (*(asked for asked in self._asked if asked != text), text)[-_MOST_KEPT:]
            self._put_away()

    def on_unmount(self) -> None:
        self._stop_typing()

    def _take(self, text: str) -> bool:
        """Put a filter in force; return whether it has a meaning."""
        try:
            self._set_filter(SessionFilter(text.strip()) if text.strip() else None)
        except ValueError as error:
            self._line.say(one_line(str(error)), is_wrong=True)
            return False
        self._say_meaning()
        return True

    def _say_meaning(self) -> None:
        count = self.count_of_matches()
        self._line.say("" if self.filter is None else f"{count:,} {'matches' if count == 1 else 'match'}")

    def _set_filter(self, wanted: SessionFilter | None) -> None:
        if wanted is not self.filter:
            self.filter = wanted
            self.list_anew()
            self.refresh_bindings()

    def _put_away(self) -> None:
        self._stop_typing()
        self._line.remove_class("-shown")
        self.query_one(EventList).focus()
        self.refresh_bindings()

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

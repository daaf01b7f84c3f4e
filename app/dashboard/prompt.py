"""What is asked at the bottom of the dashboard: a search, a filter, a place to go to, a note for a bookmark."""

from __future__ import annotations

from textual.timer import Timer
from textual.widgets import Input

from ...analysis import figures
from ..contain import contained
from ..destinations import EXAMPLES, parse_destination
from ..query.language import HINTS
from ..query.matching import Query
from ..query.suggestions import completion
from ..safe_text import one_line
from .finding import Finding
from .findings import FILTER, SEARCH, Findings
from .prompt_line import PromptLine
from .time_travel.stops import HINTS as STOPS_HINTS
from .time_travel.stops import parse_stops

GO_TO = "go to"
NOTE = "bookmark"
STOP_AT = "stop at"
TYPING_PAUSE = 0.15
"""Seconds after the last key before what was typed is looked for."""

_HINTS = {
    FILTER: HINTS,
    SEARCH: HINTS,
    GO_TO: EXAMPLES,
    STOP_AT: STOPS_HINTS,
    NOTE: ("a note, or nothing",),
}
_MOST_KEPT = 100


@contained
class PromptActions(Findings):
    """Asks, and shows at once what the answer means; part of the dashboard screen."""

    _purpose = ""
    """What the prompt asks for; empty while it is not shown."""
    _before: Finding | None = None
    """What was in force when the prompt was opened: escape brings it back."""
    _wrong = ""
    _typing: Timer | None = None
    _asked: dict[str, tuple[str, ...]] = {}
    """What was asked, oldest first, by purpose."""

    def action_search(self) -> None:
        """Ask for a search."""
        self._ask(SEARCH)

    def action_filter(self) -> None:
        """Ask for a filter."""
        self._ask(FILTER)

    def action_go_to(self) -> None:
        """Ask where to go."""
        self._ask(GO_TO)

    def action_stop_at(self) -> None:
        """Ask what a replay is to stop at."""
        self._ask(STOP_AT, str(self.replay.stops))

    def ask_for_note(self, event: int, note: str) -> None:
        """Ask what to note of an event; `keep_note` gets the answer."""
        self._ask(NOTE, note, f"{NOTE} {event + 1:,}")

    def close_prompt(self) -> None:
        """Put the prompt away; the filter or the search is what it was before it was opened."""
        purpose, before = self._purpose, self._before
        self._put_away()
        if purpose in (FILTER, SEARCH) and self._findings.get(purpose) is not before:
            is_void = before is not None and not before.is_of(self.source.trace)
            self._set_finding(purpose, self._new_finding(before.query) if before is not None and is_void else before)
        self._repaint()

    def extend_filter(self) -> None:
        super().extend_filter()
        self._show_meaning()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Look for what is typed, once the user pauses."""
        message.stop()
        self._stop_typing()
        if self._purpose in (FILTER, SEARCH):
            self._typing = self.set_timer(TYPING_PAUSE, self.on_typing_paused)
        else:
            self._wrong = ""
            self._show_meaning()

    def on_typing_paused(self) -> None:
        """Look for what was typed."""
        self._stop_typing()
        if self._purpose in (FILTER, SEARCH):
            self._wrong = ""
            try:
                self._look_for(self._line.input.value.strip())
            except ValueError as error:
                self._wrong = str(error)
            self.paint()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Do what was asked for."""
        message.stop()
        text, purpose = message.value.strip(), self._purpose
        self._stop_typing()
        if not purpose:
            return  # escape was faster
        try:
            if purpose == GO_TO:
                self._go_to(text)
            elif purpose == STOP_AT:
                self.replay.stops = parse_stops(text)
            elif purpose == NOTE:
                self.keep_note(text)
            else:
                self._look_for(text)
        except ValueError as error:
            self._wrong = str(error)
            self.notify(one_line(self._wrong), severity="warning", markup=False)
            self._show_meaning()
            return
        if text:
            earlier = [asked for asked in self._asked.get(purpose, ()) if asked != text]
            self._asked = {**self._asked, purpose: (*earlier, text)[-_MOST_KEPT:]}
        self._put_away()
        self._is_going = purpose == SEARCH and bool(text)
        self._repaint()

    def _go_to(self, text: str) -> None:
        """Go to a place in words. Raises ValueError where there is none, or it is not known yet."""
        destination = parse_destination(text)
        if text.endswith("%") and self.source.reading is not None:
            raise ValueError("a share is one of the whole trace, which is not read yet")
        try:
            event = destination.event(self.source.trace.view())
        except ValueError as error:
            so_far = "" if self.source.reading is None else ", as far as it is read"
            raise ValueError(f"{error}{so_far}") from error
        self.jump_to(event)

    def on_unmount(self) -> None:
        """The prompt is made anew when the screen is shown again: what was not entered is not kept."""
        self._stop_typing()
        if self._purpose in (FILTER, SEARCH):
            self._set_finding(self._purpose, self._before)
        self._purpose, self._before = "", None

    @property
    def _line(self) -> PromptLine:
        line: PromptLine = self.query_one(PromptLine)
        return line

    def _ask(self, purpose: str, text: str = "", label: str = "") -> None:
        if self._purpose:
            self.close_prompt()
        self._purpose, self._before = purpose, self._findings.get(purpose)
        self._wrong, self._is_going = "", False
        text = self._before.query.text if self._before else text
        complete = self._complete if purpose in (FILTER, SEARCH) else lambda _: None
        self._line.ask(label or purpose, text, _HINTS[purpose], self._asked.get(purpose, ()), complete)
        self._show_meaning()

    def _put_away(self) -> None:
        self._stop_typing()
        self._purpose, self._before, self._wrong = "", None, ""
        self._line.remove_class("-shown")
        self.focus_topmost()

    def _stop_typing(self) -> None:
        if self._typing is not None:
            self._typing.stop()
            self._typing = None

    def _look_for(self, text: str) -> None:
        """Put another filter or search in force. Raises ValueError for a text that has no meaning."""
        finding = self._findings.get(self._purpose)
        if text != ("" if finding is None else finding.query.text):
            self._set_finding(self._purpose, self._new_finding(Query(text)) if text else None)

    def _fail(self, purpose: str, finding: Finding, error: BaseException) -> None:
        super()._fail(purpose, finding, error)
        if purpose == self._purpose:
            self._wrong = finding.failure

    def _complete(self, text: str) -> str | None:
        return completion(text, self.source.trace.session)

    def _show_meaning(self) -> None:
        """Say what was typed means: how many events match, or why it has no meaning."""
        if not self._purpose:
            return
        finding = self._findings.get(self._purpose)
        wrong = self._wrong or (finding.failure if finding is not None else "")
        self._line.say(wrong or self._meaning(finding), is_wrong=bool(wrong))

    def _meaning(self, finding: Finding | None) -> str:
        count = self.source.trace.session.count
        # The filter says what the timeline shows, the search how far n and N reach.
        at = self.cursor.at(count) if self._purpose == FILTER else count
        if finding is None:
            return figures.count(at, "event") if self._purpose == FILTER else ""
        matches = finding.count(at)
        if not finding.is_complete:
            return f"looking … {finding.progress:.0%}" + (f" · {matches:,} so far" if matches else "")
        so_far = "" if self.source.reading is None else " so far"
        return f"{matches:,} of {at:,} {'matches' if matches == 1 else 'match'}{so_far}"

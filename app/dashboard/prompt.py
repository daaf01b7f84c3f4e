"""The line at the bottom where one types: a search, a filter, a place to go to."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from textual.widgets import Input
from textual.worker import Worker, get_current_worker

from ..contain import contained
from ..matching import Query
from ..panes.timeline import TimelinePane
from ..safe_text import one_line
from . import places

_PLACEHOLDERS = {
    "search": "search: words, kind:tool_error, tool:bash, errors …   enter searches, esc closes",
    "filter": "filter the timeline: words, kind:…, category:llm, tool:…, agent:…, errors   empty shows all",
    "go to": "go to: event 120, it 7, 50%, 14:02:11",
}
_GROUPS = {"search": "tracetop search", "filter": "tracetop filter"}
_MOST_FILTERED_PER_FRAME = 2_000


@contained
class PromptActions:
    """Search, filter and go-to; part of the dashboard screen."""

    found: array[int] = array("I")
    filtering: Query | None = None
    _purpose = ""
    _searched: Query | None = None
    filtered_through: int | None = None
    """How many events were asked whether they pass the filter; None without one, or while it first looks."""
    _painted: tuple[object, ...] = ()

    def action_search(self) -> None:
        """Ask for a search."""
        self._ask("search", self._searched.text if self._searched else "")

    def action_filter(self) -> None:
        """Ask for a filter."""
        self._ask("filter", self.filtering.text if self.filtering else "")

    def action_go_to(self) -> None:
        """Ask where to go."""
        self._ask("go to", "")

    def action_found_next(self) -> None:
        """Go to the next event found."""
        self._go_to_found(1)

    def action_found_previous(self) -> None:
        """Go to the event found before."""
        self._go_to_found(-1)

    def close_prompt(self) -> None:
        """Put the prompt away."""
        self.query_one("#trace-prompt", Input).remove_class("-shown")
        self.panes[self.active].focus_content()

    def clear_filter(self) -> None:
        """Show all events in the timeline again."""
        self.filtering = self.filtered_through = None
        self.query_one(TimelinePane).filter(None)
        self._repaint()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Do what was asked for."""
        message.stop()
        text, purpose = message.value.strip(), self._purpose
        try:
            if purpose == "go to":
                self.move_cursor(places.parse(self.source.trace.view(), text))
            elif purpose == "filter" and not text:
                self.clear_filter()
            elif text:
                query = Query(text)
                if purpose == "filter":
                    self.filtering = query
                    self._find(query, "filter")
                else:
                    self._searched = query
                    self._find(query, "search")
        except ValueError as error:
            self.notify(one_line(str(error)), severity="warning", markup=False)
            return
        self.close_prompt()

    def _ask(self, purpose: str, text: str) -> None:
        self._purpose = purpose
        prompt = self.query_one("#trace-prompt", Input)
        prompt.placeholder = _PLACEHOLDERS[purpose]
        prompt.value = text
        prompt.cursor_position = len(text)
        prompt.add_class("-shown")
        prompt.focus()

    def _find(self, query: Query, purpose: str) -> None:
        """Look through the trace in a thread; what it found is shown when it is done."""
        trace = self.source.trace
        count = trace.session.count

        def look() -> tuple[int, array[int]]:
            worker = get_current_worker()
            return count, array("I", query.find(trace, 0, count, lambda: worker.is_cancelled))

        if purpose == "filter":
            self.filtered_through = None
        self.run_worker(look, name=purpose, group=_GROUPS[purpose], thread=True, exclusive=True, exit_on_error=False)

    def look_again(self) -> None:
        """The trace started over, or the panes did: what was found is void, and the filter looks anew."""
        self.found = array("I")
        self.workers.cancel_group(self, _GROUPS["search"])
        if self.filtering is not None:
            self.query_one(TimelinePane).filter(())
            self._find(self.filtering, "filter")

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """A search or a filter is done, or failed."""
        worker = message.worker
        if worker.group not in _GROUPS.values() or not worker.is_finished or worker.is_cancelled:
            return
        message.stop()
        if worker.error is not None:
            self.notify(one_line(f"{worker.name} failed: {worker.error}"), severity="error", markup=False)
        elif worker.result is None:
            return
        elif worker.name == "search":
            _, self.found = worker.result
            self._show_found()
        elif self.filtering is not None:
            self.filtered_through, matches = worker.result
            self.query_one(TimelinePane).filter(matches)
            self._repaint()

    def extend_filter(self) -> None:
        """Let events that came since the filter was set through it."""
        trace, query, start = self.source.trace, self.filtering, self.filtered_through
        if query is None or start is None:
            return
        stop = min(trace.session.count, start + _MOST_FILTERED_PER_FRAME)
        self.query_one(TimelinePane).extend_filter(list(query.find(trace, start, stop)))
        self.filtered_through = stop

    def _show_found(self) -> None:
        self.refresh_bindings()
        if not self.found:
            text = self._searched.text if self._searched else ""
            self.notify(one_line(f"nothing found for {text!r}"), severity="warning", markup=False)
            return
        place = self.cursor.place(self.source.trace.session.count) or 0
        index = bisect_left(self.found, place)
        self._visit(index if index < len(self.found) and not self.cursor.follows else 0)

    def _go_to_found(self, step: int) -> None:
        place = self.cursor.place(self.source.trace.session.count)
        if not self.found or place is None:
            return
        index = bisect_left(self.found, place + 1) if step > 0 else bisect_left(self.found, place) - 1
        self._visit(index % len(self.found))

    def _visit(self, index: int) -> None:
        self.move_cursor(self.found[index])
        self.notify(f"{index + 1:,} of {len(self.found):,} found · n next, N previous", timeout=2)

    def _repaint(self) -> None:
        self._painted = ()
        self.paint()
        self.refresh_bindings()

    if TYPE_CHECKING:  # the rest is the screen's

        def __getattr__(self, name: str) -> Any: ...

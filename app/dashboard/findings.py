"""The filter and the search of a dashboard: looked for in threads, kept up with the trace, shown as they come."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual.worker import Worker, get_current_worker

from ..contain import contained
from ..panes.timeline.timeline import TimelinePane
from ..query.matching import Query
from ..safe_text import one_line
from .finding import Finding

FILTER: Final = "filter"
SEARCH: Final = "search"

_GROUPS = {FILTER: "tracetop filter", SEARCH: "tracetop search"}
_MOST_PER_FRAME = 2_000
"""So many events are asked at once while a frame is painted, and only where no line must be read for it."""


@dataclass(frozen=True, slots=True)
class _Look:
    """A thread that looks for what a finding has not looked at."""

    finding: Finding
    worker: Worker[None]
    is_first: bool


@contained
class Findings:
    """Holds the filter and the search, one `Finding` each; part of the dashboard screen."""

    _findings: dict[str, Finding] = {}
    _looks: dict[str, _Look] = {}
    _listed: Finding | None = None
    """What the timeline shows; None while it shows all events."""
    _listed_count = 0
    _is_going = False
    """Whether to go to the next event found as soon as it is known which that is."""
    _could_walk = False
    _painted: tuple[object, ...] = ()

    @property
    def filtering(self) -> Query | None:
        """The filter in force."""
        finding = self._findings.get(FILTER)
        return None if finding is None else finding.query

    @property
    def filtered_through(self) -> int | None:
        """How many events were asked whether they pass the filter; None without one, or while it first looks."""
        finding = self._findings.get(FILTER)
        return finding.through if finding is not None and finding.is_complete else None

    @property
    def found(self) -> array[int]:
        """The events that the search found so far."""
        finding = self._findings.get(SEARCH)
        return array("I") if finding is None else finding.events

    @property
    def search_status(self) -> str:
        """`3 of 17 found`: which of the events found the cursor is on, and of how many; empty without a search."""
        finding = self._findings.get(SEARCH)
        if finding is None:
            return ""
        place, found = self.cursor.place(self.source.trace.session.count), len(finding.events)
        index = found if place is None else finding.count(place)
        is_on_one = index < found and finding.events[index] == place
        text = f"{index + 1:,} of {found:,} found" if is_on_one else f"{found:,} found"
        if finding.failure:
            return f"{text} · given up"
        return text if finding.is_complete else f"{text} · looking … {finding.progress:.0%}"

    def action_found_next(self) -> None:
        """Go to the next event found."""
        self._walk(1)

    def action_found_previous(self) -> None:
        """Go to the event found before."""
        self._walk(-1)

    def filter_by(self, text: str) -> None:
        """Show only the events in the timeline that a filter asks for. Raises ValueError for one without meaning."""
        self._set_finding(FILTER, self._new_finding(Query(text)))
        self._repaint()

    def clear_filter(self) -> None:
        """Show all events in the timeline again."""
        self._set_finding(FILTER, None)
        self._repaint()

    def extend_filter(self) -> None:
        """Let what came since the last frame through the filter and the search, and show what they found."""
        for purpose in tuple(self._findings):
            self._keep_up(purpose)
        self._list_filtered()
        if bool(self.found) != self._could_walk:
            self._could_walk = not self._could_walk
            self.refresh_bindings()
        self._go_if_found()

    def look_again(self) -> None:
        """The trace started over, or the panes are others: what was found in another trace is void."""
        trace = self.source.trace
        for purpose, finding in tuple(self._findings.items()):
            if not finding.is_of(trace):
                self._set_finding(purpose, self._new_finding(finding.query))
        self._listed = None
        if FILTER in self._findings:
            self.query_one(TimelinePane).filter(())

    def on_worker_state_changed(self, message: Worker.StateChanged) -> None:
        """A filter or a search has looked at all there was, or failed."""
        worker = message.worker
        if worker.group not in _GROUPS.values() or not worker.is_finished or worker.is_cancelled:
            return
        message.stop()
        look = self._looks.get(worker.name)
        if look is None or look.worker is not worker:
            return
        if worker.error is not None:
            self._fail(worker.name, look.finding, worker.error)
        if worker.error is not None or look.is_first:  # what comes later is seen in the next frame
            self._repaint()

    def _new_finding(self, query: Query) -> Finding:
        return Finding(query, self.source.trace, self._issues_seen(query))

    def _issues_seen(self, query: Query) -> int:
        """The version of the issues as of the event that is shown, for a query that asks about them."""
        session = self.source.trace.session
        return session.view(self.cursor.at(session.count)).all_version if query.is_changing else 0

    def _set_finding(self, purpose: str, finding: Finding | None) -> None:
        """Have another filter or search in force. The timeline stays as it is until the new one has found anything."""
        self.workers.cancel_group(self, _GROUPS[purpose])
        self._findings = {key: value for key, value in self._findings.items() if key != purpose}
        if finding is not None:
            self._findings[purpose] = finding

    def _keep_up(self, purpose: str) -> None:
        """Have a finding look at what it has not looked at; in a thread, where that may take longer than a frame."""
        finding = self._findings[purpose]
        if finding.failure or self._is_looking(purpose, finding):
            return
        if finding.is_complete and self._issues_seen(finding.query) != finding.issues:
            finding = self._new_finding(finding.query)
            self._set_finding(purpose, finding)
        if finding.is_complete and not finding.behind:
            return
        at = self.cursor.at(self.source.trace.session.count)
        if finding.behind and (finding.query.reads_lines or finding.behind > _MOST_PER_FRAME):
            self._start_looking(purpose, finding, at)
        else:
            finding.look(at)

    def _is_looking(self, purpose: str, finding: Finding) -> bool:
        look = self._looks.get(purpose)
        return look is not None and look.finding is finding and not look.worker.is_finished

    def _start_looking(self, purpose: str, finding: Finding, at: int) -> None:
        def look() -> None:
            worker = get_current_worker()
            finding.look(at, lambda: worker.is_cancelled)

        worker: Worker[None] = self.run_worker(
            look, name=purpose, group=_GROUPS[purpose], thread=True, exclusive=True, exit_on_error=False
        )
        self._looks = {**self._looks, purpose: _Look(finding, worker, not finding.is_complete)}

    def _fail(self, purpose: str, finding: Finding, error: BaseException) -> None:
        finding.failure = one_line(str(error))
        self.notify(f"{purpose} failed: {finding.failure}", severity="error", markup=False)
        if purpose == FILTER and finding is self._findings.get(FILTER) and finding is not self._listed:
            self._set_finding(FILTER, self._listed)

    def _list_filtered(self) -> None:
        """Have the timeline show what the filter found: the rest of it, or all, once there is anything to show."""
        finding = self._findings.get(FILTER)
        if finding is None:
            if self._listed is None:
                return
            self.query_one(TimelinePane).filter(None)
        elif finding is self._listed:
            events = finding.events[self._listed_count :]
            if not events:
                return
            self.query_one(TimelinePane).extend_filter(events)
            self._listed_count += len(events)
        elif finding.is_complete or finding.events:
            events = finding.events[:]
            self.query_one(TimelinePane).filter(events)
            self._listed_count = len(events)
        else:
            return
        self._listed = finding
        self._painted = ()

    def _go_if_found(self) -> None:
        """Go to the first event found from the cursor on, round to the first of all; say so if there is none."""
        finding = self._findings.get(SEARCH)
        if not self._is_going or finding is None:
            return
        place = self.cursor.place(self.source.trace.session.count) or 0
        index = 0 if self.cursor.follows else finding.count(place)
        if index < len(finding.events) or finding.is_complete or finding.failure:
            self._is_going = False
            if finding.events:
                self.jump_to(finding.events[index % len(finding.events)])
            elif not finding.failure:
                self.notify(one_line(f"nothing found for {finding.query.text!r}"), severity="warning", markup=False)

    def _walk(self, step: int) -> None:
        finding, place = self._findings.get(SEARCH), self.cursor.place(self.source.trace.session.count)
        if finding is None or not finding.events or place is None:
            return
        index = finding.count(place + 1) if step > 0 else finding.count(place) - 1
        self.jump_to(finding.events[index % len(finding.events)])

    def _repaint(self) -> None:
        self._painted = ()
        self.paint()
        self.refresh_bindings()

    if TYPE_CHECKING:  # the rest is the screen's

        def __getattr__(self, name: str) -> Any: ...

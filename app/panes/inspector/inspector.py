"""The inspector: everything about one event, or about one issue and the events that prove it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.notifications import SeverityLevel

from ....analysis import figures
from ....analysis.counterparts import Counterpart, counterpart_of
from ....analysis.issues.issue import Issue
from ....analysis.json_value import json_of
from ....analysis.repeats import previous_call
from ....collector.formats.native import parse_object
from ....collector.records import NotAnEventError
from ...bookmarks.bookmarks import NO_BOOKMARKS, Bookmark
from ...contain import contained
from ...safe_text import one_line
from ...trace import Trace
from ...widgets.line_tree import LineTree
from ...words.waste import NO_COSTS, CostWords
from ..pane import Frame, Pane
from .argument_diff import argument_diff
from .entries import Copied, Entry, Sheet
from .entry_tree import EntryTree, Place
from .event_card import SourceLine, event_card, line_of
from .issue_card import issue_card
from .pager import PagerError, pager_command, read_in_pager

_EASILY_COPIED = 100_000
_MOST_COPIED = 8_000_000
"""No more characters are handed to a terminal at once: it shows nothing else until it has read them."""
_LONGEST_NAME = 40


@contained
class InspectorPane(Pane):
    """Over the other panes, until it is closed."""

    NUMBER: ClassVar[int] = 0
    NAME: ClassVar[str] = "inspector"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "diff", "Diff", id="inspector.diff", tooltip="Compare with the tool call before it, or go back"),
        Binding(
            "o", "pager", "Pager", id="inspector.pager", tooltip="Open the value, or on its head the event, in $PAGER"
        ),
        Binding("y", "copy", "Copy", id="inspector.copy", tooltip="Copy the value under the cursor"),
        Binding(
            "Y", "copy_event", "Copy event", show=False, id="inspector.copy_event", tooltip="Copy the event's line"
        ),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._tree = EntryTree(id="trace-inspector-lines")
        self._trace: Trace | None = None
        self._generation = 0
        self._event: int | None = None
        self._bookmarks = NO_BOOKMARKS
        self._issue: Issue | None = None
        self._costs = CostWords()
        self._stands = True
        self._at: int | None = None
        self._width = 0
        self._line_known: tuple[Trace, int, int] | None = None
        self._line = SourceLine(None)
        self._other_half: Counterpart | None = None
        self._can_compare = False
        self._compares = False
        self._place_before = Place()

    def compose(self) -> ComposeResult:
        yield self._tree

    @property
    def event(self) -> int | None:
        """The event that is shown."""
        return self._event

    def shows(self, trace: Trace) -> bool:
        """Whether the event that is shown is one of this trace."""
        return self._trace is trace and self._event is not None

    def inspect_event(
        self, trace: Trace, event: int, at: int | None = None, bookmarks: Mapping[int, Bookmark] = NO_BOOKMARKS
    ) -> None:
        """Show an event as of event `at`; as far as the trace is read where that is None.

        One that is in sight already stays as it is.
        """
        self._bookmarks = bookmarks
        shown = self._trace, self._generation, self._event, self._issue
        if self.display and shown == (trace, trace.generation, event, None):
            self._at = self._at if at is None else at
            self._notice_other_half()
        else:
            self._inspect(trace, event, None, at)

    def inspect_issue(self, trace: Trace, issue: Issue, costs: CostWords = NO_COSTS) -> None:
        """Show an issue and its evidence, and what it cost."""
        self._costs, self._stands = costs, True
        self._inspect(trace, None, issue, None)

    def update_issue(self, issue: Issue, costs: CostWords, *, stands: bool) -> None:
        """Show the same issue as it is as of another event; `stands` is False where it was not raised then."""
        shown = self._issue, self._costs, self._stands
        if self._issue is not None and shown != (issue, costs, stands):
            self._issue, self._costs, self._stands = issue, costs, stands
            self._redraw(self._tree.place)
            self._show_headline()

    def show(self, frame: Frame) -> None:
        if frame.newest is not None and frame.newest is self._trace:
            self._at = frame.newest.session.count
            self._notice_other_half()
            return
        self._at = frame.view.at
        if (frame.trace, frame.trace.generation) != (self._trace, self._generation):
            self._trace, self._generation = frame.trace, frame.trace.generation
            self._event = self._issue = None
        if self._issue is not None:
            return
        known, self._bookmarks = self._bookmarks, frame.bookmarks
        if frame.cursor != self._event:
            self._event = frame.cursor
            self._redraw(self._tree.place_elsewhere)
        elif self._event is not None and known.get(self._event) != frame.bookmarks.get(self._event):
            self._redraw(self._tree.place)
        else:
            self._notice_other_half()
        self._show_headline()

    def size_met(self) -> None:
        super().size_met()
        # A trace that has just started over has other events: the next frame shows these.
        is_of_now = self._trace is None or self._trace.generation == self._generation
        if self._tree.text_width != self._width and is_of_now:
            self._redraw(self._tree.place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "diff":
            return True if self._can_compare else None
        return super().check_action(action, parameters)

    def on_line_tree_node_highlighted(self, message: LineTree.NodeHighlighted) -> None:
        message.stop()

    def on_line_tree_node_chosen(self, message: LineTree.NodeChosen) -> None:
        message.stop()
        entry = self._tree.entry
        if entry is not None and entry.event is not None:
            self._compares = False
            self.say(self.Inspected(entry.event, self._trace))

    def action_diff(self) -> None:
        """Compare the call with the one before it, or show the event again."""
        self._compares = not self._compares
        if self._compares:
            self._place_before = self._tree.place
        self._redraw(Place() if self._compares else self._place_before)
        self._show_headline()

    def action_copy(self) -> None:
        """Copy the value under the cursor."""
        entry = self._tree.entry
        copied = None if entry is None else entry.copied()
        if copied is None:
            self._tell("there is nothing to copy in this row", warns=True)
        else:
            self._copy(copied)

    def action_copy_event(self) -> None:
        """Copy the line of the event."""
        number = self._event_to_read
        if number is None:
            self._tell("there is no event in this row", warns=True)
        else:
            try:
                name = f"event {number + 1:,}" if self._trace and self._trace.from_start else "the event"
                self._copy(Copied(name, self._read_line(number).decode(errors="replace")))
            except OSError as error:
                self._tell(f"the event cannot be read again: {error}", warns=True)

    def action_pager(self) -> None:
        """Open the value under the cursor in the user's pager, or the event if the cursor is on none."""
        try:
            read_in_pager(self._text_to_read(), pager_command(os.environ), self.app.suspend)
        except SuspendNotSupported:
            self._tell("this terminal cannot be handed over to a pager; y and Y copy", warns=True)
        except PagerError as error:
            self._tell(str(error), warns=True)
        except OSError as error:
            self._tell(f"the event cannot be read again: {error}", warns=True)

    @property
    def _event_to_read(self) -> int | None:
        """The event that is shown, or of an issue's evidence the one under the cursor."""
        entry = self._tree.entry
        return self._event if self._issue is None or entry is None else entry.event

    def _inspect(self, trace: Trace, event: int | None, issue: Issue | None, at: int | None) -> None:
        self._trace, self._generation = trace, trace.generation
        self._event, self._issue, self._at = event, issue, at
        self._compares = False
        self._tree.forget_fold_all()
        self._redraw(Place())
        self._show_headline()

    def _notice_other_half(self) -> None:
        """Show the end of a call, the answer to a request, once it is there."""
        trace, number = self._trace, self._event
        if trace is not None and number is not None and self._half_of(trace, number) != self._other_half:
            self._redraw(self._tree.place)

    def _redraw(self, place: Place) -> None:
        """Make all rows anew and put the cursor at a place."""
        self._width = self._tree.text_width
        self._tree.show_entries(self._card(), place)
        if self.is_mounted:
            self.refresh_bindings()

    def _card(self) -> Entry:
        trace, number = self._trace, self._event
        self._can_compare = False
        if trace is not None and self._issue is not None:
            return issue_card(trace, self._issue, self._width, self._costs, self._stands)
        if trace is None or number is None:
            return Sheet([])
        session = trace.session
        self._other_half = self._half_of(trace, number)
        at = session.count if self._at is None else self._at
        call = session.tools.call_of(number)
        self._can_compare = call is not None and previous_call(session, call) is not None
        if self._compares and self._can_compare and call is not None:
            return argument_diff(trace, call, at, self._width)
        line, bookmark = self._line_once(trace, number), self._bookmarks.get(number)
        return event_card(trace, number, at, self._width, line, bookmark)

    def _line_once(self, trace: Trace, number: int) -> SourceLine:
        """What is known of the event's line. Once for each event: a line of many MB takes its time to read."""
        known = (trace, self._generation, number)
        if known != self._line_known:
            self._line_known, self._line = known, line_of(trace, number)
        return self._line

    def _half_of(self, trace: Trace, number: int) -> Counterpart | None:
        return counterpart_of(trace.session, number, trace.session.count if self._at is None else self._at)

    def _show_headline(self) -> None:
        trace, number = self._trace, self._event
        if self._issue is not None:
            self.headline_parts([f"{self._issue.severity} issue", *([] if self._stands else ["not raised yet"])])
        elif trace is None or number is None:
            self.headline_parts([])
        else:
            session = trace.session
            kind = session.kinds[session.events.kind[number]]
            compared = ["compared with the call before"] if self._compares and self._can_compare else []
            which = f"event {number + 1:,} of {session.count:,}" if trace.from_start else "one of the newest events"
            self.headline_parts([which, kind, *compared])

    def _copy(self, copied: Copied) -> None:
        size = len(copied.text)
        what = f"{one_line(copied.name, _LONGEST_NAME)} ({figures.count(size, 'character')})"
        if size > _MOST_COPIED:
            self._tell(f"not copied: {what} is too much for a terminal; o opens it in a pager", warns=True)
            return
        # A lone surrogate cannot be encoded.
        self.app.copy_to_clipboard(copied.text.encode(errors="replace").decode())
        if size > _EASILY_COPIED:
            self._tell(f"copied {what}; some terminals refuse so much, o opens it in a pager", warns=True)
        else:
            self._tell(f"copied {what}")

    def _read_line(self, number: int) -> bytes:
        assert self._trace is not None
        return self._trace.line(number)

    def _text_to_read(self) -> str:
        """What the pager is to show. Raises OSError where the event cannot be read again."""
        entry, number = self._tree.entry, self._event_to_read
        copied = None if entry is None or (number is not None and not entry.is_value) else entry.copied()
        if copied is not None:
            return copied.text
        if number is None:
            raise PagerError("there is nothing to read in this row")
        line = self._read_line(number)
        try:
            content, _ = parse_object(line)
        except NotAnEventError:
            return line.decode(errors="replace")
        return json_of(content)

    def _tell(self, text: str, *, warns: bool = False) -> None:
        severity: SeverityLevel = "warning" if warns else "information"
        self.notify(one_line(text), severity=severity, markup=False, timeout=4 if warns else 2)

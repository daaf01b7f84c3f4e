"""Ways through a trace: places that keys go to, letters to type, and back to where one was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.geometry import Offset

from ....analysis.view import View
from ...contain import contained
from ...safe_text import one_line
from ...widgets.row_view import RowView
from ...words.agents import only_agent
from ..cursor import Cursor
from . import places
from .history import History, Place
from .jump import JumpScreen, Target

PLACES: dict[str, tuple[Callable[[View, int | None], Sequence[int]], str]] = {
    "error": (places.errors, "error"),
    "issue": (places.issues, "issue"),
    "break": (places.breaks, "cache break"),
    "compaction": (places.compactions, "compaction"),
    "iteration": (places.iterations, "iteration"),
}
"""What `next` and `previous` go to: how it is found, of all agents or in the lane of one, and what it is called."""


@contained
class Navigation:
    """Moves the cursor; part of the dashboard screen."""

    def action_step(self, events: int) -> None:
        """Go some events on or back."""
        count = self.source.trace.session.count
        place = self.cursor.place(count)
        if place is not None:
            self.move_cursor(max(0, min(count - 1, place + events)))

    def action_next(self, what: str) -> None:
        """Go to the next error, issue, cache break or iteration; of the agent that is looked at, where it is one."""
        self._go(what, places.after, "next")

    def action_previous(self, what: str) -> None:
        """Go to the previous one."""
        self._go(what, places.before, "previous")

    def _go(self, what: str, choose: Callable[[Sequence[int], int], int | None], word: str) -> None:
        find, name = PLACES[what]
        view = self.source.trace.view()
        lane = self.lane_looked_at(view.session)
        told = "" if lane is None else f" · {only_agent(view.session.lanes.names.name(lane))}"
        self.go_among(find(view, lane), choose, f"{word} {name}{told}")

    def go_among(
        self, candidates: Sequence[int], choose: Callable[[Sequence[int], int], int | None], what: str
    ) -> None:
        """Go to the event that `choose` picks, round to the first or last for whoever follows; say so if it is none."""
        place = self.cursor.place(self.source.trace.session.count)
        if place is None:
            return
        event = choose(candidates, place)
        if event is None and self.cursor.follows and candidates:
            event = candidates[-1] if choose is places.before else candidates[0]
        if event is None:
            self.notify(f"no {what}", timeout=2)
        else:
            self.jump_to(event)

    def action_evidence(self, step: int) -> None:
        """Go to the next event that proves the issue last looked at, or the one before; round and round."""
        count = self.source.trace.session.count
        issue, episode, place = self.selected_issue, self.selected_episode, self.cursor.place(count)
        if issue is None or episode is None or place is None:
            return
        if self._issue is None:
            self.panes[-1].choose_selected()
        events = sorted(set(episode.evidence_at(count)))  # later ones too: a key may lead on from the past
        found = places.after(events, place) if step > 0 else places.before(events, place)
        event = found if found is not None else events[0 if step > 0 else -1]
        self.leave_place()
        if self.inspector.has_class("-shown"):
            self.inspect(event)
        else:
            self.move_cursor(event)
        self.notify(
            f"evidence {events.index(event) + 1:,} of {len(events):,} · {one_line(issue.title, 60)}",
            timeout=2,
            markup=False,
        )

    def jump_to(self, event: int | None) -> None:
        """Go to an event far away, and remember where from."""
        self.leave_place()
        self.move_cursor(event, hurried=False)

    def leave_place(self) -> None:
        """Remember the present place, to come back to it."""
        self.history.leave(self._here())
        self.refresh_bindings()

    def action_back(self) -> None:
        """Go back to where the last jump was made from."""
        self._visit_again(self.history.back(self._here()))

    def action_forward(self) -> None:
        """Go to where the user came back from."""
        self._visit_again(self.history.forward(self._here()))

    def _here(self) -> Place:
        return Place(self.cursor.event, self.active)

    def _visit_again(self, place: Place | None) -> None:
        if place is not None:
            if place.pane != self.active:
                self._activate(place.pane)
            self.move_cursor(place.event)
        self.refresh_bindings()

    def action_jump(self) -> None:
        """Put letters on every row and pane in sight; typing them goes there."""
        self.app.push_screen(JumpScreen(list(self._targets())))

    def _targets(self) -> Iterator[Target]:
        over = self.overlay
        for index, pane in enumerate(self.panes if over is None else (over,)):
            if not pane.region.width:
                continue
            if over is None:
                yield Target(pane.region.offset + Offset(1, 0), partial(self.action_pane, index))
            for rows in pane.query(RowView):
                for line, row in enumerate(rows.visible_rows()):
                    yield Target(rows.content_region.offset + Offset(0, line), partial(self._go_to_row, rows, row))

    def _go_to_row(self, rows: RowView, row: int) -> None:
        self.leave_place()
        self.set_focus(rows, scroll_visible=False)
        rows.go_to(row)

    def action_first(self) -> None:
        """Go to the first event."""
        self.jump_to(0)

    def action_live(self) -> None:
        """Go to the newest event and follow."""
        self.leave_place()
        self.follow()

    if TYPE_CHECKING:  # the rest is the screen's
        cursor: Cursor
        history: History

        def __getattr__(self, name: str) -> Any: ...

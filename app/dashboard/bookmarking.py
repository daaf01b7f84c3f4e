"""Bookmarks on a dashboard: made and noted, listed, gone to, and why one could not be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bookmarks.bookmarks import Bookmark, Bookmarks
from ..contain import contained
from ..panes.bookmarks import BookmarksPane
from ..safe_text import one_line
from .cursor import Cursor
from .navigation import places


@contained
class Bookmarking:
    """Keeps bookmarks; part of the dashboard screen."""

    _noting: tuple[object, int, Bookmark | None] | None = None
    """What is being noted: the session and the event in it, and the bookmark if there is one."""

    def look_at_bookmarks(self) -> None:
        """Take in what became of bookmarks, of the trace's events too, since the last frame."""
        self.bookmarks.look(self.source.trace)
        if self.bookmark_list.has_class("-shown"):
            self._list_bookmarks()

    @property
    def event_to_note(self) -> int | None:
        """The event under the cursor, in the list of bookmarks under its own; None where there is none, or its number
        is not known yet.
        """
        if not self.bookmark_list.has_class("-shown"):
            if self.newest_chosen is not None:
                return None
            return self.cursor.place(self.source.trace.session.count)
        selected = self.bookmark_list.selected
        return None if selected is None else selected.event

    def action_bookmark(self) -> None:
        """Ask for a note on an event, or for another one."""
        event = self.event_to_note
        if event is not None:
            is_listed = self.bookmark_list.has_class("-shown")
            bookmark = self.bookmark_list.selected if is_listed else self.bookmarks.placed.get(event)
            self._noting = self.source.trace.session, event, bookmark
            self.ask_for_note(event, "" if bookmark is None else bookmark.note)

    def keep_note(self, note: str) -> None:
        """The note that was asked for: have the bookmark and save it. Raises ValueError where the event is gone."""
        if self._noting is None:
            return
        session, event, bookmark = self._noting
        trace = self.source.trace
        if bookmark is not None:
            reason = "" if note == one_line(bookmark.note) else self.bookmarks.note(bookmark, note)
        elif session is trace.session:
            reason = self.bookmarks.mark(trace, event, note)
        else:
            raise ValueError("the trace has started over: the event is another now")
        self._tell_if_unsaved(event, reason)
        self.paint()

    def action_bookmarks(self) -> None:
        """Show or hide the list of bookmarks."""
        if self.bookmark_list.has_class("-shown"):
            self._close(self.bookmark_list)
            return
        self.bookmarks.look(self.source.trace, at_once=True)
        self._list_bookmarks()
        self.bookmark_list.select_near(self.cursor.place(self.source.trace.session.count))
        self._open(self.bookmark_list)

    def action_next_bookmark(self) -> None:
        """Go to the next bookmark."""
        self.go_among(tuple(self.bookmarks.placed), places.after, "next bookmark")

    def action_previous_bookmark(self) -> None:
        """Go to the previous bookmark."""
        self.go_among(tuple(self.bookmarks.placed), places.before, "previous bookmark")

    def on_bookmarks_pane_chosen(self, message: BookmarksPane.Chosen) -> None:
        """Go to the event of a bookmark, if it is there."""
        bookmark, store = message.bookmark, self.bookmarks
        if store.is_placed(bookmark):
            self._close(self.bookmark_list)
            self.jump_to(bookmark.event)
        else:
            why = "is another than was marked" if store.is_stranger(bookmark) else "has not been read"
            self.notify(f"event {bookmark.event + 1:,} {why}", severity="warning", markup=False)

    def on_bookmarks_pane_removed(self, message: BookmarksPane.Removed) -> None:
        """Remove a bookmark."""
        self._tell_if_unsaved(message.bookmark.event, self.bookmarks.remove(message.bookmark), "removal of ")
        self.paint()

    def _list_bookmarks(self) -> None:
        self.bookmark_list.list_bookmarks(self.source.trace, self.bookmarks)

    def _tell_if_unsaved(self, event: int, reason: str, what: str = "") -> None:
        if reason:
            text = f"{what}bookmark {event + 1:,} not saved: {reason}"
            self.notify(one_line(text), severity="warning", markup=False)

    if TYPE_CHECKING:  # the rest is the screen's
        bookmarks: Bookmarks
        bookmark_list: BookmarksPane
        cursor: Cursor

        def __getattr__(self, name: str) -> Any: ...

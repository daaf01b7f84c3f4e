"""The session as such: what it is called, where it runs, and when it began."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from ...events import TraceEvent
from ..translator import Record
from .journal import Journal
from .records import known, part, text

_RANKS = {"custom-title": ("customTitle", "title"), "ai-title": ("aiTitle", "title"), "summary": ("summary",)}
"""What titles are called that a session has, and where they stand; the first kind goes before the others."""
_LONGEST_GOAL = 2_000
_MOST_SUMMARIES = 1_000
_MOST_HELD = 100
_WORK = frozenset({"iteration_start", "llm_response", "llm_error", "session_end"})


class SessionStart:
    """Holds back what comes before the first prompt or answer, so that the start of a session can tell its goal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._held: list[TraceEvent] = []
        self._is_told = False
        self._began: float | None = None
        self._where: dict[str, Any] = {}
        self._prompt = ""
        self._titles: dict[str, str] = {}
        self._summaries: dict[str, str] = {}
        self._goal = ""
        self._may_be_renamed = False

    def look_at(self, record: Record, time: float | None, *, forked_from: str = "") -> None:
        """Learn from any record where the session runs, until its start is told; of history that has no time here."""
        leaf = self._summaries.pop(text(record, "uuid"), None) if self._summaries else None
        if leaf is not None:
            self._titles["summary"] = leaf
            self._may_be_renamed = True
        if self._is_told:
            return
        if self._began is None:
            self._began = time
        if forked_from:
            self._where["forked_from"] = forked_from
        for name in ("cwd", "version", "gitBranch", "entrypoint", "permissionMode"):
            if name not in self._where and text(record, name):
                self._where[name] = text(record, name)
        model = text(part(record, "message"), "model")
        if "model" not in self._where and model and not model.startswith("<"):
            self._where["model"] = model

    def prompted(self, prompt: str) -> None:
        """A human asked for something."""
        self._prompt = self._prompt or prompt[:_LONGEST_GOAL]
        self._may_be_renamed = True

    def titled(self, record: Record, is_own: bool) -> None:
        """A record that tells a title. A summary may be that of another session, told by the record it ends with."""
        kind = text(record, "type")
        title = next((text(record, name) for name in _RANKS[kind] if text(record, name)), "")
        if kind == "summary" and not is_own:
            if len(self._summaries) < _MOST_SUMMARIES:
                self._summaries[text(record, "leafUuid")] = title
        elif title:
            self._titles[kind] = title[:_LONGEST_GOAL]
            self._may_be_renamed = True

    def told(self, events: Iterator[TraceEvent]) -> Iterator[TraceEvent]:
        """The events of a record, and before them the session's start as soon as it can be told."""
        if self._is_told:
            yield from events
            if self._may_be_renamed:
                yield from self._renamed()
            return
        self._held += events
        if len(self._held) <= _MOST_HELD and not any(event.kind in _WORK for event in self._held):
            return
        self._is_told = True
        self._goal = self._best()
        yield self._journal.event(
            "session_start",
            f"{self._journal.session_id}:start",
            self._journal.main,
            {"agent": "claude-code", **known(goal=self._goal, prompt=self._prompt), **self._titled(), **self._where},
            time=self._began,
        )
        for event in self._held:  # the first may be older than anything that tells which session it is
            yield replace(event, session_id=self._journal.session_id)
        self._held.clear()

    def _renamed(self) -> Iterator[TraceEvent]:
        """That the session is called something else now."""
        self._may_be_renamed = False
        best = self._best()
        if best != self._goal:
            self._goal = best
            event_id = f"{self._journal.session_id}:title:{best[:80]}"
            yield self._journal.event("custom", event_id, self._journal.main, {"name": "title", "goal": best})

    def _best(self) -> str:
        return next((self._titles[kind] for kind in _RANKS if kind in self._titles), self._prompt)

    def _titled(self) -> dict[str, str]:
        return known(title=self._best()) if self._titles else {}

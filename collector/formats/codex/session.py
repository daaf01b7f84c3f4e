"""What the rollouts of one session have in common: its threads, its start, and which records were read before."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...events import TraceEvent
from ..translator import Merged
from .rollout import Payload, part, text
from .thread import Thread

Events = list[TraceEvent]

_META_KEPT = ("cwd", "originator", "cli_version", "model_provider", "forked_from_id", "history_mode")


@dataclass(slots=True)
class RolloutSession:
    """The session of a rollout. Its own thread, `main`, is the one whose file it is opened by."""

    path: Path
    merged: Merged = field(default_factory=Merged)
    id: str = ""
    by_id: dict[str, Thread] = field(default_factory=dict)
    start: dict[str, Any] | None = field(default_factory=dict)
    """What is to be told at its start; None once that is told."""
    started_at: float | None = None
    _threads: dict[Path, Thread] = field(default_factory=dict)
    _seen: set[tuple[str, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.id = self.path.name.removesuffix(".zst").removesuffix(".jsonl")

    @property
    def main(self) -> Thread:
        """The thread that the session is about."""
        return self.thread(self.path)

    def thread(self, path: Path) -> Thread:
        """The thread of a file; of one whose first line is damaged too."""
        thread = self._threads.get(path)
        if thread is None:
            thread = Thread(self.id, self.id if path == self.path else path.stem, path=path)
            if path != self.path:
                thread.agent = thread.id
            self._threads[path] = thread
        return thread

    def is_new(self, thread: Thread, kind: str, key: object) -> bool:
        """Whether a record was not read before; one that was counts as a copy."""
        name = (thread.id, kind, str(key))
        if name in self._seen:
            self.merged.duplicates += 1
            return False
        self._seen.add(name)
        return True

    def skip(self, what: str) -> Events:
        """Count a record that says nothing of what was done. Gives no events."""
        self.merged.skipped[what] += 1
        return []

    def begin(self, at: float) -> Events:
        """The session's start, told with the first of its events, when its goal is known."""
        if self.start is None:
            return []
        data, self.start = self.start, None
        main = self.main
        started = at if self.started_at is None else min(self.started_at, at)
        if main.model:
            data = {**data, "model": main.model}
        return [main.event("session_start", started, f"{main.id}:session_start", data)]


def start_data(payload: Payload) -> dict[str, Any]:
    """What is kept of a session_meta. Of the model's instructions only how long they are."""
    data: dict[str, Any] = {name: value for name in _META_KEPT if (value := text(payload, name))}
    git = part(payload, "git")
    if text(git, "branch"):
        data["git_branch"] = text(git, "branch")
    source = payload.get("source")
    if isinstance(source, str):
        data["source"] = source
    instructions = text(part(payload, "base_instructions"), "text") or text(payload, "instructions")
    if instructions:
        data["instructions_characters"] = len(instructions)
    return data

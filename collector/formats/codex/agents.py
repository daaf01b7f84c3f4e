"""The sub-agents of a session: what they are called, and who had them begin."""

from __future__ import annotations

from dataclasses import dataclass, field

from .calls import Call
from .rollout import Meta
from .thread import Thread

_TAIL = 8
"""Characters of a thread's id that tell it from others; ids begin with the time."""


@dataclass(slots=True)
class Agents:
    """Names for sub-agents, by their threads, and the reviews, which older versions tell of without a thread."""

    _names: dict[str, str] = field(default_factory=dict)
    _spawned: set[str] = field(default_factory=set)
    _spawn_calls: dict[str, str] = field(default_factory=dict)
    reviews: int = 0
    open_review: str | None = None

    def name(self, thread: str, nickname: str = "", role: str = "") -> str:
        """What the sub-agent of a thread is called: as it is called when it is first heard of."""
        known = self._names.get(thread)
        if known is None:
            tail = thread[-_TAIL:]
            known = nickname or (f"{role} {tail}" if role else tail)
            if known in self._names.values():
                known = f"{known} {tail}"
            self._names[thread] = known
        return known

    def name_of(self, meta: Meta) -> str:
        """What the sub-agent of a file is called. A review is the one that was begun."""
        if meta.is_review and self.open_review is not None and meta.id not in self._names:
            self._names[meta.id] = self.open_review
            self._spawned.add(meta.id)
        return self.name(meta.id, meta.nickname, meta.role)

    def spawns(self, thread: str) -> bool:
        """Whether the sub-agent of a thread is heard of for the first time, or again after it was done."""
        if thread in self._spawned:
            return False
        self._spawned.add(thread)
        return True

    def is_done(self, thread: str) -> bool:
        """Note that it is done; whether it was still at work."""
        if thread not in self._spawned:
            return False
        self._spawned.discard(thread)
        return True

    def call_of(self, parent: Thread, child: str, call_id: str = "") -> Call | None:
        """The open call of a thread that had a sub-agent begin: the one named, or the first that had none begin."""
        taken = self._spawn_calls
        call = parent.calls.get(call_id) if call_id else None
        if call is None:
            open_calls = (each for each in parent.calls.values() if each.spawns)
            call = next((each for each in open_calls if taken.get(each.id, child) == child), None)
        if call is not None:
            taken[call.id] = child
        return call

    def begin_review(self) -> str:
        """The name of a review that begins."""
        self.reviews += 1
        self.open_review = "review" if self.reviews == 1 else f"review {self.reviews}"
        return self.open_review

"""Which records of a file repeat another thread's history: forks and sub-agents begin with that of their parent."""

from __future__ import annotations

from .ancestors import turns_of
from .rollout import Payload, made_at_ms, text
from .thread import Thread

_QUIET_SECONDS = 1.0
"""A history is written in one go, so that a pause this long is the end of one that names no turns."""
_SKEW_MS = 1_000
"""By which a clock may be set back between a thread and its first turn."""


def begins_replay(thread: Thread, id: str) -> bool:
    """Whether a further session_meta, of this thread id, begins the history of another thread."""
    return id not in ("", thread.id)


def replays(thread: Thread, kind: str, payload: Payload, at: float, ordinal: object) -> bool:
    """Whether a record of a thread's file is another thread's history."""
    start = thread.meta.history_start if thread.meta is not None else 0
    if start:
        return ordinal < start if isinstance(ordinal, int | float) else thread.is_replaying
    turn = text(payload, "turn_id") if kind in ("task_started", "turn_context") else ""
    if turn:
        is_others = _is_others_turn(thread, turn, at)
        thread.replay_names_turns = is_others
        return is_others
    if not thread.is_replaying:
        return False
    return thread.replay_names_turns or at < thread.born_at or at - thread.last_record_at < _QUIET_SECONDS


def _is_others_turn(thread: Thread, turn: str, at: float) -> bool:
    """Whether a turn is one of another thread: of an elder, or one that began before this thread was made."""
    if any(turn in elder.turns for elder in thread.elders):
        return True
    born, begun = made_at_ms(thread.id), made_at_ms(turn)
    if born is not None and begun is not None:
        return begun < born - _SKEW_MS
    if not thread.is_replaying:
        return False
    if thread.replayed_turns is None:
        thread.replayed_turns = turns_of(thread.replayed, thread.path)
    return turn in thread.replayed_turns or at < thread.born_at

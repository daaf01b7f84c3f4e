"""What recording had to change or leave out: counted, and said in the trace itself."""

from __future__ import annotations

from time import monotonic
from typing import Any

GATHER_SECONDS = 1.0
"""What happens within this time of the first is said together with it."""
NOTE_KIND, NOTE_NAME = "custom", "recorder"
"""Kind, and name in the payload, of the event that says it."""

_MOST_IDS = 20


class Losses:
    """Counts events that were altered, values that were redacted, and what of it no event has said yet. Not locked."""

    def __init__(self) -> None:
        self.altered = 0
        self.redacted = 0
        self.unsaid: list[str] = []
        """Ids of events that were altered or redacted since it was last said, not more than a few."""
        self._said = {"altered": 0, "redacted": 0, "dropped": 0}
        self._say_from = 0.0

    def note(self, event_id: str, altered: bool, redacted: int) -> None:
        """An event was written with values cut or replaced, or with `redacted` of them hidden."""
        self.altered += altered
        self.redacted += redacted
        if not self.unsaid:
            self._say_from = monotonic() + GATHER_SECONDS
        if len(self.unsaid) < _MOST_IDS:
            self.unsaid.append(event_id)

    def has_news(self, dropped: int) -> bool:
        """Whether something happened since it was last said; `dropped` events are counted by the writer."""
        return bool(self.unsaid) or dropped != self._said["dropped"]

    def is_due(self) -> bool:
        """Whether it is time to say it."""
        return monotonic() >= self._say_from

    def payload(self, dropped: int) -> dict[str, Any]:
        """What is to be said, as the payload of an event; from here on it counts as said."""
        now = {"altered": self.altered, "redacted": self.redacted, "dropped": dropped}
        new = {name: count - self._said[name] for name, count in now.items()}
        self._said, event_ids, self.unsaid = now, self.unsaid, []
        return {"name": NOTE_NAME, "message": _message(new), **new, "event_ids": event_ids}


def _message(new: dict[str, int]) -> str:
    phrases = {
        "altered": ("event holds less than it was given", "events hold less than they were given"),
        "redacted": ("value redacted", "values redacted"),
        "dropped": ("event dropped: the file could not be written", "events dropped: the file could not be written"),
    }
    told = [f"{count} {phrases[name][count != 1]}" for name, count in new.items() if count]
    return f"recorder: {', '.join(told)}"

"""Where the user has been, to go back there and forth again."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PLACES = 500


@dataclass(frozen=True, slots=True)
class Place:
    """An event, None for the newest, whichever that is; and the number of the pane it was looked at in, from 0."""

    event: int | None
    pane: int


class History:
    """Places left behind by jumps, as a browser keeps them: a new jump forgets what was ahead."""

    def __init__(self) -> None:
        self._behind: list[Place] = []
        self._ahead: list[Place] = []

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place to go back to."""
        return bool(self._behind)

    @property
    def can_go_forward(self) -> bool:
        """Whether the user came back from anywhere."""
        return bool(self._ahead)

    def leave(self, place: Place) -> None:
        """The user jumps away from a place."""
        if not self._behind or self._behind[-1] != place:
            self._behind.append(place)
            del self._behind[:-MOST_PLACES]
        self._ahead.clear()

    def back(self, here: Place) -> Place | None:
        """The place left last; None if there is none. `here` is where `forward` leads back to."""
        return self._move(self._behind, self._ahead, here)

    def forward(self, here: Place) -> Place | None:
        """The place gone back from last; None if there is none."""
        return self._move(self._ahead, self._behind, here)

    def forget(self) -> None:
        """The trace started over: its events are others."""
        self._behind.clear()
        self._ahead.clear()

    @staticmethod
    def _move(source: list[Place], target: list[Place], here: Place) -> Place | None:
        while source:
            place = source.pop()
            if place != here:
                target.append(here)
                return place
        return None

"""Where a run should have been stopped: a loop was known, and nothing new came after it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .findings import title_of
from .rule import Call, Rule
from .thresholds import Tuning

QUIET = "excessive_iterations"
STUCK_BY = frozenset({"cycle", "error_loop", "no_progress", QUIET})
"""What says that an agent goes round in circles."""

_MOST_SEEN = 20_000
"""Calls of a run that are known again."""


@dataclass(slots=True)
class _Course:
    """What a run called with success, the loops it went into since anything was new, and that it is stuck, if it is."""

    has_called: bool = False
    seen: set[int] = field(default_factory=set)
    loops: list[int] = field(default_factory=list)
    episode: Episode | None = None

    def go_on(self, event: int) -> None:
        """There is progress: it was not stuck after all."""
        if self.episode is not None:
            self.episode.withdraw(event)
        self.episode = None
        self.loops.clear()


class Stuck(Rule):
    """A run in which a loop was found, and no call since succeeded that changed a file or had not been made before.

    It goes by what other rules find, so it stands behind them. Progress withdraws it.
    """

    CATEGORY = "stuck"
    ASLEEP = ("iteration", "response")

    def tune(self, tuning: Tuning) -> None:
        self._loops = tuning.count(self.CATEGORY, "loops")
        self._courses: dict[int, _Course] = {}
        self._documented = self._found = 0
        self._is_quiet = False
        """Whether an issue was raised that was not looked at."""
        self._episodes = self.findings.log.episodes

    def ended(self, call: Call) -> None:
        course = self._course_of(call.event, call.lane)
        course.has_called = True
        is_new = not call.fingerprint or call.fingerprint not in course.seen
        if not call.failed:
            if len(course.seen) >= _MOST_SEEN:
                course.seen.clear()
            course.seen.add(call.fingerprint)
        if self._is_quiet or len(self._episodes) > self._found:
            self._look(call.event)
        if not call.failed and (call.changed or is_new):
            course.go_on(call.event)

    def file_changed(self, event: int, lane: int) -> None:
        self._look(event)
        self._course_of(event, lane).go_on(event)

    def raised(self, event: int, lane: int, category: str) -> None:
        if category == QUIET:
            self._is_quiet = True
            self.wake()

    def iteration(self, event: int, lane: int, row: int) -> None:
        self._look(event)

    def response(self, event: int, lane: int) -> None:
        self._look(event)

    def _look(self, event: int) -> None:
        """Take in the loops that became known up to an event."""
        if self._is_quiet:
            self._is_quiet = False
            self.sleep()
        for episode in self._raised_by(event):
            course = self._course_of(episode.raised, episode.lane)
            if episode.category == QUIET and not course.has_called:
                continue  # a conversation, not a run that calls tools
            if course.episode is not None:
                course.episode.update(event, course.episode.values[-1] + 1, [episode.raised])
                continue
            course.loops.append(episode.raised)
            if len(course.loops) >= self._loops:
                course.episode = self.findings.open(
                    self.CATEGORY,
                    event,
                    len(course.loops),
                    course.loops,
                    lane=episode.lane,
                    detail=title_of(episode, event + 1),
                )

    def _raised_by(self, event: int) -> Sequence[Episode]:
        documented, found = self.findings.session.issues, self.findings.log
        end = bisect_right(documented.raised, event, lo=self._documented)
        raised = documented.episodes[self._documented : end] + found.episodes[self._found :]
        self._documented, self._found = end, len(found.episodes)
        return [episode for episode in raised if episode.category in STUCK_BY]

    def _course_of(self, event: int, lane: int) -> _Course:
        """The course of the run that an event stands in; outside all iterations, of what its agent does there."""
        session = self.findings.session
        row = session.events.iteration[event]
        key = session.iterations.branch[row] if row else -1 - lane
        course = self._courses.get(key)
        if course is None:
            course = self._courses[key] = _Course()
        return course

"""Reading: the same file again without a change between, and one file after another where all could be read at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..issues.episodes import Episode
from .acts import Act
from .rule import Call, Rule
from .thresholds import Tuning

_MOST_FILES = 2_000
"""Files of a lane that are kept an eye on."""


@dataclass(slots=True)
class _Read:
    """An identical read: of which file, how often, where first and last."""

    target: int
    ends: list[int]
    last: int
    episode: Episode | None = None


class DuplicateRead(Rule):
    """The same file read with the same arguments though nothing changed it, and the context was not compacted.

    A change by one agent is one for all: another may read its files.
    """

    CATEGORY = "duplicate_read"
    HEARS = ("compaction_start", "compaction_end", "session_start")

    def tune(self, tuning: Tuning) -> None:
        self._reads = tuning.count(self.CATEGORY, "reads")
        self._lanes: dict[int, dict[int, _Read]] = {}

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return not failed and act is Act.READ

    def ended(self, call: Call) -> None:
        if not call.target or not call.fingerprint:
            return
        lane = self._lanes.setdefault(call.lane, {})
        read = lane.get(call.fingerprint)
        if read is None or self.findings.is_changed(read.target, read.last, call.event):
            if read is None and len(lane) >= _MOST_FILES:
                del lane[next(iter(lane))]
            lane[call.fingerprint] = _Read(call.target, [call.event], call.event)
            return
        read.last = call.event
        if read.episode is not None:
            read.episode.update(call.event, read.episode.values[-1] + 1, [call.event])
            return
        read.ends.append(call.event)
        if len(read.ends) >= self._reads:
            read.episode = self.findings.open(
                self.CATEGORY,
                call.event,
                len(read.ends),
                read.ends,
                lane=call.lane,
                label=self.findings.tool(call.label),
                detail=self.findings.target(call.target),
            )

    def happened(self, event: int, lane: int, kind: str) -> None:
        self._lanes.pop(lane, None)


@dataclass(slots=True)
class _Series:
    """The iteration that a lane is in, what it has called there, and the reads that stand alone in those before it."""

    row: int = 0
    calls: int = 0
    target: int = 0
    event: int = 0
    ends: list[int] = field(default_factory=list)
    targets: set[int] = field(default_factory=set)
    count: int = 0
    episode: Episode | None = None


class SerialReads(Rule):
    """Different files read one after another, each in an iteration of its own that did nothing else."""

    CATEGORY = "serial_reads"
    ASLEEP = ("response",)

    def tune(self, tuning: Tuning) -> None:
        self._reads = tuning.count(self.CATEGORY, "reads")
        self._lanes: dict[int, _Series] = {}

    def ended(self, call: Call) -> None:
        series = self._lanes.get(call.lane)
        if series is None:
            series = self._lanes[call.lane] = _Series()
        if call.turn != series.row:
            self._settle(series, call.event, call.lane)
            series.row = call.turn
            if call.turn < 0:
                self.wake()
        series.calls += 1
        is_read = call.act is Act.READ and not call.failed and call.turn
        series.target, series.event = (call.target if is_read else 0), call.event

    def iteration(self, event: int, lane: int, row: int) -> None:
        series = self._lanes.get(lane)
        if series is not None:
            self._settle(series, event, lane)
            series.row = row

    def response(self, event: int, lane: int) -> None:
        series = self._lanes.get(lane)
        if series is not None and series.row < 0:  # outside all iterations an answer begins a turn
            self._settle(series, event, lane)

    def _settle(self, series: _Series, event: int, lane: int) -> None:
        """The iteration is over: it goes on with the series, or ends it. One that called nothing says nothing."""
        calls, series.calls = series.calls, 0
        if not calls:
            return
        if calls > 1 or not series.target or series.target in series.targets:
            series.ends.clear()
            series.targets.clear()
            series.count, series.episode = 0, None
            return
        series.count += 1
        if len(series.targets) < _MOST_FILES:
            series.targets.add(series.target)
        if series.episode is not None:
            series.episode.update(event, series.count, [series.event])
            return
        series.ends.append(series.event)
        if series.count >= self._reads:
            series.episode = self.findings.open(self.CATEGORY, event, series.count, series.ends, lane=lane)

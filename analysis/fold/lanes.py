"""Lanes: which agent an event belongs to, which of its iterations, and which run.

One file may hold several runs (iteration numbers restart) and several agents. The main agent is lane 0; every sub-agent
or swarm worker has a lane of its own, and each run of a lane is a `Branch` with its own iterations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...collector.records import EventRecord, Payload
from .columns import NONE, Branch, IterationColumns
from .names import Names

MAIN_LANE = 0
MAIN_AGENT = "main"
"""What the agent of that lane, which has no name, is called."""


@dataclass(slots=True)
class Lane:
    """What the fold must remember of one agent to place its next event.

    `detail` is its last event that only completed an earlier one (the end of a call, a chunk of a response); `depth`
    how many agents stand above it.
    """

    number: int
    branch_number: int
    branch: Branch
    open_row: int = 0
    open_number: int | None = None
    iterations: int = 0
    model: int = 0
    request: int = NONE
    request_id: str = ""
    stream_row: int = -1
    last_response_time: float = float("-inf")
    detail: int = NONE
    depth: int = 0
    answered: bool = False
    tools_in_iteration: int = 0
    tokens_in_iteration: int = 0


IterationClosed = Callable[[int, Lane, int], None]
"""Told of every iteration that ends: the event that ended it, its lane, its row."""


class Lanes:
    """Places events: agent, run, iteration."""

    KEPT = ("names", "branches", "main_runs", "_lanes", "by_parent", "main")

    def __init__(self, iterations: IterationColumns, on_close: list[IterationClosed]) -> None:
        self.names = Names(0xFFFF, "(other agents)")
        self.branches: list[Branch] = []
        self.main_runs: list[Branch] = []
        """Those of the main agent."""
        self._iterations = iterations
        self._on_close = on_close
        self._lanes: dict[int, Lane] = {}
        self.by_parent: dict[str, Lane] = {}
        """The lanes of sub-agents by the ids of the events that events of theirs may name as parent."""
        self.main = self._new_lane(MAIN_LANE, 0)

    def of_agent(self, agent_id: str, event: int) -> Lane:
        """The lane of an agent, made if it was never seen."""
        number = self.names.number(agent_id)
        lane = self._lanes.get(number)
        return self._new_lane(number, event) if lane is None else lane

    def known(self, agent_id: str) -> bool:
        """Whether this agent has a lane already."""
        return self.names.find(agent_id) in self._lanes

    def numbered(self, number: int) -> Lane:
        """The lane with this number."""
        return self._lanes[number]

    def adopt(self, event_id: str, lane: Lane) -> None:
        """From now on, events whose parent is `event_id` belong to this lane."""
        if event_id and len(self.by_parent) < 1_000_000:
            self.by_parent[event_id] = lane

    def begin_run(self, lane: Lane, event: int) -> Branch:
        """A new run of this lane: iteration numbers start over."""
        self.close(lane, event)
        lane.stream_row = -1
        previous = lane.branch
        lane.branch = Branch(lane.number, previous.run + 1, event, agent=previous.agent)
        lane.branch_number = len(self.branches)
        self._add(lane.branch)
        return lane.branch

    def _add(self, branch: Branch) -> None:
        self.branches.append(branch)
        if branch.lane == MAIN_LANE:
            self.main_runs.append(branch)

    def session_start(self, lane: Lane, event: int) -> None:
        """A session_start begins a run, unless nothing has happened in the current one."""
        self.close(lane, event)
        if lane.branch.iterations or lane.branch.llm_rows:
            self.begin_run(lane, event)

    def iteration_start(self, event: int, record: EventRecord, data: Payload, lane: Lane) -> int:
        """The row of the iteration that starts here."""
        lane.stream_row = -1
        branch = lane.branch
        number = branch.highest + 1 if record.iteration is None else record.iteration
        if number <= branch.highest and branch.iterations:
            row = self._start_again(lane, number, record, event)
            if row is not None:
                return row
            branch = self.begin_run(lane, event)
        elif lane.open_row:
            self.close(lane, event)
        row = self._new_row(lane, number, event, start=event)
        lane.open_row = row
        lane.open_number = number
        lane.answered = False
        branch.has_starts = True
        branch.last_start_time = record.timestamp
        return row

    def _start_again(self, lane: Lane, number: int, record: EventRecord, event: int) -> int | None:
        """The row of an iteration that starts though its number is not the highest; None if it begins a run."""
        branch, columns = lane.branch, self._iterations
        row = branch.row_of(number, columns)
        is_late = record.timestamp < branch.last_start_time
        if row is None:
            return self._new_row(lane, number, event, start=event) if is_late else None
        is_implied = columns.start[row] == NONE and row == lane.open_row
        is_untouched = row == lane.open_row and not lane.answered and columns.first_tool[row] == NONE
        if not (is_implied or is_untouched or is_late):
            return None
        if columns.start[row] == NONE:
            columns.start[row] = event
        branch.has_starts = True
        return row

    def iteration_end(self, lane: Lane, record: EventRecord, event: int) -> int:
        """The row of the iteration that ends here; 0 if none is open and none is named."""
        lane.stream_row = -1
        number = record.iteration
        if number is None or number == lane.open_number:
            row = lane.open_row
            if row:
                self._iterations.end[row] = event
                self.close(lane, event)
            return row
        row = self.place(lane, number, event)
        if self._iterations.end[row] == NONE:
            self._iterations.end[row] = event
        if row == lane.open_row:
            self.close(lane, event)
        return row

    def place(self, lane: Lane, number: int, event: int) -> int:
        """The row of an iteration that an event names, opened if it is the next one."""
        branch = lane.branch
        is_next = number > branch.highest or not branch.iterations
        if is_next:
            self.close(lane, event)
        else:
            row = branch.row_of(number, self._iterations)
            if row is not None:
                return row
        row = self._new_row(lane, number, event, start=NONE)
        if is_next:
            self._open(lane, row, number)
        return row

    def place_response(self, lane: Lane, number: int, record: EventRecord, event: int) -> int:
        """Like `place`, for an LLM event: an agent's calls follow one another, so a lower number is a new run."""
        branch = lane.branch
        if (
            number < branch.highest
            and not branch.has_starts
            and branch.llm_rows
            and record.timestamp >= lane.last_response_time
        ):
            self.begin_run(lane, event)
        return self.place(lane, number, event)

    def close(self, lane: Lane, event: int) -> None:
        """End the lane's open iteration, if there is one."""
        row = lane.open_row
        if row:
            lane.open_row = 0
            lane.open_number = None
            for told in self._on_close:
                told(event, lane, row)
            lane.tools_in_iteration = lane.tokens_in_iteration = 0

    def _open(self, lane: Lane, row: int, number: int) -> None:
        lane.open_row = row
        lane.open_number = number
        lane.answered = False

    def _new_lane(self, number: int, event: int) -> Lane:
        branch = Branch(number, 1, event)
        lane = self._lanes[number] = Lane(number, len(self.branches), branch)
        self._add(branch)
        return lane

    def _new_row(self, lane: Lane, number: int, event: int, start: int) -> int:
        columns = self._iterations
        row = len(columns.first)
        lane.iterations += 1
        columns.number.append(number)
        columns.branch.append(lane.branch_number)
        columns.ordinal.append(lane.iterations)
        columns.start.append(start)
        columns.first.append(event)
        lane.branch.add_iteration(number, row, columns)
        return row

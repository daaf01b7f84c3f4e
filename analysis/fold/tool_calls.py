"""Tool calls: starts joined with their ends, identical calls counted, durations told or derived."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
import orjson

from ...collector.records import EventRecord, Payload, raw_arguments
from ..issues.tools import ToolRules
from .batch import duration_ms
from .columns import LONGEST_MS, NAN, NONE, IterationColumns, ToolColumns
from .lanes import Lane
from .names import Names

_MOST_OPEN = 1024
_32_BITS = (1 << 32) - 1
_60_BITS = (1 << 60) - 1  # Python keeps no more in two digits
MOST_TARGETS = 0x2000
"""Paths and commands that are told apart; those met later share the last number. More would not stay in the cache of
the processor, and every call would wait for its memory."""
_LONGEST_TARGET = 240


class OpenCall(msgspec.Struct, gc=False):
    """A call that waits for its end. A struct, since one is made for every call.

    If it `has_waited` for somebody's approval, the time since its start does not tell how long it took.
    It `may_last` if a sub-agent works in it, or if it waits for something else.
    """

    call: int
    event_id: str
    tool_id: str | None
    lane: int
    branch: int
    label: int
    row: int
    fingerprint: int
    started_at: float
    has_waited: bool = False
    may_last: bool = False


class ToolCalls:
    """Folds tool_start, tool_end (or `tool`) and tool_error events into `ToolColumns`.

    Ends of calls that were not seen to start are told to `apart`.
    """

    KEPT = ("_open", "_by_event_id", "_by_tool_id", "_failures", "targets")

    def __init__(
        self,
        columns: ToolColumns,
        iterations: IterationColumns,
        tools: Names,
        rules: ToolRules,
        apart: list[int],
    ) -> None:
        self._columns = columns
        self._iterations = iterations
        self._tools = tools
        self._rules = rules
        self._apart = apart
        self._open: dict[int, OpenCall] = {}
        self._by_event_id: dict[str, OpenCall] = {}
        self._by_tool_id: dict[str, OpenCall] = {}
        self._failures = 0
        self.targets = Names(MOST_TARGETS, "(other targets)")
        self._target_known = self.targets.known

    def start(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """A tool_start. Gives the tool's label."""
        label = self._tools.number(data.tool_name or data.tool or "")
        fingerprint, target = self._asked(lane, label, data)
        call = self._append(event, lane, row, label)
        if fingerprint:
            self._columns.fingerprint[call] = _half_of(fingerprint)
            self._columns.target[call] = target
        if len(self._open) >= _MOST_OPEN:
            self._forget(next(iter(self._open.values())))
        tool_id = _tool_id(data)
        opened = self._open[call] = OpenCall(
            call, record.event_id, tool_id, lane.number, lane.branch_number, label, row, fingerprint, record.timestamp
        )
        if data.waits_for:
            opened.may_last = True
        if opened.event_id:
            self._by_event_id[opened.event_id] = opened
        if tool_id is not None:
            self._by_tool_id[tool_id] = opened
        self._rules.called(event, lane, row, label, fingerprint, data)
        return label

    def parent_call(self, parent_event_id: str | None, lane: Lane, row: int) -> int:
        """The open call that something spawned now in this iteration belongs to; `NONE` if there is none."""
        branch = lane.branch_number
        if parent_event_id is not None:
            parent = self._by_event_id.get(parent_event_id)
            if parent is not None and parent.branch == branch:
                parent.may_last = True
                return parent.call
        for opened in reversed(self._open.values()):
            if opened.branch == branch and opened.row == row:
                return opened.call
        return NONE

    def end(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int, *, failed: bool = False) -> int:
        """A tool_end, or a tool_error with `failed`; with or without a start before it. Gives the tool's label."""
        name = data.tool_name or data.tool
        label = self._tools.number(name) if name else 0
        opened = self._by_event_id.get(record.parent_event_id) if record.parent_event_id is not None else None
        if opened is None or (label and opened.label not in (0, label)):
            opened = self._find(data, lane, label) if self._open else None
        duration = record.duration_ms
        if duration is None or not 0.0 <= duration < LONGEST_MS:
            duration = duration_ms(record, data)
        may_last = opened is not None and opened.may_last
        if opened is None:
            fingerprint, target = self._asked(lane, label, data)
            call = self._append(event, lane, row, label)
            self._columns.fingerprint[call] = _half_of(fingerprint)
            self._columns.target[call] = target
            self._apart.append(event)
            self._rules.called(event, lane, row, label, fingerprint, data)
        else:
            self._forget(opened)
            lane.detail = event
            call = opened.call
            label = label or opened.label
            if not opened.fingerprint:
                fingerprint, target = self._asked(lane, label, data)
                if fingerprint:
                    self._columns.fingerprint[call] = _half_of(fingerprint)
                    self._columns.target[call] = target
                    self._rules.repeated(event, lane, row, label, fingerprint, data)
            if duration is None and not opened.has_waited and opened.started_at <= record.timestamp:
                duration = (record.timestamp - opened.started_at) * 1000.0
        columns = self._columns
        columns.duration[call] = NAN if duration is None else duration
        if failed:
            columns.failed[call] = 1
            self._failures += 1
        columns.ended_call.append(call)
        columns.ended_failures.append(self._failures)
        columns.end[call] = event
        columns.ended_event.append(event)
        self._rules.ended(event, lane, row, label, failed, None if may_last else duration)
        return label

    def approved(self, event: int, record: EventRecord, data: Payload, lane: Lane, row: int) -> int:
        """A tool_approval: somebody was asked whether a call may be made. Gives the tool's label."""
        tool_id = _tool_id(data)
        opened = self._by_event_id.get(record.parent_event_id or "")
        if opened is None and tool_id is not None:
            opened = self._by_tool_id.get(tool_id)
        if opened is not None:
            opened.has_waited = True
        return self._tools.number(data.tool_name or data.tool or "")

    def _append(self, event: int, lane: Lane, row: int, label: int) -> int:
        columns = self._columns
        call = len(columns.event)
        columns.label.append(label)
        columns.event.append(event)
        first_tool = self._iterations.first_tool
        if first_tool[row] == NONE:
            first_tool[row] = event
        lane.tools_in_iteration += 1
        lane.stream_row = -1
        return call

    def _find(self, data: Payload, lane: Lane, label: int) -> OpenCall | None:
        """The open call that an end without a parent among them belongs to."""
        tool_id = _tool_id(data)
        if tool_id is not None:
            opened = self._by_tool_id.get(tool_id)
            if opened is not None:
                return opened
        alike = [
            opened
            for opened in self._open.values()
            if opened.lane == lane.number
            and (not label or opened.label == label)
            and (tool_id is None or opened.tool_id is None)
        ]
        if not alike:
            return None
        fingerprint, _ = self._asked(lane, label or alike[0].label, data)
        if not fingerprint:
            return alike[0]
        same = next((opened for opened in alike if opened.fingerprint == fingerprint), None)
        return same or next((opened for opened in alike if not opened.fingerprint), None)

    def _asked(self, lane: Lane, label: int, data: Payload) -> tuple[int, int]:
        """What two identical calls of one run have in common, and the number of what a call is about; 0 for unknown.

        The first is the same in every process, as `hash` of bytes is not: an index keeps it.
        """
        raw = raw_arguments(data)
        if not raw or raw == b"null":
            return 0, 0
        target = 0
        try:
            arguments = orjson.loads(raw)
            canonical = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS)
            if type(arguments) is dict:
                told = arguments.get
                about = told("path") or told("file_path") or told("command") or told("cmd") or told("filename")
                about = about or told("notebook_path") or told("file") or told("absolute_path") or told("target_file")
                if type(about) is str:
                    target = self._target_known(about) or self._new_target(about)
        except (orjson.JSONDecodeError, TypeError):
            canonical = raw
        same_arguments = int.from_bytes(blake2b(canonical, digest_size=8).digest())
        return hash((lane.branch_number, label, same_arguments)) & _60_BITS or 1, target

    def _new_target(self, about: str) -> int:
        targets = self.targets
        return MOST_TARGETS - 1 if len(targets) >= MOST_TARGETS else targets.number(about[:_LONGEST_TARGET])

    def _forget(self, opened: OpenCall) -> None:
        del self._open[opened.call]
        if self._by_event_id.get(opened.event_id) is opened:
            del self._by_event_id[opened.event_id]
        if opened.tool_id is not None and self._by_tool_id.get(opened.tool_id) is opened:
            del self._by_tool_id[opened.tool_id]


def _tool_id(data: Payload) -> str | None:
    if data.metadata is not None and data.metadata.tool_id is not None:
        return data.metadata.tool_id
    return data.tool_call_id or data.tool_id


def _half_of(fingerprint: int) -> int:
    """As much of a fingerprint as tells a call from those around it; 0 of 0 alone."""
    return fingerprint & _32_BITS or int(fingerprint > 0)

"""Calls of tools: asked for in answers, ended by results in records of the user; denied and cancelled ones apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...events import TraceEvent
from ..translator import Record
from .agents import SPAWNING, Agents
from .effects import Effects
from .journal import Agent, Journal
from .records import blocks, known, number, part, plain, text, without_data

_WAITING = frozenset({"TaskOutput", "BashOutput", "AgentOutputTool", "AgentOutput", "TaskGet", "TaskList", "Monitor"})
"""Tools that ask how something stands that runs: to ask the same again is no repeat."""
_INSTANT = frozenset(
    {"Edit", "MultiEdit", "Write", "NotebookEdit", "Read", "TodoWrite", "TaskCreate", "TaskUpdate", "Skill"}
)
"""Tools that take no time to speak of: if they seem to, it is a user who was asked whether they may."""
_ASKING = frozenset({"AskUserQuestion", "ExitPlanMode", "EnterPlanMode"})
"""Tools that are a question to the user."""
_LONGEST_INSTANT_SECONDS = 5.0
_SHELL = "Bash"
_SIGNS_OF_LIFE = (2, 1, 12), (2, 1, 42)
"""Versions that are known to have a command that runs for two seconds or more tell so."""
_DENIED = ("The user doesn't want to ", "Permission to use ")
_CANCELLED = ("Sibling tool call errored", "Cancelled: parallel tool call", "[Request interrupted")
_ERROR_TAG = "<tool_use_error>"


@dataclass(slots=True)
class OpenCall:
    """A call that waits for its result. `runs_since` is when it really began to run, by its signs of life."""

    tool: str
    args: Mapping[str, Any]
    agent: Agent
    iteration: int
    event_id: str
    time: float
    runs_since: float | None = None


class Tools:
    """The calls of all agents, by the ids that the model gave them."""

    def __init__(self, journal: Journal, agents: Agents, effects: Effects) -> None:
        self._journal = journal
        self._agents = agents
        self._effects = effects
        self._open: dict[str, OpenCall] = {}
        self._known: set[str] = set()
        self._tells_life = False

    def block(self, block: Mapping[str, Any], agent: Agent, iteration: int, response: str) -> Iterator[TraceEvent]:
        """A block of an answer: a call, the result of one that the provider made itself, or neither."""
        kind = text(block, "type")
        if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
            yield from self._asked(block, agent, iteration, response)
        elif kind.endswith("_tool_result"):
            yield from self._ended(block, {}, agent)

    def _asked(self, block: Mapping[str, Any], agent: Agent, iteration: int, response: str) -> Iterator[TraceEvent]:
        tool_id, tool, args = text(block, "id"), text(block, "name"), part(block, "input")
        if tool_id in self._known:
            return
        self._known.add(tool_id)
        call = OpenCall(tool, args, agent, iteration, f"{tool_id}:start", self._journal.time)
        self._open[tool_id] = call
        agent.running.add(tool_id)
        asked = "waits_for" if tool in _WAITING else "args"
        data = {"tool_name": tool, "tool_id": tool_id, asked: without_data(args)}
        yield self._journal.event("tool_start", call.event_id, agent, data, iteration=iteration, parent=response)
        if tool in SPAWNING:
            self._agents.asked(tool_id, call.event_id, args, agent, iteration)

    def shows_life(self, tool_id: str, elapsed_seconds: float) -> None:
        """A call told how long it has run: what was before was waiting for the user."""
        self._tells_life = True
        call = self._open.get(tool_id)
        if call is not None and call.runs_since is None:
            call.runs_since = max(call.time, self._journal.time - elapsed_seconds)

    def results(self, record: Record, agent: Agent) -> Iterator[TraceEvent]:
        """The results in a record of the user. The model is asked again when the agent waits for no other."""
        told = record.get("toolUseResult")
        details = told if isinstance(told, Mapping) else {}
        found = list(blocks(part(record, "message").get("content")))
        results = [block for block in found if block.get("type") == "tool_result"]
        goes_on = False
        for block in results:
            is_denied = bool(text(record, "toolDenialKind")) or _is_denial(block)
            goes_on = goes_on or not is_denied
            yield from self._ended(block, details if len(results) == 1 else {}, agent, is_denied=is_denied)
        if results:
            agent.given = self._journal.time
        if goes_on and not agent.running and not agent.asked:
            yield from self._journal.ask(agent)

    def _ended(
        self, block: Mapping[str, Any], details: Mapping[str, Any], agent: Agent, *, is_denied: bool = False
    ) -> Iterator[TraceEvent]:
        journal, tool_id = self._journal, text(block, "tool_use_id")
        call = self._open.pop(tool_id, None)
        if call is None:
            if tool_id in self._known:
                journal.merged.duplicates += 1
            else:
                journal.skip("result of a call that is not in the log")
            return
        agent = call.agent
        agent.running.discard(tool_id)
        said = plain(block.get("content"))
        is_error = block.get("is_error") is True
        is_cancelled = is_error and said.replace(_ERROR_TAG, "").lstrip().startswith(_CANCELLED)
        if is_denied:
            yield self._about(call, "tool_approval", "approval", {"approved": False, "reason": said})
            ended: dict[str, Any] = {"denied": True, "result": said}
        elif is_cancelled:
            ended = {"cancelled": True, "result": said}
        else:
            yield from self._waited(call)
            ended = {("error" if is_error else "result"): said, **_outcome(details)}
        has_failed = is_error and not is_denied and not is_cancelled
        if call.tool in SPAWNING:
            yield from self._agents.told_of(tool_id, details)
        took = self._duration(call, details)
        yield self._about(call, "tool_error" if has_failed else "tool_end", "end", ended, duration_ms=took)
        if call.tool in SPAWNING:
            yield from self._agents.returned(tool_id, details, said, failed=is_error or is_denied)
        if not is_error and not is_denied:
            yield from self._effects.of(call.tool, call.args, details, tool_id, agent, call.iteration)

    def _about(
        self, call: OpenCall, kind: str, what: str, data: Mapping[str, Any], *, duration_ms: float | None = None
    ) -> TraceEvent:
        """An event about a call that was made."""
        tool_id = call.event_id.removesuffix(":start")
        return self._journal.event(
            kind,
            f"{tool_id}:{what}",
            call.agent,
            {"tool_name": call.tool, "tool_id": tool_id, **data},
            iteration=call.iteration,
            parent=call.event_id,
            duration_ms=duration_ms,
        )

    def _waited(self, call: OpenCall) -> Iterator[TraceEvent]:
        """That a call waited for the user, where that is plain: the log itself does not say."""
        waited = self._waited_seconds(call)
        if waited > _LONGEST_INSTANT_SECONDS:
            told = {"approved": True, "inferred": True, "waited_ms": round(waited * 1000.0)}
            yield self._about(call, "tool_approval", "approval", told)

    def _waited_seconds(self, call: OpenCall) -> float:
        if call.runs_since is not None:
            return call.runs_since - call.time
        return self._journal.time - call.time if self._is_instant(call) else 0.0

    def _is_instant(self, call: OpenCall) -> bool:
        """Whether a call took no time to speak of, whatever lies between it and its result."""
        if call.tool != _SHELL:
            return call.tool in _INSTANT | _ASKING
        first, last = _SIGNS_OF_LIFE
        would_tell = self._tells_life or first <= self._journal.version <= last
        return would_tell and not call.agent.name and call.args.get("run_in_background") is not True

    def _duration(self, call: OpenCall, details: Mapping[str, Any]) -> float | None:
        """How long a call took, in milliseconds, without the wait for the user; None where that cannot be told."""
        told = number(details, "totalDurationMs") or number(details, "durationMs")
        if told is not None and call.runs_since is None:
            return float(told)
        if call.runs_since is None and self._waited_seconds(call) > _LONGEST_INSTANT_SECONDS:
            return None
        began = call.time if call.runs_since is None else call.runs_since
        return round(max(0.0, self._journal.time - began) * 1000.0, 3)


def _is_denial(block: Mapping[str, Any]) -> bool:
    """Whether a result is that the user, or a rule of theirs, did not let the call be made."""
    said = plain(block.get("content")).replace(_ERROR_TAG, "").lstrip()
    return block.get("is_error") is True and said.startswith(_DENIED)


def _outcome(details: Mapping[str, Any]) -> dict[str, Any]:
    """What a result tells beside its text."""
    return known(
        interrupted=True if details.get("interrupted") is True else None,
        meaning=text(details, "returnCodeInterpretation"),
        status_code=number(details, "code"),
        truncated=True if details.get("truncated") is True else None,
    )

"""What calls of tools did beside giving a result: files changed, plans made and followed, another mode."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...events import TraceEvent
from .journal import Agent, Journal
from .records import blocks, known, part, text

_STEP_KINDS = {"in_progress": "plan_step_start", "completed": "plan_step_complete"}


class Effects:
    """Tells the effects of calls by what Claude Code notes of their results."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._mode = ""
        self._tasks: dict[str, str] = {}

    def of(
        self,
        tool: str,
        args: Mapping[str, Any],
        details: Mapping[str, Any],
        tool_id: str,
        agent: Agent,
        iteration: int,
    ) -> Iterator[TraceEvent]:
        """The events that a call that succeeded adds."""
        for place, (kind, data) in enumerate(self._told(tool, args, details)):
            event_id = f"{tool_id}:{kind}{place or ''}"
            yield self._journal.event(kind, event_id, agent, data, iteration=iteration, parent=f"{tool_id}:start")
        if tool == "EnterPlanMode":
            yield from self.mode("plan", f"{tool_id}:mode", agent)

    def mode(self, mode: str, event_id: str, agent: Agent) -> Iterator[TraceEvent]:
        """The mode of permissions is this now: an event where it was another, none where it was not known.

        A record that names none says nothing of it.
        """
        before, self._mode = self._mode, mode or self._mode
        if before and self._mode != before:
            yield self._journal.event("mode_change", event_id, agent, {"from_mode": before, "to_mode": mode})

    def _told(
        self, tool: str, args: Mapping[str, Any], details: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if "structuredPatch" in details:
            yield "file_change", _change(details)
        elif "newTodos" in details:
            yield from _steps(details)
        elif tool == "TaskCreate":
            task = part(details, "task")
            subject = text(task, "subject") or text(args, "subject")
            self._tasks[text(task, "id")] = subject
            yield "plan_created", {"steps": [subject]}
        elif tool == "TaskUpdate":
            kind = _STEP_KINDS.get(text(part(details, "statusChange"), "to"))
            task_id = text(args, "taskId")
            if kind is not None:
                yield kind, known(step=self._tasks.get(task_id) or text(args, "subject") or task_id)
        elif tool == "ExitPlanMode":
            yield "plan_created", known(plan=text(details, "plan") or text(args, "plan"))


def _change(details: Mapping[str, Any]) -> dict[str, Any]:
    """A file that was written: where, and how many lines came and went."""
    added = removed = 0
    for hunk in blocks(details.get("structuredPatch")):
        lines = hunk.get("lines")
        for line in lines if isinstance(lines, list) else ():
            added += isinstance(line, str) and line.startswith("+")
            removed += isinstance(line, str) and line.startswith("-")
    action = text(details, "type") or "edit"
    if action == "create" and not added:
        added = len(text(details, "content").splitlines())
    return known(path=text(details, "filePath"), added=added, removed=removed, action=action)


def _steps(details: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A list of things to do, and what of it began or was done since the list before."""
    old = {text(todo, "content"): text(todo, "status") for todo in blocks(details.get("oldTodos"))}
    new = {text(todo, "content"): text(todo, "status") for todo in blocks(details.get("newTodos"))}
    if new and not old.keys() & new.keys():
        yield "plan_created", {"steps": list(new)}
    for step, status in new.items():
        kind = _STEP_KINDS.get(status)
        if kind is not None and old.get(step) != status:
            yield kind, {"step": step}

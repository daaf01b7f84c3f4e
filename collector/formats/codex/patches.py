"""What a patch changes: the text that `apply_patch` is given, or the changes as messages tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .rollout import Payload, text

_BEGIN = "*** Begin Patch"
_ACTIONS = {"*** Add File: ": "create", "*** Update File: ": "edit", "*** Delete File: ": "delete"}
_MOST_FILES = 1_000


@dataclass(slots=True)
class FileChange:
    """What becomes of one file; lines that come and go are None where that is not told."""

    path: str
    action: str
    added: int | None = None
    removed: int | None = None

    def fields(self) -> dict[str, Any]:
        """The same as payload."""
        fields: dict[str, Any] = {"path": self.path, "action": self.action}
        if self.added is not None:
            fields["added"] = self.added
        if self.removed is not None:
            fields["removed"] = self.removed
        return fields


def changes_of_patch(patch: str) -> list[FileChange]:
    """The files that a patch changes, in order. A command of a shell may hold one as well."""
    begin = patch.find(_BEGIN)
    if begin < 0:
        return []
    changes: list[FileChange] = []
    for line in patch[begin:].splitlines():
        action = next((prefix for prefix in _ACTIONS if line.startswith(prefix)), None)
        if action is not None:
            if len(changes) == _MOST_FILES:
                break
            is_told = _ACTIONS[action] != "delete"
            changes.append(
                FileChange(
                    line[len(action) :].strip(), _ACTIONS[action], 0 if is_told else None, 0 if is_told else None
                )
            )
        elif changes and changes[-1].added is not None and changes[-1].removed is not None:
            if line.startswith("+"):
                changes[-1].added += 1
            elif line.startswith("-"):
                changes[-1].removed += 1
    return changes


def changes_told(payload: Payload) -> list[FileChange]:
    """The same by a message: `changes` by path, each `{add|update|delete: …}` or with a `kind`."""
    told = payload.get("changes")
    named: list[tuple[str, Any]] = []
    if isinstance(told, dict):
        named = [(str(path), change) for path, change in told.items()]
    elif isinstance(told, list):
        named = [(text(change, "path"), change) for change in told if isinstance(change, dict)]
    return [_change(path, change) for path, change in named[:_MOST_FILES] if path]


def _change(path: str, change: object) -> FileChange:
    if not isinstance(change, dict):
        return FileChange(path, "edit")
    kind = change.get("kind") or change.get("type") or next(iter(change), "")
    word = text(kind, "type") if isinstance(kind, dict) else str(kind)
    action = {"add": "create", "delete": "delete"}.get(word, "edit")
    inner = change.get(word) if isinstance(change.get(word), dict) else change
    diff = text(inner, "unified_diff") or text(inner, "diff") if isinstance(inner, dict) else ""
    if not diff:
        return FileChange(path, action)
    lines = [line for line in diff.splitlines() if not line.startswith(("+++", "---"))]
    return FileChange(
        path, action, sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)
    )

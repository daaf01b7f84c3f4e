"""Tool calls as the model makes them: what they are called, and what they were asked."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import Any

import orjson

from .outcomes import Outcome
from .patches import FileChange, changes_of_patch
from .rollout import Payload, part, text

_SHELLS = frozenset({"bash", "sh", "zsh"})
_RUNS = frozenset({"-c", "-lc"})
_WAITS = frozenset({"wait", "wait_agent", "write_stdin", "sleep"})
_SPAWNS = frozenset({"spawn_agent"})
_OWN_NAMES = {"local_shell_call": "local_shell", "web_search_call": "web_search", "tool_search_call": "tool_search"}


@dataclass(slots=True)
class Call:
    """A tool call that has not ended. `told` is what messages said of its end, `told_at` when the last one did."""

    id: str
    name: str
    args: Any
    event_id: str
    iteration: int | None
    changes: list[FileChange] = field(default_factory=list)
    told: Outcome | None = None
    told_at: float = 0.0

    @property
    def waits(self) -> bool:
        """Whether it only looks how something stands that runs: to ask the same again is then no repeat."""
        if _bare(self.name) not in _WAITS:
            return False
        return not (isinstance(self.args, dict) and self.args.get("chars"))

    @property
    def spawns(self) -> bool:
        """Whether it has a sub-agent begin."""
        return _bare(self.name) in _SPAWNS

    def fields(self) -> dict[str, Any]:
        """What its start tells. The arguments of one that waits are none by which calls are held against each other."""
        asked = {"waits_for": self.args} if self.waits else {"args": self.args}
        return {"tool_name": self.name, "tool_id": self.id, **asked}


def tool_name(kind: str, payload: Payload) -> str:
    """The name of the tool of a call, with the server or namespace it is in."""
    name, namespace = text(payload, "name"), text(payload, "namespace")
    if not name:
        return _OWN_NAMES.get(kind) or kind.removesuffix("_call") or "tool"
    return f"{namespace}.{name}" if namespace and not name.startswith(namespace) else name


def arguments_of(kind: str, payload: Payload) -> Any:
    """What a call was asked, as an object where that can be read."""
    if kind == "custom_tool_call":
        return _of_input(text(payload, "input"))
    if kind in ("local_shell_call", "web_search_call"):
        return _plain(dict(part(payload, "action")))
    told = payload.get("arguments")
    if isinstance(told, str):
        try:
            told = orjson.loads(told)
        except orjson.JSONDecodeError:
            return told
    if not isinstance(told, dict):
        return told
    patch = told.get("input")
    return _of_input(patch) if isinstance(patch, str) and len(told) == 1 else _plain(told)


def changes_of(args: Any) -> list[FileChange]:
    """The files that a call patches, by its arguments."""
    if not isinstance(args, dict):
        return []
    found = args.get("patch") or args.get("command") or args.get("cmd")
    return changes_of_patch(found) if isinstance(found, str) else []


def _of_input(given: str) -> dict[str, Any]:
    changes = changes_of_patch(given)
    if not changes:
        return {"input": given}
    # A file that is only now made is none that could have been read before.
    first = next((change.path for change in changes if change.action != "create"), None)
    about: dict[str, Any] = {"files": [change.path for change in changes]} if first is None else {"path": first}
    if first is not None and len(changes) > 1:
        about["files"] = [change.path for change in changes]
    return {**about, "patch": given}


def _plain(args: dict[str, Any]) -> dict[str, Any]:
    """Arguments with a command as one text, as it would be typed."""
    command = args.get("command")
    if isinstance(command, list) and all(isinstance(word, str) for word in command):
        args["command"] = _typed(command)
    return args


def _typed(words: list[str]) -> str:
    if len(words) == 3 and words[0].rpartition("/")[2] in _SHELLS and words[1] in _RUNS:
        return words[2]
    return " ".join(words) if words[:1] == ["apply_patch"] else shlex.join(words)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].rpartition("__")[2]

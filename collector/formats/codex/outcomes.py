"""How a tool call ended: told by its output, whose form is another in each version, and by messages about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import orjson

from .rollout import Payload, content_text, duration_ms, number, part, text

_MOST_HEADER = 600
_EXIT = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d+)", re.MULTILINE)
_WALL = re.compile(r"^Wall time: ([\d.]+) seconds", re.MULTILINE)
_HEADER = re.compile(
    r"(?:Exit code:|Chunk ID:|Wall time:|Process (?:exited|running)|Original token count:|Total output)"
)
_BODY = "Output:\n"
_DENIED = re.compile(r"rejected by (?:the )?user|(?:denied|declined) by (?:the )?user", re.IGNORECASE)
_CANCELLED = re.compile(r"(?:aborted|interrupted|cancelled) by (?:the )?user|aborted$", re.IGNORECASE)
_FAILED = re.compile(
    r"(?:apply_patch verification failed|failed to parse (?:function )?arguments|unsupported (?:custom tool )?call"
    r"|execution error|exec_command failed|write_stdin failed|tool call error|err:|error:)",
    re.IGNORECASE,
)
_MOST_VERDICT = 200
_FAILED_STATES = frozenset({"failed", "error", "errored"})
_DENIED_STATES = frozenset({"declined", "denied", "rejected"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of the end of a call. None where it is not told; `text` is what the tool said."""

    exit_code: int | None = None
    duration_ms: float | None = None
    failed: bool | None = None
    denied: bool = False
    cancelled: bool = False
    text: str = ""

    def told_by(self, told: Outcome | None) -> Outcome:
        """The same with what a message about the call said, which is more exact than a header."""
        if told is None:
            return self
        return replace(
            self,
            exit_code=self.exit_code if told.exit_code is None else told.exit_code,
            duration_ms=self.duration_ms if told.duration_ms is None else told.duration_ms,
            failed=self.failed if told.failed is None else told.failed,
            denied=self.denied or told.denied,
        )

    @property
    def is_failure(self) -> bool:
        """Whether the tool failed. What was refused or cancelled did not."""
        if self.denied or self.cancelled:
            return False
        if self.exit_code is not None:
            return self.exit_code != 0
        return bool(self.failed)

    def fields(self) -> dict[str, Any]:
        """The same as payload."""
        fields: dict[str, Any] = {}
        if self.exit_code is not None:
            fields["exit_code"] = self.exit_code
        if self.is_failure:
            code = f"exit code {self.exit_code}" if self.exit_code is not None else ""
            fields["error"] = ": ".join(said for said in (code, self.text) if said) or "failed"
        else:
            fields["result"] = self.text
        if self.cancelled:
            fields["cancelled"] = True
        return fields


def outcome_of(output: object) -> Outcome:
    """What the output of a call tells."""
    if isinstance(output, dict):
        wrapped = _of_wrapped(output)
        if wrapped is not None:
            return wrapped
        said = content_text(output.get("content")) or text(output, "output")
        success = output.get("success")
        found = _of_text(said)
        return replace(found, failed=not success) if isinstance(success, bool) else found
    return _of_text(content_text(output))


def _of_text(said: str) -> Outcome:
    if said.startswith("{"):
        wrapped = _of_json(said)
        if wrapped is not None:
            return wrapped
    head = said[:_MOST_HEADER]
    exit_code = wall = None
    body = said
    if _HEADER.match(head):
        header = head.partition(_BODY)[0]
        exit_code, wall = _EXIT.search(header), _WALL.search(header)
        body = said.partition(_BODY)[2] if _BODY in head else said
    verdict = said[:_MOST_VERDICT].strip()
    return Outcome(
        exit_code=int(exit_code[1]) if exit_code else None,
        duration_ms=_milliseconds(wall[1]) if wall else None,
        failed=True if exit_code is None and _FAILED.match(verdict) else None,
        denied=exit_code is None and _DENIED.search(verdict) is not None,
        cancelled=exit_code is None and _CANCELLED.match(verdict) is not None,
        text=body,
    )


def _milliseconds(seconds: str) -> float | None:
    try:
        return float(seconds) * 1000
    except ValueError:
        return None


def _of_json(said: str) -> Outcome | None:
    """`{"output", "metadata": {"exit_code", "duration_seconds"}}`, or what an MCP server gave."""
    try:
        told = orjson.loads(said)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict):
        return None
    failed = told.get("isError")
    return _of_wrapped(told) or (Outcome(failed=failed, text=said) if isinstance(failed, bool) else None)


def _of_wrapped(told: Payload) -> Outcome | None:
    metadata = part(told, "metadata")
    if metadata and isinstance(told.get("output"), str):
        exit_code, seconds = number(metadata, "exit_code"), number(metadata, "duration_seconds")
        return Outcome(
            exit_code=None if exit_code is None else int(exit_code),
            duration_ms=None if seconds is None else seconds * 1000,
            text=told["output"],
        )
    return None


def outcome_told(payload: Payload, around: Payload) -> Outcome:
    """What a message about a call tells: an `…_end`, or the item of an `item_completed`; what stands around the item
    tells its times.
    """
    exit_code, success, status = number(payload, "exit_code"), payload.get("success"), text(payload, "status").lower()
    failed: bool | None = None
    if isinstance(success, bool):
        failed = not success
    elif status in _FAILED_STATES or "Err" in part(payload, "result") or part(payload, "result").get("isError") is True:
        failed = True
    elif status == "completed" or "Ok" in part(payload, "result"):
        failed = part(part(payload, "result"), "Ok").get("isError") is True
    return Outcome(
        exit_code=None if exit_code is None else int(exit_code),
        duration_ms=_told_ms(payload, around),
        failed=failed,
        denied=status in _DENIED_STATES,
    )


def _told_ms(payload: Payload, around: Payload) -> float | None:
    told = duration_ms(payload.get("duration"))
    if told is not None:
        return told
    started, completed = number(around, "started_at_ms"), number(around, "completed_at_ms")
    return completed - started if started is not None and completed is not None and completed >= started else None

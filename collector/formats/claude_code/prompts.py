"""What a user's record is: a prompt of a human, what Claude Code itself put there, or a note about a task."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ..translator import Record
from .records import blocks, part, text

_NOTIFICATION = "<task-notification>"
_INTERRUPTED = "[Request interrupted"
_COMMAND = re.compile(r"<command-name>\s*(.*?)\s*</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>\s*(.*?)\s*</command-args>", re.DOTALL)
_SHELL = re.compile(r"<bash-input>\s*(.*?)\s*</bash-input>", re.DOTALL)
_SILENT = ("<local-command-", "<bash-stdout>", "<bash-stderr>", "<user-memory-input>")
_CONTEXT = ("<ide_", "<system-reminder>")


class Said(Enum):
    """What the text of a user's record is."""

    PROMPT = "prompt"
    COMMAND = "command"
    INTERRUPTION = "interruption"
    NOTIFICATION = "task notification"
    SUMMARY = "compact summary"
    SILENT = "local output"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Saying:
    """What it is, and its text without what only Claude Code reads."""

    what: Said
    text: str = ""


def saying_of(record: Record) -> Saying:
    """What a user's record says, results of tools apart."""
    content = part(record, "message").get("content")
    texts = [text(block, "text") for block in blocks(content) if block.get("type") == "text"]
    whole = "\n".join(each for each in texts if not each.lstrip().startswith(_CONTEXT)).strip()
    if record.get("isCompactSummary") is True:
        return Saying(Said.SUMMARY, whole)
    if not whole:
        return Saying(Said.NOTHING)
    if whole.startswith(_NOTIFICATION) or part(record, "origin").get("kind") == "task-notification":
        return Saying(Said.NOTIFICATION, whole)
    if whole.startswith(_INTERRUPTED):
        return Saying(Said.INTERRUPTION, whole)
    command = _command(whole)
    if command:
        return Saying(Said.COMMAND, command)
    if record.get("isMeta") is True or whole.startswith(_SILENT):
        return Saying(Said.SILENT, whole)
    return Saying(Said.PROMPT, whole)


def _command(whole: str) -> str:
    """What the user had Claude Code do itself: `/model opus`, `! ls`; empty for anything else."""
    if whole.startswith("<bash-input>"):
        shell = _SHELL.match(whole)
        return f"! {shell[1]}" if shell else ""
    if not whole.startswith(("<command-name>", "<command-message>")):
        return ""
    name, arguments = _COMMAND.search(whole), _ARGUMENTS.search(whole)
    return " ".join(filter(None, (name[1] if name else "", arguments[1] if arguments else "")))


@dataclass(frozen=True, slots=True)
class Notification:
    """What Claude Code tells the model of a task that ran in the background."""

    task_id: str
    tool_id: str
    status: str
    summary: str
    result: str


def notification_of(told: str) -> Notification | None:
    """What a note about a task says; None for any other text."""
    if _NOTIFICATION not in told:
        return None
    return Notification(*(_tag(told, name) for name in ("task-id", "tool-use-id", "status", "summary", "result")))


def _tag(told: str, name: str) -> str:
    found = re.search(rf"<{name}>\s*(.*?)\s*</{name}>", told, re.DOTALL)
    return found[1] if found else ""

"""What a tool call does to files: looks at one, searches, changes one, runs something, waits."""

from __future__ import annotations

import re
from enum import Enum

from ..fold.names import Names
from ..fold.tool_calls import MOST_TARGETS
from ..phases import Phase, phase_of


class Act(Enum):
    """What a call does. Only READ and EDIT are about a file that is named; SHELL_EDIT changes some file."""

    READ = "reads a file"
    SEARCH = "looks around"
    EDIT = "changes a file"
    CREATE = "writes a file anew"
    SHELL_EDIT = "changes files by a command"
    RUN = "runs something"
    WAIT = "waits, or asks how something stands"
    TALK = "talks"
    AGENT = "has another agent work"

    __hash__ = object.__hash__  # each is one object; the enum's own is a function in Python, called for every call


CHANGES = frozenset({Act.EDIT, Act.CREATE, Act.SHELL_EDIT})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_TOOL_WORDS = {
    "search": "grep glob find list ls search websearch rg tree dir listdir explore scan lookup query status diff",
    "create": "write writefile create mkdir touch",
    "wait": "wait sleep poll status check watch monitor output progress",
    "agent": "task agent subagent spawn delegate",
}
_SEARCHES, _CREATES, _WAITS, _AGENTS = (frozenset(words.split()) for words in _TOOL_WORDS.values())

_PIECES = re.compile(r"&&|\|\||[;|\n]")
_CHANGING = re.compile(
    r"(?:^|[;&|(\n]\s*)(?:sudo\s+)?(?:tee|mv|cp|rm|ln|touch|mkdir|patch|apply_patch|unzip|tar|dd|install|chmod"
    r"|sed\s+(?:-\w+\s+)*-\w*i|perl\s+-\w*i"
    r"|git\s+(?:apply|checkout|restore|reset|stash|merge|rebase|pull|commit|clone|switch|revert|mv|rm|am)"
    r"|(?:npm|pnpm|yarn|pip3?|uv|cargo|go|poetry)\s+(?:i|install|add|remove|get|ci|sync|fmt|fix)"
    r"|(?:ruff|black|prettier|gofmt|eslint|isort)\b.*(?:format|--fix|--write|-w))\b"
)
_REDIRECTED = re.compile(r"(?<![0-9&>=-])>{1,2}\s*(?!/dev/null|&|=)[\w./~$\"'{-]")
_LOOKERS = """
    cat ls head tail sed grep egrep rg find fd wc pwd tree stat file awk nl less more echo printf which type cd sort
    uniq cut du df env date whoami realpath basename dirname xargs jq diff tac od hexdump strings true
"""
_LOOKING = frozenset(_LOOKERS.split())
_LOOKING_AT_GIT = re.compile(
    r"git\s+(?:-\S+\s+)*(?:log|status|diff|show|branch|blame|ls-files|rev-parse|remote|grep)\b"
)
_WAITING = re.compile(
    r"(?:^|[;&|\n]\s*)(?:sleep|wait|timeout\s+\d+\s+tail)\b|--wait\b|\bgh\s+(?:run|pr)\s+(?:view|watch|checks|list)\b"
    r"|\b(?:kubectl\s+(?:get|rollout)|docker\s+(?:ps|logs)|systemctl\s+status|pgrep|ps\s+-?\w+|squeue|nvidia-smi)\b"
    r"|\bstatus\b|\bhealthz?\b"
)


class Acts:
    """What calls do, by the number of the tool's name and of what they are about; each is found once."""

    def __init__(self, labels: Names, targets: Names) -> None:
        self._labels = labels
        self._targets = targets
        self._tools: dict[int, Act] = {}
        self._commands: dict[int, Act] = {}
        self._alike: dict[int, int] = {}
        self._blotted = Names(MOST_TARGETS, "(others)")

    def of(self, label: int, target: int) -> Act:
        """What a call does. One of a tool that runs commands is told by the command, where that is known."""
        act = self._tools.get(label)
        if act is None:
            act = self._tools[label] = act_of_tool(self._labels.name(label))
        if act is not Act.RUN or not target:
            return act
        act = self._commands.get(target)
        if act is None:
            act = self._commands[target] = act_of_command(self._targets.name(target))
        return act

    def alike(self, target: int) -> int:
        """What targets that differ in their numbers only have in common; 0 where there are no numbers in it."""
        blotted = self._alike.get(target)
        if blotted is None:
            text = self._targets.name(target)
            without = re.sub(r"\d+", "0", text)
            number = 0 if not re.search(r"\d", text) else self._blotted.number(without)
            blotted = self._alike[target] = 0 if number == MOST_TARGETS - 1 else number
        return blotted


def act_of_tool(name: str) -> Act:
    """What calls of a tool do, by its name alone."""
    phase = phase_of(name)
    words = {word.lower() for word in _WORD.findall(name)}
    if phase is Phase.EDIT:
        return Act.CREATE if words & _CREATES and not words & {"edit", "patch", "replace", "insert"} else Act.EDIT
    if words & _WAITS:
        return Act.WAIT
    if phase is Phase.EXPLORE:
        return Act.SEARCH if words & _SEARCHES else Act.READ
    if phase is Phase.TALK:
        return Act.TALK
    return Act.AGENT if words & _AGENTS else Act.RUN


def act_of_command(command: str) -> Act:
    """What a command of a shell does. One that may change files is said to: a loop with a change between is work."""
    if _CHANGING.search(command) or _REDIRECTED.search(command):
        return Act.SHELL_EDIT
    if _WAITING.search(command):
        return Act.WAIT
    firsts = [piece.split() for piece in _PIECES.split(command)]
    if all(not words or words[0] in _LOOKING for words in firsts) or (
        _LOOKING_AT_GIT.match(command.strip())
        and all(words[:1] == ["git"] or words[0] in _LOOKING for words in firsts if words)
    ):
        return Act.SEARCH
    return Act.RUN

"""Where agents leave the traces and logs of a project, and which of these belong to it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .formats.codex.names import ARCHIVE, SESSIONS, is_rollout
from .formats.registry import first_records, recognise
from .formats.translator import Card

NATIVE_FOLDERS = (Path(".attocode/traces"), Path(".traces"))
"""Where agents of the native format leave their traces, below a project."""

_NO_LETTER = re.compile(r"[^A-Za-z0-9]")
_MOST_OF_SLUG = 200
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_AGENT_FILE = "agent-"
_SUB_AGENTS = "subagents"


@dataclass(frozen=True, slots=True)
class Source:
    """A folder where an agent leaves its sessions. With a `project` only those of it count, or else all there are.

    `agent` is the name of the format. `by_content` says that a file has to be looked into to know its project.
    """

    agent: str
    folder: Path
    project: Path | None = None
    by_content: bool = False


def sources_of(project: Path, environ: Mapping[str, str], home: Path) -> list[Source]:
    """Where the sessions of a project are, whether or not there are any: native traces, Claude Code, Codex."""
    native = [Source("native", project / folder, project) for folder in NATIVE_FOLDERS]
    claude = [
        Source("claude-code", root / "projects" / slug_of(project), project) for root in claude_roots(environ, home)
    ]
    codex = [Source("codex", folder, project, by_content=True) for folder in codex_folders(environ, home)]
    return [*native, *claude, *codex]


def all_sources(environ: Mapping[str, str], home: Path) -> list[Source]:
    """Where Claude Code and Codex leave the sessions of all projects."""
    claude = [Source("claude-code", root / "projects") for root in claude_roots(environ, home)]
    return [*claude, *(Source("codex", folder) for folder in codex_folders(environ, home))]


def claude_roots(environ: Mapping[str, str], home: Path) -> list[Path]:
    """The folders of Claude Code: those that CLAUDE_CONFIG_DIR names, by commas, else the two usual ones."""
    named = [Path(name.strip()) for name in environ.get("CLAUDE_CONFIG_DIR", "").split(",") if name.strip()]
    return named or [home / ".claude", home / ".config" / "claude"]


def codex_root(environ: Mapping[str, str], home: Path) -> Path:
    """The folder of Codex: CODEX_HOME, else the usual one."""
    named = environ.get("CODEX_HOME", "").strip()
    return Path(named) if named else home / ".codex"


def codex_folders(environ: Mapping[str, str], home: Path) -> list[Path]:
    """Where Codex leaves sessions, and where those are that were put away."""
    root = codex_root(environ, home)
    return [root / SESSIONS, root / ARCHIVE]


def slug_of(project: Path) -> str:
    """The name that Claude Code gives to the folder of a project: what is no letter or digit becomes `-`.

    Of a long one the first 200 UTF-16 units, then the absolute value of its Java hash in base 36 (formats.md, 1.1).
    """
    units = str(project).encode("utf-16-le")
    text = "".join(chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))
    slug = _NO_LETTER.sub("-", text)
    if len(slug) <= _MOST_OF_SLUG:
        return slug
    code = 0
    for unit in text:
        code = (31 * code + ord(unit)) & 0xFFFFFFFF
    number = abs(code - (1 << 32) if code >= 1 << 31 else code)
    digits = ""
    while number or not digits:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return f"{slug[:_MOST_OF_SLUG]}-{digits}"


class Belongs:
    """Whether files are sessions to be listed: of the wanted projects, and no parts of other sessions.

    A file whose name leaves it open is looked into once, as long as its first lines say anything. For one thread.
    """

    def __init__(self, sources: Sequence[Source] = (), card_of: Callable[[Path], Card | None] | None = None) -> None:
        self._by_content = [source for source in sources if source.by_content]
        self._card_of = card_of or read_card
        self._known: dict[Path, Card] = {}

    def __call__(self, path: Path, threads: frozenset[str] | None = None) -> bool:
        """Whether this is one of them; a part of a session too, where `threads` are told and that session's is not."""
        if path.parent.name == _SUB_AGENTS or path.parent.parent.name == "workflows":
            return False
        source = next((each for each in self._by_content if path.is_relative_to(each.folder)), None)
        if source is None and not path.name.startswith(_AGENT_FILE) and not is_rollout(path):
            return True
        card = self._known.get(path) or self._card_of(path)
        if card is None:
            return source is None  # it says nothing yet
        self._known[path] = card
        if card.is_part and (threads is None or not card.part_of or card.part_of in threads):
            return False
        return source is None or _is_within(card.project, source.project)


def read_card(path: Path) -> Card | None:
    """What the first records of a log say of its session; None where it is none, or says nothing yet."""
    try:
        records = first_records(path)
        found = recognise(records)
        return None if found is None else found.card(records)
    except (OSError, ValueError):
        return None


def _is_within(folder: str, project: Path | None) -> bool:
    if project is None:
        return True
    return bool(folder) and Path(os.path.normpath(folder)).is_relative_to(project)

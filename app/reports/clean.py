"""`tracetop clean`: which sessions go, the question before they do, and what became of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ...analysis import figures
from ...collector.retention import Deletion, Failure, StoredSession, Survey, delete_sessions, find_old
from ...collector.sources import NATIVE_FOLDERS
from ..commands.command_group import UNREADABLE, complain
from ..commands.headless import default_folders, write_lines
from ..index_folder import tidy
from ..safe_text import fit_right, one_line
from ..trace import UnreadableTraceError

_AGE_WIDTH = 8
_SIZE_WIDTH = 7


def clean_folders(names: Sequence[str], older_than: float, *, dry_run: bool, ask: bool) -> int:
    """Delete the old sessions of these folders, or of the default ones, and say so; return the exit code.

    Raises UnreadableTraceError where there is no folder, before anything is deleted.
    """
    now = time.time()
    survey = find_old(_folders(names), older_than, now)
    code = _complain(survey.failures)
    write_lines(survey_text(survey, now, dry_run))
    if dry_run or not survey.sessions:
        return code
    sys.stdout.flush()  # the list comes before what it tells, whatever happens then
    if ask and not _says_yes(f"Delete {total(survey.sessions)}?"):
        write_lines(["Nothing deleted."])
        return code
    deletion = delete_sessions(survey.sessions)
    tidy()  # what was kept of them goes too
    write_lines(deletion_text(deletion))
    return _complain(deletion.failures) or code


def survey_text(survey: Survey, now: float, dry_run: bool) -> Iterator[str]:
    """One line per session that is old enough, oldest first, and what is left; `now` is what ages are told from."""
    for session in survey.sessions:
        age = figures.duration(max(0.0, now - session.mtime) * 1000.0)
        notes = [f"{len(session.parts)} parts"] if len(session.parts) > 1 else []
        notes += ["with bookmarks"] if session.sidecars else []
        note = f"  ({', '.join(notes)})" if notes else ""
        path = str(session.path)  # never cut: this may be the only record of what was deleted
        yield (
            f"{fit_right(age, _AGE_WIDTH)}  {fit_right(_size(session.size), _SIZE_WIDTH)}"
            f"  {one_line(path, len(path))}{note}"
        )
    if survey.foreign:
        count = len(survey.foreign)
        yield f"{figures.count(count, 'file')} left: {'not a trace' if count == 1 else 'not traces'}"
    if survey.bound:
        yield f"{figures.count(len(survey.bound), 'file')} left: another part of the session is a link or not a trace"
    if not survey.sessions:
        yield "No session is old enough."
    elif dry_run:
        yield f"{total(survey.sessions)} would be deleted (--dry-run)"


def deletion_text(deletion: Deletion) -> Iterator[str]:
    """How much was deleted, and what was not."""
    if deletion.changed:
        yield f"{figures.count(len(deletion.changed), 'session')} left: changed meanwhile"
    yield f"{total(deletion.deleted)} deleted"


def total(sessions: Sequence[StoredSession]) -> str:
    """`12 sessions, 45 MB`."""
    return f"{figures.count(len(sessions), 'session')}, {_size(sum(session.size for session in sessions))}"


def _folders(names: Sequence[str]) -> list[Path]:
    if "" in names:  # as a path it would be the current folder: not what an unset "$FOLDER" is meant to empty
        raise click.BadParameter("an empty name is no folder", click.get_current_context(), param_hint="FOLDER")
    folders = [Path(name) for name in names] or default_folders()
    if not folders:
        raise UnreadableTraceError(f"no folder {' or '.join(map(str, NATIVE_FOLDERS))} here; name a folder of traces")
    for folder in folders:
        if not folder.is_dir():
            raise UnreadableTraceError(f"{folder}: no such folder")
    return folders


def _says_yes(question: str) -> bool:
    try:
        return click.confirm(question)
    except click.Abort:
        click.echo()  # the shell's prompt begins a line
        raise


def _complain(failures: Sequence[Failure]) -> int:
    sys.stdout.flush()
    return max([complain(f"{failure.path}: {failure.reason}", UNREADABLE) for failure in failures], default=0)


def _size(count: int) -> str:
    """`812 B`, `4.2 kB`, `45 MB`."""
    if count < 1000:
        return f"{count} B"
    size, units = count / 1e3, ["kB", "MB", "GB", "TB"]
    while size >= 999.5 and len(units) > 1:
        size /= 1e3
        units.pop(0)
    return f"{size:.1f} {units[0]}" if size < 9.95 else f"{size:,.0f} {units[0]}"

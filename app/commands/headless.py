"""What the command line needs around the reports: traces opened, lines written, files found. Never imports Textual."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ...analysis.totals import Totals
from ...collector.own_sessions import sessions_in
from ...collector.parts import parts_from
from ...collector.reading.listing import ListedTrace
from ...collector.sources import NATIVE_FOLDERS, Belongs
from ..bookmarks.bookmarks import Bookmarks
from ..reports.layout import terminal_width
from ..reports.report import report_json_parts, report_text
from ..reports.sessions import newest_sessions, sessions_text
from ..safe_text import one_line
from ..sessions.sessions import Sessions
from ..sessions.shown_sources import shown_sources
from ..settings.config_file import config_path
from ..settings.effective import EffectiveSettings, effective_settings
from ..settings.example import write_example
from ..trace import Trace, UnreadableTraceError, load_trace
from .command_group import USAGE, complain, given_settings
from .loading_bar import loading_bar


def told_settings() -> EffectiveSettings:
    """The settings that hold; what is wrong with them is said on stderr."""
    effective = effective_settings(given_settings())
    for problem in effective.problems:
        complain(problem, 0)
    return effective


def open_trace(path: Path) -> Trace:
    """The trace in a file, by the user's prices. Raises UnreadableTraceError."""
    if path.is_dir():
        raise UnreadableTraceError(f"{path}: is a folder; name one of the trace files in it")
    settings = told_settings().settings
    with loading_bar(path) as told:
        return load_trace(path, prices=settings.prices, index=settings.index, tuning=settings.rules, told=told)


def put(
    path: Path, in_json: Callable[[Trace], Iterable[str]] | None, in_text: Callable[[Trace, int], Iterable[str]]
) -> Trace:
    """Print a trace, as JSON where `in_json` is given. Raises UnreadableTraceError."""
    trace = open_trace(path)
    if in_json is not None:
        write_json(in_json(trace))
    else:
        write_lines(in_text(trace, terminal_width()))
    return trace


def put_report(path: Path, as_json: bool) -> Trace:
    """Print the report of a trace, with its bookmarks. Raises UnreadableTraceError."""

    def in_text(trace: Trace, width: int) -> Iterable[str]:
        return report_text(trace, width, torn_bytes=trace.torn_bytes, bookmarks=_bookmarks_of(trace, path))

    def in_json(trace: Trace) -> Iterable[str]:
        return report_json_parts(trace, _bookmarks_of(trace, path))

    return put(path, in_json if as_json else None, in_text)


def put_folder_report(folder: Path, as_json: bool) -> Totals:
    """Print the report of all traces in a folder. Raises UnreadableTraceError where there is none."""
    from ..fold_apart import Folding, fold_all
    from ..reports.folder import folder_json, folder_text, total_of

    paths = [found.path for found in find_sessions([folder])]
    if not paths:
        raise UnreadableTraceError(f"{folder}: no traces in this folder")
    settings = told_settings().settings
    folded = list(fold_all(paths, Folding(settings.prices, settings.index, settings.rules)))
    if all(each.totals is None for each in folded):
        first = min(folded, key=lambda each: each.path)
        told = f"none of its {len(folded)} traces can be read ({first.path.name}: {first.error})"
        raise UnreadableTraceError(f"{folder}: {told}")
    totals = total_of(folded)
    if as_json:
        write_json([folder_json(str(folder), folded, totals)])
    else:
        write_lines(folder_text(str(folder), folded, totals, terminal_width()))
    return totals


def _bookmarks_of(trace: Trace, path: Path) -> Bookmarks:
    """The bookmarks beside a trace; why they cannot be read is said on stderr."""
    bookmarks = Bookmarks(path)
    bookmarks.look_at_all(trace)
    if bookmarks.defect:
        complain(f"bookmarks of {path}: {bookmarks.defect}", 0)
    return bookmarks


def find_sessions(folders: Sequence[Path]) -> list[ListedTrace]:
    """The sessions in these folders and below, each by its first part, newest first; no logs of sub-agents."""
    found = (trace for _, trace in sessions_in(folders, Belongs()))
    return sorted(found, key=lambda trace: (-trace.mtime_ns, trace.path))


def default_folders() -> list[Path]:
    """Those of the default folders that exist here."""
    return [folder for folder in NATIVE_FOLDERS if folder.is_dir()]


def list_sessions(folders: Sequence[Path], everything: bool = False) -> Iterable[str]:
    """The sessions in these folders, or of this project, or `everything` there is. Raises UnreadableTraceError."""
    belongs = None
    if not folders:
        shown = shown_sources(everything)
        folders = [folder for folder in shown.folders if folder.is_dir()]
        belongs = shown.belongs()
    if not folders:
        raise UnreadableTraceError(
            f"no folder {' or '.join(map(str, NATIVE_FOLDERS))} here, and no sessions of Claude Code or Codex; name a "
            "trace file or a folder of them (tracetop sources tells where it looks)"
        )
    settings = told_settings().settings
    sessions = Sessions(folders, prices=settings.prices, index=settings.index, tuning=settings.rules, belongs=belongs)
    newest, count = newest_sessions(sessions)
    if not count:
        return [f"No sessions in {', '.join(map(str, folders))}."]
    return sessions_text(newest, count, time.time(), terminal_width())


def check_openable(path: Path) -> None:
    """Make sure a dashboard can show this path or wait for it. Raises UnreadableTraceError or OSError."""
    if not path.exists():
        if not path.parent.is_dir():
            raise UnreadableTraceError(f"{path}: no such file, and no folder {path.parent} to wait for it in")
        return
    if path.is_dir():
        os.scandir(path).close()
    elif path.is_file():
        for part in parts_from(path):
            part.open("rb").close()
    else:
        raise UnreadableTraceError(f"{path}: is not a regular file")


def has_screen() -> bool:
    """Whether a dashboard can be drawn here."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write_lines(lines: Iterable[str]) -> int:
    """Write lines to standard output, each as it comes; return how many."""
    write, count = sys.stdout.write, 0
    for line in lines:
        write(line + "\n")
        count += 1
    return count


def write_json(lines: Iterable[str]) -> int:
    """The same for JSON, which is UTF-8 wherever it goes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return write_lines(lines)


def put_config(as_json: bool) -> int:
    """Print the settings that hold; return the exit code."""
    from ..reports.config import config_json, config_text

    effective = told_settings()
    if as_json:
        write_json([config_json(effective)])
    else:
        write_lines(config_text(effective, terminal_width()))
    return 0


def put_keys(as_json: bool) -> int:
    """Print what is bound to which keys; return the exit code. The one that loads Textual, to ask what is bound."""
    from ..keymap import bound, usable_keys
    from ..reports.config import keys_json, keys_text

    effective = told_settings()
    others, refused = usable_keys(effective.settings.keys)
    for id, reason in refused.items():
        complain(effective.problem(f"keys.{id}", reason), 0)
    if as_json:
        write_json(keys_json(bound(), others))
    else:
        write_lines(keys_text(bound(), others, terminal_width()))
    return 0


def init_config() -> int:
    """Write the example file, unless there is one; return the exit code. Raises OSError where that cannot be."""
    path = config_path(os.environ)
    try:
        write_example(path)
    except FileExistsError:
        return complain(f"{path} exists already and stays as it is", USAGE)
    write_lines([f"Written: {one_line(str(path))}"])
    return 0

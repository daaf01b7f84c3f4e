"""Paths in a line of text where there is little room: their ends tell most, so they are cut from their start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from .safe_text import ELLIPSIS, width_of

_PATH = re.compile(r"(?<![\w:/.…~-])(?:…|~|\.{1,2})?/?[^\s/'\"`:;,|&()<>=…]+(?:/[^\s/'\"`:;,|&()<>=…]+)+")
_SEARCHED = 400
"""The characters of a text in which paths are looked for: no row is longer."""


def shorten_paths(text: str, cells: int) -> str:
    """`text` with as many leading folders left out of its paths as it needs to fit: `Edit …/session.py`.

    The longest path gives way first, and none loses its name. Where that is not enough only the path that would be cut
    gives way, if its name is seen then.
    """
    over = width_of(text) - cells
    if over <= 0 or "/" not in text:
        return text
    paths = list(_PATH.finditer(text, 0, _SEARCHED))
    shortest = {path: _without_folders(path[0], over) for path in paths}
    if sum(width_of(path[0]) - width_of(short) for path, short in shortest.items()) < over:
        return _with_the_cut_one_short(text, paths, cells - 1)
    changed: dict[re.Match[str], str] = {}
    for path in sorted(paths, key=lambda path: path.start() - path.end()):
        if over <= 0:
            break
        changed[path] = _without_folders(path[0], over)
        over -= width_of(path[0]) - width_of(changed[path])
    return _replaced(text, changed)


def cells_to_first_name(text: str) -> int:
    """The cells that a text needs for the name of its first path to be seen; 0 where there is no path."""
    path = _PATH.search(text, 0, _SEARCHED)
    if path is None:
        return 0
    shortest = _without_folders(path[0], width_of(path[0]))
    return width_of(text[: path.start()]) + width_of(shortest) + len(ELLIPSIS)


def _with_the_cut_one_short(text: str, paths: Sequence[re.Match[str]], cells: int) -> str:
    for path in paths:
        over = width_of(text[: path.end()]) - cells
        if over > 0:
            short = _without_folders(path[0], over)
            return _replaced(text, {path: short}) if width_of(path[0]) - width_of(short) >= over else text
    return text


def _replaced(text: str, changed: Mapping[re.Match[str], str]) -> str:
    pieces: list[str] = []
    at = 0
    for path in sorted(changed, key=lambda path: path.start()):
        pieces += text[at : path.start()], changed[path]
        at = path.end()
    return "".join((*pieces, text[at:]))


def from_home(path: Path) -> str:
    """`~/src/project`: a path as people write it."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # elsewhere, or there is no home
        return str(path)


def _without_folders(path: str, over: int) -> str:
    """A path that is `over` cells shorter, if that leaves its name."""
    place = path.find("/", 1)
    while place >= 0:
        short = ELLIPSIS + path[place:]
        if width_of(path) - width_of(short) >= over or (following := path.find("/", place + 1)) < 0:
            return short if width_of(short) < width_of(path) else path
        place = following
    return path

"""The numbered parts one trace may be spread over: `session-x.jsonl`, `session-x~002.jsonl`, `session-x~003.jsonl`.

A recorder with a size limit goes on in the next part when one is full; nothing is renamed, so several processes may do
so at once, and a reader that is given any part reads on from there. No session id becomes a part's name: a `~` in an
unchanged file name only ever begins a part's number, and the digest of a changed one is longer than any number.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

LAST_PART = 999_999

# Only as `part_path` writes it: `x~001`, `x~0002` and numbers in other scripts are names like any other.
_PART_STEM = re.compile(r"(?P<first>.+)~(?P<number>00[2-9]|0[1-9][0-9]|[1-9][0-9]{2,5})", re.DOTALL)
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


def part_number(path: Path) -> int:
    """1 for a trace's first part (or only file), 2 and up for those that follow."""
    match = _PART_STEM.fullmatch(path.stem)
    return int(match["number"]) if match else 1


def part_path(path: Path, number: int) -> Path:
    """Part `number`, from 1, of the trace that `path` is any part of."""
    match = _PART_STEM.fullmatch(path.stem)
    first = match["first"] if match else path.stem
    return path.with_name(f"{first}{path.suffix}" if number == 1 else f"{first}~{number:03d}{path.suffix}")


def next_part(path: Path) -> Path:
    """The part that follows `path`, whether it exists or not."""
    return part_path(path, part_number(path) + 1)


def parts_from(path: Path) -> list[Path]:
    """`path` and the parts that follow it without a gap, as far as they exist; `path` itself need not.

    One that cannot be looked at is the last of them: opening it tells why.
    """
    parts = [path]
    while (following := existing_part(places_after(parts[-1]))) is not None:
        parts.append(following)
        if not os.path.isfile(following):  # noqa: PTH113 - Path.is_file raises
            break
    return parts


def part_before(path: Path) -> Path:
    """The part that `path` follows; a first part itself."""
    number = part_number(path)
    return part_path(path, number - 1) if number > 1 else path


def joined(paths: Iterable[Path]) -> dict[Path, list[Path]]:
    """Files by the first file of their trace, each with its parts in order. A part behind a gap begins a trace."""
    first_of: dict[Path, Path] = {}
    traces: dict[Path, list[Path]] = {}
    for path in sorted(paths, key=part_number):
        first = first_of[path] = first_of.get(part_before(path), path)
        traces.setdefault(first, []).append(path)
    return traces


def last_part(path: Path) -> Path:
    """The last of a trace's parts that can be seen, `path` where there is no other. Never raises."""
    while part_number(path) < LAST_PART and os.path.isfile(following := next_part(path)):  # noqa: PTH113
        path = following
    return path


def places_after(path: Path) -> tuple[Path, ...]:
    """Where the part after `path` may be: beside it, and beside the trace that a first part is a link to."""
    number = part_number(path)
    places = [path]
    if number == 1 and os.path.islink(path):  # noqa: PTH114 - Path.is_symlink raises
        places.append(Path(os.path.realpath(path)))
    return tuple(next_part(place) for place in places if place.name and part_number(place) < LAST_PART)


def existing_part(places: Iterable[Path]) -> Path | None:
    """The first of these that is a file, or cannot be looked at: opening it then tells why. Never raises."""
    for place in places:
        try:
            if stat.S_ISREG(place.stat().st_mode):
                return place
        except OSError as error:
            if error.errno not in _ABSENT:
                return place
        except ValueError:  # a path no file system can hold
            continue
    return None

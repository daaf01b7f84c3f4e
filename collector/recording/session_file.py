"""What the file of a session is called: any id, as one safe component of a path."""

from __future__ import annotations

import re

from .digest import digest_of

_MAX_STEM = 120
_UNSAFE_IN_NAME = re.compile(r"[^A-Za-z0-9._-]")


def session_file_name(session_id: str) -> str:
    """`session-<id>.jsonl`: one path component, whatever the id holds.

    An id that already begins with `session-` gets no second prefix. An id that cannot be a file name as it is gets a
    digest after a `~`, which no unchanged id can contain, so distinct ids do not meet in one file.
    """
    wanted = session_id.removeprefix("session-")
    stem = _UNSAFE_IN_NAME.sub("_", wanted).lstrip(".")[:_MAX_STEM]
    if stem != wanted or not stem:
        stem = f"{stem}~{digest_of(session_id)}"
    return f"session-{stem}.jsonl"

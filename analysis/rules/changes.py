"""When files were changed last, as calls and events tell."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from posixpath import basename, normpath
from typing import Any

from ..fold.tool_calls import MOST_TARGETS
from .payloads import Payloads

_MOST_UNREAD = 256
_MOST_PLAIN = 4_096
_UPWARDS = re.compile(r"^(?:\.\./)+")
_PATH_FIELDS = ("path", "file_path", "filename", "file")


def path_of(data: Mapping[str, Any]) -> str:
    """The path that a `file_change` tells of; empty where it does not."""
    return next((path for name in _PATH_FIELDS if isinstance(path := data.get(name), str) and path), "")


class Changes:
    """When each file was changed last, by whatever agent: another may read its files.

    A path may be told from different folders: two of which one ends the other are taken to be one file.
    """

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._files: dict[str, dict[str, int]] = {}
        self._count = 0
        self._any = -1
        """The last event that may have changed any file."""
        self._unread: deque[int] = deque()
        """Events that tell of a change, whose paths nobody has asked for yet."""

    def note(self, path: str, event: int) -> None:
        """A file was changed; any one may have been where no path is told."""
        path, name = _plain(path)
        if not path or self._count >= MOST_TARGETS:
            self._files.clear()
            self._count, self._any = 0, max(self._any, event)
            return
        files = self._files.get(name)
        if files is None:
            files = self._files[name] = {}
        self._count += path not in files
        files[path] = max(event, files.get(path, -1))

    def note_event(self, event: int) -> None:
        """An event tells of a change. Its payload is read once somebody asks."""
        if self._payloads.may_read(event) and len(self._unread) < _MOST_UNREAD:
            self._unread.append(event)
        else:
            self._unread.clear()
            self.note("", event)

    def is_changed(self, path: str, since: int, at: int) -> bool:
        """Whether a file may have been changed after event `since`; asked at event `at`."""
        while self._unread:
            event = self._unread.popleft()
            told = self._payloads.read(event, at)
            self.note("" if told is None else path_of(told.data), event)
        if self._any > since:
            return True
        path, name = _plain(path)
        files = self._files.get(name, {})
        return any(
            event > since and (path.endswith(changed) or changed.endswith(path)) for changed, event in files.items()
        )


@lru_cache(maxsize=_MOST_PLAIN)
def _plain(path: str) -> tuple[str, str]:
    """A path without the detours in it, and without the steps up at its beginning; and its last name."""
    plain = _UPWARDS.sub("", normpath(path)) if path else ""
    return plain, basename(plain)

"""Which sessions are shown where no path is given: those of this project, of any agent, else all there are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...collector.reading.listing import list_traces
from ...collector.sources import Belongs, Source, all_sources, sources_of

_MOST_LOOKED_INTO = 500
"""Sessions of other projects, the newest, that are looked into before it is taken that none is of this one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The sources that are shown, what belongs to them, and whether these are of this project alone."""

    sources: tuple[Source, ...]
    is_project: bool

    @property
    def folders(self) -> tuple[Path, ...]:
        """Their folders."""
        return tuple(source.folder for source in self.sources)

    def belongs(self) -> Belongs:
        """What of these folders is to be listed."""
        return Belongs(self.sources)


def shown_sources(
    everything: bool = False,
    *,
    project: Path | None = None,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
) -> Shown:
    """The sources of this project where any session of it is found, else those of all projects; `everything` at once.

    Where there is nothing at all it is this project's, to wait for.
    """
    project, home = project or Path.cwd(), home or Path.home()
    environ = os.environ if environ is None else environ
    own = tuple(sources_of(project, environ, home))
    everywhere = tuple(all_sources(environ, home))
    native = tuple(source for source in own if source.agent == "native")
    if everything:
        return Shown((*native, *everywhere), is_project=False)
    if _has_any(own) or not _has_any(everywhere):
        return Shown(own, is_project=True)
    return Shown((*native, *everywhere), is_project=False)


def _has_any(sources: Sequence[Source]) -> bool:
    belongs = Belongs(sources)
    for source in sources:
        found = sorted(list_traces(source.folder), key=lambda trace: -trace.mtime_ns)
        if any(belongs(trace.path) for trace in found[:_MOST_LOOKED_INTO]):
            return True
    return False

"""What a format of another agent is: how it is recognised, which files belong to a session, and its events as ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..events import TraceEvent

Record = Mapping[str, Any]
"""What stands on a line of a log: a parsed JSON object."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record stands: in which file of the session, and on which line of it, from 1."""

    path: Path
    line: int


@dataclass(slots=True)
class Merged:
    """What became of the records of a log, for a report that its reader can trust.

    `records` were read; of them `duplicates` say again what others said, `history` are copied from another session,
    where they count, and `skipped` counts those that say nothing about what the agent did, by their type.
    `uncounted` are calls that only parts of copies tell of, so that no figure counts them.
    """

    records: int = 0
    duplicates: int = 0
    history: int = 0
    uncounted: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


class Translator(Protocol):
    """Turns the records of one session into events of the native kinds. Incremental: it gives what a record adds.

    The same record given twice, or a copy of it in another file, adds nothing (`merged.duplicates`). An LLM call whose
    usage grows later is revised by an `llm_response` whose `data["revises"]` is the id of the first, and whose buckets
    are what came in addition. Whatever cannot be mapped is a `custom` event, or counted in `merged.skipped`.
    """

    merged: Merged

    def take(self, record: Record, origin: Origin) -> Iterable[TraceEvent]:
        """The events that a record adds, in order. Raises nothing for what a record may hold."""
        ...


@runtime_checkable
class Settling(Protocol):
    """What a translator is beside that tells nothing in `take`: where a record's place shows only by those after it.

    It is asked to `settle` whenever all that is there was taken.
    """

    def settle(self) -> Sequence[tuple[TraceEvent, Origin]] | None:
        """The events of what was taken since, each with its record; None where earlier ones proved wrong.

        Then the session is read again from its start by a new translator, which is not to give None at once.
        """
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What a log says of its session for a list of many; "" where it does not say.

    `title` is what the log calls it, else what was asked for first; `project` the folder that the agent worked in.
    `is_part` says that this is a file of another session, which shows it; of `part_of`, where that has a name.
    """

    session_id: str = ""
    title: str = ""
    model: str = ""
    project: str = ""
    is_part: bool = False
    part_of: str = ""


def _no_card(records: Sequence[Record]) -> Card:
    return Card()


def _no_files(path: Path) -> Sequence[Path]:
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, as reports have it, and what there is to know of it.

    `recognises` is asked with the first records of a file (at most 20), `translator` makes one for the session of a
    file. `time_of` gives the time of a record in epoch seconds, by which those of several files are put in order,
    None where it has none. `companions` finds the further files of a session there are now. `card` is what some records
    of a file, first and last ones, say of the session.
    """

    name: str
    recognises: Callable[[Sequence[Record]], bool]
    translator: Callable[[Path], Translator]
    time_of: Callable[[Record], float | None]
    companions: Callable[[Path], Sequence[Path]] = _no_files
    card: Callable[[Sequence[Record]], Card] = _no_card

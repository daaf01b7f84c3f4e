"""The state of a fold, taken apart so that it can be kept, and put together so that the fold goes on from there.

Columns are kept as they are; what else the fold must remember is small, or many alike (issues), and is kept flat. What
can be found again from these is not kept.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import msgspec

from ..issues.budget import BudgetState, OpenWarning
from ..issues.context import Context
from ..issues.episodes import Episode
from ..issues.issue import CATEGORIES
from ..issues.loops import Streak
from ..issues.responses import History
from ..prices import Prices
from .columns import Branch
from .lanes import Lane
from .names import Names
from .object_graph import Flattener, Unflattener
from .session import Session
from .tool_calls import OpenCall

Column: TypeAlias = "array[int] | array[float] | bytearray"

_CLASSES = (Branch, BudgetState, Context, History, Lane, OpenCall, OpenWarning, Streak)


class NotAStateError(ValueError):
    """What was kept is not the state of a session."""


@dataclass(frozen=True, slots=True)
class SessionState:
    """`columns` by name, and the `rest` as msgpack."""

    columns: dict[str, Column]
    rest: bytes


def take_apart(session: Session) -> SessionState:
    """The state of a session between two batches. Its columns are the session's own: it must not grow meanwhile.

    Raises ValueError or TypeError for what cannot be kept: a text that is no Unicode, a number beyond 64 bits.
    """
    session.come_to_rest()
    columns = {
        f"{name}.{attribute}": column
        for name, component in session.components().items()
        for attribute, column in _columns_of(component)
    }
    numbers = {id(episode): number for number, episode in enumerate(session.issues.episodes)}
    flattener = Flattener(_CLASSES, {Episode: lambda episode: numbers[id(episode)]})
    parts = {
        name: [flattener.flat(_kept(getattr(component, attribute))) for attribute in _kept_by(component)]
        for name, component in session.components().items()
    }
    return SessionState(columns, msgspec.msgpack.encode([parts, _flat_episodes(session)]))


def put_together(state: SessionState, prices: Prices | None = None) -> Session:
    """The session that a state was taken of; with the same prices it goes on as that one would have.

    Raises `NotAStateError`. The columns become the session's own.
    """
    session = Session(prices)
    try:
        parts, episodes = msgspec.msgpack.decode(state.rest)
        for name, component in session.components().items():
            for attribute, column in list(_columns_of(component)):
                kept = state.columns[f"{name}.{attribute}"]
                if type(kept) is not type(column) or getattr(kept, "typecode", "") != getattr(column, "typecode", ""):
                    raise NotAStateError(f"{name}.{attribute} is a column of another type")
                setattr(component, attribute, kept)
        known = _episodes(session, episodes)
        session.issues.episodes = known
        unflattener = Unflattener(_CLASSES, lambda name, number: known[number])
        for name, component in session.components().items():
            for attribute, flat in zip(_kept_by(component), parts[name], strict=True):
                _restore(component, attribute, unflattener.value(flat))
        session.go_on()
    except (msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise NotAStateError(str(error)) from error
    return session


def _columns_of(component: object) -> Iterator[tuple[str, Column]]:
    names = getattr(component, "__dataclass_fields__", None) or vars(component)
    for name in names:
        column = getattr(component, name)
        if isinstance(column, array | bytearray):
            yield name, column


def _kept_by(component: object) -> tuple[str, ...]:
    return getattr(component, "KEPT", ())


def _kept(value: Any) -> Any:
    return value.all() if isinstance(value, Names) else value


def _restore(component: object, attribute: str, value: Any) -> None:
    present = getattr(component, attribute)
    if isinstance(present, Names):
        present.restore(value)
    else:
        setattr(component, attribute, value)


_EPISODE_COLUMNS = {"updates": "I", "values": "d", "lengths": "I", "evidence": "I"}


def _flat_episodes(session: Session) -> dict[str, Any]:
    """All episodes, field by field: there may be many thousands."""
    episodes, shared = session.issues.episodes, session.issues.shared_proof
    flat: dict[str, Any] = {
        "category": [CATEGORIES.index(episode.category) for episode in episodes],
        "shared": [episode.evidence is shared for episode in episodes],
    }
    for name in ("raised", "iteration", "lane", "label", "detail", "withdrawn"):
        flat[name] = [getattr(episode, name) for episode in episodes]
    for name, typecode in _EPISODE_COLUMNS.items():
        whole = array(typecode)
        ends = [0]
        for episode in episodes:
            if not (name == "evidence" and episode.evidence is shared):
                whole += getattr(episode, name)
            ends.append(len(whole))
        flat[name] = [ends, whole.tobytes()]
    return flat


def _episodes(session: Session, flat: dict[str, Any]) -> list[Episode]:
    changes, shared = session.issues.changes, session.issues.shared_proof
    cut = {name: _pieces(array(typecode, flat[name][1]), flat[name][0]) for name, typecode in _EPISODE_COLUMNS.items()}
    evidence = [shared if is_shared else own for is_shared, own in zip(flat["shared"], cut["evidence"], strict=True)]
    return [
        Episode(CATEGORIES[category], raised, iteration, lane, changes, label, detail, withdrawn, *columns)
        for category, raised, iteration, lane, label, detail, withdrawn, *columns in zip(
            flat["category"],
            flat["raised"],
            flat["iteration"],
            flat["lane"],
            flat["label"],
            flat["detail"],
            flat["withdrawn"],
            cut["updates"],
            cut["values"],
            cut["lengths"],
            evidence,
            strict=True,
        )
    ]


def _pieces(whole: Any, ends: list[int]) -> list[Any]:
    return [whole[start:end] for start, end in pairwise(ends)]

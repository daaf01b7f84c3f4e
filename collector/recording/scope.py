"""Where in a run the code that records stands: which spans are open around it, by thread and asyncio task."""

from __future__ import annotations

from contextvars import ContextVar


class Scope:
    """What an open span gives to the events recorded inside it: their parent, iteration and agent.

    `owner` is the collector it belongs to, `outer` the scope around it, of whichever collector.
    """

    __slots__ = ("agent_id", "event_id", "iteration", "outer", "owner")

    def __init__(
        self, owner: object, event_id: str, iteration: int | None, agent_id: str | None, outer: Scope | None
    ) -> None:
        self.owner = owner
        self.event_id = event_id
        self.iteration = iteration
        self.agent_id = agent_id
        self.outer = outer


current_scope: ContextVar[Scope | None] = ContextVar("tracetop_scope", default=None)


def scope_of(owner: object) -> Scope | None:
    """The innermost open scope of one collector, where this code runs."""
    scope = current_scope.get()
    while scope is not None and scope.owner is not owner:
        scope = scope.outer
    return scope


def leave(scope: Scope) -> None:
    """Stand where the code stood before `scope`; nothing if it stands elsewhere by now.

    A generator may be closed by another task, so that the way out is not the way in: a reset by token would raise.
    """
    if current_scope.get() is scope:
        current_scope.set(scope.outer)

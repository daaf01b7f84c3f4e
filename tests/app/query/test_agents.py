"""Which queries are about one agent, as far as agents are known."""

from __future__ import annotations

import pytest
from tracetop.analysis.fold.session import Session
from tracetop.app.query.matching import Query
from tracetop.collector.events import TraceEvent


def session_of(*agents: str) -> Session:
    session = Session()
    meet(session, *agents)
    return session


def meet(session: Session, *agents: str) -> None:
    session.apply_events(
        [TraceEvent("llm_response", 1.0, "s", f"{agent}-1", 1, {"agent_id": agent}, None, None) for agent in agents]
    )


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("agent:scout", "scout"),
        ("errors AGENT:=Scout tool:bash", "scout"),
        ("agent:main", ""),
        ("agent:worker", None),
        ("agent:worker-1,scout", None),
        ("agent:worker agent:2", "worker-2"),
        ("agent:worker -agent:=worker-1", "worker-2"),
        ("agent:nobody", None),
        ('"agent:scout"', None),
        ("scout", None),
    ],
)
def test_the_agent_it_means(text: str, agent: str | None) -> None:
    session = session_of("scout", "worker-1", "worker-2")
    sole = Query(text).agents.sole(session)
    assert (None if sole is None else session.lanes.names.name(sole)) == agent


def test_agents_that_come_later_and_other_sessions_are_known() -> None:
    query, session = Query("agent:worker"), session_of("scout")
    assert query.agents.sole(session) is None
    meet(session, "worker-1")
    assert query.agents.sole(session) == session.lanes.names.find("worker-1")
    meet(session, "worker-2")
    assert query.agents.sole(session) is None
    other = session_of("worker-9")
    assert query.agents.sole(other) == other.lanes.names.find("worker-9")

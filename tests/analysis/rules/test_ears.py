"""A rule is told of what it has a hook for, concerns it and, where it may sleep, of that only while it is awake."""

from __future__ import annotations

from tracetop.analysis.fold.session import Session
from tracetop.analysis.rules.acts import Act
from tracetop.analysis.rules.ears import Ears
from tracetop.analysis.rules.reporting import Findings
from tracetop.analysis.rules.rule import Call, Rule
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import DEFAULT_TUNING


class Edits(Rule):
    HEARS = ("session_end",)

    @staticmethod
    def concerns(act: Act, failed: bool) -> bool:
        return act is Act.EDIT and not failed

    def ended(self, call: Call) -> None: ...

    def happened(self, event: int, lane: int, kind: str) -> None: ...


class Sleeper(Rule):
    ASLEEP = ("response", "ended")

    def ended(self, call: Call) -> None: ...

    def response(self, event: int, lane: int) -> None: ...

    def iteration(self, event: int, lane: int, row: int) -> None: ...


def findings_of(session: Session) -> Findings:
    found = SecondPass(session)
    return Findings(session, found._acts, found.losses, None)


def test_who_is_told_of_what() -> None:
    findings = findings_of(Session())
    edits, sleeper = Edits(findings, DEFAULT_TUNING), Sleeper(findings, DEFAULT_TUNING)
    ears = findings.ears = Ears([edits, sleeper])
    assert ears.iteration == (sleeper.iteration,)
    assert ears.response == ears.spawned == ()
    assert ears.of_kind("session_end") == (edits.happened,)
    assert ears.of_kind("session_start") == ()
    assert ears.ended[False][Act.EDIT] == (edits.ended,)
    assert ears.ended[True][Act.EDIT] == ears.ended[False][Act.READ] == ()
    sleeper.wake()
    assert ears.response == (sleeper.response,)
    assert ears.ended[False][Act.EDIT] == (edits.ended, sleeper.ended)
    assert ears.ended[True][Act.EDIT] == (sleeper.ended,)
    sleeper.sleep()
    assert ears.response == ears.ended[True][Act.EDIT] == ()
    assert ears.iteration == (sleeper.iteration,)
    assert ears.ended[False][Act.EDIT] == (edits.ended,)


def test_who_waits_for_a_lane_is_told_once() -> None:
    findings = findings_of(Session())
    told: list[tuple[int, int]] = []

    def note(event: int, lane: int) -> None:
        told.append((event, lane))

    findings.tell_when_going_on(3, note)
    findings.tell_when_going_on(3, note)
    assert list(findings.waiting) == [3]
    assert list(findings.waiting[3]) == [note]

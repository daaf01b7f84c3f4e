"""Turns: what is asked and answered, under which settings, and how a turn ends."""

from __future__ import annotations

from pathlib import Path

from tracetop.analysis.rules.second_pass import SecondPass

from .reading import Read
from .rollouts import FIRST, LAST, SECOND, call, context, count, item, message, meta, output, read


def test_the_end_of_a_turn_is_told_and_judged_until_the_agent_goes_on(tmp_path: Path) -> None:
    turn = [
        meta(0),
        message(1, "user_message", message="do it"),
        context(1),
        call(2, "c1", "apply_patch", input="*** Begin Patch\n*** Update File: a.py\n+x\n*** End Patch"),
        output(3, "c1", "Exit code: 0\nOutput:\ndone"),
        count(4, FIRST, FIRST),
        message(5, "task_complete", turn_id="t1", duration_ms=4_000),
    ]
    got = read(tmp_path, *turn, turn[-1])
    (end,) = (event for event in got.of("custom") if event.data["name"] == "turn_end")
    assert (end.data["turn_id"], end.data["turn"], end.data["seconds"]) == ("t1", 1, 4.0)
    assert end.iteration is None
    assert "unverified_finish" in found(got)
    more = [call(9, "c2", cmd="pytest -q"), output(10, "c2", "Exit code: 1\nOutput:\nfailed")]
    more += [count(11, SECOND, LAST), message(12, "task_complete", turn_id="t2")]
    assert "unverified_finish" not in found(read(tmp_path, *turn, *more))


def found(read: Read) -> list[str]:
    """What the rules of the second pass find."""
    rules = SecondPass(read.session)
    rules.extend_to_end()
    return [episode.category for episode in rules.standing(read.session.count)]


def test_settings_change_the_mode_only_when_they_change(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        context(1),
        context(2),
        context(3, approval_policy="on-request"),
        context(4, "gpt-5.2", approval_policy="on-request"),
        message(5, "user_message", message="x"),
    )
    assert [(event.data["from_mode"], event.data["to_mode"]) for event in got.of("mode_change")] == [
        ("approval policy never", "on-request"),
        ("model gpt-5.1-codex", "gpt-5.2"),
    ]


def test_what_an_editor_or_another_agent_says_is_no_prompt_of_a_persons(tmp_path: Path) -> None:
    from_editor = "# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\nfix it\n"
    got = read(
        tmp_path,
        meta(0),
        message(1, "user_message", message=from_editor),
        context(1),
        count(2, FIRST, FIRST),
        item(3, "agent_message", content=[{"type": "input_text", "text": "from another agent"}]),
        message(3.5, "guardian_assessment", id="g", status="in_progress"),
        message(3.6, "guardian_assessment", id="g", status="denied", rationale="no"),
        count(5, SECOND, LAST),
    )
    assert got.session.view().goal == "fix it"
    assert [event.timestamp % 60 for event in got.of("llm_request")] == [1, 3]
    assert [(event.data["approved"], event.data["reason"]) for event in got.of("tool_approval")] == [(False, "no")]

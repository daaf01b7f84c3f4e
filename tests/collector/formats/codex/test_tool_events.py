"""What tool calls tell beside their ends: that they only wait, the files they change, and the steps of a plan."""

from __future__ import annotations

from pathlib import Path

from .rollouts import call, context, item, message, meta, output, read


def test_who_waits_repeats_nothing(tmp_path: Path) -> None:
    asked = [call(place, f"c{place}", "write_stdin", session_id=1, chars="") for place in range(2, 8)]
    got = read(tmp_path, meta(0), context(1), *asked)
    assert not [issue for issue in got.session.view().issues() if issue.category == "repeated_tool_calls"]
    assert got.of("tool_start")[0].data["waits_for"] == {"session_id": 1, "chars": ""}


def test_patches_change_files_and_plans_change_by_their_steps(tmp_path: Path) -> None:
    patch = "*** Begin Patch\n*** Add File: a.py\n+one\n+two\n*** Update File: b.py\n@@\n-x\n+y\n*** End Patch"
    plan = [{"step": "look", "status": "in_progress"}, {"step": "do", "status": "pending"}]
    later = [{"step": "look", "status": "completed"}, {"step": "do", "status": "in_progress"}]
    got = read(
        tmp_path,
        meta(0),
        context(1),
        item(2, "custom_tool_call", name="apply_patch", call_id="p", input=patch),
        message(2.5, "patch_apply_end", call_id="p", success=True, changes={"a.py": {"add": {}}}),
        item(3, "custom_tool_call_output", call_id="p", output="Success."),
        call(4, "u1", "update_plan", plan=plan),
        output(4, "u1", "Plan updated"),
        call(5, "u2", "update_plan", plan=later),
        output(5, "u2", "Plan updated"),
    )
    assert [dict(event.data) for event in got.of("file_change")] == [
        {"path": "a.py", "action": "create", "added": 2, "removed": 0},
        {"path": "b.py", "action": "edit", "added": 1, "removed": 1},
    ]
    assert [event.kind for event in got.events if event.kind.startswith("plan")] == [
        "plan_created",
        "plan_step_start",
        "plan_step_complete",
        "plan_step_start",
    ]

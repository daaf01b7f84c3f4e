"""What calls of tools did beside giving a result: files changed, plans made and followed."""

from __future__ import annotations

from .logs import Log
from .told import Told


def test_files_and_plans(log: Log) -> None:
    patch = [{"oldStart": 1, "lines": [" a", "-b", "+c", "+d"]}]
    log.calls("m1", "Edit", "t1", file_path="/x/a.py")
    log.result("t1", told={"filePath": "/x/a.py", "structuredPatch": patch, "originalFile": "…"})
    log.calls("m2", "Write", "t2", file_path="/x/b.py")
    log.result("t2", told={"type": "create", "filePath": "/x/b.py", "content": "1\n2\n3\n", "structuredPatch": []})
    todos = [{"content": name, "status": "pending"} for name in ("one", "two")]
    done = [{"content": "one", "status": "completed"}, {"content": "two", "status": "in_progress"}]
    log.calls("m3", "TodoWrite", "t3", todos=todos)
    log.result("t3", told={"oldTodos": [], "newTodos": todos})
    log.calls("m4", "TodoWrite", "t4", todos=done)
    log.result("t4", told={"oldTodos": todos, "newTodos": done})
    log.calls("m5", "ExitPlanMode", "t5", plan="do it")
    log.result("t5", told={"plan": "do it", "filePath": None})
    told = Told(log)
    changes = [(event.data["path"], event.data["added"], event.data["removed"]) for event in told.of("file_change")]
    assert changes == [("/x/a.py", 2, 1), ("/x/b.py", 3, 0)]
    assert [event.data for event in told.of("plan_created")] == [{"steps": ["one", "two"]}, {"plan": "do it"}]
    assert (told.the("plan_step_complete").data["step"], told.the("plan_step_start").data["step"]) == ("one", "two")


def test_tasks_are_steps_of_a_plan(log: Log) -> None:
    log.calls("m1", "TaskCreate", "t1", subject="one")
    log.result("t1", told={"task": {"id": "7", "subject": "one"}})
    for number, status in enumerate(("in_progress", "completed"), 2):
        log.calls(f"m{number}", "TaskUpdate", f"t{number}", taskId="7", status=status)
        log.result(f"t{number}", told={"success": True, "statusChange": {"from": "pending", "to": status}})
    told = Told(log)
    assert [event.kind for event in told.events if event.data.get("step") == "one"] == [
        "plan_step_start", "plan_step_complete",
    ]  # fmt: skip

"""The session as such: its titles, and how it starts."""

from __future__ import annotations

from .logs import TEXT, Log
from .told import Told


def test_titles(log: Log) -> None:
    log.bare("summary", summary="Somebody else's work", leafUuid="not-of-this-file")
    log.answer("m1", TEXT)
    log.bare("summary", summary="Counting", leafUuid="u2")
    log.bare("ai-title", aiTitle="Count files")
    log.bare("ai-title", aiTitle="Count files")
    log.bare("custom-title", customTitle="My count")
    log.bare("ai-title", aiTitle="Something else")
    told = Told(log)
    assert told.the("session_start").data["goal"] == "count the files"
    assert [event.data["goal"] for event in told.of("custom")] == ["Counting", "Count files", "My count"]


def test_the_start_knows_the_goal_though_hooks_ran_before_it() -> None:
    log = Log()
    log.bare("ai-title", aiTitle="Count files")
    log.bare(
        "file-history-snapshot", messageId="abc", snapshot={"timestamp": "2026-01-28T02:00:00Z"}, isSnapshotUpdate=False
    )
    log.add("progress", data={"type": "hook_progress"})
    assert not Told(log).events
    log.prompt("count the files", cwd="/home/me/x", gitBranch="main")
    told = Told(log)
    assert told.kinds == ["session_start", "checkpoint", "iteration_start", "llm_request"]
    start = told.events[0].data
    assert (start["goal"], start["prompt"], start["cwd"], start["version"]) == (
        "Count files",
        "count the files",
        "/home/me/x",
        "2.1.20",
    )

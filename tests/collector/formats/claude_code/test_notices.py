"""What Claude Code notes of itself: retries, compactions, hooks, budgets, modes, what a session cost."""

from __future__ import annotations

import pytest

from .logs import TEXT, Log
from .told import Told


def test_messages_that_no_model_wrote(log: Log) -> None:
    silent = {"id": "x", "model": "<synthetic>", "content": [{"type": "text", "text": "No response requested."}]}
    failed = {"id": "y", "model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 529"}]}
    log.add("assistant", message=silent, isApiErrorMessage=False)
    log.prompt("again")
    error = {"type": "overloaded_error", "message": "Overloaded", "status": 529}
    retry = {"subtype": "api_error", "error": error, "retryInMs": 1_500.0, "maxRetries": 10}
    log.add("system", retryAttempt=1, **retry)
    log.add("system", retryAttempt=10, **retry)
    log.add("assistant", message=failed, isApiErrorMessage=True, apiErrorStatus=529)
    told = Told(log)
    assert not told.of("llm_response")
    assert told.merged.skipped["synthetic message"] == 1
    assert (told.the("llm_retry").data["attempt"], told.the("llm_retry").data["delay"]) == (1, 1.5)
    assert told.the("llm_error").data == {"error": "Overloaded", "status_code": 529, "attempt": 10, "max_attempts": 10}


def test_compactions(log: Log) -> None:
    log.answer("m1", TEXT)
    meta = {"trigger": "auto", "preTokens": 150_000, "postTokens": 20_000, "durationMs": 4_000}
    log.add("system", 9.0, subtype="compact_boundary", compactMetadata=meta)
    log.prompt("This session is being continued …", isCompactSummary=True)
    log.answer("m2", TEXT)
    micro = {"trigger": "auto", "preTokens": 60_000, "tokensSaved": 21_000, "compactedToolIds": ["t1"]}
    log.add("system", subtype="microcompact_boundary", microcompactMetadata=micro)
    told = Told(log)
    start, (end, small) = told.the("compaction_start"), told.of("compaction_end")
    assert end.timestamp - start.timestamp == pytest.approx(4.0)
    assert (end.data["tokens_saved"], end.data["trigger"], end.duration_ms) == (130_000, "auto", 4_000)
    assert (small.data["micro"], small.data["tokens_saved"]) == (True, 21_000)
    assert told.the("session_start").data["goal"] == "count the files", "a summary is no prompt"
    assert [event.iteration for event in told.of("llm_response")] == [1, 2]


def test_notices(log: Log) -> None:
    log.answer("m1", TEXT)
    log.add("system", subtype="stop_hook_summary", hookErrors=["lint failed"], preventedContinuation=True)
    log.add("attachment", attachment={"type": "budget_usd", "used": 2, "total": 8, "remaining": 6})
    log.prompt("go on", permissionMode="default")
    log.add("attachment", attachment={"type": "plan_mode"})
    log.add("system", subtype="turn_duration", durationMs=1)
    log.add("attachment", attachment={"type": "hook_success", "hookEvent": "SessionEnd"})
    told = Told(log)
    assert told.the("quality_check").data == {"passed": False, "issues": "lint failed"}
    assert told.the("budget_check").data["usage_fraction"] == 0.25
    assert told.the("mode_change").data["to_mode"] == "plan"
    assert told.kinds[-1] == "session_end"
    assert [event.data["seconds"] for event in told.of("custom")] == [0.001]


def test_what_a_session_cost_is_kept_as_it_is_told(log: Log) -> None:
    log.answer("m1", TEXT)
    for _ in range(2):
        log.bare("cost-state", totalCostUSD=0.03, modelUsage={"m": {"costUSD": 0.03}}, totalAPIDuration=7_914)
    told = Told(log)
    end = told.the("session_end")
    assert (end.data["reported_cost"], end.data["api_ms"]) == (0.03, 7_914)
    assert "cost" not in end.data
    assert told.merged.duplicates == 1

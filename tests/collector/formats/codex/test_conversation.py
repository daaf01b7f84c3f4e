"""What happens to a thread's conversation: compactions, errors, what is undone and cancelled."""

from __future__ import annotations

from pathlib import Path

from .reading import figures
from .rollouts import FIRST, LAST, NEW_TURN, call, context, count, item, line, message, meta, output, read


def test_a_compaction_is_one_however_many_records_tell_of_it(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0),
        context(1),
        count(2, FIRST, FIRST),
        line(3, "compacted", message="", replacement_history=[{"type": "message"}, {"type": "message"}]),
        message(3.1, "context_compacted"),
        line(9, "compacted", message="", replacement_history=[], latest_token_usage_record={"usage": LAST}),
        message(9.1, "context_compacted"),
    )
    assert [event.data.get("tokens_before") for event in got.of("compaction_end")] == [1100, 1100]
    assert got.of("compaction_end")[0].data["messages_after"] == 2
    assert figures(got)["llm_calls"] == 1


def test_what_goes_wrong_is_told_and_what_ran_is_cancelled(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        meta(0, base_instructions={"text": "be good"}),
        message(1, "task_started", turn_id=NEW_TURN),
        message(1, "user_message", message="x"),
        item(2, "ghost_snapshot", ghost_commit={"id": "abc", "preexisting_untracked_files": ["secret.env"]}),
        call(3, "c", command="sleep 9"),
        message(4, "turn_aborted", turn_id=NEW_TURN, reason="interrupted"),
        output(5, "c", "aborted by user after 1.0s"),
        message(6, "stream_error", message="retrying"),
        message(7, "error", message="no more", codex_error_info="usage_limit_exceeded"),
        message(8, "thread_rolled_back", num_turns=1),
        message(9, "some_new_type", x=1),
    )
    kinds = got.kinds()
    assert [kind for kind in kinds if kind in ("checkpoint", "error", "llm_retry", "recovery")] == [
        "checkpoint",
        "error",
        "llm_retry",
        "error",
        "recovery",
    ]
    assert got.of("tool_end")[0].data["cancelled"] is True
    assert kinds.count("tool_end") == 1
    assert got.session.view().running_tools == 0
    assert got.of("session_start")[0].data["instructions_characters"] == len("be good")
    assert not any(b"be good" in line or b"secret.env" in line for line in got.lines)
    assert got.merged.skipped["some_new_type"] == 1

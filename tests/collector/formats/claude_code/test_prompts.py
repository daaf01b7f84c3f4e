"""What the user says, and how the turns end that begin with it."""

from __future__ import annotations

from .logs import TEXT, Log
from .told import Told


def test_what_the_user_says(log: Log) -> None:
    log.prompt("<local-command-caveat>Caveat: …</local-command-caveat>", isMeta=True)
    log.prompt(
        "<command-name>/model</command-name>\n<command-message>model</command-message>\n<command-args>opus</command-args>"
    )
    log.prompt("<local-command-stdout>Set model</local-command-stdout>")
    log.prompt("<bash-input>ls -l</bash-input>")
    log.prompt("[Request interrupted by user]")
    log.prompt("and now the folders", permissionMode="default")
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.answer("m2", TEXT)
    log.prompt("and more", permissionMode="plan")
    told = Told(log)
    prompts = [event.data.get("prompt") for event in told.of("iteration_start")]
    assert [prompt for prompt in prompts if prompt] == ["count the files", "and now the folders", "and more"]
    assert [event.data["turn"] for event in told.of("iteration_start") if event.data] == [1, 2, 3]
    assert [event.data["message"] for event in told.of("custom")] == [
        "/model opus", "! ls -l", "Request interrupted by user",
    ]  # fmt: skip
    assert told.the("mode_change").data == {"from_mode": "default", "to_mode": "plan"}
    assert told.merged.skipped["user: local output"] == 2


def test_the_end_of_a_turn_is_told_once(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.answer("m2", TEXT, stop="end_turn")
    log.add("system", subtype="stop_hook_summary", hookErrors=[])
    log.add("system", subtype="turn_duration", durationMs=7)
    log.prompt("and the folders")
    log.answer("m3", TEXT)
    log.add("system", subtype="turn_duration", durationMs=9)
    told = Told(log)
    assert [(event.data["name"], event.data["turn"]) for event in told.of("custom")] == [
        ("turn_end", 1), ("turn_end", 2),
    ]  # fmt: skip
    assert told.merged.skipped["system: turn_duration"] == 1


def test_what_is_said_while_the_model_is_at_it_begins_no_iteration(log: Log) -> None:
    log.calls("m1", "Bash", "t1", command="ls")
    log.result("t1")
    log.prompt("and hurry")
    log.answer("m2", TEXT)
    told = Told(log)
    assert told.kinds.count("iteration_start") == 2
    assert (told.the("custom").data["message"], told.the("custom").iteration) == ("and hurry", 2)

"""For each rule, traces that must fire and near misses that must not."""

from __future__ import annotations

from typing import Any

import pytest

from .agents import quiet_agent, sent, worker, workers
from .calls import (
    USUAL,
    Made,
    after_a_loop,
    asks,
    blind,
    called_then_quiet,
    churn,
    commands,
    durations,
    edit,
    failures,
    finish,
    fruitless,
    hung,
    known_edits,
    mixed,
    patched,
    polls,
    reads,
    reads_with,
    run,
    tail,
    troubles,
    turns,
    written,
)
from .prompts import CUT, budgets, forgetful, prompts, refills, responses, result_of

FIRES: dict[str, list[Made]] = {
    "cycle": [turns("make a", "make b"), turns("make a", "make b", "make c"), turns("a", "b", "c", "d", rounds=4)],
    "near_repeat": [
        commands("curl host/1", "curl host/2", "curl host/3", "curl host/44"),
        asks("run_sql", *[{"sql": "select 1", "timeout": seconds} for seconds in (5, 10, 20, 40)]),
        asks("web_fetch", *[{"url": f"https://host/jobs?ts={number}"} for number in range(4)]),
        asks("web_search", *[{"query": "flaky test", "request_id": number} for number in range(4)]),
        asks("bash", *[{"command": "make", "timeout": number} for number in range(4)]),
    ],
    "polling": [
        polls([5, 5, 6, 5, 5]),
        polls([30, 30, 30, 30, 30, 30], "sleep 5; squeue"),
        polls([9] * 12, "sleep 9", "tail build.log"),
    ],
    "no_progress": [fruitless(8)],
    "duplicate_read": [reads("a.py", "a.py", "a.py"), reads_with(lambda trace: run(trace, 9, "pytest -q"))],
    "serial_reads": [reads("a.py", "b.py", "c.py", "d.py")],
    "blind_edit": [blind("src/a.py"), blind("src/a.py", first="cat src/b.py")],
    "edit_churn": [churn(5)],
    "error_loop": [failures(("make 1", True), ("make 2", True), ("make 3", True)), failures(*[("make", True)] * 3)],
    "failure_rate": [mixed("....xxxxx")],
    "slow_outlier": [durations(*USUAL, 5_001)],
    "hung_call": [hung(125), hung(1, session_ends=True)],
    "retry_storm": [troubles(5, 10)],
    "tail_spin": [tail(5), tail(5, of_turn=True)],
    "stuck": [after_a_loop(), after_a_loop(("make y", True)), fruitless(8), called_then_quiet],
    "unverified_finish": [
        finish("read", "edit", "end"),
        finish("read", "edit", "run", "edit", "end"),
        finish("read", "edit", "turn"),
        finish("read", "edit", "turn", "end"),
        finish("read", "edit", "turn", "edit", "turn", "read", "turn", "end"),
    ],
    "silent_agent": [quiet_agent(302)],
    "low_yield_agent": [worker(50_000, result="none"), worker(90_000, result="")],
    "redone_agent": [sent("find the callers", "Find  the callers"), sent("find the callers", "x", "find the callers")],
    "overlapping_workers": [workers("a.py", "a.py")],
    "useless_compaction": [prompts(50_000, *CUT, 41_000), prompts(50_000, "compaction_end", 60_000, agent="a")],
    "compaction_thrash": [refills(90_000, 80_000, 90_000)],
    "amnesia": [forgetful("a.py", "b.py", "c.py"), forgetful("a.py", "b.py", "c.py", change="d.py", calls=26)],
    "oversized_result": [result_of(10_000)],
    "burn_forecast": [budgets(0.5, 0.6, 0.7, 0.8, 0.9)],
    "cache_break": [responses((9_000, 100, 1_000), (0, 10_100, 0)), responses((9_000, 100, 1_000), (8_000, 2_100, 0))],
    "never_cached": [responses(*[(0, 4_096, 0)] * 5)],
    "write_churn": [responses(*[(600, 500, 3_000)] * 10)],
    "alternating_misses": [responses(*[(9_000, 500, 0), (0, 9_500, 0)] * 3)],
    "frozen_boundary": [responses(*[(5_000, sent, 0) for sent in (1_000, 1_400, 1_800, 2_100, 2_200)])],
    "repeated_expiry": [responses((9_000, 100, 1_000), *[(0, 100, 10_000)] * 3, pause=301)],
}
MISSES: dict[str, list[Made]] = {
    "cycle": [
        turns("make a", "make b", rounds=2),
        turns("make a", "make b", rounds=5, change=True),
        turns("make a", rounds=9),
        commands("make a", "make b", "make a", "make b", "make c", "make a", "make b"),
    ],
    "near_repeat": [
        commands("curl host/1", "curl host/2", "curl host/3"),
        commands(*["curl host/1"] * 4),
        commands(*[f"sed -n {number}p a.py" for number in range(9)]),
        commands("curl a/1", "touch f", "curl a/2", "touch g", "curl a/3", "touch h", "curl a/4"),
        asks("run_sql", *[{"sql": "select 1", "page": page} for page in range(6)]),
        asks("run_sql", *[{"sql": f"select {what}", "timeout": 5} for what in "abcdef"]),
        asks("web_fetch", *[{"url": f"https://host/issues/{number}"} for number in range(6)]),
        asks("web_fetch", *[{"url": f"https://host/list?page={number}"} for number in range(6)]),
        asks("read_file", *[{"path": "a.py", "offset": 100 * number} for number in range(6)]),
        asks("bash", *[{"command": "make", "cwd": folder} for folder in "abcdef"]),
    ],
    "polling": [
        polls([5, 5, 5, 5]),
        polls([5, 5, 90, 5, 5]),
        polls([5, 5, 5, 5, 5], "pytest -q"),
        polls([5] * 12, "cat a.log", "cat b.log"),
        polls([5] * 12, "sleep 5", *[f"grep {name} a.log" for name in "abcdef"]),
    ],
    "no_progress": [fruitless(7), fruitless(12, passes_in=7)],
    "duplicate_read": [
        reads("a.py", "a.py", "b.py"),
        reads_with(lambda trace: edit(trace, 9)),
        reads_with(lambda trace: run(trace, 9, "sed -i s/a/b/ a.py")),
        reads_with(lambda trace: trace.add("compaction_end", 9)),
    ],
    "serial_reads": [
        reads("a.py", "b.py", "c.py"),
        reads("a.py", "b.py", "c.py", "d.py", together=True),
        reads("a.py", "b.py", "a.py", "b.py"),
    ],
    "blind_edit": [
        lambda trace: known_edits(trace, range(1, 3)),
        written,
        patched,
        blind("a/b.py", first="grep x b.py"),
    ],
    "edit_churn": [churn(4), churn(6, failing=False), churn(6, apart=4)],
    "error_loop": [
        failures(("make", True), ("make", True), ("make", False), ("make", True)),
        failures(("make a", True), ("make b", True), ("make c", True)),
    ],
    "failure_rate": [mixed("xxxxxxx"), mixed("xxxxx.....")],
    "slow_outlier": [durations(*USUAL[:-1], 5_001), durations(*USUAL, 4_999), durations(*[2_000] * 20, 7_900)],
    "hung_call": [hung(115), hung(500, ends=True)],
    "retry_storm": [troubles(4, 1), troubles(9, 16)],
    "tail_spin": [
        tail(4),
        tail(9, ends=False),
        tail(9, of_turn=True, goes_on=True),
        tail(9, change_in=8),
        tail(9, new_in=8),
    ],
    "stuck": [
        after_a_loop(("make y", False)),
        failures(("make x", True), ("make x", True), ("make y", False)),
        lambda trace: trace.quiet(range(1, 20)),
    ],
    "unverified_finish": [
        finish("read", "edit", "run", "end"),
        finish("read", "edit"),
        finish("read", "edit", "turn", "read"),
        finish("read", "edit", "turn", "run", "turn", "end"),
        finish("read", "note", "end"),
        lambda trace: [trace.tool(1, "write_file", args={"path": ".github/CODEOWNERS"}), trace.add("session_end")],
        finish("read", "end"),
    ],
    "silent_agent": [
        quiet_agent(299),
        quiet_agent(400, calls=True),
        quiet_agent(400, completes=True),
        quiet_agent(400, recorded=False),
    ],
    "low_yield_agent": [
        worker(49_999, result="none"),
        worker(90_000, result=None),
        worker(90_000, result="x" * 101),
        worker(90_000, result="done", edits=True),
        worker(90_000, result="", kind="subagent_error"),
    ],
    "redone_agent": [
        sent("find the callers", "find the callees"),
        sent("find the callers", "find the callers", ends="subagent_error"),
        sent("find the callers", "find the callers", ends=""),
        sent("look", "look"),
    ],
    "overlapping_workers": [workers("a.py", "b.py"), workers("a.py", "a.py", apart=True)],
    "useless_compaction": [
        prompts(50_000, *CUT, 40_000),
        prompts(50_000, 49_000, 48_000),
        prompts(*CUT, 50_000),
        prompts(50_000, *CUT),
    ],
    "compaction_thrash": [
        refills(90_000, 90_000),
        refills(90_000, 60_000, 40_000),
        refills(90_000, 90_000, 90_000, responses=11),
    ],
    "amnesia": [
        forgetful("a.py", "b.py"),
        forgetful("a.py", "b.py", "c.py", change="c.py"),
        forgetful("a.py", "b.py", "x.py", "y.py"),
        forgetful("a.py", "b.py", "c.py", calls=28),
        reads("a.py", "b.py", "c.py", "a.py", "b.py", "c.py"),
    ],
    "oversized_result": [result_of(9_999)],
    "burn_forecast": [budgets(0.1, 0.2, 0.3, 0.4), budgets(0.5, 0.52, 0.54, 0.56, 0.58), budgets(0.9, 0.1, 0.2, 0.3)],
    "cache_break": [
        responses((9_000, 100, 1_000), (8_001, 2_100, 0)),
        responses((9_000, 100, 1_000), (0, 10_100, 0), between="compaction_end"),
    ],
    "never_cached": [responses(*[(0, 4_096, 0)] * 4), responses(*[(0, 4_095, 0)] * 9)],
    "write_churn": [responses(*[(600, 500, 3_000)] * 9), responses(*[(900, 500, 3_000)] * 12)],
    "alternating_misses": [responses(*[(9_000, 500, 0), (0, 9_500, 0)] * 2)],
    "frozen_boundary": [responses(*[(5_000, sent, 0) for sent in (1_000, 1_400, 1_800, 2_000, 2_199)])],
    "repeated_expiry": [responses((9_000, 100, 1_000), *[(0, 100, 10_000)] * 3, pause=300)],
}


def cases(of: dict[str, list[Made]]) -> list[Any]:
    return [
        pytest.param(rule, make, id=f"{rule}-{number}") for rule, made in of.items() for number, make in enumerate(made)
    ]

"""Each rule of the second pass: a trace that must fire, near misses that must not, thresholds and muting."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from tracetop.analysis.cache.losses import CacheLosses
from tracetop.analysis.rules.catalogue import RULES
from tracetop.analysis.rules.findings import CATEGORIES, Finding, describe
from tracetop.analysis.rules.second_pass import SecondPass
from tracetop.analysis.rules.thresholds import THRESHOLDS, Tuning
from tracetop.analysis.rules.waste import assess
from tracetop.analysis.tree.tree import Tree
from tracetop.collector.events import TraceEvent

from .conftest import without_iterations

Made = Callable[[Any], object]


def findings(trace: Any, tuning: Tuning | None = None) -> list[Finding]:
    view = trace.view()
    found = SecondPass(view.session, tuning or Tuning(), CacheLosses(view.session, trace.events.__getitem__))
    found.extend_to_end()
    told = [describe(episode, view, None, found.tuning) for episode in found.standing(view.at)]
    assert all(isinstance(finding, Finding) for finding in told)
    return told  # type: ignore[return-value]


def run(trace: Any, iteration: int, command: str, **more: Any) -> None:
    trace.tool(iteration, "bash", args={"command": command}, **more)


def read(trace: Any, iteration: int, path: str, **more: Any) -> None:
    trace.tool(iteration, "read_file", args={"path": path}, **more)


def edit(trace: Any, iteration: int, path: str = "a.py", text: str = "x", **more: Any) -> None:
    trace.tool(iteration, "edit_file", args={"path": path, "new": text}, **more)


def known_edits(trace: Any, numbers: range) -> None:
    read(trace, numbers.start, "a.py")
    for number in numbers:
        edit(trace, number, text=str(number))


def turns(*commands: str, rounds: int = 3, change: bool = False) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(rounds):
            for command in commands:
                run(trace, number + 1, command)
            if change:
                edit(trace, number + 1)

    return make


def commands(*all_of_them: str) -> Made:
    def make(trace: Any) -> None:
        for number, command in enumerate(all_of_them, 1):
            run(trace, number, command)

    return make


def asks(tool: str, *all_of_them: dict[str, Any]) -> Made:
    def make(trace: Any) -> None:
        for number, arguments in enumerate(all_of_them, 1):
            trace.tool(number, tool, args=arguments)

    return make


def polls(gaps: list[float], *commands: str) -> Made:
    """One command after the other, from the first again behind the last."""

    def make(trace: Any) -> None:
        turns = cycle(commands or ("gh run view 7",))
        for number, gap in enumerate(gaps, 1):
            trace.now += gap
            run(trace, number, next(turns))

    return make


def fruitless(iterations: int, *, passes_in: int = 0) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(2, iterations + 2):
            read(trace, number, "a.py") if number % 2 else run(trace, number, f"make {number}", failed=True)
            if number == passes_in:
                run(trace, number, "make check")

    return make


def reads(*paths: str, together: bool = False) -> Made:
    def make(trace: Any) -> None:
        for number, path in enumerate(paths, 1):
            read(trace, 1 if together else number, path)
        trace.add("iteration_start", len(paths) + 1)

    return make


def reads_with(between: Made) -> Made:
    def make(trace: Any) -> None:
        for number in range(1, 4):
            read(trace, number, "a.py")
            between(trace)

    return make


def churn(edits: int, *, failing: bool = True, apart: int = 1) -> Made:
    def make(trace: Any) -> None:
        read(trace, 1, "a.py")
        for number in range(1, edits + 1):
            edit(trace, number * apart, text=str(number))
            run(trace, number * apart, "pytest -q", failed=failing)
            for between in range(1, apart):
                trace.add("iteration_start", number * apart + between)

    return make


def failures(*pairs: tuple[str, bool]) -> Made:
    def make(trace: Any) -> None:
        for number, (command, failed) in enumerate(pairs, 1):
            run(trace, number, command, failed=failed)

    return make


def mixed(outcomes: str) -> Made:
    def make(trace: Any) -> None:
        for number, outcome in enumerate(outcomes):
            trace.tool(number, "fetch", args={"id": f"{number}{'x' * number}"}, failed=outcome == "x")

    return make


def durations(*milliseconds: float) -> Made:
    def make(trace: Any) -> None:
        for number, duration in enumerate(milliseconds):
            trace.tool(number, "fetch", args={"id": number}, duration_ms=duration)

    return make


def hung(seconds: float, *, ends: bool = False, session_ends: bool = False) -> Made:
    def make(trace: Any) -> None:
        start = trace.add("tool_start", 1, tool_name="fetch", args={"id": 1})
        trace.now += seconds
        trace.llm(2)
        if ends:
            trace.add("tool_end", 2, parent=start, tool_name="fetch")
        if session_ends:
            trace.add("session_end")

    return make


def troubles(count: int, gap: float) -> Made:
    def make(trace: Any) -> None:
        for _ in range(count):
            trace.now += gap
            trace.add("llm_retry", 1)

    return make


def tail(
    iterations: int,
    *,
    ends: bool = True,
    of_turn: bool = False,
    goes_on: bool = False,
    change_in: int = 0,
    new_in: int = 0,
) -> Made:
    def make(trace: Any) -> None:
        known_edits(trace, range(1, 2))
        run(trace, 2, "pytest -q")
        for number in range(3, iterations + 3):
            run(trace, number, "pytest -q")
            if number == change_in:
                edit(trace, number)
            if number == new_in:
                read(trace, number, "b.py")
        if ends:
            trace.add("custom", name="turn_end") if of_turn else trace.add("session_end")
        if goes_on:
            read(trace, iterations + 3, "a.py")

    return make


def finish(*steps: str) -> Made:
    does: dict[str, Callable[[Any, int], None]] = {
        "read": lambda trace, number: read(trace, number, "a.py"),
        "edit": lambda trace, number: edit(trace, number),
        "note": lambda trace, number: trace.tool(number, "write_file", args={"path": "notes.md"}),
        "run": lambda trace, number: run(trace, number, "pytest -q"),
        "end": lambda trace, number: trace.add("session_end"),
        "turn": lambda trace, number: trace.add("custom", name="turn_end"),
    }

    def make(trace: Any) -> None:
        for number, step in enumerate(steps, 1):
            does[step](trace, number)

    return make


def blind(*paths: str, first: str = "") -> Made:
    def make(trace: Any) -> None:
        if first:
            run(trace, 1, first)
        for path in paths:
            edit(trace, 2, path)

    return make


def written(trace: Any) -> None:
    trace.tool(1, "write_file", args={"path": "a.py", "content": ""})
    edit(trace, 2, "a.py")


def patched(trace: Any) -> None:
    trace.tool(1, "apply_patch", args={"files": ["new.py"]})
    trace.add("file_change", 1, path="src/new.py", action="create")
    trace.tool(2, "apply_patch", args={"path": "src/new.py"})


def after_a_loop(*later: tuple[str, bool]) -> Made:
    """The same command fails three times, then these run."""
    return failures(("make x", True), ("make x", True), ("make x", True), *later)


def called_then_quiet(trace: Any) -> None:
    run(trace, 1, "make")
    trace.quiet(range(2, 20))


USUAL = [100.0] * 20


def responses(*requests: tuple[int, int, int], pause: float = 1.0, between: str = "") -> Made:
    """What each read from the cache, sent uncached and wrote."""

    def make(trace: Any) -> None:
        for number, (cached, sent, written) in enumerate(requests, 1):
            trace.add("iteration_start", number)
            trace.now += pause - 2.0
            trace.llm(number, cache_read_tokens=cached, input_tokens=sent, cache_write_tokens=written)
            if between:
                trace.add(between, number)

    return make


def prompts(*lengths: int | str, agent: str | None = None) -> Made:
    """Responses to prompts of these lengths; where a word stands, an event of that kind."""

    def make(trace: Any) -> None:
        for number, length in enumerate(lengths, 1):
            if isinstance(length, str):
                trace.add(length, agent=agent)
            else:
                trace.llm(number, input_tokens=length, output_tokens=10, agent=agent)

    return make


CUT = ("compaction_start", "compaction_end")


def refills(*peaks: int, responses: int = 3) -> Made:
    """A compaction at each of these lengths of the prompt, which then grows again over so many responses."""

    def make(trace: Any) -> None:
        for peak in peaks:
            prompts(*[round(peak * step / responses) for step in range(1, responses + 1)], *CUT)(trace)

    return make


def forgetful(*again: str, change: str = "", calls: int = 0) -> Made:
    """Reads of four files, a compaction, then reads of these."""

    def make(trace: Any) -> None:
        for path in ("a.py", "b.py", "c.py", "d.py"):
            read(trace, 1, path)
        trace.add("compaction_end", 1)
        if change:
            edit(trace, 2, change)
        for number in range(calls):
            run(trace, 2, f"step {number}{'x' * number}")
        for path in again:
            read(trace, 3, path)

    return make


def result_of(tokens: int) -> Made:
    """A result that the prompt grows by so much for, beyond the answer before it."""

    def make(trace: Any) -> None:
        trace.llm(1, input_tokens=1_000, output_tokens=100)
        read(trace, 1, "big.log")
        trace.llm(2, input_tokens=1_100 + tokens, output_tokens=100)
        trace.llm(3, input_tokens=1_200 + tokens, output_tokens=100)

    return make


def budgets(*shares: float) -> Made:
    """An iteration for each of these shares of the budget that are used."""

    def make(trace: Any) -> None:
        for number, share in enumerate(shares, 1):
            trace.add("iteration_start", number)
            trace.add("budget_check", number, usage_fraction=share, status="ok")

    return make


def quiet_agent(seconds: float, *, calls: bool = False, completes: bool = False, recorded: bool = True) -> Made:
    """A sub-agent that answers once, and nothing of it for so many seconds while the main agent goes on."""

    def make(trace: Any) -> None:
        trace.add("subagent_spawn", 1, agent="w", task="look around")
        if recorded:
            trace.llm(1, agent="w")
        if calls:
            trace.add("tool_start", 1, agent="w", tool_name="bash", args={"command": "make"})
        if completes:
            trace.add("subagent_complete", 1, agent="w")
        trace.now += seconds - 1
        trace.llm(2)

    return make


def worker(tokens: int, *, result: str | None, edits: bool = False, kind: str = "subagent_complete") -> Made:
    def make(trace: Any) -> None:
        trace.add("subagent_spawn", 1, agent="w", task="find all callers")
        trace.llm(1, agent="w", input_tokens=tokens - 100)
        if edits:
            trace.tool(1, "edit_file", args={"path": "a.py", "new": "x"}, agent="w")
        trace.add(kind, 1, agent="w", **({} if result is None else {"result": result}))

    return make


def sent(*tasks: str, ends: str = "subagent_complete") -> Made:
    """One sub-agent after another, each sent for one of these tasks."""

    def make(trace: Any) -> None:
        for number, task in enumerate(tasks):
            trace.add("subagent_spawn", 1, agent=f"w{number}", task=task)
            if ends:
                trace.add(ends, 1, agent=f"w{number}")

    return make


def workers(first: str, second: str, *, apart: bool = False) -> Made:
    """Two workers, each of which edits a file; side by side, or `apart`, one after the other."""

    def make(trace: Any) -> None:
        for name, path in (("a", first), ("b", second)):
            trace.add("swarm_task_start", 1, task_id=name)
            if apart or name == "b":
                edits = (("a", first), ("b", second)) if not apart else ((name, path),)
                for worker_name, file in edits:
                    trace.tool(1, "edit_file", args={"path": file, "new": worker_name}, agent=worker_name)
            if apart:
                trace.add("swarm_task_complete", 1, task_id=name)

    return make


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


def test_every_rule_has_its_words_its_thresholds_and_its_traces() -> None:
    categories = [rule.CATEGORY for rule in RULES]
    assert sorted(categories) == sorted(CATEGORIES) == sorted(FIRES) == sorted(MISSES)
    assert {threshold.rule for threshold in THRESHOLDS} == set(categories)
    assert all(threshold.least <= threshold.default <= threshold.most for threshold in THRESHOLDS)


@pytest.mark.parametrize(("rule", "make"), cases(FIRES))
def test_it_fires_once(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    (finding,) = [finding for finding in findings(trace) if finding.category == rule]
    assert finding.events
    assert list(finding.events) == sorted(finding.events)
    assert finding.confidence in ("high", "medium", "low")
    assert finding.title
    assert finding.description
    assert finding.thresholds


@pytest.mark.parametrize(("rule", "make"), cases(MISSES))
def test_it_leaves_a_near_miss_alone(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    assert rule not in {finding.category for finding in findings(trace)}


@pytest.mark.parametrize(("rule", "make"), cases(FIRES))
def test_a_muted_rule_says_nothing(rule: str, make: Made, trace: Any) -> None:
    make(trace)
    assert rule not in {finding.category for finding in findings(trace, Tuning(muted=frozenset({rule})))}


LOOPS = ("cycle", "near_repeat", "polling", "no_progress", "duplicate_read", "error_loop", "tail_spin")


@pytest.mark.parametrize(
    ("rule", "make"), cases({**{rule: FIRES[rule] for rule in LOOPS}, "stuck": FIRES["stuck"][:3]})
)
@pytest.mark.parametrize("field", ["path", "file_path"])
def test_a_file_changed_between_is_work_whoever_tells_of_it(rule: str, make: Made, field: str, trace: Any) -> None:
    make(trace)
    made, trace.events = trace.events, []
    for event in made:
        trace.events.append(event)
        if event.kind in ("tool_end", "tool_error"):
            data = {field: "/repo/a.py", "agent_id": event.data.get("agent_id")}
            trace.events.append(TraceEvent("file_change", event.timestamp, "s1", iteration=event.iteration, data=data))
    assert rule not in {finding.category for finding in findings(trace)}


@pytest.mark.parametrize("rule", ["no_progress", "edit_churn", "serial_reads", "tail_spin"])
def test_rules_that_count_iterations_count_answers_where_none_are_told(rule: str, trace: Any) -> None:
    FIRES[rule][0](trace)
    made, trace.events, last = trace.events, [], 0
    for event in made:
        if event.iteration not in (last, None):
            trace.llm()
            last = event.iteration
        trace.events += without_iterations([event])
    trace.llm()
    assert rule in {finding.category for finding in findings(trace)}


def test_another_file_changed_between_leaves_a_read_repeated(trace: Any) -> None:
    for number in range(3):
        read(trace, number, "/repo/a.py")
        trace.add("file_change", number, path="b.py")
    assert [finding.category for finding in findings(trace)] == ["duplicate_read"]


def test_a_path_told_from_another_folder_is_the_same_file(trace: Any) -> None:
    for number in range(4):
        read(trace, number, "/repo/src/a.py")
        edit(trace, number, "src/a.py")
    assert "duplicate_read" not in {finding.category for finding in findings(trace)}


def test_a_threshold_of_the_user_holds_and_is_told(trace: Any) -> None:
    turns("make a", "make b", rounds=3)(trace)
    tuning = Tuning({"cycle.rounds": 4})
    assert not findings(trace, tuning)
    turns("make a", "make b", rounds=1)(trace)
    turns("make a", "make b", rounds=4)(trace)
    (finding,) = [finding for finding in findings(trace, tuning) if finding.category == "cycle"]
    assert finding.thresholds == ("4 rounds of the same 2 to 4 calls (yours; default 3)",)


def test_a_cycle_that_goes_on_is_one_finding_that_grows(trace: Any) -> None:
    turns("make a", "make b", rounds=7)(trace)
    (finding,) = [finding for finding in findings(trace) if finding.category == "cycle"]
    assert finding.title.startswith("7 rounds of bash → bash")
    assert finding.count == 14


def test_a_call_that_ends_after_all_does_not_hang(trace: Any) -> None:
    start = trace.add("tool_start", 1, tool_name="fetch", args={"id": 1})
    trace.now += 200
    trace.llm(2)
    assert [finding.category for finding in findings(trace)] == ["hung_call"]
    trace.add("tool_end", 2, parent=start, tool_name="fetch")
    assert not findings(trace)


def test_what_the_rounds_after_the_first_cost_is_counted(trace: Any) -> None:
    for number in range(1, 5):
        trace.add("iteration_start", number)
        trace.llm(number, cost=0.5, tokens=1_000)
        run(trace, number, "make a")
        run(trace, number, "make b")
    trace.add("iteration_start", 5)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "cycle"]
    toll = assess(episode, Tree(view)).toll
    assert (toll.tokens, toll.cost, toll.is_derived) == (3_000, 1.5, True)
    assert toll.words() == ["~$1.50", "~3.00k tokens"]


def test_lanes_are_judged_apart(trace: Any) -> None:
    for number in range(1, 4):
        trace.tool(number, "bash", args={"command": "make a"}, agent="a")
        trace.tool(number, "bash", args={"command": "make b"}, agent="b")
    assert not findings(trace)


def test_a_run_is_stuck_from_the_loop_on_and_what_came_after_is_told_exactly(trace: Any) -> None:
    for number in range(1, 7):
        trace.add("iteration_start", number)
        trace.llm(number, cost=0.5, tokens=1_000)
        run(trace, number, "make x", failed=True)
    trace.add("session_start", goal="again")
    trace.llm(1, cost=9.0)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "stuck"]
    assert trace.events[episode.raised].iteration == 3
    assessment = assess(episode, Tree(view))
    assert (assessment.toll.tokens, assessment.toll.cost, assessment.is_final) == (3_000, 1.5, True)
    assert assessment.toll.words()[:2] == ["$1.50", "3.00k tokens"]


def test_a_run_that_makes_progress_again_was_not_stuck(trace: Any) -> None:
    after_a_loop()(trace)
    stuck_at = len(trace.events)
    run(trace, 4, "make y")
    found = SecondPass(trace.view().session)
    found.extend_to_end()
    assert "stuck" in {episode.category for episode in found.standing(stuck_at)}
    assert "stuck" not in {episode.category for episode in found.standing(len(trace.events))}


def test_another_agent_that_is_stuck_leaves_the_others_alone(trace: Any) -> None:
    for number in range(1, 4):
        run(trace, number, "make x", agent="a", failed=True)
        run(trace, number, f"make {'abc'[number - 1]}")
    trace.llm(4, cost=0.5, tokens=100)
    trace.llm(4, cost=0.25, tokens=50, agent="a")
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "stuck"]
    toll = assess(episode, Tree(view)).toll
    assert (view.session.lanes.names.name(episode.lane), toll.tokens, toll.cost) == ("a", 50, 0.25)


def finding_of(trace: Any, category: str) -> Finding:
    (found,) = [finding for finding in findings(trace) if finding.category == category]
    return found


def test_a_small_compaction_is_meant_to_save_little(trace: Any) -> None:
    trace.llm(1, input_tokens=50_000)
    trace.add("compaction_end", micro=True)
    trace.llm(2, input_tokens=49_000)
    session = trace.view().session
    for event_of, raised in ((None, 1), (trace.events.__getitem__, 0)):
        found = SecondPass(session, losses=CacheLosses(session, event_of))
        found.extend_to_end()
        categories = [episode.category for episode in found.standing(session.count)]
        assert categories.count("useless_compaction") == raised


def test_large_results_of_one_tool_are_one_finding_with_their_rent(trace: Any) -> None:
    result_of(12_000)(trace)
    trace.llm(4, input_tokens=13_300, cost=0.1331 + 0.05)
    view = trace.view()
    found = SecondPass(view.session)
    found.extend_to_end()
    (episode,) = [episode for episode in found.standing(view.at) if episode.category == "oversized_result"]
    toll = assess(episode, Tree(view)).toll
    assert toll.tokens == 2 * 12_000
    assert toll.is_derived
    assert "put ~12.0k tokens" in finding_of(trace, "oversized_result").title


def test_a_budget_that_lasts_again_is_no_finding_any_more(trace: Any) -> None:
    budgets(0.5, 0.6, 0.7, 0.8, 0.9)(trace)
    session_end = len(trace.events)
    for number in range(6, 30):
        trace.add("iteration_start", number)
        trace.add("budget_check", number, usage_fraction=0.9001, status="ok")
    session = trace.view().session
    found = SecondPass(session, losses=CacheLosses(session, trace.events.__getitem__))
    found.extend_to_end()
    assert "burn_forecast" in {episode.category for episode in found.standing(session_end)}
    assert "burn_forecast" not in {episode.category for episode in found.standing(session.count)}


def test_an_agent_that_speaks_again_was_not_silent(trace: Any) -> None:
    quiet_agent(302)(trace)
    silent_until = len(trace.events)
    trace.llm(2, agent="w")
    session = trace.view().session
    found = SecondPass(session)
    found.extend_to_end()
    assert "silent_agent" in {episode.category for episode in found.standing(silent_until)}
    assert "silent_agent" not in {episode.category for episode in found.standing(session.count)}


def test_an_agent_that_waits_for_an_agent_of_its_own_is_not_silent(trace: Any) -> None:
    trace.add("subagent_spawn", 1, agent="w", task="look around")
    trace.llm(1, agent="w")
    trace.add("subagent_spawn", 1, agent="x", parent_agent_id="w", task="look closer")
    for _ in range(20):
        trace.now += 100
        trace.llm(1, agent="x")
    assert "silent_agent" not in {finding.category for finding in findings(trace)}


def test_what_agents_took_is_told(trace: Any) -> None:
    sent("find the callers", "find the callers")(trace)
    worker(60_000, result="none")(trace)
    view = trace.view()
    found = SecondPass(view.session, losses=CacheLosses(view.session, trace.events.__getitem__))
    found.extend_to_end()
    tolls = {each.category: assess(each, Tree(view)).toll.tokens for each in found.standing(view.at)}
    assert tolls["low_yield_agent"] == 60_000
    assert tolls["redone_agent"] is None

"""As of event N the dashboard is what it was then: whichever way one came, and whatever followed."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.cursor import Mode
from tracetop.app.dashboard.ribbon.cells import Axis, draw
from tracetop.app.dashboard.ribbon.marks import IssueMarks
from tracetop.app.dashboard.ribbon.ribbon import Ribbon
from tracetop.app.trace import load_trace

REPOSITORY = Path(__file__).resolve().parents[4]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces") / "attocode"
CHANCE = ("chance 1", "chance 2")
REAL = ("cli-compaction", "cli-tui-two-prompts", "swarm", "cli-doom-stream")
PARTS = ("strip", "timeline", "tree", "tokens", "cache", "issues")
PLACES_EACH = 2
WHERE = [*((name, (160, 48)) for name in (CHANCE[0], *REAL)), *((name, (80, 24)) for name in ("demo", CHANCE[1]))]


def real(name):
    path = TRACES / f"{name}.jsonl"
    if not path.exists():
        message = f"no trace {path}; set TRACETOP_TRACES to the folder of real traces"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return path


def generated(line, path, seed):
    """A trace of chance: runs, iterations, sub-agents, calls that fail, stream or never end, compactions, warnings."""
    rng, number, lines = random.Random(seed), 0, [line("session_start", goal="by chance", model="claude-test")]
    agents = (None, None, None, "a1", "a2")
    while len(lines) < 160:
        agent = rng.choice(agents)
        about = {} if agent is None else {"agent_id": agent}
        kind = rng.choice(("iteration", "llm", "llm", "tool", "tool", "tool", "spawn", "compact", "other", "run"))
        if kind == "iteration":
            number += 1
            lines.append(line("iteration_start", number, **about))
        elif kind == "llm":
            read, sent = rng.choice((0, 2_000, 9_000)), rng.randrange(1_000, 4_000)
            if rng.random() < 0.3:
                lines.append(line("llm_request", number, model="claude-test", **about))
            if rng.random() < 0.3:
                lines.append(line("llm_response", number, metadata={"chunk_type": "text"}, **about))
            tokens = {"input_tokens": sent, "output_tokens": rng.choice((0, 50, 900)), "cache_read_tokens": read}
            lines.append(line("llm_response", number, model="claude-test", cost=sent / 1e5, **tokens, **about))
        elif kind == "tool":
            call = {"tool_name": rng.choice(("bash", "read_file")), "args": {"x": rng.randrange(3)}, **about}
            lines.append(line("tool_start", number, **call))
            if rng.random() < 0.8:
                end = rng.choice(("tool_end", "tool_end", "tool_error"))
                lines.append(line(end, number, duration_ms=rng.choice((5, 40_000)), **call))
        elif kind == "spawn":
            lines.append(line(rng.choice(("subagent_spawn", "subagent_complete", "subagent_timeout")), agent_id="a1"))
        elif kind == "compact":
            lines += [
                line("compaction_start", number, **about),
                line("compaction_end", number, tokens_saved=5, **about),
            ]
        elif kind == "other":
            lines.append(line(rng.choice(("budget_warning", "error", "mode_change", "context_overflow", "new_kind"))))
        elif rng.random() < 0.2:
            number = 0
            lines += [line("session_end"), line("session_start", goal="again")]
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def trace_called(demo, line, tmp_path):
    """Return a function that gives the path of a trace by its name: the demo, a real one, or one by chance."""

    def path_of(name):
        if name.startswith("chance"):
            return generated(line, tmp_path / f"{name}.jsonl", name)
        return demo if name == "demo" else real(name)

    return path_of


def what_is_said(it):
    return {part: it.crop(f"#trace-{part}") for part in PARTS}


def places_in(count, seed):
    """Numbers of events to go to, up and down, the first and the last among them."""
    rng = random.Random(seed)
    return [rng.randrange(1, count + 1) for _ in range(PLACES_EACH)] + [1, count]


async def seek(it, number):
    it.screen.seek(number)
    await it.settle()
    assert it.screen.frame.view.at == number


def assert_ribbon_is_of(it, whole, events):
    """What the ribbon shows of the events so far is what a trace that ends there says, on an axis of the whole."""
    ribbon = it.screen.query_one(Ribbon)
    trace = load_trace(events)
    session = trace.session
    trace.second_pass(session).extend_to_end()
    phases, issues = PhaseIndex(session), IssueMarks(session)
    while not (phases.extend() and issues.extend()):
        pass
    expected = draw(session.view(), phases, issues, Axis(whole, ribbon.size.width - 2))
    assert ribbon._picture.cells == expected.cells


def shorter(path, number, folder):
    """A copy of a trace that ends with an event, under the same name."""
    copy = folder / str(number) / path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    if copy.exists():
        return copy
    trace = load_trace(path)
    end = trace.session.positions[number] if number < trace.session.count else path.stat().st_size
    copy.write_bytes(path.read_bytes()[:end])
    return copy


@pytest.mark.parametrize(("name", "size"), WHERE)
async def test_the_screen_as_of_an_event_is_that_of_a_trace_that_ends_there(show, trace_called, tmp_path, name, size):
    path = trace_called(name)
    count = load_trace(path).session.count
    numbers = places_in(count, f"{name} {size}")
    said = {}
    async with show(path, size) as it:
        for number in numbers:
            await seek(it, number)
            said[number] = what_is_said(it)
            assert_ribbon_is_of(it, count, shorter(path, number, tmp_path))
    for number in set(numbers) - {count}:
        async with show(shorter(path, number, tmp_path), size) as it:
            await seek(it, number)
            for part, text in what_is_said(it).items():
                assert said[number][part] == text, (number, part)


@pytest.mark.parametrize(("name", "size"), WHERE)
async def test_playing_to_an_event_and_seeking_it_show_the_same_frame(show, trace_called, name, size):
    path = trace_called(name)
    played = {}
    async with show(path, size) as it:
        it.screen._timer.pause()
        wanted = sorted(set(places_in(it.count, f"played {name}")) - {it.count})
        it.screen.seek(1)
        it.screen.play(20)
        for number in wanted:
            for _ in range(100_000):
                if it.place + 1 >= number or it.screen.cursor.mode is not Mode.REPLAY:
                    break
                it.screen.on_tick()
            if it.screen.cursor.mode is not Mode.REPLAY:
                break
            it.screen.pause()
            await it.settle()
            played[it.place + 1] = it.text
            it.screen.play()
    assert played
    numbers = list(played)
    random.Random(name).shuffle(numbers)
    async with show(path, size) as it:
        it.screen._timer.pause()
        it.screen.replay.speed = 20.0
        for number in numbers:
            await seek(it, number)
            assert it.text == played[number], number


async def test_an_open_issue_is_told_as_of_the_cursor(show, demo):
    async with show(demo) as it:
        await it.press("5", "enter")
        episode = it.screen._episode
        assert "the whole" not in it.crop("#trace-inspector")
        it.screen.seek(episode.raised)  # the event before
        await it.settle()
        assert "not raised yet" in it.title("inspector")
        assert f"raised at event {episode.raised + 1}" in it.crop("#trace-inspector")
        it.screen.seek(episode.raised + 1)
        await it.settle()
        assert "not raised yet" not in it.title("inspector")
        assert "what to do" in it.crop("#trace-inspector")
        latest = episode.updates[-1]
        if latest > episode.raised:
            earlier = it.crop("#trace-inspector")
            it.screen.seek(it.count)
            await it.settle()
            assert it.crop("#trace-inspector") != earlier


# -- rewinding a live session


async def test_a_live_session_is_rewound_while_it_grows_and_nothing_is_lost_or_read_again(show, small, line):
    async with show(small) as it:
        tail, taken = it.screen.source._tail, []
        take = it.screen.source.trace.take
        it.screen.source.trace.take = lambda delivery: (taken.append(delivery.batch.lines), take(delivery))
        await it.press("space", "home", "full_stop", "full_stop")
        assert it.screen.frame.view.at == 3
        before = what_is_said(it)
        for number in range(1, 38):
            with small.open("ab") as file:
                file.write(line("checkpoint", 10, note=number))
        await it.until(lambda: "+37 new" in it.crop("#trace-transport"))
        assert what_is_said(it) == before
        assert sum(taken) == 37  # each line once
        assert tail.read_bytes == small.stat().st_size
        await it.press("end")
        assert it.screen.cursor.follows
        assert "67 events" in it.title("timeline")
        assert not it.screen.query_one("#trace-transport").display
        with small.open("ab") as file:
            file.write(line("error", message="live again"))
        await it.until(lambda: "68 events" in it.title("timeline"))


async def test_what_is_being_read_when_it_opens_is_not_new(show, demo):
    async with show(demo) as it:
        it.screen.seek(10)
        await it.settle()
        assert "new" not in it.crop("#trace-transport")

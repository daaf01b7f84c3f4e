"""As of event N the dashboard is what it was then: whichever way one came, and whatever followed."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tracetop.analysis.phases import PhaseIndex
from tracetop.app.dashboard.cursor import Mode
from tracetop.app.dashboard.ribbon import Ribbon
from tracetop.app.dashboard.ribbon_cells import Axis, draw
from tracetop.app.dashboard.ribbon_marks import IssueMarks
from tracetop.app.trace import load_trace

REPOSITORY = Path(__file__).resolve().parents[3]
TRACES = Path(os.environ.get("TRACETOP_TRACES") or REPOSITORY.parent / "shared" / "traces") / "attocode"
REAL = ("collector-typed", "collector-issues", "cli-compaction", "cli-tui-two-prompts", "swarm", "cli-doom-stream")
PARTS = ("strip", "timeline", "tree", "tokens", "cache", "issues")
PLACES_EACH = 4


def real(name):
    path = TRACES / f"{name}.jsonl"
    if not path.exists():
        message = f"no trace {path}; set TRACETOP_TRACES to the folder of real traces"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    return path


def what_is_said(it):
    return {part: it.crop(f"#trace-{part}") for part in PARTS}


def places_in(count, seed):
    """Numbers of events to go to, up and down, the first and the last among them."""
    rng = random.Random(seed)
    return [rng.randrange(1, count + 1) for _ in range(PLACES_EACH)] + [1, count, rng.randrange(1, count + 1)]


async def seek(it, number):
    it.screen.seek(number)
    await it.settle()
    assert it.screen.frame.view.at == number


def assert_ribbon_is_of(it, whole, events):
    """What the ribbon shows of the events so far is what a trace that ends there says, on an axis of the whole."""
    ribbon = it.screen.query_one(Ribbon)
    session = load_trace(events).session
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
    end = trace.session.events.position[number] if number < trace.session.count else path.stat().st_size
    copy.write_bytes(path.read_bytes()[:end])
    return copy


@pytest.mark.parametrize("name", ["demo", *REAL])
@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_the_screen_as_of_an_event_is_that_of_a_trace_that_ends_there(show, demo, tmp_path, name, size):
    path = demo if name == "demo" else real(name)
    count = load_trace(path).session.count
    numbers = places_in(count, f"{name} {size}")
    said = {}
    async with show(path, size) as it:
        for number in numbers:
            await seek(it, number)
            said[number] = what_is_said(it)
            assert_ribbon_is_of(it, count, shorter(path, number, tmp_path))
    for number in set(numbers):
        async with show(shorter(path, number, tmp_path), size) as it:
            await seek(it, number)
            for part, text in what_is_said(it).items():
                assert said[number][part] == text, (number, part)


@pytest.mark.parametrize("name", ["demo", *REAL])
@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_playing_to_an_event_and_seeking_it_show_the_same_frame(show, demo, name, size):
    path = demo if name == "demo" else real(name)
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

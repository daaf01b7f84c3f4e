"""The session strip: what it says, and in how few words where there is little room."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App
from tracetop.analysis.efficiency import Components, Efficiency
from tracetop.analysis.fold.session import Session
from tracetop.analysis.prices import Price, Prices
from tracetop.app.dashboard import strip as module
from tracetop.app.dashboard.cursor import Mode
from tracetop.app.dashboard.strip import Facts, SessionStrip, facts_of, freshness, state_of
from tracetop.collector.events import TraceEvent

START = 1_780_000_000.0


def event(kind, seconds, **data):
    return TraceEvent(kind=kind, timestamp=START + seconds, session_id="s1", iteration=None, data=data)


def view_of(*more, goal="Refactor the session store", model="claude-sonnet-4-20250514", prices=None):
    """A session of two minutes, in iteration 9: half of its tool calls failed."""
    session = Session(prices)
    session.apply_events(
        [
            event("session_start", 0, goal=goal, model=model),
            TraceEvent("iteration_start", START, "s1", iteration=9),
            event("llm_response", 1, input_tokens=40_000, cache_read_tokens=360_000, output_tokens=2000, cost=0.84),
            event("tool_error", 2, tool_name="bash"),
            event("tool_end", 126, tool_name="read", args=1),
            *more,
        ]
    )
    return session.view()


def lines(width, height=1, facts=None):
    """What the strip shows, line by line, as wide as it is."""
    facts = facts or facts_of(view_of(), Mode.LIVE, now=START + 128)
    laid_out = module.lay_out(facts, width, height)
    return ["".join(text for text, _ in cells) for cells in laid_out]


# -- what it says


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (200, " ● LIVE  Refactor the session store  claude-sonnet-4-20250514  it 9  2m 06s  402k tok  $0.84  cache 90%"
              "  score 64 ▇▄▇▄▁ weakest: errors  1 error  last event 2 s ago  "),
        (164, " ● LIVE  Refactor the session st…  claude-sonnet-4-20250514  it 9  2m 06s  402k tok  $0.84  cache 90%"
              "  score 64 ▇▄▇▄▁ weakest: errors  1 error  last event 2 s ago  "),
        (140, " ● LIVE  Refactor the session store  sonnet-4  it 9  2m 06s  402k tok  $0.84  cache 90%"
              "  score 64 weakest: errors  ✗ 1  last event 2 s ago  "),
        (120, " ● LIVE  Refactor the sessio…  sonnet-4  it 9  2m 06s  402k tok  $0.84  cache 90%"
              "  score 64 weakest: errors  2 s ago    "),
        (100, " ● LIVE  Refactor the se…  sonnet-4  it 9  2m 06s  402k tok  $0.84  cache 90%  score 64  2 s ago    "),
        (40, " ● LIVE  Refacto…  it 9  402k tok  $0.84"),
    ],
)  # fmt: skip
def test_where_there_is_less_room_it_says_it_shorter(width, line):
    assert lines(width) == [line]


def test_at_120_columns_nothing_of_the_glance_is_missing():
    for more in ([], [event("error", 127)] * 12, [event("compaction_start", 127)] * 3):
        goal = "Refactor the session store so that it reads and writes in batches of a hundred"
        line = lines(120, facts=facts_of(view_of(*more, goal=goal), Mode.PAUSED, now=START + 160))[0]
        for words in ("■ PAUSED", "Refactor the", "sonnet-4", "it 9", "402k tok", "$0.84", "cache 90%", "score ",
                      "weakest: ", " s ago"):  # fmt: skip
            assert words in line, (words, line)


@pytest.mark.parametrize(
    ("width", "first", "second"),
    [
        (80, " ● LIVE  Refactor the session s…  claude-sonnet-4-20250514  last event 2 s ago  ",
             " it 9  2m 06s  402k tok  $0.84  cache 90%  score 64 ▇▄▇▄▁ weakest: errors  ✗ 1"),
        (60, " ● LIVE  Refactor the session store    sonnet-4  2 s ago    ",
             " it 9  2m 06s  402k tok  $0.84  cache 90%  score 64"),
        (40, " ● LIVE  Refacto…  sonnet-4  2 s ago    ", " it 9  2m 06s  402k tok  $0.84"),
    ],
)  # fmt: skip
def test_on_two_lines_the_first_says_who_and_the_second_how_much(width, first, second):
    assert lines(width, 2) == [first, second]


@pytest.mark.parametrize("height", [1, 2])
def test_it_never_takes_more_than_its_width(height):
    for width in range(1, 230):
        facts = facts_of(view_of(goal="漢字" * 30, model="模型" * 30), Mode.REPLAY, now=START + 128, speed=16)
        assert all(cell_len(line) <= max(width, 22) for line in lines(width, height, facts)), width


def test_an_age_that_grows_moves_nothing_else():
    for width in range(80, 220):
        rest = set()
        for now in (127, 129, 140, 200, 245, 250, 900, 5_000):
            facts = facts_of(view_of(event("session_end", 126)), Mode.LIVE, now=START + now)
            words = freshness(START + 126, START + now, ended=True)
            line = lines(width, 1, facts)[0]
            assert words.removeprefix("ended ") in line, (width, now)
            rest.add(line.replace(words, "").replace(words.removeprefix("ended "), "").rstrip())
        assert len(rest) == 1, rest


@pytest.mark.parametrize("view", [view_of(), view_of(event("session_end", 126)), Session().view()])
def test_what_is_taken_from_facts_before_is_what_no_time_changes(view):
    before = facts_of(view, Mode.LIVE, now=START + 128, waiting="waiting for it")
    for mode in Mode:
        for now in (127.0, 130.0, 500.0, 90_000.0):
            said = {"now": START + now, "speed": 4.0, "waiting": "still waiting"}
            assert facts_of(view, mode, before=before, **said) == facts_of(view, mode, **said)


def test_an_unknown_figure_is_a_dash():
    session = Session()
    session.apply_events([event("session_start", 0, goal="x")])
    line = lines(120, facts=facts_of(session.view(), Mode.LIVE, now=START))[0]
    assert line.startswith(" ● LIVE  x  it –  0ms  – tok  –  cache –  score –  0 errors  last event just now")


def test_a_cost_that_was_estimated_says_so():
    response = event("llm_response", 1, input_tokens=1000, output_tokens=1000)
    prices = Prices({"claude-*": Price(input=10.0, output=10.0)})
    line = lines(160, facts=facts_of(view_of(response, prices=prices), Mode.LIVE, now=START))[0]
    assert "  ~$0.86  " in line
    assert "~$" not in lines(160)[0]


def test_before_the_first_event_it_says_what_it_waits_for():
    facts = facts_of(Session().view(), Mode.LIVE, now=START, waiting="no such file yet")
    assert lines(120, facts=facts)[0].startswith(" ○ WAITING  no such file yet  it –  –")


# -- its parts


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"), (0, "just now"), (1.5, "just now"), (2, "2 s ago"), (3.4, "3 s ago"), (119, "119 s ago"),
        (120, "2 min ago"), (3599, "59 min ago"), (7199, "119 min ago"), (7200, "2 h ago"), (172_799, "47 h ago"),
        (172_800, "2 days ago"), (86_400 * 400, "400 days ago"),
    ],
)  # fmt: skip
def test_freshness_is_told_in_a_unit_that_fits(seconds, words):
    assert freshness(START, START + seconds, ended=False) == f"last event {words}"
    assert freshness(START, START + seconds, ended=True) == f"ended {words}"


def test_there_is_no_freshness_without_a_time():
    assert freshness(None, START, ended=False) == ""


@pytest.mark.parametrize(
    ("mode", "now", "more", "state"),
    [
        (Mode.LIVE, 128, (), "● LIVE"),
        (Mode.LIVE, 126 + 3600, (), "● LIVE"),  # a long silence is no stall
        (Mode.LIVE, 127 + 3600, (), "○ IDLE"),
        (Mode.LIVE, 128, ("session_end",), "○ ENDED"),
        (Mode.PAUSED, 128, ("session_end",), "■ PAUSED"),
        (Mode.REPLAY, 128, (), "▶ REPLAY 4x"),
    ],
)
def test_the_state_in_a_word(mode, now, more, state):
    view = view_of(*(event(kind, 126) for kind in more))
    assert state_of(view, mode, START + now, 4.0)[0] == state


@pytest.mark.parametrize(
    ("model", "forms"),
    [
        ("claude-sonnet-4-20250514", ["claude-sonnet-4-20250514", "claude-sonnet-4", "sonnet-4", "sonnet-4"]),
        ("anthropic/claude-3-5-haiku-20241022", ["anthropic/claude-3-5-haiku-20241022", "anthropic/claude-3-5-haiku",
                                                 "3-5-haiku", "3-5-haiku"]),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", ["us.anthropic.claude-sonnet-4-20250514-v…",
                                                        "us.anthropic.claude-sonnet-4", "sonnet-4", "sonnet-4"]),
        ("-20250514", ["-20250514"] * 4),
        ("gpt-4o-2024-08-06", ["gpt-4o-2024-08-06", "gpt-4o", "gpt-4o", "gpt-4o"]),
        ("claude-opus-4@20250514", ["claude-opus-4@20250514", "claude-opus-4", "opus-4", "opus-4"]),
        ("qwen2.5-coder-32b-instruct", ["qwen2.5-coder-32b-instruct", "qwen2.5-coder-32b-instruct",
                                        "qwen2.5-coder-32b-instruct", "qwen2.5-cod…"]),
        ("claude-", ["claude-", "claude-", "claude-", "claude-"]),
        ("m", ["m", "m", "m", "m"]),
    ],
)  # fmt: skip
def test_a_model_is_named_in_fewer_words(model, forms):
    assert [form[0][0] for _, form in module.model_part(model)] == forms


def test_the_score_has_a_bar_for_each_component():
    components = Components(1.0, 0.5, 0.0, None, 0.2)
    bars = module._bars(Efficiency(50.0, components))
    assert bars == [("▇", "ok"), ("▄", "ok"), ("▁", "warn"), ("·", "muted"), ("▂", "ok")]
    assert Efficiency(50.0, components).weakest == "compaction_frequency"


def test_a_perfect_score_has_no_weakest_component():
    forms = [form for _, form in module.score_part(Efficiency(100.0, Components(1.0, 1.0, 1.0, 1.0, 1.0)))]
    assert ["".join(text for text, _ in form) for form in forms] == ["score 100 ▇▇▇▇▇", "score 100"]


# -- the widget


class Stage(App[None]):
    CSS = "Screen { layout: vertical; overflow: hidden; } SessionStrip { height: 2; }"

    def compose(self):
        yield SessionStrip(id="trace-strip")


async def test_hostile_text_stays_text(frame_text):
    for text in (
        "\x1b[31mred\x1b[0m",
        "[/oops][red]x",
        "a\nb\x00\u202ec",
        "e\u0301" * 9,
        "漢字" * 90,
        "\ue000",
        "-20250514",
    ):
        app = Stage()
        async with app.run_test(size=(80, 4)) as pilot:
            view = view_of(goal=text, model=text)
            app.query_one(SessionStrip).show(facts_of(view, Mode.LIVE, now=START + 128))
            await pilot.pause()
            frame = frame_text(app).split("\n")
            assert all(line.isprintable() and cell_len(line) == 80 for line in frame), frame
            assert "402k tok" in frame[1]


async def test_it_refreshes_only_when_it_says_something_else(monkeypatch):
    app = Stage()
    async with app.run_test(size=(80, 4)) as pilot:
        strip, refreshed = app.query_one(SessionStrip), []
        refresh = SessionStrip.refresh
        monkeypatch.setattr(
            SessionStrip, "refresh", lambda self, *args, **more: refreshed.append(1) or refresh(self, *args, **more)
        )
        for now, count in ((128, 1), (128.3, 1), (129, 2)):
            strip.show(facts_of(view_of(), Mode.LIVE, now=START + now))
            await pilot.pause()
            assert len(refreshed) == count
        strip.show(Facts())
        assert len(refreshed) == 3

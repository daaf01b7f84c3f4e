"""The what-if panel: opened by a key, as of the cursor, its options changed, closed again."""

from __future__ import annotations

import pytest
from tracetop.analysis.prices import Price, Prices
from tracetop.app.panes import what_if as what_if_pane
from tracetop.app.settings.effective import EffectiveSettings
from tracetop.app.settings.settings import Settings

HOSTILE = "\x1b[31mred [/oops] [@click=app.quit]x[/]"
PRICES = {"m": Price(1.0, 5.0, 0.1, 1.25), "half": Price(0.5, 2.5, 0.05, 0.625), "no writes": Price(1.0, 5.0)}
SETTINGS = EffectiveSettings(Settings(prices=Prices(PRICES)))


@pytest.fixture
def losing(line, tmp_path, utc):
    """A trace that writes a million tokens twice, then reads them; between stands a result of 160k."""
    path = tmp_path / "traces" / "losing.jsonl"
    path.parent.mkdir()

    def answer(number, *, sent=0, read=0, written=0):
        return line(
            "llm_response",
            number,
            model="m",
            input_tokens=sent,
            output_tokens=0,
            cache_read_tokens=read,
            cache_write_tokens=written,
        )

    lines = [
        line("session_start", goal="pay twice", model="m"),
        answer(1, written=1_000_000),
        answer(2, written=1_000_000),
        line("tool_end", 2, tool_name="bash", args={"command": "cat log"}, result="x"),
        answer(3, read=1_000_000, written=160_000),
        answer(4, read=1_160_000),
    ]
    path.write_bytes(b"".join(lines))
    return path


def rows(it):
    return [" ".join(row.strip("│▌ ").split()) for row in it.crop("#trace-what-if-list").split("\n") if "with" in row]


async def settled(it):
    await it.until(lambda: it.screen.what_if_list.is_settled, "the panel knows all")
    await it.settle()


async def opened(it, *keys):
    await it.press(*(keys or ("3", "w")))
    await settled(it)


async def test_what_saves_most_comes_first_and_what_is_dearer_says_so(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        await opened(it)
        # 2.5 + 0.1 + 0.2 + 0.116
        assert it.title("what-if") == "what if · the bill is ~$2.92"
        assert rows(it)[:2] == [
            "with half by your prices ~$1.46 ~$1.46 ~50%",
            "without cache breaks 1 break ~$1.77 ~$1.15 ~39%",
        ]
        hour = next(row for row in rows(it) if "1-hour" in row)
        assert hour.endswith("~$4.54 dearer ~$1.62 ~+56%")
        told = it.crop("#trace-what-if-told")
        assert "The same tokens in the same buckets" in told
        assert "1 model without a price for all that was used left out." in told
        assert "Scenarios overlap: what they save does not add up." in told


async def test_the_keys_change_what_can_be_chosen_of_a_row(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        await opened(it)
        await it.press("right")
        assert rows(it)[0].startswith("with half")  # nothing to choose
        await it.press(*["down"] * next(row for row, text in enumerate(rows(it)) if "cut at" in text))
        assert "with tool output cut at 5,000 ←→" in it.lit_row("#trace-what-if-list")
        await it.press("right")
        assert "cut at 10,000" in it.lit_row("#trace-what-if-list")
        assert "What a result has more than 10,000 tokens is never sent" in it.crop("#trace-what-if-told")
        await it.press(*["less_than_sign"] * 9)
        assert "cut at 1,000" in it.lit_row("#trace-what-if-list")
        await it.press("w", "w")
        assert any("cut at 1,000" in row for row in rows(it))


async def test_it_is_as_of_the_cursor_and_follows_it(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        it.screen.move_cursor(1)
        await opened(it, "3", "space", "w")
        assert it.title("what-if") == "what if · the bill is ~$1.25"
        assert any("without cache breaks no break but by compactions ~$1.25 the same" in row for row in rows(it))
        await it.press("full_stop")
        await settled(it)
        assert it.title("what-if") == "what if · the bill is ~$2.50"
        assert any("without cache breaks 1 break" in row for row in rows(it))
        await it.press("comma")
        await settled(it)
        assert it.title("what-if") == "what if · the bill is ~$1.25"


async def test_a_session_that_goes_on_is_gone_over_again(show, losing, line):
    async with show(losing, settings=SETTINGS) as it:
        await opened(it)
        with losing.open("ab") as file:
            file.write(line("llm_response", 5, model="m", input_tokens=1_000_000, output_tokens=0))
        await it.until(lambda: it.count == 7)
        await it.settle()
        await settled(it)
        assert it.title("what-if") == "what if · the bill is ~$3.92"


async def test_w_and_escape_close_it_before_anything_else(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        await it.press("4", "z", "w")
        assert it.screen.what_if_list.has_class("-shown")
        await it.press("w")
        assert not it.screen.is_covered
        await it.press("w", "escape")
        assert not it.screen.is_covered
        assert it.screen.has_class("-zoomed")


async def test_in_the_timeline_the_key_is_the_waterfall(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        assert "w what if" not in it.crop("#trace-keys")
        await it.press("1", "w")
        assert not it.screen.is_covered
        await it.press("4")
        assert "w what if" in it.crop("#trace-keys")
        await it.press("question_mark")
        assert "What the bill would have been" in it.crop("#trace-help")


async def test_the_palette_opens_it_from_anywhere(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        await it.press("1", "ctrl+p", *"what if")
        await it.until(lambda: "What if (w)" in it.text)
        await it.press("enter", "enter")
        await it.until(lambda: getattr(it.screen, "what_if_list", None) and it.screen.what_if_list.has_class("-shown"))


async def test_a_long_session_is_gone_over_in_slices(show, losing, monkeypatch):
    from tracetop.analysis.what_if import what_if

    monkeypatch.setattr(what_if, "_ROWS", 1)
    monkeypatch.setattr(what_if_pane, "_REST", 0.0)
    async with show(losing, settings=SETTINGS) as it:
        await opened(it)
        assert rows(it)[0].startswith("with half")


async def test_closed_while_it_looks_it_goes_on_when_it_is_opened_again(show, losing, monkeypatch):
    async with show(losing, settings=SETTINGS) as it:
        await it.press("3", "w", "w")
        await opened(it, "w")
        assert rows(it)[0].startswith("with half")


async def test_where_nothing_is_known_it_says_why(show, line, tmp_path, utc):
    path = tmp_path / "traces" / "blank.jsonl"
    path.parent.mkdir()
    path.write_bytes(line("session_start", goal="nothing") + line("llm_response", tokens=500))
    async with show(path) as it:
        await opened(it)
        assert it.title("what-if") == "what if · the bill is –"
        shown = it.crop("#trace-what-if-list")
        for why in ("no response reports its cache", "no response tells how long its prompt is"):
            assert why in shown
        await it.press("enter", "right", "end", "down")
        assert it.screen.what_if_list.has_class("-shown")


async def test_names_of_models_are_text(show, line, tmp_path, utc):
    path = tmp_path / "traces" / "hostile.jsonl"
    path.parent.mkdir()
    calls = [line("llm_response", model=name, input_tokens=10, output_tokens=0) for name in ("m", "m", HOSTILE)]
    path.write_bytes(b"".join(calls))
    settings = EffectiveSettings(Settings(prices=Prices({"m": Price(1.0, 5.0), HOSTILE: Price(2.0, 5.0)})))
    async with show(path, settings=settings) as it:
        await opened(it)
        assert "[/oops]" in it.crop("#trace-what-if-list")
        assert "\x1b" not in it.text


async def test_at_any_size_the_scenario_and_what_it_saves_are_seen(show, losing):
    async with show(losing, settings=SETTINGS) as it:
        await opened(it)
        for size in ((80, 24), (40, 12), (200, 60)):
            await it.resize(*size)
            assert "with half" in rows(it)[0]
            assert "~$1.46" in rows(it)[0]

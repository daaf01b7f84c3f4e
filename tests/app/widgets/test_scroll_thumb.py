"""A bar is painted again if and only if Textual would draw it differently."""

from hypothesis import given
from hypothesis import strategies as st
from textual.scrollbar import ScrollBarRender
from tracetop.app.widgets.scroll_thumb import thumb

Bar = tuple[int, int, float]
CELLS = 17


def drawn(bar: Bar) -> list[tuple[str, str]]:
    """What Textual's scroll bar shows; a window that holds all rows is told to it as none."""
    rows, window, position = bar
    segments = ScrollBarRender.render_bar(
        size=CELLS, virtual_size=rows, window_size=window if window < rows else 0, position=position
    ).segments
    return [(text, f"{style.reverse} {style.color} {style.bgcolor}" if style else "") for text, style, _ in segments]


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    window = draw(st.integers(1, CELLS))
    rows = draw(st.integers(1, 80) | st.integers(1, 10_000_000))
    return rows, window, draw(st.floats(0, max(0, rows - window)))


@given(bars(), bars())
def test_thumbs_differ_where_the_bars_do(one: Bar, other: Bar) -> None:
    if thumb(CELLS, *one) == thumb(CELLS, *other):
        assert drawn(one) == drawn(other)


def test_at_the_end_of_a_long_list_it_stays_the_same() -> None:
    assert len({thumb(20, rows, 20, rows - 20.0) for rows in range(400, 5_000)}) == 1


def test_where_all_rows_are_seen_there_is_no_thumb() -> None:
    assert thumb(10, 10, 10, 0.0) == thumb(0, 100, 10, 0.0) == thumb(10, 100, 0, 0.0) == (0, 0)
    assert thumb(10, 20, 10, 0.0) == (0, 40)
    assert thumb(10, 20, 10, 10.0) == (40, 80)

"""Tables drop whole columns where there is no room, the least important first, and never overrun their width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from tracetop.app.panes.table import Column, Table

COLUMNS: tuple[Column[str], ...] = (
    Column("name", 6, lambda item: item, left=True),
    Column("length", 6, lambda item: str(len(item)), rank=2),
    Column("first", 5, lambda item: item[:1], "key", rank=1),
)


def table(item: str = "word") -> Table[str]:
    return Table(COLUMNS, lambda index: item)


def text(cells: list[tuple[str, str]]) -> str:
    return "".join(cell for cell, _ in cells)


@pytest.mark.parametrize("width", range(0, 60))
@pytest.mark.parametrize("item", ["word", "a longer word", "漢字漢字漢字", "\x1b[31m\n\u202e"])
def test_rows_and_heads_are_as_wide_as_they_may_be(width: int, item: str) -> None:
    for cells in (table(item).row(0, width), table(item).heads(width)):
        if width >= 6:
            assert cell_len(text(cells)) == width
        assert not set(text(cells)) & set("\x1b\n\u202e")


@pytest.mark.parametrize(
    ("width", "heads"), [(40, ["name", "length", "first"]), (19, ["name", "length", "first"]), (18, ["name", "first"]),
                         (12, ["name", "first"]), (11, ["name"])],
)  # fmt: skip
def test_columns_give_way_by_rank(width: int, heads: list[str]) -> None:
    assert text(table().heads(width)).split() == heads


def test_heads_stand_over_what_they_name() -> None:
    head, row = text(table().heads(40)), text(table().row(0, 40))
    assert head.index("name") == row.index("word")
    assert head.index("length") + len("length") == row.index("4") + 1
    assert ("    w", "key") in table().row(0, 40)

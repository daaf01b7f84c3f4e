"""What is promised is judged as it was said, and what people wrote on the page of results stays."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the modules of the benchmarks, which are scripts and not installed."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    before = set(sys.modules)
    import figures  # type: ignore[import-not-found]
    import performance  # type: ignore[import-not-found]
    import plan  # type: ignore[import-not-found]

    yield SimpleNamespace(figures=figures, performance=performance, plan=plan)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARKS)):
            del sys.modules[name]


def test_a_promise_is_about_the_median_of_what_it_names(bench: Any) -> None:
    figures = bench.figures
    make, orjson, attocode = figures.Figure, figures.Of.ORJSON, figures.Of.ATTOCODE
    assert make("x", [1, 9, 2], "ms", figures.at_most(2)).kept() is True
    assert make("x", [1, 9, 3], "ms", figures.at_most(2)).kept() is False
    assert make("x", [9], "ms", figures.at_most(2, orjson), orjson=[1.5]).kept() is True
    assert make("x", [9], "ms", figures.at_least(20, attocode), attocode=[19.9]).kept() is False
    assert make("x", [9], "ms", figures.at_least(20, attocode)).kept() is None
    assert make("x", [9], "ms").kept() is None
    assert figures.not_measured("x", "not installed", figures.at_most(2)).cells()[-2:] == (
        "– not measured",
        "not measured: not installed",
    )


def test_tables_have_the_columns_that_say_anything(bench: Any) -> None:
    figures = bench.figures
    rows = [figures.Figure("a|b", [1.234, 5], "ms", figures.at_most(2)), figures.Figure("c", [1_234.5], "MB")]
    lines = figures.text_table(rows).splitlines()
    assert lines[0].split() == ["figure", "median", "lowest", "to", "highest", "rounds", "promised"]
    assert lines[1].split() == ["a|b", "3.12", "ms", "1.23", "to", "5", "2", "at", "most", "2", "ms", "✗", "MISSED"]
    assert "1,234 MB" in lines[2]
    assert figures.markdown_table(rows).splitlines()[2].startswith("| a\\|b | 3.12 ms |")


def test_contestants_take_turns(bench: Any) -> None:
    order: list[str] = []

    def one() -> float:
        order.append("A")
        return 1.0

    def other() -> float:
        order.append("B")
        return 2.0

    assert bench.figures.in_turns(3, one, other) == [[1, 1, 1], [2, 2, 2]]
    assert "".join(order) == "ABABAB"


def test_a_page_keeps_what_stands_around_the_marks(bench: Any, tmp_path: Path) -> None:
    performance, page = bench.performance, tmp_path / "page.md"
    page.write_text(f"before\n{performance.BEGIN}\nold\n{performance.END}\nafter\n")
    for text in ("new", "newer"):
        performance.put_between_marks(page, text)
        assert page.read_text() == f"before\n{performance.BEGIN}\n\n{text}\n\n{performance.END}\nafter\n"
    page.write_text("no marks")
    with pytest.raises(ValueError, match="lacks the line"):
        performance.put_between_marks(page, "new")
    assert page.read_text() == "no marks"


def test_a_benchmark_that_fails_costs_its_own_table_only(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    performance, figures = bench.performance, bench.figures

    def failing(plan: Any) -> Iterator[Any]:
        yield figures.Figure("one", [1], "s", figures.at_most(0.5))
        raise OSError("no room")

    monkeypatch.setattr(performance, "import_module", lambda name: SimpleNamespace(figures=failing))
    table = performance.measured_here(performance.GROUPS[0], bench.plan.Plan(False, tmp_path))
    assert table.failure == "OSError: no room"
    assert [figure.name for figure in table.figures] == ["one"]
    assert performance.summary([table]) == "0 of 1 promises kept, 0 not measured; missed: one"
    quick = performance.measured_here(performance.GROUPS[0], bench.plan.Plan(True, tmp_path))
    assert quick.figures[0].promise is None
    assert "no room" in capsys.readouterr().err


def test_a_trace_is_made_once_and_is_the_same_each_time(bench: Any, tmp_path: Path) -> None:
    first, second = (bench.plan.Plan(True, tmp_path / name) for name in "ab")
    for one in (first, second):
        one.folder.mkdir()
    path = first.trace(2_000)
    assert path.read_bytes() == second.trace(2_000).read_bytes()
    path.write_bytes(b"kept")
    assert first.trace(2_000).read_bytes() == b"kept"
    lines = second.trace(2_000).read_bytes().splitlines()
    assert len(lines) == 2_000
    assert 350 < sum(map(len, lines)) / 2_000 < 450

"""What is folded next, and which folds are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tracetop.app.sessions.folding import LARGE_BYTES, Fold, FoldQueue, KeptFolds


def taken(queue: FoldQueue, *wanted: str) -> list[str]:
    names = []
    while (path := queue.take([Path(name) for name in wanted])) is not None:
        names.append(path.name)
    return names


def test_what_is_wanted_comes_first_then_the_newest_then_the_large() -> None:
    queue = FoldQueue()
    for name, size, mtime in (("a", 1, 5.0), ("large", LARGE_BYTES, 9.0), ("b", 1, 7.0), ("c", 1, 6.0), ("b", 1, 8.0)):
        queue.add(Path(name), size, mtime)
    assert len(queue) == 4
    assert taken(queue, "large", "a", "unknown") == ["a", "b", "c", "large"]
    assert not queue


def test_what_is_gone_is_not_folded_and_may_come_again() -> None:
    queue = FoldQueue()
    queue.add(Path("a"), 1, 5.0)
    queue.discard(Path("a"))
    assert taken(queue) == []
    queue.add(Path("a"), LARGE_BYTES, 6.0)
    assert taken(queue) == ["a"]


def test_a_fold_in_pieces_is_a_whole_one(tmp_path: Path, line: Callable[..., bytes]) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(line("session_start", goal="g") + line("llm_response", 1, tokens=2) * 50 + b"torn")
    whole, pieces = Fold(path), Fold(path)
    assert whole.step()
    steps = 0
    while not pieces.step(100):
        steps += 1
    assert steps > 50
    assert pieces.entry(1, 2.0) == whole.entry(1, 2.0)
    path.write_bytes(b"")
    assert whole.step()
    entry = whole.entry(0, 3.0)
    assert entry is not None
    assert entry.figures is not None
    assert entry.figures.events == 0
    path.unlink()
    whole.step()
    assert whole.entry(0, 3.0) is None


@pytest.mark.parametrize(("most", "most_events", "left"), [(2, 100, "bc"), (9, 21, "bc"), (9, 5, "c"), (9, 100, "abc")])
def test_of_too_many_folds_those_go_that_grew_longest_ago(
    most: int, most_events: int, left: str, tmp_path: Path, line: Callable[..., bytes]
) -> None:
    kept = KeptFolds(most, most_events)
    for name in "abc":
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(line("llm_response", 1, tokens=1) * 10)
        fold = Fold(path)
        fold.step()
        kept.keep(path, fold)
    assert "".join(name for name in "abc" if tmp_path / f"{name}.jsonl" in kept) == left

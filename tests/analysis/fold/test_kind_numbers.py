"""A kind keeps its number, also after a state was kept, and there are never more than a byte can tell apart."""

from __future__ import annotations

from tracetop.analysis.fold.kind_numbers import MOST_KINDS, KindNumbers
from tracetop.collector.kinds import KINDS


def test_documented_kinds_have_the_numbers_of_their_order() -> None:
    kinds = KindNumbers()
    assert [kinds.number(kind) for kind in KINDS] == list(range(len(KINDS)))


def test_who_asks_is_told_of_known_kinds_and_of_new_ones_once() -> None:
    kinds, told = KindNumbers(), []
    kinds.tell(lambda number, kind: told.append((number, kind)))
    assert told == list(enumerate(kinds.names))
    number = kinds.number("new")
    assert kinds.number("new") == number
    assert told[-1] == (number, "new")
    assert told == list(enumerate(kinds.names))


def test_kinds_beyond_the_most_share_the_last_number() -> None:
    kinds = KindNumbers()
    numbers = [kinds.number(f"new_{number}") for number in range(MOST_KINDS)]
    assert max(numbers) == MOST_KINDS - 1
    assert len(kinds.names) == MOST_KINDS
    assert kinds.names[-1] == "(other kinds)"


def test_restored_names_have_the_numbers_they_had() -> None:
    before, after = KindNumbers(), KindNumbers()
    numbers = [before.number(f"new_{number}") for number in range(3)]
    told: list[tuple[int, str]] = []
    after.tell(lambda number, kind: told.append((number, kind)))
    after.restore(before.names)
    assert after.names == before.names
    assert [after.number(f"new_{number}") for number in range(3)] == numbers
    assert told == list(enumerate(after.names))

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracetop.analysis.fold.positions import Positions

rising = st.lists(st.integers(0, 2**33), min_size=1).map(sorted)
positions = st.lists(st.integers(0, 2**63 - 1), min_size=1)


@given(st.lists(rising | positions, min_size=1))
def test_every_event_keeps_its_position_whatever_the_batches(batches):
    column = Positions()
    for batch in batches:
        column.extend(batch)
    expected = [position for batch in batches for position in batch]
    assert len(column) == len(expected)
    assert [column[event] for event in range(len(column))] == expected


def test_a_file_of_more_than_four_gigabytes_and_a_second_part():
    column, part = Positions(), 1 << 48
    for batch in ([0, 400], [(1 << 32) - 1, 1 << 32], [(1 << 32) + 400], [part, part + 400]):
        column.extend(batch)
    assert [column[event] for event in range(7)] == [
        0, 400, (1 << 32) - 1, 1 << 32, (1 << 32) + 400, part, part + 400
    ]  # fmt: skip


def test_an_event_that_is_not_there_has_no_position():
    column = Positions()
    column.extend([1])
    with pytest.raises(IndexError):
        column[1]

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from tracetop.analysis.fold.columns import IterationColumns
from tracetop.analysis.fold.stretches import Stretches

ROWS = 5


@given(st.lists(st.lists(st.integers(0, ROWS), min_size=1)), st.integers(0, 60), st.integers(0, 60))
def test_events_of_an_iteration_are_those_in_it_whatever_the_batches(batches, known, count):
    iterations = IterationColumns()
    iterations.reserve(ROWS + 1)
    stretches, end = Stretches(iterations), 0
    for batch in batches:
        starts, at = [], end
        for row, events in groupby(batch):
            starts.append((at, row))
            at += len(list(events))
        end = at
        stretches.extend(starts, end)
    rows = [row for batch in batches for row in batch]
    for row in range(1, ROWS + 1):
        expected = [event for event, of in enumerate(rows[:count]) if of == row and event >= known]
        assert stretches.events_of(row, known, count) == expected

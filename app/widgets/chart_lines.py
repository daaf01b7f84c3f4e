"""On which lines of a chart things stand: legend, plot, axis, tracks and labels share its height."""

from __future__ import annotations

from dataclasses import dataclass

_FEWEST_WITH_LEGEND = 6
_FEWEST_WITH_MARKS_APART = 12
_FEWEST_WITH_TALL_TRACKS = 13


@dataclass(frozen=True, slots=True)
class Lines:
    """What stands where, from the top down; None or nothing for what there is no room for.

    The `tracks` are as many of the wanted ones as fit, the first before the others. Marks on top of the plot have a
    line of their own where there is room for it.
    """

    legend: bool
    top_marks: int
    plot: range
    base: int | None
    tracks: tuple[range, ...]
    labels: int | None

    @classmethod
    def lay_out(cls, height: int, tracks: int, has_legend: bool, has_top_marks: bool) -> Lines:
        """Divide `height` lines."""
        legend = has_legend and height >= _FEWEST_WITH_LEGEND
        apart = has_top_marks and height >= _FEWEST_WITH_MARKS_APART
        tracks = max(0, min(tracks, (height - _FEWEST_WITH_LEGEND) // 2))
        each = 1 if height < _FEWEST_WITH_TALL_TRACKS + tracks else 2
        base, labels = height >= 4, height >= 3
        top = legend + apart
        end = max(top + 1, height - labels - each * tracks - base)
        below = end + base
        return cls(
            legend=legend,
            top_marks=int(legend),
            plot=range(top, end),
            base=end if base else None,
            tracks=tuple(range(below + each * index, below + each * (index + 1)) for index in range(tracks)),
            labels=height - 1 if labels else None,
        )

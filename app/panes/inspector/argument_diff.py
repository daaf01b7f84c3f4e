"""A tool call beside the previous one of the same tool by the same agent: which arguments changed, and the result."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ....analysis import figures
from ....analysis.differences import Change, Difference, compare, is_same, line_diff
from ....analysis.fold.columns import NONE
from ....analysis.json_value import json_of
from ....analysis.repeats import MOST_COMPARED, Repeat, find_repeat
from ....collector.records import arguments_of
from ...safe_text import fit, one_line, width_of
from ...trace import Trace
from ...widgets.palette import Cell
from .card_rows import NAME_CELLS, event_cells, gap
from .entries import Copied, Entry, Leaf, Sheet, room_at
from .payload_tree import text_of, value_entry
from .text_entry import TextEntry, name_cells

_ARROW = " → "
_SIGNS: dict[Change, tuple[str, str]] = {
    Change.SAME: ("= ", "muted"),
    Change.CHANGED: ("± ", "warn"),
    Change.ADDED: ("+ ", "added"),
    Change.REMOVED: ("- ", "removed"),
}
_SIGN_CELLS = 2
_LINE_SIGNS = (("@@", "word"), ("+", "added"), ("-", "removed"))
_LONGEST_COMPARED = 1_000_000
_MOST_KEYS = 5_000
_RESULT_FIELDS = ("result", "output", "error")


@dataclass(frozen=True, slots=True)
class _Call:
    """What a tool call was asked for and what came of it; None where the trace does not say."""

    event: int
    tool: str
    arguments: Mapping[str, Any] | None
    result: Any


def argument_diff(trace: Trace, call: int, at: int, width: int) -> Sheet:
    """A call, a row of the tool columns, beside the one before it, as of event `at`."""
    repeat = find_repeat(trace.session, call, lambda row: _canonical(trace, row, at))
    if repeat is None:
        return Sheet([Leaf("none", [("there is no call of this tool before", "muted")])])
    room = room_at(width, 0)
    new, old = _call(trace, call, at), _call(trace, repeat.previous, at)
    name = one_line(new.tool, 60)
    against = f" compared with the call before it, event #{old.event + 1:,}"
    entries: list[Entry] = [
        Leaf(
            "title",
            [(fit(name, min(width_of(name), room // 2)), "title"), (fit(against, room - width_of(name)), "text")],
        )
    ]
    differences = _differences(old, new)
    entries += [Leaf(("verdict", index), row) for index, row in enumerate(_verdict(trace, repeat, differences, room))]
    entries.append(gap("calls"))
    for label, event in (("before", old.event), ("this one", new.event)):
        cells: list[Cell] = [(fit(label, NAME_CELLS), "muted"), *event_cells(trace, event, room - NAME_CELLS)]
        entries.append(Leaf(("call", label), cells, event, Copied("event id", trace.event_id(event))))
    entries += [gap("arguments"), Leaf("arguments", [("arguments", "title")])]
    entries += _rows(differences, width) if differences else [Leaf("none", [("neither call says", "muted")])]
    entries += [gap("result"), Leaf("result heading", [("result", "title")]), *_result_rows(old, new, width)]
    return Sheet(entries)


class _ChangedLine(Entry):
    """A value that changed, old and new on the line of its key."""

    is_value = True

    def __init__(self, difference: Difference, old: str, new: str) -> None:
        super().__init__(difference.key)
        self._value = difference.new
        self._old, self._new = old, new

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        return [*name_cells(self.name, width), (self._old, "removed"), (_ARROW, "muted"), (self._new, "added")]

    def copied(self) -> Copied:
        return Copied(str(self.name), text_of(self._value))


class _ChangedObject(Entry):
    """An object some fields of which changed; they stand below."""

    is_branch = True
    is_value = True

    def __init__(self, difference: Difference, width: int, depth: int) -> None:
        super().__init__(difference.key)
        self._value = difference.new
        self._rows = Sheet(list(_rows(difference.parts, width, depth + 1)))
        for entry in self._rows.entries:
            entry.parent = self
        changed = sum(part.change is not Change.SAME for part in difference.parts)
        self._note = f"{changed:,} of {figures.count(len(difference.parts), 'field')} not the same"

    @property
    def count(self) -> int:
        return self._rows.count

    def child(self, index: int) -> Entry:
        return self._rows.child(index)

    def find(self, name: Hashable) -> int | None:
        return self._rows.find(name)

    def branches(self, at_most: int) -> Iterable[int]:
        return self._rows.branches(at_most)

    def cells(self, width: int, is_open: bool) -> list[Cell]:
        return [*name_cells(self.name, width), (self._note, "muted")]

    def copied(self) -> Copied:
        return Copied(str(self.name), json_of(self._value))


def _rows(differences: Iterable[Difference], width: int, depth: int = 0) -> Iterator[Entry]:
    for difference in differences:
        entry = _row(difference, width - _SIGN_CELLS, depth)
        entry.sign = _SIGNS[difference.change]
        entry.opens = difference.change is not Change.SAME
        yield entry


def _row(difference: Difference, width: int, depth: int) -> Entry:
    if difference.change is not Change.CHANGED:
        value = difference.old if difference.change is Change.REMOVED else difference.new
        return value_entry(difference.key, value, None, width, depth)
    if difference.parts:
        return _ChangedObject(difference, width, depth)
    return _short_change(difference, room_at(width, depth)) or _long_change(difference, width, depth)


def _short_change(difference: Difference, room: int) -> Entry | None:
    """Old and new on one line, if there is room; a text in quotes where it changed its type."""
    old, new = difference.old, difference.new
    if isinstance(old, Mapping | list) or isinstance(new, Mapping | list):
        return None
    has_text = isinstance(old, str) and isinstance(new, str)
    texts = [text_of(value) if has_text else json_of(value) for value in (old, new)]
    if any(len(text) > room or not text or "\n" in text for text in texts):
        return None
    shown = [one_line(text) for text in texts]
    taken = sum(map(width_of, shown)) + sum(width_of(text) for text, _ in name_cells(difference.key, room))
    return _ChangedLine(difference, *shown) if taken + len(_ARROW) <= room else None


def _long_change(difference: Difference, width: int, depth: int) -> Entry:
    old, new = (text_of(value) for value in (difference.old, difference.new))
    lines = line_diff(old, new)
    if lines is None:
        note = f"changed; too long to compare ({len(old):,} and {len(new):,} characters)"
        return TextEntry(difference.key, new, None, width, depth, note=note)
    if not lines:
        return TextEntry(difference.key, new, None, width, depth, note="changed in nothing but line ends")
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    if "\n" not in old and "\n" not in new:
        lines, note = lines[1:], "changed"
    else:
        note = f"{figures.count(added, 'line')} added, {removed:,} removed"
    return TextEntry(difference.key, "\n".join(lines), None, width, depth, note=note, signs=_LINE_SIGNS, whole=new)


def _result_rows(old: _Call, new: _Call, width: int) -> list[Entry]:
    if new.result is None:
        return [Leaf("result", [("– this call has told no result so far", "muted")])]
    if old.result is None:
        return [Leaf("result", [("– the call before told no result", "muted")])]
    if is_same(old.result, new.result):
        return list(_rows([Difference("the same", Change.SAME, old.result, new.result)], width))
    return list(_rows([Difference("not the same", Change.CHANGED, old.result, new.result)], width))


def _verdict(trace: Trace, repeat: Repeat, differences: list[Difference], room: int) -> Iterator[list[Cell]]:
    nth = f"{_ordinal(repeat.times)} identical call"
    if not repeat.is_complete:
        nth = f"at least the {nth}, as far as the last {MOST_COMPARED:,} calls tell"
    if repeat.identical == repeat.previous:
        event = trace.session.tools.event[repeat.previous]
        yield [(fit(f"identical to event #{event + 1:,} ({nth})", room), "warn")]
        return
    changed = sum(difference.change is not Change.SAME for difference in differences)
    if differences:
        yield [(fit(f"{changed:,} of {figures.count(len(differences), 'argument')} not the same", room), "text")]
    if repeat.identical is not None:
        event = trace.session.tools.event[repeat.identical]
        yield [(fit(f"but identical to event #{event + 1:,} further back ({nth})", room), "warn")]


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _differences(old: _Call, new: _Call) -> list[Difference]:
    before, after = old.arguments or {}, new.arguments or {}
    if len(before) + len(after) > _MOST_KEYS:
        before, after = {"args": before}, {"args": after}
    return compare(before, after)


def _call(trace: Trace, row: int, at: int) -> _Call:
    tools = trace.session.tools
    end = _end(trace, row, at)
    told: Mapping[str, Any] = {} if end is None else trace.event(end).data
    result = next((told[name] for name in _RESULT_FIELDS if told.get(name) is not None), None)
    tool = trace.session.labels.name(tools.label[row])
    return _Call(tools.event[row], tool, _arguments(trace, row, at), result)


def _end(trace: Trace, row: int, at: int) -> int | None:
    end = trace.session.tools.end[row]
    return end if end != NONE and end < at else None


def _arguments(trace: Trace, row: int, at: int) -> Mapping[str, Any] | None:
    """A call's arguments by name; those that are no object, under one name for all."""
    for event in (trace.session.tools.event[row], _end(trace, row, at)):
        arguments = None if event is None else arguments_of(trace.event(event).data)
        if arguments is not None:
            return _named(arguments)
    return None


def _named(arguments: Any) -> Mapping[str, Any]:
    return arguments if isinstance(arguments, Mapping) else {"args": arguments}


def _canonical(trace: Trace, row: int, at: int) -> str | None:
    """A call's arguments as a text to compare; None where unknown, or on a line too long to read for many calls."""
    positions, event = trace.session.positions, trace.session.tools.event[row]
    if event + 1 < len(positions) and positions[event + 1] - positions[event] > _LONGEST_COMPARED:
        return None
    arguments = _arguments(trace, row, at)
    return None if arguments is None else json_of(arguments, sort_keys=True)

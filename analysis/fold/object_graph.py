"""Plain objects that refer to one another, as lists of numbers and texts that msgpack can write, and back.

What is the same object stays the same object. Only known classes are written, and only these are made again, whatever
the bytes say.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

_SCALARS = frozenset({type(None), bool, int, float, str})

Flat = Any
"""A scalar, or a list that begins with a tag of one letter."""


class UnknownObjectError(TypeError):
    """An object of a class that is not to be kept."""


class Flattener:
    """Makes objects flat. `classes` are those that are written field by field; `names` gives others by a number."""

    def __init__(self, classes: Sequence[type], names: Mapping[type, Callable[[Any], int]]) -> None:
        self._numbers = {cls: number for number, cls in enumerate(classes)}
        self._fields = [fields_of(cls) for cls in classes]
        self._names = names
        self._seen: dict[int, int] = {}
        self._kept: list[Any] = []

    def flat(self, value: Any) -> Flat:
        """The flat form. Raises `UnknownObjectError`."""
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is list or kind is tuple:
            return ["l" if kind is list else "t", *self._all(value)]
        if kind is dict:
            return ["m", self._all(value.keys()), self._all(value.values())]
        if kind is deque:
            return ["d", value.maxlen, *self._all(value)]
        if kind is array:
            return ["a", value.typecode, value.tobytes()]
        if kind in self._names:
            return ["n", kind.__name__, self._names[kind](value)]
        if kind not in self._numbers:
            raise UnknownObjectError(f"objects of class {kind.__qualname__} are not kept")
        seen = self._seen.get(id(value))
        if seen is not None:
            return ["s", seen]
        self._seen[id(value)] = len(self._kept)
        self._kept.append(value)  # or another object might get its id
        number = self._numbers[kind]
        return ["o", number, *[self.flat(getattr(value, name)) for name in self._fields[number]]]

    def _all(self, values: Any) -> list[Flat]:
        values = list(values)
        return values if _SCALARS.issuperset(map(type, values)) else [self.flat(value) for value in values]


class Unflattener:
    """Makes of flat forms what they were made of, in the same order. `named` gives objects by class name and number.

    Raises ValueError, TypeError, LookupError or AttributeError where a form is none of a `Flattener` of these classes.
    """

    def __init__(self, classes: Sequence[type], named: Callable[[str, int], Any]) -> None:
        self._classes = classes
        self._fields = [fields_of(cls) for cls in classes]
        self._named = named
        self._seen: list[Any] = []

    def value(self, flat: Flat) -> Any:
        """What a flat form was made of."""
        if type(flat) in _SCALARS:
            return flat
        tag = flat[0]
        if tag == "l":
            return self._all(flat[1:])
        if tag == "t":
            return tuple(self._all(flat[1:]))
        if tag == "m":
            return dict(zip(self._all(flat[1]), self._all(flat[2]), strict=True))
        if tag == "d":
            return deque(self._all(flat[2:]), maxlen=flat[1])
        if tag == "a":
            return array(flat[1], flat[2])
        if tag == "n":
            return self._named(flat[1], flat[2])
        if tag == "s":
            return self._seen[flat[1]]
        if tag != "o":
            raise ValueError(f"no flat form is tagged {tag!r}")
        return self._object(flat[1], flat[2:])

    def _object(self, number: int, flats: list[Flat]) -> Any:
        cls, names, place = self._classes[number], self._fields[number], len(self._seen)
        if issubclass(cls, msgspec.Struct):  # is only made whole, so it may not refer to itself
            self._seen.append(None)
            self._seen[place] = whole = cls(**dict(zip(names, self._all(flats), strict=True)))
            return whole
        made = cls.__new__(cls)
        self._seen.append(made)
        for name, flat in zip(names, flats, strict=True):
            setattr(made, name, self.value(flat))
        return made

    def _all(self, flats: list[Flat]) -> list[Any]:
        return flats if _SCALARS.issuperset(map(type, flats)) else [self.value(flat) for flat in flats]


def fields_of(cls: type) -> tuple[str, ...]:
    """The names of the fields of a struct, or of a dataclass with slots."""
    if issubclass(cls, msgspec.Struct):
        return cls.__struct_fields__
    return tuple(cls.__dataclass_fields__)  # type: ignore[attr-defined]

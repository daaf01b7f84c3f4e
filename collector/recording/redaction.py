"""Hides common secrets in a line of JSON just before it is written.

A net, not a proof: it knows the usual forms of keys, tokens, passwords and private keys. A secret of another form, or
one that was split over two lines, passes; so a trace stays something to share with care.

It works on the encoded text and never decodes it. Three things keep the result valid JSON of the same structure:
a span to hide never begins or ends inside an escape, never contains a quote that closes a string of its own level or
an outer one, and never lies in a key.
"""

from __future__ import annotations

import re

from .secret_forms import BY_NEEDLE, find_needles

_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+"')


def hide_secrets(line: bytes) -> tuple[bytes, int]:
    """The line with its secrets replaced, and how many they were; the very same line if there are none.

    `line` is what orjson wrote: valid UTF-8, no space between the parts of the structure.
    """
    needles = find_needles(line)
    return _hide(line, needles) if needles else (line, 0)


def _hide(line: bytes, needles: list[tuple[int, int, int]]) -> tuple[bytes, int]:
    pieces: list[bytes] = []
    copied = 0  # what is before it is in `pieces`
    seen = 0  # what is before it belongs to a span that was found: looked at once, however many needles are in it
    string_end = -1  # the closing quote of the string that the last span was in
    in_key = False
    for needle, start, _ in needles:
        if start < seen:
            continue
        label, find = BY_NEEDLE[needle]
        span = find(line, start)
        if span is None:
            continue
        begin, seen = span
        if begin > string_end:
            rest = _REST_OF_STRING.match(line, seen)
            if rest is None:  # not JSON: nothing here is known to be safe
                break
            string_end = rest.end() - 1
            in_key = line.startswith(b":", string_end + 1)
        if in_key:
            continue
        pieces += (line[copied:begin], label)
        copied = seen
    if not pieces:
        return line, 0
    pieces.append(line[copied:])
    return b"".join(pieces), len(pieces) // 2

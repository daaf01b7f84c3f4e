"""Lines of numbered events, and a file that grows by them."""

import json
from pathlib import Path


def line(number: int, **data: object) -> bytes:
    return json.dumps({"kind": "custom", "timestamp": 1.5, "iteration": number, "data": data}).encode() + b"\n"


def lines(*numbers: int) -> bytes:
    return b"".join(line(number) for number in numbers)


MIXED_LINES = [
    lines(1),
    lines(2, 3),
    line(4, x="é\u2028" * 20),
    b"oops\n",
    b"\n",
    b"\r\n",
    b"\0\0\n",
]
"""Events by one and by two, and lines that are none: broken, blank, nothing."""


def append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(content)

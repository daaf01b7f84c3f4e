"""Lines of numbered events, and a file that grows by them."""

import json
from pathlib import Path


def line(number: int, **data: object) -> bytes:
    return json.dumps({"kind": "custom", "timestamp": 1.5, "iteration": number, "data": data}).encode() + b"\n"


def lines(*numbers: int) -> bytes:
    return b"".join(line(number) for number in numbers)


def append(path: Path, content: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        file.write(content)

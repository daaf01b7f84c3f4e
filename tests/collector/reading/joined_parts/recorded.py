"""A trace in parts, as a recorder leaves it."""

from pathlib import Path

from tracetop.collector.parts import part_path


class Recorded:
    """A trace in parts, as a recorder leaves it."""

    def __init__(self, folder: Path) -> None:
        self.first = folder / "session-x.jsonl"

    def __getitem__(self, number: int) -> Path:
        return part_path(self.first, number)

    def write(self, *contents: bytes) -> None:
        """Make these the first parts."""
        for number, content in enumerate(contents, 1):
            self[number].write_bytes(content)

"""Make every picture in this folder anew: the demo, and real traces where there are any.

Headless and deterministic: same traces, same pictures. Real traces are taken from $TRACETOP_TRACES, by default from
../shared/traces beside the clone; without them their pictures stay as they are.

Usage: python screenshots/make.py
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ["TZ"] = "UTC"

from tracetop.app.demo.command import write_demo
from tracetop.app.shot import take_shot

HERE = Path(__file__).resolve().parent
TRACES = Path(os.environ.get("TRACETOP_TRACES", HERE.parent.parent / "shared" / "traces"))


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the trace (None is the demo), its size and what is pressed before it is taken."""

    name: str
    trace: str | None = None
    size: tuple[int, int] = (160, 48)
    pane: str | None = None
    at: int | None = None
    theme: str | None = None
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture("demo"),
    Picture("demo-200x60", size=(200, 60)),
    Picture("demo-120x36", size=(120, 36)),
    Picture("demo-80x24", size=(80, 24)),
    Picture("demo-light", theme="tracetop-light"),
    Picture("demo-paused", at=60),
    Picture(
        "bookmarks",
        keys=(*("e", "m"), *"was it down?", *("enter", "c", "m"), *"why here", *("enter", "home", "m", "enter", "M")),
        size=(120, 36),
    ),
    Picture("demo-issue", keys=("5", "enter")),
    Picture("inspector", "attocode/collector-typed.jsonl", keys=("e", "e", "enter"), size=(120, 36)),
    Picture("demo-timeline", pane="timeline", size=(140, 40)),
    Picture("waterfall", keys=("1", "z", "w"), size=(140, 40)),
    Picture("tokens", "attocode/collector-typed.jsonl", pane="tokens", size=(120, 40)),
    Picture("cache", "attocode/collector-typed.jsonl", pane="cache", size=(120, 40)),
    Picture("tree", keys=("2", "z", "L", "s"), size=(120, 36)),
    Picture("jump", keys=("J",), size=(120, 36)),
    Picture("demo-help", keys=("question_mark",), size=(120, 44)),
    Picture("typed", "attocode/collector-typed.jsonl"),
    Picture("issues", "attocode/collector-issues.jsonl", size=(120, 36)),
    Picture("two-prompts", "attocode/cli-tui-two-prompts.jsonl", size=(120, 36)),
    Picture("doom-loop", "attocode/cli-doom-stream.jsonl", size=(120, 36), theme="tracetop-light"),
    Picture("swarm", "attocode/swarm.jsonl", size=(80, 24)),
)


def main() -> None:
    """Make them all."""
    with tempfile.TemporaryDirectory() as folder:
        demo = write_demo(Path(folder))
        for picture in PICTURES:
            path = demo if picture.trace is None else TRACES / picture.trace
            out = HERE / f"{picture.name}.svg"
            if not path.exists():
                print(f"{out.name}: left as it is, {path} is not here")
                continue
            take_shot(path, out, picture.size, picture.pane, picture.at, picture.theme, picture.keys)
            print(out.name)


if __name__ == "__main__":
    main()

"""Make every picture in this folder anew: the demo, sessions made up for it, and real traces where there are any.

Headless and deterministic: same traces, same pictures. Real traces are taken from $TRACETOP_TRACES, by default from
../shared/traces beside the clone; without them their pictures stay as they are.

Usage: python screenshots/make.py
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ["TZ"] = "UTC"

import orjson
from agent_sessions import write_agent_sessions
from tracetop.app.demo.command import write_demo
from tracetop.app.offscreen.shot import take_shot
from tracetop.app.standalone import TracetopApp

HERE = Path(__file__).resolve().parent
TRACES = Path(os.environ.get("TRACETOP_TRACES", HERE.parent.parent / "shared" / "traces"))


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the trace, its size and what is pressed before it is taken.

    Without a trace it is of the demo, or of a made-up session of Claude Code.
    """

    name: str
    trace: str | None = None
    size: tuple[int, int] = (160, 48)
    pane: str | None = None
    at: int | None = None
    theme: str | None = None
    keys: tuple[str, ...] = ()
    claude: bool = False


PICTURES = (
    Picture("demo"),
    Picture("demo-200x60", size=(200, 60)),
    Picture("demo-120x36", size=(120, 36)),
    Picture("demo-80x24", size=(80, 24)),
    Picture("demo-light", theme="tracetop-light"),
    Picture("demo-paused", at=60),
    Picture("demo-issue", keys=("5", "enter")),
    Picture("inspector", "attocode/collector-typed.jsonl", keys=("e", "e", "enter"), size=(120, 36)),
    Picture("demo-timeline", pane="timeline", size=(140, 40)),
    Picture("waterfall", keys=("1", "z", "w"), size=(140, 40)),
    Picture("tokens", "attocode/collector-typed.jsonl", pane="tokens", size=(120, 40)),
    Picture("cache", "attocode/collector-typed.jsonl", pane="cache", size=(120, 40)),
    Picture("what-if", keys=("4", "w", *["down"] * 7), size=(120, 36), claude=True),
    Picture("claude-code", claude=True),
    Picture("agents", keys=("a",), size=(120, 18), claude=True),
    Picture("tree", keys=("2", "z", "L", "s"), size=(120, 36)),
    Picture("jump", keys=("J",), size=(120, 36)),
    Picture("demo-help", keys=("question_mark",), size=(120, 44)),
    Picture("typed", "attocode/collector-typed.jsonl"),
    Picture("issues", "attocode/collector-issues.jsonl", size=(120, 36)),
    Picture("two-prompts", "attocode/cli-tui-two-prompts.jsonl", size=(120, 36)),
    Picture("doom-loop", "attocode/cli-doom-stream.jsonl", size=(120, 36), theme="tracetop-light"),
    Picture("swarm", "attocode/swarm.jsonl", size=(80, 24)),
    Picture(
        "bookmarks",
        keys=(*("e", "m"), *"was it down?", *("enter", "c", "m"), *"why here", *("enter", "home", "m", "enter", "M")),
        size=(120, 36),
    ),  # last: it leaves bookmarks on the demo
)


NOW = 1_796_000_000.0
"""The time of the pictures of many sessions, some days after the real ones were recorded."""

GOING_ON = (
    ("Port the CLI to the new parser", "claude-opus-4", 150),
    ("Why does the nightly job hang?", "gpt-5", 118),
    ("Refactor the session store", "claude-sonnet-4", 84),
    ("Add retries to the client", "claude-haiku-4", 41),
)
"""Sessions of the pictures of many: goal, model, and how many of the demo's events they have so far."""


def make_sessions(folder: Path, demo: Path) -> float:
    """Sessions that go on, and behind them real ones that have ended; return what time it is."""
    lines, now = demo.read_bytes().splitlines(keepends=True), NOW
    for number, (goal, model, length) in enumerate(GOING_ON):
        events = [orjson.loads(line) for line in lines[:length]]
        late = now - 3 * number - events[-1]["timestamp"]
        for event in events:
            event["timestamp"] += late
            event["data"].update({name: model for name in ("model",) if name in event["data"]})
        events[0]["data"].update(goal=goal, model=model)
        path = folder / f"session-{number + 1}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))
        os.utime(path, (now - 3 * number,) * 2)
    for number, path in enumerate(sorted((TRACES / "attocode").glob("*.jsonl"))):
        shutil.copyfile(path, folder / path.name)
        os.utime(folder / path.name, (now - 7200 * (number + 1),) * 2)
    return now


async def picture_many(
    folder: Path | None, now: float, out: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """A picture of the sessions of a folder, as a list or on the wall; without a folder of those of all agents."""
    app = TracetopApp(folder, clock=lambda: now, everything=folder is None)
    async with app.run_test(size=size) as pilot:
        while not app.browser.sessions.is_listed or any(entry.is_waiting for entry in app.browser.sessions.entries):
            await pilot.pause(0.05)
        app.browser.list_sessions()
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.5)
        out.write_text(app.export_screenshot(), encoding="utf-8")
        print(out.name)


def main() -> None:
    """Make them all."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        os.chdir(folder)
        demo = write_demo(Path(folder))
        claude, codex = Path(folder, "claude"), Path(folder, "codex")
        os.environ.update(CLAUDE_CONFIG_DIR=str(claude), CODEX_HOME=str(codex))
        made_up = write_agent_sessions(claude, codex, NOW)
        asyncio.run(picture_many(None, NOW, HERE / "all-sources.svg", (140, 20), ("down",)))
        for picture in PICTURES:
            own = made_up if picture.claude else demo
            path = own if picture.trace is None else TRACES / picture.trace
            out = HERE / f"{picture.name}.svg"
            if not path.exists():
                print(f"{out.name}: left as it is, {path} is not here")
                continue
            take_shot(path, out, picture.size, picture.pane, picture.at, picture.theme, picture.keys)
            print(out.name)
        if TRACES.is_dir():
            many = Path("traces")
            many.mkdir()
            now = make_sessions(many, demo)
            asyncio.run(picture_many(many, now, HERE / "sessions.svg", (120, 30), ("s", "s", "s", "s")))
            asyncio.run(picture_many(many, now, HERE / "wall.svg", (120, 30), ("w",)))


if __name__ == "__main__":
    main()

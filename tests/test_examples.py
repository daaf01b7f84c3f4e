"""The page "Trace your own agent": its examples and snippets are run, and leave the traces that they say they leave."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from textual.app import App
from textual.pilot import Pilot
from tracetop import TraceSession, load_session
from tracetop.analysis import SessionAnalyzer
from tracetop.analysis.tree.tree import TreeNode
from tracetop.app import DashboardScreen
from tracetop.collector.formats.native import event_from_line

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "trace-your-agent.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = ("plain_loop", "asyncio_agent", "embedded")
MOST_LINES = 40
DEADLINE = 10.0

BEGIN = """
import os, signal, sys, time
from tracetop import TraceCollector, load_session
collector = TraceCollector("traces")
def events():
    collector.flush()
    return load_session(collector.path).events
"""
# What must hold after each of the page's snippets, by a word that only this one has.
SNIPPETS = {
    "prompt_tokens": """
from tracetop.analysis import SessionAnalyzer, TokenAnalyzer
collector.flush()
session = load_session(collector.path)
buckets = TokenAnalyzer(session).token_breakdown()
assert buckets == {"input": 5_000, "output": 80, "cache_read": 1_000, "cache_write": None}, buckets
assert SessionAnalyzer(session).summary().total_tokens == 6_080
""",
    "TraceLogHandler": """
(logged,) = [event for event in events() if event.kind == "custom"]
assert (logged.iteration, logged.data["message"], logged.data["size"]) == (1, "reading notes.md", 420)
""",
    "copy_context": """
ends = [event for event in events() if event.kind == "tool_end"]
assert sorted(event.data["result"] for event in ends) == [0, 1, 4]
assert {event.iteration for event in ends} == {1}
""",
    "SIGTERM": """
import atexit
def check():
    end = events()[-1]
    assert (end.kind, end.data["status"]) == ("iteration_end", "cancelled")
    os._exit(0)
atexit.register(check)
with collector.iteration():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
""",
    "redact=": """
collector.record("tool_end", {"tool_name": "read_mail", "result": "private"})
collector.record("tool_end", {"tool_name": "bash", "result": "public"})
assert [event.data.get("result") for event in events() if event.kind == "tool_end"] == [None, "public"]
collector.record("custom", {"key": "sk-proj-" + "aB3" * 12})
assert events()[-2].data["key"].endswith("[hidden api key]")
assert events()[-1].data["name"] == "recorder"
""",
}


def text_of(example: str) -> str:
    return (ROOT / "examples" / f"{example}.py").read_text(encoding="utf-8")


def blocks_of(page: str) -> list[str]:
    """The page's blocks of Python code."""
    return re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def snippet(word: str) -> str:
    (found,) = [block for block in blocks_of(PAGE) if word in block]
    return found


def code_lines(text: str) -> int:
    """How many lines are neither empty nor only a comment or part of a docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node) is not None:
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for number, line in lines if number not in told and line.strip() and not line.lstrip().startswith("#"))


def promised(example: str) -> tuple[int, ...]:
    """Iterations, LLM calls, tool calls, tokens and sub-agents, as the example's docstring says."""
    docstring = " ".join((ast.get_docstring(ast.parse(text_of(example))) or "").split())
    said = re.search(
        r"its trace holds (\S+) iterations, (\S+) LLM calls, (\S+) tool calls, (\S+) tokens and (\S+) sub-agents\.",
        docstring,
        re.IGNORECASE,
    )
    assert said, docstring
    return tuple(0 if number == "no" else int(number.replace(",", "")) for number in said.groups())


def found(session: TraceSession) -> tuple[int | None, ...]:
    """The same, as the analysis sees it."""
    analyzer = SessionAnalyzer(session)
    summary = analyzer.summary()
    lanes = {node.label for node in nodes(analyzer.tree()) if node.kind == "agent"}
    return (summary.iterations, summary.llm_calls, summary.tool_calls, summary.total_tokens, len(lanes))


def nodes(trees: list[TreeNode]) -> list[TreeNode]:
    return [node for tree in trees for node in (tree, *nodes(tree.children))]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def trace_of(example: str, folder: Path) -> tuple[TraceSession, str]:
    """Run an example in a folder; the trace it left there, and what it printed."""
    done = run(folder, str(ROOT / "examples" / f"{example}.py"))
    assert (done.returncode, done.stderr) == (0, "")
    (path,) = (folder / ".attocode" / "traces").iterdir()
    assert done.stdout.rstrip().endswith(f"The trace is in {path.resolve()}")
    session = load_session(path)
    assert session.metadata["reader"]["bad_lines"] == []
    assert session.events[-1].data["status"] == "complete"
    return session, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three files."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(f"one {name}\ntwo\n")
    return tmp_path


# -- the page


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_page_shows_the_examples_as_they_are(example: str) -> None:
    assert text_of(example) in blocks_of(PAGE)
    assert f"](../examples/{example}.py)" in PAGE


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_short(example: str) -> None:
    assert code_lines(text_of(example)) <= MOST_LINES


def test_lines_of_code_are_counted_as_they_should_be() -> None:
    assert code_lines('"""Module\n\n"""\n\nx = 1  # one\n# none\ndef f():\n    """None."""\n    return "# one"\n') == 3


def test_every_snippet_of_the_page_is_run() -> None:
    others = [block for block in blocks_of(PAGE) if block not in [text_of(example) for example in EXAMPLES]]
    assert sorted(others) == sorted(map(snippet, SNIPPETS))


@pytest.mark.parametrize("word", SNIPPETS)
def test_a_snippet_of_the_page_does_what_is_said(tmp_path: Path, word: str) -> None:
    if word == "SIGTERM" and sys.platform == "win32":
        pytest.skip("needs POSIX signals")
    done = run(tmp_path, "-c", BEGIN + snippet(word) + SNIPPETS[word])
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [README, PAGE], ids=["README", "page"])
def test_links_lead_somewhere(page: str) -> None:
    base = ROOT if page is README else ROOT / "docs"
    text = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in link or (base / link).exists(), link


def test_the_readmes_snippet_records(tmp_path: Path) -> None:
    (block,) = [block for block in blocks_of(README) if "collector.llm(" in block]
    done = run(tmp_path, "-c", block)
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / ".attocode" / "traces").iterdir()
    assert found(load_session(path)) == (1, 1, 1, 15_320, 0)


# -- the examples


def test_the_plain_loop_leaves_the_trace_it_says(folder: Path) -> None:
    session, printed = trace_of("plain_loop", folder)
    assert found(session) == promised("plain_loop")
    assert "It begins: 'one a.txt\\ntwo\\n'" in printed
    summary = SessionAnalyzer(session).summary()
    assert (summary.errors, summary.total_cost) == (0, pytest.approx(0.006))
    responses = [event for event in session.events if event.kind == "llm_response"]
    assert [event.data["stop_reason"] for event in responses] == ["tool_use", "tool_use", "end_turn"]
    assert [event.data["cache_read_tokens"] for event in responses] == [900] * 3
    tools = [event for event in session.events if event.kind == "tool_end"]
    assert [(event.data["args"], event.data["result"]) for event in tools] == [
        ({"path": "."}, "a.txt\nb.txt\nc.txt"),
        ({"path": "a.txt"}, "one a.txt\ntwo\n"),
    ]


def test_a_tool_of_the_plain_loop_that_fails_is_a_failed_call(tmp_path: Path) -> None:
    session, printed = trace_of("plain_loop", tmp_path)  # no file to read
    assert found(session) == promised("plain_loop")
    assert SessionAnalyzer(session).summary().errors == 1
    assert 'It begins: "error: ' in printed or "It begins: 'error: " in printed


def test_the_asyncio_agent_leaves_the_trace_it_says(folder: Path) -> None:
    session, printed = trace_of("asyncio_agent", folder)
    assert found(session) == promised("asyncio_agent")
    assert "6 lines, 42 bytes" in printed
    ends = {event.data["agent_id"]: event for event in session.events if event.kind == "subagent_complete"}
    assert {name: end.data["total"] for name, end in ends.items()} == {"lines": 6, "bytes": 42}
    for name, tool in (("lines", "count_lines"), ("bytes", "file_size")):
        calls = [event for event in session.events if event.kind == "tool_end" and event.data["agent_id"] == name]
        assert sorted(event.data["tool_name"] for event in calls) == sorted(["list_files", tool, tool, tool])
    kinds = [event.kind for event in session.events]
    assert max(n for n, kind in enumerate(kinds) if kind == "subagent_spawn") < kinds.index("subagent_complete")


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Load the embedded example, to run at once in an empty folder."""
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("tracetop_example_embedded", ROOT / "examples" / "embedded.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "THINKING_SECONDS", 0.01)
    return module


def picture_of(app: App[None]) -> str:
    return app.export_screenshot().replace("&#160;", " ")


@pytest.mark.parametrize("key", ["ctrl+d", "f2"])
async def test_the_embedded_app_shows_its_recording(embedded: ModuleType, tmp_path: Path, key: str) -> None:
    app = embedded.EmbeddedApp()
    async with app.run_test(size=(140, 42)) as pilot:
        await app.workers.wait_for_complete()
        await pilot.pause()
        host = app.screen
        assert "1…2…3…4…5" in picture_of(app)
        for _ in range(2):  # opened again, it shows the same
            await pilot.press(key)
            await pilot.pause()
            assert isinstance(app.screen, DashboardScreen)
            assert app.screen.source.wait_until_read(DEADLINE)
            await until_shown(app, pilot, "32 events")
            picture = picture_of(app)
            for text in ("Count to five", "iteration 5", "2.25k → 10 · 2.00k cached", "count 5 → 1…2…3…4…5"):
                assert text in picture
            await pilot.press("ctrl+d")
            await pilot.pause()
            assert app.screen is host
    events = [event_from_line(line.rstrip(b"\n")) for line in app.collector.lines()]
    assert found(TraceSession("s", events=events)) == promised("embedded")
    assert app.collector.path is None
    assert list(tmp_path.iterdir()) == [], "no file at all"


async def until_shown(app: App[None], pilot: Pilot[None], text: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while text not in picture_of(app):
        if time.monotonic() > deadline:
            pytest.fail(f"{text!r} is never shown")
        await pilot.pause(0.02)

"""Who may import whom: `collector` and `analysis` know no user interface, headless commands load none."""

from __future__ import annotations

import ast
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import tracetop

PACKAGE = Path(tracetop.__file__).parent
HEADLESS = ["report", "issues", "timeline", "tokens", "tools"]


def sources(floor: str) -> list[Path]:
    return sorted((PACKAGE / floor).rglob("*.py"))


def imports_of(path: Path) -> Iterator[str]:
    """Every module a file imports, anywhere in it, under its absolute name."""
    parts = ["tracetop", *path.relative_to(PACKAGE).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(parts[: -node.level])
            if node.module:
                yield f"{package}.{node.module}"
            else:  # `from . import figures` imports a module
                yield from (f"{package}.{alias.name}" for alias in node.names)


def loaded_by(code: str, *args: str) -> set[str]:
    """The modules that are loaded after running this code in a process of its own."""
    program = f"import sys, json\n{code}\nsys.stdout.flush()\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program, *args], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def modules_below(package: str) -> list[str]:
    return [info.name for info in pkgutil.walk_packages([str(PACKAGE / package)], f"tracetop.{package}.")]


@pytest.mark.parametrize("path", sources("analysis"), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_analysis_imports_of_ours_only_itself_and_the_schema(path: Path) -> None:
    for name in imports_of(path):
        assert name.partition(".")[0] not in ("textual", "rich", "watchfiles"), name
        if name.startswith("tracetop"):
            assert name.startswith("tracetop.analysis") or name in (
                "tracetop.collector.events",
                "tracetop.collector.inclusive_input",
                "tracetop.collector.kinds",
                "tracetop.collector.records",
            ), name


@pytest.mark.parametrize("path", sources("collector"), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_collector_imports_of_ours_only_itself(path: Path) -> None:
    for name in imports_of(path):
        assert name.partition(".")[0] not in ("textual", "rich"), name
        if name.startswith("tracetop"):
            assert name == "tracetop" or name.startswith("tracetop.collector"), name


@pytest.mark.parametrize(
    "path",
    [
        *sources("app/commands"),
        *sources("app/reports"),
        *sources("app/settings"),
        PACKAGE / "app/cli.py",
    ],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_reports_do_not_name_textual(path: Path) -> None:
    assert not {name.partition(".")[0] for name in imports_of(path)} & {"textual", "watchfiles"}


def test_all_of_analysis_loads_without_a_user_interface() -> None:
    modules = loaded_by("\n".join(f"import {name}" for name in modules_below("analysis")))
    assert not tops(modules) & {"textual", "rich", "watchfiles", "click"}
    ours = {name for name in modules if name.startswith("tracetop.") and not name.startswith("tracetop.analysis")}
    assert ours <= {
        "tracetop.collector",
        "tracetop.collector.events",
        "tracetop.collector.formats",
        "tracetop.collector.formats.attocode_stream",  # of a record's metadata
        "tracetop.collector.inclusive_input",
        "tracetop.collector.kinds",
        "tracetop.collector.loose_values",
        "tracetop.collector.records",
    }


def test_all_of_collector_loads_without_a_user_interface() -> None:
    modules = loaded_by("\n".join(f"import {name}" for name in modules_below("collector")))
    assert not tops(modules) & {"textual", "rich", "click"}
    assert not {name for name in modules if name.startswith(("tracetop.app", "tracetop.analysis"))}


RUN = """
from tracetop.app.cli import cli
assert not cli.main(sys.argv[1:], "tracetop", standalone_mode=False)
"""


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    path = tmp_path / "session-1.jsonl"
    lines = [
        {"kind": "session_start", "timestamp": 1e9, "session_id": "s", "event_id": "1", "data": {"goal": "g"}},
        {"kind": "llm_response", "timestamp": 1e9 + 1, "session_id": "s", "event_id": "2", "data": {"tokens": 3}},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize("command", HEADLESS)
@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_headless_commands_never_load_textual(command: str, flags: list[str], trace: Path) -> None:
    modules = loaded_by(RUN, command, str(trace), *flags)
    assert not tops(modules) & {"textual", "watchfiles"}
    assert "rich.console" not in modules


def test_neither_does_what_converts_or_only_records(tmp_path: Path) -> None:
    spans = tmp_path / "spans.jsonl"
    spans.write_text('{"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "a", "traceId": "t"}]}]}]}')
    modules = loaded_by(RUN, "convert", str(spans), "-o", str(tmp_path / "out.jsonl"))
    modules |= loaded_by("import tracetop.app.commands.listening")
    assert not tops(modules) & {"textual", "watchfiles"}
    assert "rich.console" not in modules


PRICED = {"model": "claude-sonnet-4-20250514", "input_tokens": 1000, "output_tokens": 100}


def with_response(trace: Path, **data: object) -> Path:
    line = {"kind": "llm_response", "timestamp": 1e9 + 2, "session_id": "s", "event_id": "3", "data": data}
    with trace.open("a") as file:
        file.write(json.dumps(line) + "\n")
    return trace


@pytest.mark.parametrize(
    "data",
    [
        {**PRICED, "cost": 0.1},
        {"model": PRICED["model"], "tokens": 9},
        {**PRICED, "model": ""},
        {**PRICED, "model": "m"},
    ],
    ids=["a cost", "a total alone", "no model", "a model of the user's"],
)
def test_list_prices_are_not_loaded_without_need(
    data: dict[str, object], trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[prices.m]\ninput = 1\noutput = 1\n")
    monkeypatch.setenv("TRACETOP_CONFIG", str(config))
    for command in ("report", "issues", "tokens"):
        assert not tops(loaded_by(RUN, command, str(with_response(trace, **data)))) & {"genai_prices", "pydantic"}


def test_list_prices_are_loaded_where_they_are_asked_for_and_nothing_is_fetched(trace: Path) -> None:
    watched = """
    def watch(event, _):
        assert not event.startswith("socket."), event
    sys.addaudithook(watch)
    """
    modules = loaded_by(f"{dedent(watched)}\n{RUN}", "report", str(with_response(trace, **PRICED)))
    assert "genai_prices" in modules


def test_list_prices_that_are_turned_off_are_not_loaded(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACETOP_LIST_PRICES", "false")
    modules = loaded_by(RUN, "report", str(with_response(trace, **PRICED)))
    assert not tops(modules) & {"genai_prices", "pydantic"}


def test_cleaning_never_loads_textual(trace: Path) -> None:
    os.utime(trace, (1e9, 1e9))
    modules = loaded_by(RUN, "clean", str(trace.parent), "--older-than", "30d")
    assert not trace.exists()
    assert not tops(modules) & {"textual", "watchfiles"}
    assert "rich.console" not in modules


@pytest.mark.parametrize("flags", [[], ["--json"], ["--init"]], ids=["text", "json", "init"])
def test_the_settings_never_load_textual(flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACETOP_CONFIG", str(tmp_path / "config.toml"))
    modules = loaded_by(RUN, "config", *flags)
    assert not tops(modules) & {"textual", "watchfiles"}
    assert "rich.console" not in modules


def test_the_plain_list_of_sessions_never_loads_textual(trace: Path) -> None:
    assert not tops(loaded_by(RUN, str(trace.parent))) & {"textual", "watchfiles"}


@pytest.mark.parametrize(
    "args", [["--version"], ["--help"], ["completion", "zsh"], ["report", "--help"], ["clean", "--help"]]
)
def test_what_needs_no_trace_loads_hardly_anything(args: list[str]) -> None:
    modules = loaded_by(RUN, *args)
    assert not tops(modules) & {"textual", "watchfiles", "rich", "msgspec", "orjson"}
    assert not {name for name in modules if name.startswith("tracetop.analysis")}


def test_importing_the_package_loads_nothing_of_it() -> None:
    modules = loaded_by("import tracetop, tracetop.app, tracetop.collector")
    assert not tops(modules) & {"textual", "watchfiles", "rich", "click", "orjson", "msgspec"}

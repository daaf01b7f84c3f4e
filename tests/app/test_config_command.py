"""`tracetop config`, and what the other commands make of the settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tracetop.app.cli import cli
from tracetop.app.commands import headless
from tracetop.app.settings.example import example

START = 1_780_000_000.0


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], prog_name="tracetop")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that writes the user's file."""
    path = tmp_path / "settings" / "config.toml"
    monkeypatch.setenv("TRACETOP_CONFIG", str(path))

    def write(text: str) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A trace of two iterations: one with a measured cost, one without any."""
    path = tmp_path / "session-1.jsonl"
    tokens = {"model": "claude-test-1", "input_tokens": 1000, "output_tokens": 100}
    lines = [
        {"kind": "session_start", "data": {"goal": "g"}},
        {"kind": "llm_response", "iteration": 1, "data": {**tokens, "cost": 1.0}},
        {"kind": "llm_response", "iteration": 2, "data": tokens},
    ]
    fields = {"session_id": "s", "timestamp": START}
    path.write_text("".join(json.dumps({**fields, "event_id": str(n), **line}) + "\n" for n, line in enumerate(lines)))
    return path


PRICES = '[prices."claude-test-*"]\ninput = 3\noutput = 15\n'


def test_it_tells_what_holds_and_where_it_comes_from(config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = config(f'theme = "nord"\n[keys]\n"trace.zoom" = "z,f11"\n{PRICES}')
    monkeypatch.setenv("TRACETOP_LAYOUT", "tree")
    result = run("config")
    assert result.exit_code == 0
    assert result.stderr == ""
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["theme", "nord", "file,", "line", "1"] in rows
    assert ["frame_rate", "12", "default"] in rows
    assert ["layout", "tree", "environment,", "TRACETOP_LAYOUT"] in rows
    assert ["keys.trace.zoom", "z,f11", "file,", "line", "3"] in rows
    assert ["prices.claude-test-*", "$3", "in,", "$15", "out", "file,", "line", "4"] in rows
    assert ["file", str(path)] in rows
    columns = {
        line.index(end) for line, end in zip(result.stdout.splitlines()[1:4], ("file", "def", "env"), strict=True)
    }
    assert len(columns) == 1


def test_without_a_file_it_says_so(config: Any) -> None:
    result = run("config")
    assert "keys         as built in" in result.stdout
    assert "not there; tracetop config --init" in result.stdout
    assert json.loads(run("config", "--json").stdout)["exists"] is False


def test_in_json(config: Any) -> None:
    path = config(f'frame_rate = 0\ntheme = "nord"\n{PRICES}')
    result = run("config", "--json")
    told = json.loads(result.stdout)
    assert told["file"] == str(path)
    assert told["exists"] is True
    assert told["settings"]["theme"] == {"value": "nord", "origin": "file, line 2"}
    assert told["settings"]["frame_rate"] == {"value": 12, "origin": "default"}
    assert told["settings"]["keys"] == {}
    assert told["settings"]["prices"]["claude-test-*"]["value"]["input"] == 3.0
    assert told["problems"] == [f"{path}: frame_rate: 0 is not between 1 and 60"]


def test_what_is_wrong_goes_to_stderr_a_line_each_and_stops_nothing(config: Any, trace: Path) -> None:
    path = config('frame_rate = 500\nthme = "\\u001b[31m\\nx"\n')
    for arguments in (("config",), ("report", trace), ("tokens", trace, "--json"), (trace.parent,)):
        result = run(*arguments)
        assert result.exit_code == 0
        first, second = result.stderr.splitlines()
        assert first == f"tracetop: {path}: frame_rate: 500 is not between 1 and 60"
        assert second == f"tracetop: {path}: thme: no such setting; did you mean theme?"
        assert "frame_rate: 500" not in result.stdout


def test_hostile_text_in_the_file_reaches_no_terminal(config: Any) -> None:
    config('theme = "\\u001b]0;x"\n[keys]\n"\\u001b[31m" = "z"\n[prices."\\u202em\\u0007"]\ninput = 1\n')
    for result in (run("config"), run("config", "--json"), run("config", "--keys")):
        for text in (result.stdout, result.stderr):
            assert all(character.isprintable() or character == "\n" for character in text)


def test_init_writes_the_example_once(config: Any, tmp_path: Path) -> None:
    path = tmp_path / "settings" / "config.toml"
    result = run("config", "--init")
    assert (result.exit_code, result.stdout) == (0, f"Written: {path}\n")
    assert path.read_text() == example()
    assert run("config").stderr == ""
    path.write_text("# mine")
    result = run("config", "--init")
    assert result.exit_code == 2
    assert result.stderr == f"tracetop: {path} exists already and stays as it is\n"
    assert path.read_text() == "# mine"


def test_init_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TRACETOP_CONFIG", str(tmp_path / "file" / "config.toml"))
    result = run("config", "--init")
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1


def test_the_keys_are_listed_with_the_users_own(config: Any) -> None:
    path = config('[keys]\n"trace.zoom" = "f11"\n"trace.zom" = "x"\n"trace.help" = "f9,q"\n')
    result = run("config", "--keys")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["id", "keys", "does"]
    assert ["trace.zoom", "f11", "yours"] in [row[:3] for row in rows]
    assert ["trace.step_back", "comma"] in [row[:2] for row in rows]
    assert ["rows.down", "down,j"] in [row[:2] for row in rows]
    assert result.stderr.splitlines() == [
        f"tracetop: {path}: keys.trace.zom: no binding has this id; did you mean trace.zoom?"
        " (see: tracetop config --keys)",
        f"tracetop: {path}: keys.trace.help: q is the key of trace.quit (Quit tracetop)",
    ]
    told = [json.loads(line) for line in run("config", "--keys", "--json").stdout.splitlines()]
    by_id = {each["id"]: each for each in told}
    assert len(by_id) == len(told)
    assert by_id["trace.zoom"] == {
        "id": "trace.zoom",
        "keys": "f11",
        "default": "z",
        "does": "Show the active pane only",
    }
    assert by_id["trace.help"]["keys"] == "question_mark"


def test_help_teaches_the_file() -> None:
    text = run("config", "--help").stdout
    for word in ("config.toml", "TRACETOP_CONFIG", "frame_rate", "[keys]", "[prices.", "--init", "--keys"):
        assert word in text


def test_reports_estimate_by_the_users_prices(config: Any, trace: Path) -> None:
    config(PRICES)
    report = json.loads(run("report", trace, "--json").stdout)
    assert report["cost"] == pytest.approx(1.0045)
    assert report["cost_estimated"] is True
    text = run("report", trace).stdout
    assert "~$1.00" in text
    assert "A ~ marks cost that the trace does not give" in text
    first, second = (json.loads(line) for line in run("tokens", trace, "--json").stdout.splitlines())
    assert "cost_estimated" not in first
    assert "cumulative_cost_estimated" not in first
    assert (second["cost"], second["cost_estimated"]) == (pytest.approx(0.0045), True)
    assert second["cumulative_cost_estimated"] is True
    rows = [line.split() for line in run("tokens", trace).stdout.splitlines()]
    assert rows[1][-2:] == ["$1.0000", "$1.0000"]
    assert rows[2][-2:] == ["~$0.0045", "~$1.0045"]
    assert rows[4][-2:] == ["~$1.0045", "~$1.0045"]
    assert "~$1.00" in run(trace.parent).stdout


def test_without_prices_nothing_says_estimated(config: Any, trace: Path) -> None:
    report = json.loads(run("report", trace, "--json").stdout)
    assert report["cost"] == 1.0
    assert "cost_estimated" not in report
    for command in ("report", "tokens"):
        assert "~" not in run(command, trace).stdout
    assert "estimated" not in run("tokens", trace, "--json").stdout


# -- the theme on the command line


@pytest.fixture
def themes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The themes that dashboards and demos were opened with."""
    seen: list[Any] = []
    standalone, demo = ModuleType("tracetop.app.standalone"), ModuleType("tracetop.app.demo.command")
    standalone.run_dashboard = lambda path, *, debug, theme, **_: seen.append(theme)  # type: ignore[attr-defined]
    demo.run_demo = lambda **options: seen.append(options["theme"])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tracetop.app.standalone", standalone)
    monkeypatch.setitem(sys.modules, "tracetop.app.demo.command", demo)
    monkeypatch.setattr(headless, "has_screen", lambda: True)
    return seen


def test_a_theme_may_stand_before_or_behind_the_path(themes: list[Any], trace: Path) -> None:
    for arguments in (("--theme", "a", trace), (trace, "--theme", "b"), ("--theme", "c"), ("demo", "--theme", "d"),
                      ("--theme", "e", "demo"), (trace,), ()):  # fmt: skip
        assert run(*arguments).exit_code == 0
    assert themes == ["a", "b", "c", "d", "e", None, None]


def test_a_theme_where_nothing_is_drawn_is_wrong_usage(trace: Path) -> None:
    result = run("--theme", "nord", "report", trace)
    assert result.exit_code == 2
    assert "report draws no dashboard" in result.stderr


@pytest.mark.parametrize("arguments", [("--theme", "nrd"), ("demo", "--theme", "nrd", "--speed", "1000")])
def test_a_theme_that_does_not_exist_is_wrong_usage(
    arguments: tuple[str, ...], trace: Path, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headless, "has_screen", lambda: True)
    monkeypatch.setattr("tracetop.app.demo.command.has_screen", lambda: True)
    result = run(*arguments, *([trace] if arguments[0] != "demo" else []))
    assert result.exit_code == 2
    assert result.stderr.startswith("tracetop: no theme is called 'nrd'; did you mean nord?")


def test_rules_that_the_user_set_are_told_and_hold(config: Any, tmp_path: Path) -> None:
    path = tmp_path / "session-1.jsonl"
    call = {"kind": "tool_error", "session_id": "s", "iteration": 1}
    data = {"tool_name": "bash", "args": {"command": "make"}}
    lines = [{**call, "event_id": str(n), "timestamp": START + n, "data": data} for n in range(3)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    found, _ = json.loads(run("report", path, "--json").stdout)["findings"]
    assert (found["category"], found["confidence"]) == ("error_loop", "high")
    assert found["event_ids"] == ["0", "1", "2"]
    assert run("issues", path, "--fail-on", "critical", "--with-findings").exit_code == 0
    config("[rules.error_loop]\nfailures = 4\n")
    assert json.loads(run("report", path, "--json").stdout)["findings"] == []
    config("[rules.error_loop]\nmuted = true\n")
    assert "error_loop" not in run("issues", path).stdout
    told = run("config")
    assert "rules.error_loop.muted  true" in told.stdout
    assert json.loads(run("config", "--json").stdout)["settings"]["rules"]["error_loop.muted"]["value"] is True


def test_limits_of_the_cache_that_the_user_set_hold(config: Any, tmp_path: Path) -> None:
    path = tmp_path / "session-1.jsonl"
    prompts = [(9_000, 1_000), (8_500, 3_000), (8_500, 3_000)]
    lines = [
        {
            "kind": "llm_response",
            "session_id": "s",
            "event_id": str(n),
            "timestamp": START + n,
            "data": {"cache_read_tokens": read, "cache_write_tokens": written, "input_tokens": 10},
        }
        for n, (read, written) in enumerate(prompts)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = json.loads(run("report", path, "--json").stdout)
    assert [broken["event"] for broken in told["cache_breaks"]] == [3]
    config("[rules.cache_break]\npartial_least_lost = 1_000\n")
    told = json.loads(run("report", path, "--json").stdout)
    assert [broken["event"] for broken in told["cache_breaks"]] == [2, 3]
    (found,) = told["findings"]
    assert (found["category"], found["event_ids"], found["tokens"]) == ("cache_break", ["1", "2"], 4_500)
    assert "1000 tokens lost at least: a partial break (yours; default 2000)" in found["thresholds"]
    config("[rules.cache_break]\nmuted = true\n")
    told = json.loads(run("report", path, "--json").stdout)
    assert (told["findings"], len(told["cache_breaks"])) == ([], 1), "what broke the cache is told all the same"


def test_findings_fail_a_gate_only_where_told_so(tmp_path: Path) -> None:
    path = tmp_path / "session-1.jsonl"
    call = {"kind": "tool_end", "session_id": "s"}
    lines = [
        {
            **call,
            "event_id": f"{n}",
            "timestamp": START + n,
            "iteration": n,
            "data": {"tool_name": "bash", "args": args},
        }
        for n, args in enumerate([{"command": f"make {name}"} for name in "abcdabcdabcd"])
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    findings = json.loads(run("report", path, "--json").stdout)["findings"]
    assert [found["category"] for found in findings] == ["cycle", "stuck"]
    gate = ("--fail-on", "high")
    documented = json.loads(run("report", path, "--json").stdout)["issues"]
    expected = int(any(issue["severity"] in ("high", "critical") for issue in documented))
    assert run("issues", path, *gate).exit_code == expected
    assert run("issues", path, *gate, "--with-findings").exit_code == 1

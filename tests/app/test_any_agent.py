"""Sessions of other agents with no set-up: found, listed beside native ones, followed, the newest first if wanted."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tracetop.app.cli import cli
from tracetop.app.dashboard.screen import DashboardScreen
from tracetop.app.sessions.entry import Entry, Glance, State, state_of
from tracetop.app.sessions.filter import SessionFilter
from tracetop.app.sessions.glance import look_at
from tracetop.app.sessions.latest import Latest
from tracetop.app.sessions.sessions import Sessions
from tracetop.app.sessions.shown_sources import shown_sources
from tracetop.app.standalone import TracetopApp
from tracetop.collector.reading.listing import list_traces


def record(kind: str, second: int, **payload: Any) -> str:
    stamp = f"2026-01-02T03:04:{second:02}.000Z"
    return json.dumps({"timestamp": stamp, "type": kind, "payload": payload}) + "\n"


def usage(second: int, sent: int, output: int, total: int) -> str:
    last = {"input_tokens": sent, "cached_input_tokens": 0, "output_tokens": output, "total_tokens": sent + output}
    info = {"last_token_usage": last, "total_token_usage": {**last, "total_tokens": total}}
    return record("event_msg", second, type="token_count", info=info)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose folder is the current one, and a home of Codex with two rollouts, one of them made there."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setenv("CODEX_HOME", str(tmp_path / "codex"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    for name, folder in (("mine", project), ("theirs", tmp_path / "other")):
        path = tmp_path / "codex" / "sessions" / "2026" / "01" / "02" / f"rollout-2026-01-02T03-04-05-{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            record("session_meta", 5, id=name, cwd=str(folder), cli_version="0.104.0")
            + record("event_msg", 6, type="task_started", turn_id="t1")
            + record("event_msg", 6, type="user_message", message=f"parse {name}")
            + record("turn_context", 6, cwd=str(folder), model="gpt-5.3-codex")
            + record(
                "response_item", 8, type="message", role="assistant", content=[{"type": "output_text", "text": "k"}]
            )
            + usage(9, 900, 100, 1_000)
        )
    return project


def run(*arguments: object) -> Any:
    wide = {"COLUMNS": "120"}
    return CliRunner().invoke(cli, [str(each) for each in arguments], catch_exceptions=False, env=wide)


def test_without_a_path_the_sessions_of_this_project_are_listed(project: Path) -> None:
    text = run().stdout
    assert "parse mine" in text and "gpt-5.3-codex" in text and "1.00k" in text
    assert "theirs" not in text
    everything = run("--all").stdout
    assert "parse mine" in everything and "parse theirs" in everything


def test_where_this_project_has_none_those_of_all_are_shown(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert not shown_sources().is_project
    assert "parse theirs" in run().stdout
    assert shown_sources(project=project).is_project


def test_native_traces_stand_beside_them(project: Path, line: Callable[..., bytes]) -> None:
    folder = project / ".traces"
    folder.mkdir()
    (folder / "own.jsonl").write_bytes(line("session_start", goal="ours", model="m"))
    text = run().stdout
    assert "ours" in text and "parse mine" in text


def test_sources_tells_where_it_looked_and_what_it_found(project: Path) -> None:
    text = run("sources").stdout
    assert "1 session" in text.splitlines()[0]
    told = [json.loads(each) for each in run("sources", "--json").stdout.splitlines()]
    assert [(each["agent"], each["sessions"], each["other_files"]) for each in told] == [
        ("native", 0, 0),
        ("native", 0, 0),
        ("claude-code", 0, 0),
        ("codex", 1, 1),
        ("codex", 0, 0),
    ]
    assert told[-2]["newest"].endswith("mine.jsonl")
    assert [each["obstacle"] for each in told] == ["no such folder"] * 3 + [None, "no such folder"]
    for each in told:
        assert each["folder"] in text, "where it looked is told in full"
    assert [json.loads(each)["sessions"] for each in run("sources", "--all", "--json").stdout.splitlines()] == [0, 2, 0]


def test_a_folder_that_may_not_be_read_is_told_and_costs_no_other(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir

    def refuse(folder: str | os.PathLike[str]) -> Any:
        if "archived" in os.fspath(folder):
            raise PermissionError(13, "Permission denied", os.fspath(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    text = run("sources").stdout
    assert "1 session" in text.splitlines()[0]
    (row,) = [line for line in text.splitlines() if line.endswith("archived_sessions")]
    assert "not readable: Permission denied" in row


def test_the_report_of_a_folder_counts_each_session_once(project: Path, tmp_path: Path) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    child = path.with_name("rollout-2026-01-02T03-05-05-child.jsonl")
    child.write_text(
        record("session_meta", 10, id="child", cwd=str(project), parent_thread_id="mine", cli_version="0.104.0")
        + record("turn_context", 10, cwd=str(project), model="gpt-5.3-codex")
        + record("event_msg", 10, type="task_started", turn_id="t9")
        + record("response_item", 11, type="message", role="assistant", content=[])
        + usage(12, 400, 100, 500)
    )
    told = json.loads(run("report", tmp_path / "codex", "--json").stdout)
    assert (told["sessions"], told["tokens"]["total"], told["llm_calls"]) == (2, 1_500 + 1_000, 3)


def put_away(path: Path, name: str = "", *, packed: bool = False) -> Path:
    """A rollout, moved or copied to the folder of those that were put away, or packed where it is."""
    home = next(parent for parent in path.parents if parent.name == "codex")
    to = home / "archived_sessions" / (name or path.name) if name or not packed else path
    to.parent.mkdir(exist_ok=True)
    content = path.read_bytes()
    if packed:
        to = to.with_name(to.name + ".zst")
        content = pytest.importorskip("zstandard").ZstdCompressor().compress(content)
    to.write_bytes(content)
    os.utime(to, (1, 1))
    return to


@pytest.mark.parametrize("packed", [False, True])
def test_what_codex_put_away_or_packed_is_found_once(project: Path, tmp_path: Path, packed: bool) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    put_away(path, path.name, packed=packed)
    put_away(path, packed=packed)
    old = put_away(path, "rollout-2025-12-30T03-04-05-old.jsonl", packed=packed)
    (theirs,) = (tmp_path / "codex").rglob("*theirs.jsonl")
    put_away(theirs, theirs.name, packed=packed)
    theirs.unlink()
    told = [json.loads(each) for each in run("sources", "--json").stdout.splitlines()]
    assert [(each["sessions"], each["unreadable"]) for each in told[-2:]] == [(1, 0), (1, 0)]
    assert told[-1]["newest"] == str(old)
    assert run().stdout.count("parse mine") == 2
    assert run("--all").stdout.count("parse theirs") == 1
    report = json.loads(run("report", tmp_path / "codex", "--json").stdout)
    assert (report["sessions"], report["tokens"]["total"]) == (3, 3_000)
    assert json.loads(run("report", old, "--json").stdout)["tokens"]["total"] == 1_000
    assert listed(tmp_path / "codex")["old"].figures == listed(tmp_path / "codex")["mine"].figures
    run("clean", tmp_path / "codex", "--older-than", "1s", "--yes")
    assert len(list((tmp_path / "codex").rglob("rollout-*"))) == 4 + packed


def test_what_cannot_be_unpacked_says_what_it_takes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    packed = put_away(path, packed=True)
    path.unlink()
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "zstandard", None)
        without.setitem(sys.modules, "compression.zstd", None)
        needed = "pip install 'tracetop[zst]'"
        for arguments in (["sources"], ["sources", "--all"], ["--all"]):
            assert needed in run(*arguments).stdout
        for arguments in (["report", packed], ["convert", packed, "-o", "-"]):
            got = run(*arguments)
            assert (got.exit_code, got.stderr.count("\n")) == (3, 1)
            assert needed in got.stderr and packed.name in got.stderr
    assert "parse mine" in run("--all").stdout, "what could not be read is not kept for the next time"


def test_packed_rollouts_are_not_live_and_do_not_start(project: Path, tmp_path: Path) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    packed = put_away(path, packed=True)
    now = path.stat().st_mtime
    assert state_of(Entry(path, 1, now), now) is State.LIVE
    assert state_of(Entry(packed, 1, now, Glance(ended=False)), now) is State.IDLE
    latest = Latest()
    assert latest.next([Entry(packed, 1, 9.0), Entry(path.with_name("rollout-2.jsonl"), 1, 2.0)]) != packed
    assert latest.next([Entry(path.with_name("rollout-0.jsonl.zst"), 1, 99.0, Glance())]) is None
    archived = tmp_path / "codex" / "archived_sessions" / "rollout-2.jsonl"
    assert latest.next([Entry(archived, 1, 100.0, Glance())]) is None, "it was only put away"
    assert Latest().next([Entry(packed, 1, 9.0)]) == packed


def test_a_sub_agent_whose_session_is_gone_is_a_session(project: Path, tmp_path: Path) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    lost = path.with_name("rollout-2026-01-02T03-05-05-lost.jsonl")
    lost.write_text(
        record("session_meta", 10, id="lost", cwd=str(project), parent_thread_id="gone", cli_version="0.104.0")
        + record("turn_context", 10, cwd=str(project), model="gpt-5.3-codex")
        + usage(12, 400, 100, 500)
    )
    assert set(listed(tmp_path / "codex")) == {"mine", "theirs", "lost"}
    put_away(path, "rollout-2026-01-01T03-05-05-gone.jsonl")
    assert set(listed(tmp_path / "codex")) == {"mine", "theirs", "gone"}


def test_options_that_make_no_sense_are_wrong_usage(project: Path) -> None:
    for arguments in (["--latest", "sources"], ["--all", "report", "x"], ["--all", str(project)]):
        assert run(*arguments).exit_code == 2, arguments


def listed(folder: Path) -> dict[str, Entry]:
    sessions = Sessions([folder], cache=folder.parent / "cache")
    sessions.look(anew=True)
    sessions.fold()
    return {entry.name.rsplit("-", 1)[-1]: entry for entry in sessions.entries}


def test_a_look_tells_agent_project_and_title_and_the_fold_the_figures(project: Path, tmp_path: Path) -> None:
    (trace,) = [each for each in list_traces(tmp_path / "codex") if "mine" in each.path.stem]
    glance = look_at(trace).glance
    assert glance is not None
    assert (glance.agent, glance.project, glance.goal) == ("codex", str(project), "parse mine")
    assert (glance.model, glance.ended) == ("gpt-5.3-codex", False)
    entry = listed(tmp_path / "codex")["mine"]
    assert entry.figures is not None and entry.glance is not None
    assert (entry.figures.tokens, entry.glance.agent, entry.glance.project) == (1_000, "codex", str(project))
    assert SessionFilter("agent:codex project:project").passes(entry, 0.0)
    assert not SessionFilter("agent:native").passes(entry, 0.0)


async def test_the_browser_has_them_and_enter_opens_one(project: Path, visit: Any) -> None:
    app = TracetopApp(None)
    async with app.run_test(size=(160, 40)) as pilot:
        it = visit(app, pilot)
        await it.until(lambda: "parse mine" in it.text and "1.00k" in it.text)
        assert "parse mine" in it.crop("#browser-goal")
        assert re.search(r"codex · \S*project · gpt-5.3-codex", it.crop("#browser-facts"))
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, DashboardScreen) and it.screen.frame is not None)
        await it.until(lambda: "gpt-5.3-codex" in it.text)


async def test_a_session_that_grows_is_followed(project: Path, visit: Any, tmp_path: Path) -> None:
    (path,) = (tmp_path / "codex").rglob("*mine.jsonl")
    app = TracetopApp(path)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.until(lambda: isinstance(it.screen, DashboardScreen) and it.screen.frame is not None)
        await it.until(lambda: it.screen.frame.view.tokens.total == 1_000)
        with path.open("a") as file:
            file.write(record("response_item", 20, type="message", role="assistant", content=[]))
            file.write(usage(21, 1_500, 500, 3_000))
        await it.until(lambda: it.screen.frame.view.tokens.total == 3_000)


def test_the_newest_is_shown_first_and_then_each_that_starts() -> None:
    def entry(name: str, mtime: float, glance: Glance | None = Glance(), **more: Any) -> Entry:  # noqa: B008
        return Entry(Path(name), 1, mtime, glance, **more)

    latest, old, new = Latest(), entry("old", 1.0), entry("new", 2.0)
    assert latest.next([]) is None
    assert latest.next([new, old]) == Path("new")
    assert latest.next([entry("old", 9.0), new]) is None, "one that goes on is no newer one"
    assert latest.next([old, new, entry("third", 0.5)]) == Path("third")
    assert latest.next([entry("broken", 99.0, error="no trace")]) is None
    assert latest.next([entry("fourth", 3.0, None)]) is None, "nobody has looked at it yet"
    assert latest.next([entry("fourth", 3.0, Glance(agent="claude-code"))]) is None, "it has but titles of others"
    assert latest.next([entry("fourth", 3.0, Glance(agent="claude-code", start=2.0))]) == Path("fourth")
    assert latest.next([entry("fourth", 4.0, Glance(agent="claude-code", start=2.0))]) is None


async def test_latest_opens_the_newest_and_switches_when_another_starts(
    line: Callable[..., bytes], tmp_path: Path, visit: Any
) -> None:
    folder = tmp_path / "traces"
    folder.mkdir()
    for age, name in ((50, "first"), (10, "second")):
        (folder / f"{name}.jsonl").write_bytes(line("session_start", goal=f"the {name} goal", model="m"))
        os.utime(folder / f"{name}.jsonl", (1e9 - age, 1e9 - age))
    app = TracetopApp(folder, latest=True)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.until(lambda: isinstance(it.screen, DashboardScreen) and "the second goal" in it.text)
        (folder / "third.jsonl").write_bytes(line("session_start", goal="the third goal", model="m"))
        await it.until(lambda: isinstance(it.screen, DashboardScreen) and "the third goal" in it.text)


async def test_a_file_that_is_empty_at_first_may_become_the_log_of_any_agent(tmp_path: Path, visit: Any) -> None:
    path = tmp_path / "rollout-new.jsonl"
    path.write_text("")
    app = TracetopApp(path)
    async with app.run_test(size=(120, 36)) as pilot:
        it = visit(app, pilot)
        await it.until(lambda: isinstance(it.screen, DashboardScreen) and it.screen.source.is_read)
        meta = record("session_meta", 5, id="late", cwd="/p", cli_version="0.104.0")
        with path.open("a") as file:
            file.write(meta[:40])
        with path.open("a") as file:
            file.write(meta[40:] + record("event_msg", 6, type="user_message", message="come late"))
            file.write(record("turn_context", 6, cwd="/p", model="gpt-5.3-codex") + usage(9, 900, 100, 1_000))
        await it.until(lambda: it.screen.frame is not None and it.screen.frame.view.tokens.total == 1_000)
        assert it.screen.source.trace.format == "codex"
        await it.until(lambda: "come late" in it.strip)
        assert it.screen.source.note == "", "nothing is waited for any more"

"""The two shell recipes of the format's page, run as printed, on a file that the collector wrote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tracetop import TraceCollector

TOOLS = (
    """grep "tool_start" .attocode/traces/session-*.jsonl | python -c "import sys,json; """
    """[print(json.loads(l)['data']['tool_name']) for l in sys.stdin]" | sort | uniq -c | sort -rn | head"""
)

TOKENS = """grep "llm_response" .attocode/traces/session-*.jsonl | python -c "
import sys, json
for line in sys.stdin:
    event = json.loads(line)
    data = event['data']
    iteration, read = event['iteration'], data['cache_read_tokens']
    spent, made = data['input_tokens'], data['output_tokens']
    print(f'iter {iteration}: in={spent} out={made} cache={read}')
\""""


def shell(recipe, folder):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    command = ["bash", "-o", "pipefail", "-c", recipe]
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with TraceCollector(session_id="recipes") as collector:
        collector.start_session("count the tools", "claude-x")
        for iteration in (1, 2):
            collector.record("iteration_start", iteration=iteration)
            collector.record_llm_request(iteration, 4, "claude-x")
            usage = {"input": 100 * iteration, "output": 20, "cache_read": 3000}
            collector.record_llm_response(usage, 0.01, 800, iteration=iteration)
            collector.record_tool_call("read_file", {"path": f"{iteration}.py"}, "text", 12, iteration=iteration)
            collector.record("iteration_end", iteration=iteration)
        collector.record_tool_call("bash", {"command": "make"}, None, 900, error="exit 2", iteration=2)
        collector.record_budget_check("warning", 0.9)
        collector.record_compaction(40, 10, 9000)
        collector.record_subagent("a", "spawn", {})
        collector.record_error("boom", "making", 2)
    return tmp_path


def test_which_tools_are_called_most(folder):
    assert shell(TOOLS, folder) == ["2 read_file", "1 bash"]


def test_tokens_per_iteration(folder):
    assert shell(TOKENS, folder) == ["iter 1: in=100 out=20 cache=3000", "iter 2: in=200 out=20 cache=3000"]

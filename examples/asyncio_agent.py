"""Two sub-agents at the same time, whose tools are async functions that record their own calls.

In a folder with 3 files its trace holds 5 iterations, 4 LLM calls, 8 tool calls, 4,400 tokens and 2 sub-agents.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from tracetop import TraceCollector

collector = TraceCollector()


@collector.tool
async def list_files(folder: str) -> list[str]:
    """The files in a folder."""
    return await asyncio.to_thread(lambda: sorted(str(path) for path in Path(folder).iterdir() if path.is_file()))


@collector.tool
async def count_lines(path: str) -> int:
    """How many lines a file has."""
    return len((await asyncio.to_thread(Path(path).read_bytes)).splitlines())


@collector.tool("file_size")
async def size_of(path: str) -> int:
    """How many bytes a file has."""
    return (await asyncio.to_thread(Path(path).stat)).st_size


async def ask_model() -> None:
    """Stand in for a model that takes its time."""
    with collector.llm(model="scripted") as call:
        await asyncio.sleep(0.1)
        call.tokens = {"input": 80, "cache_read": 1_000, "output": 20}


async def measure(agent_id: str, tool: Callable[[str], Awaitable[int]]) -> int:
    """A sub-agent: list the files, then run a tool on all of them at once."""
    with collector.subagent(agent_id, {"task": "measure every file"}) as agent:
        with collector.iteration():
            await ask_model()
            paths = await list_files(".")
        with collector.iteration():
            await ask_model()
            agent.data["total"] = total = sum(await asyncio.gather(*map(tool, paths)))
    return total


async def main() -> None:
    """Have two sub-agents measure the current folder."""
    with collector:
        collector.start_session(goal="Measure the files here", model="scripted")
        with collector.iteration():
            lines, size = await asyncio.gather(measure("lines", count_lines), measure("bytes", size_of))
    print(f"{lines:,} lines, {size:,} bytes\nThe trace is in {collector.path}")


if __name__ == "__main__":
    asyncio.run(main())

"""A small agent loop that records itself. Its model is a script; its tools really list and read the files here.

Its trace holds 3 iterations, 3 LLM calls, 2 tool calls, 3,060 tokens and no sub-agents.
"""

from pathlib import Path

from tracetop import TraceCollector


def list_files(path: str) -> str:
    """The names of the files in a folder."""
    return "\n".join(sorted(entry.name for entry in Path(path).iterdir() if entry.is_file()))


def read_file(path: str) -> str:
    """The beginning of a text file."""
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        return file.read(4_000)


TOOLS = {"list_files": list_files, "read_file": read_file}


def ask_model(messages: list[str]) -> tuple[str, str]:
    """Stand in for a model: a tool to call and a path for it; no tool and the answer at last."""
    if len(messages) == 1:
        return "list_files", "."
    if len(messages) == 2:
        return "read_file", messages[1].partition("\n")[0]
    return "", f"It begins: {messages[2][:200]!r}"


def run_tool(collector: TraceCollector, name: str, path: str) -> str:
    """What a tool gives, or what went wrong in it."""
    with collector.tool(name, {"path": path}) as call:
        try:
            call.result = result = TOOLS[name](path)
        except OSError as error:
            call.error = error
            result = f"error: {error}"
    return result


def main() -> None:
    """Ask the model and run its tools until it answers."""
    messages = ["What does the first file here say?"]
    with TraceCollector() as collector:
        collector.start_session(goal=messages[0], model="scripted")
        while True:
            with collector.iteration():
                with collector.llm(model="scripted", messages_count=len(messages)) as call:
                    tool, text = ask_model(messages)
                    call.tokens = {"input": 100, "cache_read": 900, "output": 20}
                    call.cost = 0.002
                    call.data["stop_reason"] = "tool_use" if tool else "end_turn"
                if not tool:
                    break
                messages.append(run_tool(collector, tool, text))
    print(f"{text}\nThe trace is in {collector.path}")


if __name__ == "__main__":
    main()

"""Logs as Claude Code and Codex write them, told step by step on a clock of their own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

PROJECTS = Path("/home/you/src")
_SYSTEM_TOKENS = 17_400
_CACHE_SECONDS = 300.0


@dataclass(frozen=True)
class Call:
    """A call of a tool: what it was given and gave, how long it took, how many tokens that put into the context."""

    tool: str
    args: dict[str, Any]
    result: str
    seconds: float = 0.2
    tokens: int = 300
    failed: bool = False


@dataclass
class Log:
    """The records of a session, told one after the other on a clock of its own."""

    path: Path
    model: str
    clock: float
    context: int = _SYSTEM_TOKENS
    records: list[dict[str, Any]] = field(default_factory=list)
    _cached: int = 0
    _cached_until: float = 0.0
    _count: int = 0

    def unique(self) -> str:
        """The next id."""
        self._count += 1
        return str(UUID(int=(hash_of(self.path.name) << 32) + self._count))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self.clock += seconds

    def now(self) -> str:
        """The time as logs tell it."""
        return datetime.fromtimestamp(self.clock, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def prompt(self) -> tuple[int, int]:
        """How much of the prompt the cache has, and how much it has not."""
        read = self._cached if self.clock < self._cached_until else 0
        self._cached, self._cached_until = self.context, self.clock + _CACHE_SECONDS
        return read, self.context - read

    def write(self, age: float, now: float) -> None:
        """Write the log, last changed so many seconds before now."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in self.records))
        os.utime(self.path, (now - age,) * 2)


@dataclass
class ClaudeLog(Log):
    """A log of Claude Code; with an `agent` that of a sub-agent."""

    project: str = "ledger"
    session: str = ""
    agent: str = ""

    def tell(self, kind: str, **more: Any) -> None:
        """Log a record."""
        common = {"sessionId": self.session, "cwd": str(PROJECTS / self.project), "version": "2.1.270"}
        own = {"agentId": self.agent} if self.agent else {}
        record = {"type": kind, "uuid": self.unique(), "timestamp": self.now(), "isSidechain": bool(self.agent)}
        self.records.append({**record, **common, **own, **more})

    def title(self, words: str) -> None:
        """Log what the session is called."""
        self.records.append({"type": "ai-title", "aiTitle": words, "sessionId": self.session})

    def ask(self, text: str) -> None:
        """The user, or the agent above, asks for something."""
        self.context += len(text) // 4
        self.tell("user", message={"role": "user", "content": text})

    def answer(self, text: str, output: int, *calls: Call, seconds: float = 4.0, spawns: str = "") -> None:
        """The model answers and calls tools; `spawns` is the sub-agent that the only call waits for."""
        read, rest = self.prompt()
        self.clock += seconds
        ids = [f"toolu_{self.unique()}" for _ in calls]
        uses = [
            {"type": "tool_use", "id": id, "name": call.tool, "input": call.args}
            for id, call in zip(ids, calls, strict=True)
        ]
        usage = {
            "input_tokens": 4,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": rest - 4,
            "output_tokens": output,
        }
        message = {"id": f"msg_{self.unique()}", "role": "assistant", "model": self.model, "usage": usage}
        stop = "tool_use" if calls else "end_turn"
        self.tell(
            "assistant", message={**message, "content": [{"type": "text", "text": text}, *uses], "stop_reason": stop}
        )
        self.context += output
        for id, call in zip(ids, calls, strict=True):
            self.clock += call.seconds
            self.context += call.tokens
            result = {"type": "tool_result", "tool_use_id": id, "content": call.result, "is_error": call.failed}
            told: Any = {"stdout": call.result} if call.tool == "Bash" else {}
            if spawns:
                told = {"agentId": spawns, "status": "completed", "prompt": call.args["prompt"]}
            self.tell("user", message={"role": "user", "content": [result]}, toolUseResult=told)

    def compact(self, after: int, seconds: float = 19.0) -> None:
        """The history becomes a summary."""
        self.clock += seconds
        told = {"trigger": "auto", "preTokens": self.context, "postTokens": after, "durationMs": int(1000 * seconds)}
        self.tell("system", subtype="compact_boundary", content="Conversation compacted", compactMetadata=told)
        self._cached, self.context = _SYSTEM_TOKENS - 1_200, after
        self.tell(
            "user", message={"role": "user", "content": "This session is being continued …"}, isCompactSummary=True
        )


@dataclass
class CodexLog(Log):
    """A rollout of Codex."""

    project: str = "ledger"
    used: list[int] = field(default_factory=lambda: [0, 0, 0])

    def tell(self, kind: str, **payload: Any) -> None:
        """Log a record."""
        self.records.append({"timestamp": self.now(), "type": kind, "payload": payload})

    def ask(self, text: str) -> None:
        """The session begins: the user asks for something."""
        cwd = str(PROJECTS / self.project)
        self.tell("session_meta", id=self.path.stem[-36:], timestamp=self.now(), cwd=cwd, cli_version="0.153.4")
        self.tell("event_msg", type="user_message", message=text)
        self.tell("turn_context", cwd=cwd, model=self.model)

    def answer(self, text: str, output: int, *calls: Call, seconds: float = 3.0) -> None:
        """The model answers and calls tools."""
        read, _ = self.prompt()
        prompt = self.context
        self.clock += seconds
        self.tell("event_msg", type="agent_message", message=text)
        ids = [f"call_{self.unique()}" for _ in calls]
        for id, call in zip(ids, calls, strict=True):
            arguments = orjson.dumps(call.args).decode()
            self.tell("response_item", type="function_call", name=call.tool, arguments=arguments, call_id=id)
        last = [prompt, read - read % 128, output]
        self.used = [had + more for had, more in zip(self.used, last, strict=True)]
        names = "input_tokens", "cached_input_tokens", "output_tokens"
        totals, news = (
            {**dict(zip(names, each, strict=True)), "total_tokens": each[0] + each[2]} for each in (self.used, last)
        )
        info = {"total_token_usage": totals, "last_token_usage": news, "model_context_window": 258_400}
        self.tell("event_msg", type="token_count", info=info)
        self.context += output
        for id, call in zip(ids, calls, strict=True):
            self.clock += call.seconds
            self.context += call.tokens
            said = f"Exit code: {int(call.failed)}\nOutput:\n{call.result}"
            self.tell("response_item", type="function_call_output", call_id=id, output=said)


def hash_of(text: str) -> int:
    """The same number for a text each time."""
    return int.from_bytes(text.encode()[:8].ljust(8, b"\0"))

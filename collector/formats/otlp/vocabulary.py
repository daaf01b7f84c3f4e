"""What attributes of spans are called: OpenTelemetry's GenAI conventions, new names and old, and OpenInference's."""

from __future__ import annotations

from enum import Enum, auto

from .attributes import Attributes, first_number, first_text


class Role(Enum):
    """What a span stands for."""

    CHAT = auto()
    AGENT = auto()
    TOOL = auto()
    WORKFLOW = auto()
    CHAIN = auto()
    PLAN = auto()
    CHECK = auto()
    OTHER = auto()
    """Something of the conventions that no kind of event stands for."""
    FOREIGN = auto()
    """Nothing that they speak of: a request to a database, say."""


_BY_OPERATION = {
    "chat": Role.CHAT,
    "generate_content": Role.CHAT,
    "text_completion": Role.CHAT,
    "invoke_agent": Role.AGENT,
    "execute_tool": Role.TOOL,
    "invoke_workflow": Role.WORKFLOW,
    "plan": Role.PLAN,
}
_BY_KIND = {
    "LLM": Role.CHAT,
    "TOOL": Role.TOOL,
    "AGENT": Role.AGENT,
    "CHAIN": Role.CHAIN,
    "GUARDRAIL": Role.CHECK,
    "EVALUATOR": Role.CHECK,
}

OPERATION = ("gen_ai.operation.name",)
KIND = ("openinference.span.kind",)
PROVIDER = ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system")
MODEL = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name")
RESPONSE_ID = ("gen_ai.response.id",)
STOP_REASON = ("gen_ai.response.finish_reasons", "llm.finish_reason")
FIRST_CHUNK_SECONDS = ("gen_ai.response.time_to_first_chunk",)
CONVERSATION = ("gen_ai.conversation.id", "session.id")
COMPACTED = "gen_ai.conversation.compacted"
VIRTUAL_PARENT = "virtual_parent.genai"
AGENT_NAME = ("gen_ai.agent.name", "agent.name", "agent_name")
AGENT_CALL = ("gen_ai.agent.call.id",)
WORKFLOW_NAME = ("gen_ai.workflow.name",)
TOOL_NAME = ("gen_ai.tool.name", "tool.name")
TOOL_CALL = ("gen_ai.tool.call.id", "tool_call.id")
TOOL_ARGUMENTS = ("gen_ai.tool.call.arguments", "tool.parameters", "tool_arguments", "input.value")
TOOL_RESULT = ("gen_ai.tool.call.result", "tool_response", "output.value")
SCORE = ("gen_ai.evaluation.score.value", "score")
VERDICT = ("gen_ai.evaluation.score.label", "label")
ERROR_TYPE = ("exception.type", "error.type")
COST = ("operation.cost", "llm.cost.total", "gen_ai.usage.cost")
INPUT_MESSAGES = ("gen_ai.input.messages", "gen_ai.prompt", "input.value")
OUTPUT_MESSAGES = ("gen_ai.output.messages", "gen_ai.completion", "output.value")

INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion")
CACHE_READ = (
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.details.cache_read_tokens",
    "llm.token_count.prompt_details.cache_read",
)
CACHE_WRITE = (
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
    "gen_ai.usage.details.cache_write_tokens",
    "llm.token_count.prompt_details.cache_write",
)
REASONING = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.details.reasoning_tokens",
    "llm.token_count.completion_details.reasoning",
)
AGGREGATED = "gen_ai.aggregated_usage."
"""What stands for `gen_ai.usage.` on a span that sums up others."""


def role_of(attributes: Attributes) -> Role:
    """What a span with these attributes stands for. Where both vocabularies speak, GenAI's is believed."""
    operation, kind = first_text(attributes, OPERATION), first_text(attributes, KIND).upper()
    known = _BY_OPERATION.get(operation) or _BY_KIND.get(kind)
    if known is not None:
        return known
    if operation or kind:
        return Role.OTHER
    if first_text(attributes, TOOL_NAME) and first_text(attributes, TOOL_CALL):
        return Role.TOOL
    if first_text(attributes, MODEL) and first_number(attributes, INPUT) is not None:
        return Role.CHAT
    return Role.FOREIGN

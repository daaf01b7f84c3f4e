"""The spans that stand on a line, reduced to what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from ...recording.plain_values import attempt
from ..translator import Record
from . import vocabulary as names
from .attributes import Attributes, attributes_of, first_number, first_text, number_of
from .usage import Usage, usage_of
from .vocabulary import Role, role_of

SIGNALS = ("resourceSpans", "resourceLogs", "resourceMetrics")
"""What a line of an OTLP file holds, of one kind."""

_FAILED, _FINE = 2, 1
_LONGEST_SECONDS = 1e11


@dataclass(slots=True)
class Span:
    """A span: times in epoch seconds (0 where it has none), and what events are made of.

    `agent_call` and `agent_name` are of the agent that it belongs to, as far as it says so itself. `start_data` and
    `data` are payload for the event of its start and of its end.
    """

    trace: str
    id: str
    parent: str
    name: str
    start: float
    end: float
    role: Role
    service: str = ""
    conversation: str = ""
    agent_name: str = ""
    agent_call: str = ""
    model: str = ""
    tool: str = ""
    usage: Usage | None = None
    cost: float | None = None
    failed: bool = False
    error: str = ""
    error_type: str = ""
    compacted: bool = False
    start_data: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def duration_ms(self) -> float:
        """How long it lasted."""
        return max(0.0, self.end - self.start) * 1000.0


def signal_of(record: Record) -> str | None:
    """Which of OTLP's signals a line holds; None if it holds none of them."""
    return next((signal for signal in SIGNALS if isinstance(record.get(signal), list)), None)


def is_dumped_span(record: Record) -> bool:
    """Whether a record is a span as the JavaScript SDK holds it: attributes are an object."""
    identified = isinstance(record.get("traceId"), str) and isinstance(record.get("spanId"), str)
    return identified and isinstance(record.get("attributes"), dict)


def spans_of(record: Record) -> Iterator[Span]:
    """The spans of a record, whatever else it holds. Raises nothing."""
    if is_dumped_span(record):
        resource = record.get("resource")
        yield _span(record, _service_of(resource))
        return
    for of_resource in _objects(record.get("resourceSpans")):
        service = _service_of(of_resource.get("resource"))
        for scope in _scopes(of_resource):
            for span in _objects(scope.get("spans")):
                if _has_id(span):
                    yield _span(span, service)


def unreadable_spans(record: Record) -> int:
    """How many places for a span hold none, or one without an id."""
    places = (
        scope["spans"]
        for of_resource in _objects(record.get("resourceSpans"))
        for scope in _scopes(of_resource)
        if isinstance(scope.get("spans"), list)
    )
    return sum(not isinstance(span, dict) or not _has_id(span) for spans in places for span in spans)


def latest_end(record: Record) -> float | None:
    """When the last of the spans of a record ended, without a look at anything else; None where it has none."""
    if is_dumped_span(record):
        found: list[Record] = [record]
    else:
        scopes = (scope for each in _objects(record.get("resourceSpans")) for scope in _scopes(each))
        found = [span for scope in scopes for span in _objects(scope.get("spans"))]
    return max((_time(span, "endTimeUnixNano", "endTime") for span in found), default=None)


def _scopes(of_resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return _objects(of_resource.get("scopeSpans") or of_resource.get("instrumentationLibrarySpans"))


def _has_id(span: Mapping[str, Any]) -> bool:
    return isinstance(span.get("spanId"), str) and bool(span["spanId"])


def _objects(given: object) -> list[Mapping[str, Any]]:
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _service_of(resource: object) -> str:
    attributes = attributes_of(resource.get("attributes")) if isinstance(resource, dict) else {}
    return first_text(attributes, ("service.name",))


def _span(record: Record, service: str) -> Span:
    attributes = attributes_of(record.get("attributes"))
    role = role_of(attributes)
    start = _time(record, "startTimeUnixNano", "startTime", "hrTime")
    end = _time(record, "endTimeUnixNano", "endTime")
    if not end:
        end = start + _seconds(record.get("duration"))
    span = Span(
        trace=_id(record.get("traceId")),
        id=_id(record["spanId"]),
        parent=_parent_of(record, attributes),
        name=_text(record.get("name")),
        start=start or end,
        end=max(start, end),
        role=role,
        service=service,
        conversation=first_text(attributes, names.CONVERSATION),
        agent_name=first_text(attributes, names.AGENT_NAME),
        agent_call=first_text(attributes, names.AGENT_CALL),
        model=first_text(attributes, names.MODEL),
        compacted=attributes.get(names.COMPACTED) in (True, "true"),
    )
    if role in (Role.CHAT, Role.AGENT):
        span.usage = usage_of(attributes, aggregated=role is Role.AGENT)
        span.cost = first_number(attributes, names.COST)
    _note_failure(span, record, attributes)
    describe = _DESCRIBED.get(role)
    if describe is not None:
        describe(span, attributes)
    return span


def _text(given: object) -> str:
    return given if isinstance(given, str) else ""


def _id(given: object) -> str:
    return _text(given).lower()


def _parent_of(record: Record, attributes: Attributes) -> str:
    parent = record.get("parentSpanId")
    if not parent and isinstance(context := record.get("parentSpanContext"), dict):
        parent = context.get("spanId")
    parent = _id(parent or attributes.get(names.VIRTUAL_PARENT))
    return "" if parent.strip("0") == "" else parent


def _time(record: Record, *keys: str) -> float:
    for key in keys:
        seconds = _seconds(record.get(key), per_second=1e9)
        if seconds:
            return seconds
    return 0.0


def _seconds(given: object, per_second: float = 1.0) -> float:
    """A time: `[seconds, nanoseconds]`, or a number of a unit; 0 for anything that is none."""
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) == 2:
        whole, rest = number_of(given[0]), number_of(given[1])
        seconds = (whole or 0) + (rest or 0) / 1e9
    else:
        seconds = (number_of(given) or 0) / per_second
    return seconds if 0 < seconds < _LONGEST_SECONDS else 0.0


def _note_failure(span: Span, record: Record, attributes: Attributes) -> None:
    """An error is a status that says so, or an exception where the status says nothing."""
    status = record.get("status")
    told = status if isinstance(status, dict) else {}
    code = {"STATUS_CODE_ERROR": _FAILED, "STATUS_CODE_OK": _FINE}.get(
        str(told.get("code")), number_of(told.get("code"))
    )
    exceptions = [
        attributes_of(event.get("attributes"))
        for event in _objects(record.get("events"))
        if event.get("name") == "exception"
    ]
    span.failed = code == _FAILED or (code != _FINE and bool(exceptions))
    if span.failed:
        last = exceptions[-1] if exceptions else {}
        span.error_type = first_text(last, names.ERROR_TYPE) or first_text(attributes, names.ERROR_TYPE)
        message = first_text(last, ("exception.message",)) or _text(told.get("message"))
        span.error = message or span.error_type or f"{span.name} failed"


def _describe_chat(span: Span, attributes: Attributes) -> None:
    asked = _length_of(attributes, names.INPUT_MESSAGES, "llm.input_messages.")
    answered = _length_of(attributes, names.OUTPUT_MESSAGES, "llm.output_messages.")
    span.start_data = _known(model=span.model, messages_count=_count_of(attributes), input_chars=asked)
    reasons = next((attributes[name] for name in names.STOP_REASON if attributes.get(name)), None)
    reason = reasons[0] if isinstance(reasons, list) and reasons else reasons
    first_chunk = first_number(attributes, names.FIRST_CHUNK_SECONDS)
    span.data = _known(
        model=span.model,
        provider=first_text(attributes, names.PROVIDER),
        response_id=first_text(attributes, names.RESPONSE_ID),
        stop_reason=reason if isinstance(reason, str) else None,
        first_chunk_ms=None if first_chunk is None else first_chunk * 1000,
        output_chars=answered,
        cost=span.cost,
        **({} if span.usage is None else span.usage.fields(span.model)),
    )


def _length_of(attributes: Attributes, whole: Sequence[str], pieces: str) -> int | None:
    """How many characters messages have: they are told by their length only."""
    for name in whole:
        value = attributes.get(name)
        if value:
            return _length(value)
    lengths = [_length(value) for name, value in attributes.items() if name.startswith(pieces)]
    return sum(lengths) if lengths else None


def _length(value: object) -> int:
    return len(value) if isinstance(value, str) else attempt(lambda given: len(str(given)), value, 0)


def _count_of(attributes: Attributes) -> int | None:
    """How many messages were sent."""
    messages = attributes.get("gen_ai.input.messages")
    if isinstance(messages, str):
        messages = _parsed(messages)
    if isinstance(messages, list):
        return len(messages)
    numbers = {name.split(".", 3)[2] for name in attributes if name.startswith("llm.input_messages.")}
    return len(numbers) or None


def _describe_tool(span: Span, attributes: Attributes) -> None:
    span.tool = first_text(attributes, names.TOOL_NAME) or span.name.removeprefix("execute_tool ")
    arguments = next((attributes[name] for name in names.TOOL_ARGUMENTS if attributes.get(name) is not None), None)
    if isinstance(arguments, str):
        arguments = _parsed(arguments)
    result = next((attributes[name] for name in names.TOOL_RESULT if attributes.get(name) is not None), None)
    call = _known(tool_name=span.tool, tool_id=first_text(attributes, names.TOOL_CALL), args=arguments)
    span.start_data = call
    span.data = {**call, **({} if span.failed else _known(result=result))}


def _describe_agent(span: Span, attributes: Attributes) -> None:
    span.start_data = _known(name=span.agent_name or span.name, model=span.model)
    span.agent_name = span.agent_name or span.name.removeprefix("invoke_agent ")


def _describe_workflow(span: Span, attributes: Attributes) -> None:
    span.start_data = _known(message=first_text(attributes, names.WORKFLOW_NAME) or span.name)


def _describe_check(span: Span, attributes: Attributes) -> None:
    verdict = first_text(attributes, names.VERDICT)
    span.data = _known(message=span.name, score=first_number(attributes, names.SCORE), verdict=verdict)
    if span.failed:
        span.data["passed"] = False


def _describe_other(span: Span, attributes: Attributes) -> None:
    usage = usage_of(attributes)
    span.data = _known(
        name=span.name,
        operation=first_text(attributes, names.OPERATION) or first_text(attributes, names.KIND),
        model=span.model,
        input_tokens=None if usage is None else usage.input,
    )


_DESCRIBED = {
    Role.CHAT: _describe_chat,
    Role.TOOL: _describe_tool,
    Role.AGENT: _describe_agent,
    Role.WORKFLOW: _describe_workflow,
    Role.CHAIN: _describe_workflow,
    Role.CHECK: _describe_check,
    Role.PLAN: _describe_other,
    Role.OTHER: _describe_other,
}


def _parsed(text: str) -> Any:
    """What a text holds as JSON; the text where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}

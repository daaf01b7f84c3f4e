"""Functions whose every call is a span: plain ones, async ones, and generators of both kinds."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from types import TracebackType
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from .plain_values import attempt

P = ParamSpec("P")
R = TypeVar("R")

_OWNERS = ("self", "cls")


class Call(Protocol):
    """The span of one call."""

    result: object

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def step_out(self) -> None:
        """Stay open, but no longer around what is recorded here."""


Function: TypeAlias = Callable[..., Any]
Open: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], Call]
"""Makes the span of a call from its positional and keyword arguments."""


def traced(function: Callable[P, R], open_call: Callable[[dict[str, Any]], Call]) -> Callable[P, R]:
    """`function`, each call of it inside the span that `open_call` makes of its arguments by name."""
    names = _Parameters(function)
    wrap = next((wrap for fits, wrap in _WRAPPERS if fits(function)), _around_function)
    wrapper = wrap(function, lambda args, keywords: open_call(names.of(args, keywords)))
    return cast("Callable[P, R]", functools.wraps(function)(wrapper))


class _Parameters:
    """A function's parameters, to call arguments by their names; the object or class a method is called on is none."""

    def __init__(self, function: Function) -> None:
        self._signature: inspect.Signature | None = attempt(inspect.signature, function, None)

    def of(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any]:
        """The arguments of one call; those that do not fit, by kind."""
        bound = attempt(lambda signature: signature.bind(*args, **keywords), self._signature, None)
        if bound is None:
            return {"args": list(args), **keywords}
        return {name: value for name, value in bound.arguments.items() if name not in _OWNERS}


def _around_function(function: Function, open_call: Open) -> Function:
    def wrapper(*args: Any, **keywords: Any) -> Any:
        call = open_call(args, keywords)
        with call:
            call.result = result = function(*args, **keywords)
            return result

    return wrapper


def _around_coroutine(function: Function, open_call: Open) -> Function:
    async def wrapper(*args: Any, **keywords: Any) -> Any:
        call = open_call(args, keywords)
        with call:
            call.result = result = await function(*args, **keywords)
            return result

    return wrapper


def _around_generator(function: Function, open_call: Open) -> Function:
    def wrapper(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        call = open_call(args, keywords)
        with _AcrossYields(call):
            call.result = result = yield from function(*args, **keywords)
            return result

    return wrapper


def _around_async_generator(function: Function, open_call: Open) -> Function:
    async def wrapper(*args: Any, **keywords: Any) -> AsyncGenerator[Any, Any]:
        with _AcrossYields(open_call(args, keywords)):
            items = function(*args, **keywords)
            try:
                item = await anext(items)
                while True:
                    try:
                        sent = yield item
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001 - thrown in by the consumer, for the generator
                        item = await items.athrow(error)
                    else:
                        item = await items.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await items.aclose()

    return wrapper


class _AcrossYields:
    """A span around a generator's whole life, which does not reach out to its consumer between two items.

    To be closed before its end is no failure: the consumer had enough.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._call.__enter__()
        self._call.step_out()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, GeneratorExit):
            kind = error = trace = None
        self._call.__exit__(kind, error, trace)


_WRAPPERS: tuple[tuple[Callable[[Function], bool], Callable[[Function, Open], Function]], ...] = (
    (inspect.iscoroutinefunction, _around_coroutine),
    (inspect.isasyncgenfunction, _around_async_generator),
    (inspect.isgeneratorfunction, _around_generator),
)

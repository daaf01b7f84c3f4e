"""Two moments in a process's life that recording must not miss: a fork, and an end that still runs Python code."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import Any, Protocol


class BeforeFork(Protocol):
    """Something that the parent has to finish before it forks."""

    def before_fork(self) -> None: ...


class ForkAware(Protocol):
    """Something with locks or buffers that a forked child must not share with its parent."""

    def after_fork(self) -> None: ...


class ExitAware(Protocol):
    """Something that has to be finished before the process ends."""

    def at_exit(self) -> None: ...


_before_fork_aware: weakref.WeakSet[BeforeFork] = weakref.WeakSet()
_fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()
_exit_aware: weakref.WeakSet[ExitAware] = weakref.WeakSet()
_forked = False


def call_before_fork(thing: BeforeFork) -> None:
    """Have `thing.before_fork()` called whenever this process is about to fork, for as long as it lives."""
    _before_fork_aware.add(thing)


def call_after_fork(thing: ForkAware) -> None:
    """Have `thing.after_fork()` called in every child that this process forks, for as long as it lives."""
    _fork_aware.add(thing)


def call_at_exit(thing: ExitAware) -> None:
    """Have `thing.at_exit()` called when the interpreter ends, if it still lives then."""
    _exit_aware.add(thing)


def is_forked() -> bool:
    """Whether this process was forked with tracetop loaded: such a one may well end without any exit handler."""
    return _forked


def _before_fork() -> None:
    for thing in list(_before_fork_aware):
        thing.before_fork()


def _after_fork() -> None:
    global _forked
    _forked = True
    for thing in list(_fork_aware):
        thing.after_fork()


def _at_exit() -> None:
    for thing in list(_exit_aware):
        thing.at_exit()


class _WorkerEnd:
    """The end of a worker of multiprocessing's fork server: by os._exit, after finalizers of multiprocessing's own."""

    def __init__(self) -> None:
        util, process = (sys.modules.get(f"multiprocessing.{name}") for name in ("util", "process"))
        if util is None or process is None:
            return
        if process.parent_process() is not None:
            self.await_it(util)
        else:  # a worker that is still to be set up, which will forget the finalizers there are by now
            util.register_after_fork(self, lambda end: end.await_it(util))

    def await_it(self, util: Any) -> None:
        """Be called at the end of this process."""
        util.Finalize(None, _at_exit, exitpriority=0)


atexit.register(_at_exit)
_worker_end = _WorkerEnd()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)

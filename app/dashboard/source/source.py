"""What a dashboard shows: a trace that a thread of its own keeps up to date while the dashboard is seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ....analysis.prices import Prices
from ....collector.formats.native import Batch
from ....collector.reading.delivery import Delivery, TailState
from ....collector.reading.open_tail import Tail
from ....collector.reading.watch import follow
from ...trace import Trace
from .opening import Newest, Reading

_SETTLE_SECONDS = 30.0
_BYTES_A_POLL = 4 << 20


class TraceSource:
    """A trace and the thread that reads it.

    `start` may be called again and again; `pause` lets the thread sleep until `resume`, so that a hidden dashboard
    costs nothing. `error` is what ended the thread, should anything have. Subclasses say where deliveries come from.
    By `prices` the cost of calls is estimated where the trace gives none.
    """

    path: Path | None = None
    """The file that is read; None for a trace that is no file."""

    def __init__(
        self,
        name: str,
        line: Callable[[int], bytes],
        place: Callable[[int], str],
        *,
        prices: Prices | None = None,
        stretch: Callable[[int, int], bytes] | None = None,
    ) -> None:
        self.name = name
        self.trace = Trace(name, line, place, prices=prices, stretch=stretch)
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._halt = threading.Event()
        """Set while there is nothing to be read for: paused or stopped."""
        self._wake = threading.Event()
        self._awake = threading.Event()
        self._awake.set()
        self._caught_up = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> TailState:
        """Where the trace stands."""
        return TailState.FOLLOWING

    @property
    def note(self) -> str:
        """What the user should know of the trace's state; empty when all is well."""
        return ""

    @property
    def reading(self) -> Reading | None:
        """How far a long trace is read; None for others, and when all is read."""
        return None

    @property
    def newest(self) -> Newest | None:
        """The newest events of a trace that is being read; None where these are not known ahead of the rest."""
        return None

    @property
    def progress(self) -> float | None:
        """How much of a long trace is read, 0 to 1; None for others, and when all is read."""
        return None if self.reading is None else self.reading.share

    @property
    def is_read(self) -> bool:
        """Whether all there was when it was opened has been read, or what could be."""
        return self._caught_up.is_set() or self.error is not None

    def start(self) -> None:
        """Read from now on; also again, where the thread was ended by an error."""
        self._halt.clear()
        self._awake.set()
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self.error = None
            self._thread = threading.Thread(target=self._run, name=f"tracetop {self.name}", daemon=True)
            self._thread.start()

    def pause(self) -> None:
        """Read nothing until `start`."""
        self._awake.clear()
        self._halt.set()

    def nudge(self) -> None:
        """Look at once whether there is something new."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread and wait for it, briefly."""
        self._stop.set()
        self._halt.set()
        self._awake.set()
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=2.0)
        self._thread = None

    def close(self) -> None:
        """Stop, and give back what is open."""
        self.stop()

    def wait_until_read(self, timeout: float = _SETTLE_SECONDS) -> bool:
        """Wait until everything that is there now has been read."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.error is None:
            if self._caught_up.wait(0.02):
                return True
        return False

    def deliveries(self) -> Iterator[Delivery | None]:
        """What there is and then what comes; None whenever all was read. Ends when `_stop` is set."""
        raise NotImplementedError

    def wait_until_looked(self) -> None:
        """Wait, briefly, until the newest events of a long trace are known. Only once `start` was called."""

    def newest_seen(self) -> None:
        """What is first to be seen is on the screen: reading may take all it can get."""

    def give_way(self) -> None:
        """A frame is being painted: two threads of Python at once are slower than one after the other."""

    def take_way(self) -> None:
        """It is painted."""

    def stop_reading(self) -> None:
        """Read no more of a long trace; what was read stays."""

    def read_on(self) -> None:
        """Read the rest of it after all."""

    def number_of(self, newest: Newest, event: int) -> int | None:
        """Which event of the trace one of the newest is; None where it is not read."""
        return None

    def _followed(self, tail: Tail) -> Iterator[Delivery | None]:
        """What a tail gives now, None, and then what it grows by."""
        # A first look without a watch: the end of what is there now is then known for certain.
        for _ in range(2):  # the second look takes a last line that lacks its newline
            yield from tail.poll(_BYTES_A_POLL)
            while tail.has_more:
                yield Delivery(Batch())  # there may be none in so many bytes, and the thread may have to stop
                yield from tail.poll(_BYTES_A_POLL)
        yield None
        while not self._stop.is_set():
            self._awake.wait()
            yield from follow(tail, self._halt, wake=self._wake)

    def _rest(self) -> None:
        """Wait while nothing is to be read."""
        self._awake.wait()

    def _run(self) -> None:
        try:
            for delivery in self.deliveries():
                if delivery is None:
                    self._caught_up.set()
                else:
                    self.trace.take(delivery)
                self._rest()
                if self._stop.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - the thread's only way to say so; the dashboard shows it
            self.error = error

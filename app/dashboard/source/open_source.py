"""Which source shows what a host gives."""

from __future__ import annotations

import os
from typing import TypeAlias

from ....analysis.prices import Prices
from ....analysis.rules.thresholds import DEFAULT_TUNING, Tuning
from ....collector.reading.open_tail import open_tail
from ....collector.reading.translated import TranslatedTail
from ....collector.recording.recorder import TraceCollector
from .collector_source import CollectorSource, RecordingSource
from .file_source import FileSource
from .source import TraceSource
from .translated_source import TranslatedSource

SourceLike: TypeAlias = "TraceCollector | str | os.PathLike[str] | TraceSource"
"""What a host may give: a collector in its own process, the path of a trace, or a source made by hand."""


def open_source(
    source: SourceLike, *, prices: Prices | None = None, index: bool = False, tuning: Tuning = DEFAULT_TUNING
) -> TraceSource:
    """The source for whatever a host gives; a ready one keeps its own prices and tuning. Raises TypeError for others.

    With `index` a large file is not read twice. Only for those who keep one in the user's cache folder: no host's.
    """
    if isinstance(source, TraceSource):
        return source
    opened = _opened(source, prices, index)
    opened.trace.tuning = tuning
    return opened


def _opened(source: SourceLike, prices: Prices | None, index: bool) -> TraceSource:
    if isinstance(source, TraceCollector):
        path = source.path
        if path is None:
            return CollectorSource(source, prices=prices)
        return RecordingSource(source, path, prices=prices)
    if isinstance(source, str | os.PathLike):
        tail = open_tail(source)
        if isinstance(tail, TranslatedTail):
            return TranslatedSource(tail, prices=prices)
        return FileSource(source, prices=prices, index=index)
    raise TypeError(f"a dashboard shows a TraceCollector, a path or a TraceSource, not {type(source).__name__}")

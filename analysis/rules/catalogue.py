"""All rules of the second pass."""

from __future__ import annotations

from .agents import LowYieldAgent, RedoneAgent, SilentAgent
from .amnesia import Amnesia
from .burn import BurnForecast
from .cache import AlternatingMisses, BrokenCache, FrozenBoundary, NeverCached, RepeatedExpiry, WriteChurn
from .compactions import CompactionThrash, UselessCompaction
from .edits import BlindEdit, EditChurn
from .endings import TailSpin, UnverifiedFinish
from .loops import Cycle, NoProgress, Polling
from .near_repeats import NearRepeat
from .oversized import OversizedResult
from .reads import DuplicateRead, SerialReads
from .rule import Rule
from .stuck import Stuck
from .swarms import OverlappingWorkers
from .tools import ErrorLoop, FailureRate, HungCall, RetryStorm, SlowOutlier

RULES: tuple[type[Rule], ...] = (
    Cycle,
    NearRepeat,
    Polling,
    NoProgress,
    DuplicateRead,
    SerialReads,
    BlindEdit,
    EditChurn,
    ErrorLoop,
    FailureRate,
    SlowOutlier,
    HungCall,
    RetryStorm,
    TailSpin,
    UnverifiedFinish,
    BrokenCache,
    NeverCached,
    WriteChurn,
    AlternatingMisses,
    FrozenBoundary,
    RepeatedExpiry,
    UselessCompaction,
    CompactionThrash,
    Amnesia,
    OversizedResult,
    BurnForecast,
    SilentAgent,
    LowYieldAgent,
    RedoneAgent,
    OverlappingWorkers,
    Stuck,  # goes by what those before it find
)

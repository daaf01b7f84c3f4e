"""What a trace means: pure computation over events, no I/O, no clock, no widgets."""

from .analyzers import InefficiencyDetector, SessionAnalyzer, TokenAnalyzer
from .cache import CacheBoundaryTracker
from .issues.issue import Issue
from .session import Session
from .view import Summary, View

__all__ = [
    "CacheBoundaryTracker",
    "InefficiencyDetector",
    "Issue",
    "Session",
    "SessionAnalyzer",
    "Summary",
    "TokenAnalyzer",
    "View",
]

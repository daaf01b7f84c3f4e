"""What a trace means: pure computation over events, no I/O, no clock, no widgets."""

from .analyzers import InefficiencyDetector, SessionAnalyzer, TokenAnalyzer
from .cache.boundary import CacheBoundaryTracker
from .fold.session import Session
from .issues.issue import Issue
from .summary import Summary
from .view import View

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

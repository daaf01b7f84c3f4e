"""What the help of the session browser says above its keys."""

from __future__ import annotations

from typing import Final

HOWTO: Final = (
    "The sessions of your folders, whichever agent left them. Figures that need a whole log (tokens, cost, cache, "
    "score, issues) fill in by and by, what is in sight first, and are kept. – is not known, ~ estimated.",
    "● live: written to within 30 s. ○ ended: its log says so. ○ idle: neither; many agents never log an end.",
    "Issues: how many, behind the mark of the worst: ‼ critical, ! high, ▪ medium, · low. "
    "Score: up to 100, the higher the better.",
    "A filter is words in goal, model or name, and: agent:codex project:web model:opus goal:parser name:2026 cost:>1 "
    "tokens:>1m score:<50 cache:<50% issues:>0 errors:>0 it:>20 age:<1d live idle ended issues errors; all must hold, "
    "-word is not that.",
)

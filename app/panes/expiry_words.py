"""How long the cache is still warm, or has been cold, in a headline."""

from __future__ import annotations

import math

from ...analysis import figures
from ...analysis.forecast import CacheExpiry

_HOUR = 3600


def expiry_forms(expiry: CacheExpiry, now: float) -> tuple[str, ...]:
    """`warm ~3:12–3:40 left`, then `cold since ~2:10`; shorter forms behind it. `now` is in epoch seconds."""
    if now >= expiry.latest:
        since = now - expiry.latest
        told = _clock(math.floor(since)) if since < _HOUR else figures.duration(since * 1000.0)
        return f"cold since ~{told}", f"cold ~{told}"
    # A clock that is behind the trace's does not make a cache live longer.
    high = min(expiry.latest - now, expiry.life)
    last = _clock(math.ceil(high))
    if expiry.earliest == expiry.latest:
        return f"warm ~{last} left", f"warm ~{last}"
    first = _clock(math.floor(max(0.0, min(high, expiry.earliest - now))))
    return f"warm ~{first}–{last} left", f"warm ~{first}–{last}", f"warm ≥{first}"


def stake_text(expiry: CacheExpiry, now: float) -> str:
    """What a miss costs: `84.0k at stake ~$0.25`, and once it is cold `84.0k lost ~$0.25`."""
    money = "" if expiry.dollars is None else f" {figures.cost(expiry.dollars, estimated=True)}"
    return f"{figures.tokens(expiry.tokens)} {'at stake' if now < expiry.latest else 'lost'}{money}"


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"

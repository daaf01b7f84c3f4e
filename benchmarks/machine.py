"""The machine that figures were measured on, as people need it to compare: cores, memory, Python."""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata

PACKAGES = ("tracetop", "textual", "orjson", "msgspec", "attocode")


def description() -> str:
    """One line: cores, memory, system, versions of what is compared, the day, and how busy the machine was before."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    known = {one.metadata["Name"]: one.version for one in metadata.distributions()}
    packages = [f"{name} {known[name]}" for name in PACKAGES if name in known]
    return " · ".join(
        (
            f"{cores} cores",
            f"{memory:.0f} GB of memory",
            f"{platform.system()} {platform.machine()}",
            f"{platform.python_implementation()} {platform.python_version()}",
            *packages,
            time.strftime("%Y-%m-%d"),
            f"load {os.getloadavg()[0]:.1f} when it began",
        )
    )

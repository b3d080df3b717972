"""When the garbage of analyses is collected: between files, and where there is much."""

from __future__ import annotations

import gc
from functools import cache

GARBAGE = 400_000
"""Objects that are still there when a file has been checked, above which garbage is collected then:
some 40 MB. Values point at each other, so that an analysis does not go by itself. Its syntax tree
does, and allocates 50,000 objects a thousand lines: collections that begin in the middle of a file
(Python's begin after 700 allocations) look at it for nothing. A run of a few hundred files ends
before the first, which takes 8% off its time."""

YOUNG_COLLECTIONS = 10
"""Collections that leave alone what an earlier one found in use, until one looks at everything:
the trees of the modules that a project's files share are many objects."""

MOST_GARBAGE = 2_000_000
"""Allocations after which even one file is interrupted (200 MB)."""


@cache
def collect_rarely() -> None:
    """Leave what start-up allocated out of garbage collection, and collect between files.

    Once a process: a second time would keep the garbage of the files before it for ever.
    """
    gc.freeze()
    gc.set_threshold(MOST_GARBAGE, 5, 2)


def collect() -> None:
    """Collect the garbage of the files checked so far, where there is much."""
    young, _, collections = gc.get_count()
    if young > GARBAGE:
        gc.collect(2 if collections >= YOUNG_COLLECTIONS else 1)

"""Reading with the cyclic garbage collector switched off: the largest single gain in speed (facts: speed)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_off() -> Iterator[None]:
    """The collector walks everything read so far again and again, and finds nothing: plain data has no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

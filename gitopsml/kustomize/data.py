"""The tables that stand beside the code as data files: tab-separated, `#` starts a comment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).resolve().parent


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a table, split at tabs, without comments and empty lines."""
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")

"""A report in the formats that people and programs read: `FORMATS[name](report, style)` -> lines without line ends."""

from __future__ import annotations

import json as _json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from gitopsml.model.finding import Report
from gitopsml.report import github, json, sarif, text
from gitopsml.report.outcome import FAIL_ON, exit_code
from gitopsml.report.style import Style, wants_color

FORMATS: Final[dict[str, Callable[[Report, Style], Iterator[str]]]] = {
    "text": text.lines,
    "json": json.lines,
    "sarif": sarif.lines,
    "github": github.lines,
}

__all__ = ["FAIL_ON", "FORMATS", "Style", "exit_code", "schema", "wants_color"]


def schema() -> dict[str, Any]:
    """The JSON Schema of the `json` format."""
    return dict(_json.loads(Path(__file__).with_name("schema.json").read_text("utf-8")))

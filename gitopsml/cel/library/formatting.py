"""`format` in the style of the CEL specification."""

from __future__ import annotations

from gitopsml.cel.formatting import PLAIN, Formatter
from gitopsml.cel.functions import Row

ROWS = (Row("format", "string_format", "string.(list(dyn)) -> string", Formatter(PLAIN).format),)

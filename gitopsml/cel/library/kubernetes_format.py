"""`format` in the style that Kubernetes has."""

from __future__ import annotations

from gitopsml.cel.formatting import KUBERNETES, Formatter
from gitopsml.cel.functions import Row

ROWS = (Row("format", "string_format", "string.(list(dyn)) -> string", Formatter(KUBERNETES).format),)

"""`reverse` of a text, an extension that Kubernetes does not have."""

from __future__ import annotations

from gitopsml.cel.functions import Row

ROWS = (Row("reverse", "string_reverse", "string.() -> string", lambda text: text[::-1]),)

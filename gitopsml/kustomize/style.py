"""How a scalar was written: kustomize keeps the style of a field when a strategic merge gives it another value."""

from __future__ import annotations

import re
from typing import Final

from gitopsml.model.origin import Trail

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+)*")


def quoted(trail: Trail) -> bool:
    """Whether the text that a trail leads to is quoted or a block, where it was first written."""
    from gitopsml.yamlio import locate, source_line

    *_, oldest = trail.history()
    document, pointer = oldest.origin
    if oldest.derived or oldest.gone or document.data is None:
        return False
    span = locate(document, pointer)
    written = source_line(document.text, span.line)[span.column - 1 :]
    match = _PROPERTIES.match(written)
    return written[match.end() if match else 0 :].startswith(('"', "'", "|", ">"))

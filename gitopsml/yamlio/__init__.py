"""YAML text <-> data; knows nothing of Kubernetes."""

from gitopsml.yamlio.document import Dialect, Document, Problem, Span, Stream
from gitopsml.yamlio.edit import REMOVE, edit
from gitopsml.yamlio.locate import comments, locate, scalar_text, source_line
from gitopsml.yamlio.read import read
from gitopsml.yamlio.write import write

__all__ = [
    "REMOVE",
    "Dialect",
    "Document",
    "Problem",
    "Span",
    "Stream",
    "comments",
    "edit",
    "locate",
    "read",
    "scalar_text",
    "source_line",
    "write",
]

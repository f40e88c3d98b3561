"""YAML text <-> data; knows nothing of Kubernetes."""

from gitopsml.yamlio.document import Dialect, Document, Problem, Span, Stream
from gitopsml.yamlio.read import read

__all__ = ["Dialect", "Document", "Problem", "Span", "Stream", "read"]

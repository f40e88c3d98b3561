"""YAML text <-> data; knows nothing of Kubernetes."""

from gitopsml.yamlio.document import Dialect, Document

__all__ = ["Dialect", "Document"]

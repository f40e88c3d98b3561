"""Files read and parsed once for discovery, graph and lint: a memo over `Files`."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitopsml.errors import UserError
from gitopsml.files import FileProblem, Files
from gitopsml.yamlio import Document


@dataclass(slots=True, eq=False)
class Parsed:
    """The documents of plain YAML and JSON files, each parsed once, in the dialect of the API server."""

    files: Files
    _documents: dict[str, list[Document]] = field(default_factory=dict)

    def content(self, path: str) -> bytes:
        """The bytes of a file; empty where it cannot be read (whoever evaluates it says so)."""
        try:
            return self.files.read(path)
        except FileProblem:
            return b""

    def documents(self, path: str) -> list[Document]:
        """The documents of a file; none where it cannot be read or parsed (whoever evaluates it says so)."""
        known = self._documents.get(path)
        if known is None:
            known = self._documents[path] = self._parse(path)
        return known

    def _parse(self, path: str) -> list[Document]:
        from gitopsml.yamlio import read

        try:
            return read(self.files.read(path), path).documents
        except UserError:
            return []

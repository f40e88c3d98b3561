"""A file's text -> its parts, one document each, split as kubectl and kustomize split: by lines, before any YAML is parsed.

Both programs cut the text at lines that begin with `---` and read the first document of each part, so `...` hides what follows.
Where the two differ: kubectl refuses text behind a separator also in the first line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gitopsml.errors import YamlError
from gitopsml.yamlio.document import Dialect, position

MAX_DOCUMENTS = 10_000
_SEPARATOR = {
    Dialect.API: re.compile(r"^---([^\n]*)(?:\n|\Z)", re.MULTILINE),
    Dialect.KUSTOMIZE: re.compile(r"\n---([^\n]*)\n"),
}


class Part(NamedTuple):
    """A stretch of the file's text that holds one document."""

    start: int
    end: int


def parts(text: str, path: str, dialect: Dialect) -> list[Part]:
    """The documents' places. Raises YamlError for text behind a separator and for more than 10,000 documents."""
    if "---" not in text:
        return [Part(0, len(text))]
    found: list[Part] = []
    start = 0
    for separator in _SEPARATOR[dialect].finditer(text):
        _check(separator, text, path)
        found.append(Part(start, separator.start() + (dialect is Dialect.KUSTOMIZE)))
        start = separator.end()
        if len(found) > MAX_DOCUMENTS:
            line, _ = position(text, start)
            raise YamlError(f"more than {MAX_DOCUMENTS:,} documents", path=path, line=line, hint="split the file")
    found.append(Part(start, len(text)))
    return found


def _check(separator: re.Match[str], text: str, path: str) -> None:
    rest = separator[1].strip()
    if rest and not rest.startswith("#"):
        line, column = position(text, separator.start(1))
        what = f"text behind a document separator: {rest[:40]!r}"
        raise YamlError(what, path=path, line=line, column=column, hint="put it on a line of its own")

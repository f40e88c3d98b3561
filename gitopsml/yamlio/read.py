"""Text -> documents: plain data, problems and errors with places."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitopsml.errors import YamlError
from gitopsml.yamlio.collector import collector_off
from gitopsml.yamlio.compose import MAX_DEPTH, MAX_PROBLEMS, Composer
from gitopsml.yamlio.document import Dialect, Document, Problem, Stream, position
from gitopsml.yamlio.events import STREAM_END, parser, refusals
from gitopsml.yamlio.jsontext import Value, json_values
from gitopsml.yamlio.quick import MAX_NODES, quick
from gitopsml.yamlio.split import Part, parts
from gitopsml.yamlio.values import Unusual

MAX_FILE = 16 * 1024 * 1024
_BOM = "\ufeff"


def read(content: bytes | str, path: str, dialect: Dialect = Dialect.API, *, single: bool = False) -> Stream:
    """The documents of a file, as kubectl (`Dialect.API`) or kustomize (`Dialect.KUSTOMIZE`) sees them.

    `path` is for messages. `single`: the text is one document, as sigs.k8s.io/yaml converts it (kustomization files); no
    splitting at `---`. Empty documents are left out. Raises YamlError with path, line and column for what is not YAML, what the
    dialect's program refuses, and what is beyond the budgets (16 MiB, 10,000 documents; per document 250,000 values, 100 levels).
    """
    problems: list[Problem] = []
    text = _decode(content, path, problems)
    with collector_off():
        if dialect is Dialect.API and not single:
            found = json_values(text, MAX_DEPTH, MAX_NODES)
            if found:
                return Stream(_json_documents(found, path, text), problems)
        documents: list[Document] = []
        reader = _Reader(text, path, dialect, problems, complete=dialect is Dialect.API and not single)
        for part in [Part(0, len(text))] if single else parts(text, path, dialect):
            document = reader.document(part, len(documents))
            if document is not None:
                documents.append(document)
    return Stream(documents, problems)


def _json_documents(found: list[Value], path: str, text: str) -> list[Document]:
    return [Document(path, index, text, value.data, Dialect.API, value.start, value.end) for index, value in enumerate(found)]


def _decode(content: bytes | str, path: str, problems: list[Problem]) -> str:
    if len(content) > MAX_FILE:
        raise YamlError(f"larger than {MAX_FILE // 1024 // 1024} MiB", path=path, hint="split the file")
    text = content if isinstance(content, str) else _text(content, path, problems)
    if text.startswith(_BOM):
        problems.append(Problem("byte-order-mark", "the file begins with a byte order mark; save it without", 1, 1))
        text = text[1:]
    return text


def _text(content: bytes, path: str, problems: list[Problem]) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line, column = position(content[: error.start].decode(encoding, "replace"), error.start)
        what = f"not {encoding.upper()}: {error.reason}"
        raise YamlError(what, path=path, line=line, column=column, hint="save the file as UTF-8") from None
    if encoding == "utf-16":
        problems.append(Problem("encoding", "the file is UTF-16; save it as UTF-8", 1, 1))
    return text


class _Reader(NamedTuple):
    """What all documents of a file share. `complete`: kubectl ends the last line where the file does not."""

    text: str
    path: str
    dialect: Dialect
    problems: list[Problem]
    complete: bool

    def document(self, part: Part, index: int) -> Document | None:
        start, end = self._after_mark(part, index)
        text = self.text
        source = text if start == 0 and end == len(text) else text[start:end]
        if self.complete and not source.endswith("\n"):
            source += "\n"
        try:
            data = quick(source, self.dialect)
        except Unusual:
            data = self._compose(source, start, end, index)
        return None if data is None else Document(self.path, index, text, data, self.dialect, start, end)

    def _compose(self, source: str, start: int, end: int, index: int) -> Any:
        text, path = self.text, self.path
        events = parser(source)
        composer = Composer(events, text, start, path, self.dialect)
        try:
            with refusals(text, start, end, path):
                events.get_event()  # the stream's beginning
                event = events.get_event()
                if event.__class__.__name__ == STREAM_END:
                    return None
                _check_version(event, text, start, path)
                data = composer.node(events.get_event(), 0, flow=False)
                closing = events.get_event()
        finally:
            events.dispose()
        room = MAX_PROBLEMS - len(self.problems)
        self.problems.extend(problem._replace(document=index) for problem in composer.problems[:room])
        if closing.explicit:
            _check_rest(text, start + closing.end_mark.index, end, self.problems, index)
        return data

    def _after_mark(self, part: Part, index: int) -> Part:
        """A byte order mark at the beginning of a document is dropped by all readers."""
        start, end = part
        if not self.text.startswith(_BOM, start, end):
            return part
        line, column = position(self.text, start)
        if start == 0 or self.text.startswith(_BOM * 2, start, end):
            raise YamlError("a second byte order mark", path=self.path, line=line, column=column, hint="remove it")
        message = "a byte order mark inside the file; remove it"
        self.problems.append(Problem("byte-order-mark", message, line, column, document=index))
        return Part(start + 1, end)


def _check_version(event: object, text: str, start: int, path: str) -> None:
    version = getattr(event, "version", None)
    if version is not None and version != (1, 1):
        line, column = position(text, start)
        raise YamlError("a YAML version other than 1.1", path=path, line=line, column=column, hint="remove the %YAML line")


def _check_rest(text: str, place: int, end: int, problems: list[Problem], index: int) -> None:
    """What follows `...`: kubectl and kustomize read one document between two `---` lines."""
    while place < end:
        stop = text.find("\n", place, end)
        stop = end if stop < 0 else stop
        line = text[place:stop].strip()
        if line and not line.startswith(("#", "...", "---")):
            message = "kubectl and kustomize ignore what follows `...`; separate documents by `---`"
            problems.append(Problem("trailing-content", message, *position(text, place), document=index))
            return
        place = stop + 1

"""Text that stands inside a field (`patch: |`, inline generators) -> documents whose lines and columns are those of the file."""

from __future__ import annotations

from gitopsml.kustomize.layer import Setting
from gitopsml.yamlio import Dialect, Stream, locate, read, source_line

_MARK = "---"


def read_inline(setting: Setting, dialect: Dialect, *, single: bool = False) -> Stream:
    """The documents of the text that a setting holds. Raises YamlError with the place in the file.

    A literal block keeps its lines and indentation, so the places of its values are exact; of other texts only the first line is.
    """
    document = setting.origin.document
    return read(_placed(setting), document.path, dialect, single=single)


def _placed(setting: Setting) -> str:
    """The text behind as many empty lines and blanks as stand before it in the file."""
    text: str = setting.value
    document, pointer = setting.origin
    span = locate(document, pointer)
    lines = text.split("\n")
    first = source_line(document.text, span.line)[span.column - 1 :]
    if not first.startswith("|"):
        return "\n" * (span.line - 1) + text
    count = len(lines) - (not lines[-1])
    block = [source_line(document.text, span.line + 1 + number) for number in range(count)]
    indent = next((len(line) - len(line.lstrip(" ")) for line in block if line.strip()), 0)
    same = all(line[indent:].rstrip("\r") == wanted for line, wanted in zip(block, lines, strict=False))
    if not same or any(line.startswith(_MARK) for line in lines):
        return "\n" * span.line + text
    return "\n" * span.line + "\n".join(block)

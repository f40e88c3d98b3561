"""Text that stands inside a field (`patch: |`, inline generators) -> documents whose lines and columns are those of the file."""

from __future__ import annotations

from gitopsml.kustomize.layer import Setting
from gitopsml.yamlio import Dialect, Stream, locate, read, source_line

_MARK = "---"


def read_inline(setting: Setting, dialect: Dialect, *, single: bool = False, trimmed: bool = False) -> Stream:
    """The documents of the text that a setting holds (`trimmed`: without white space around it).

    A literal block keeps its lines and indentation, so the places of its values are exact; of other texts only the first line is.
    Raises YamlError with the place in the file.
    """
    return read(_placed(setting, trimmed=trimmed), setting.origin.document.path, dialect, single=single)


def _placed(setting: Setting, *, trimmed: bool) -> str:
    """The text behind as many empty lines as stand before it in the file."""
    value: str = setting.value
    text = value.strip() if trimmed else value
    before = value[: len(value) - len(value.lstrip())].count("\n") if trimmed else 0
    document, pointer = setting.origin
    span = locate(document, pointer)
    if not source_line(document.text, span.line)[span.column - 1 :].startswith("|"):
        return "\n" * (span.line - 1) + text
    lines = text.split("\n")
    first = span.line + before
    block = [source_line(document.text, first + number) for number in range(1, len(lines) + 1 - (not lines[-1]))]
    indent = next((len(line) - len(line.lstrip(" ")) for line in block if line.strip()), 0)
    same = all(line[indent:].rstrip("\r") == wanted for line, wanted in zip(block, lines, strict=False))
    if not same or any(line.startswith(_MARK) for line in lines):
        return "\n" * first + text
    return "\n" * first + "\n".join(block) + ("" if lines[-1] else "\n")

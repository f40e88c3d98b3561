"""The one door to PyYAML: libyaml's events of a text. Never its composer or constructors (facts: hostile-input §1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

from gitopsml.errors import UserError, YamlError
from gitopsml.yamlio.document import position

# The names of the event classes: nobody else has to import PyYAML, and a run that meets no unusual text does not either.
SCALAR: Final = "ScalarEvent"
ALIAS: Final = "AliasEvent"
MAPPING: Final = "MappingStartEvent"
MAPPING_END: Final = "MappingEndEvent"
SEQUENCE: Final = "SequenceStartEvent"
SEQUENCE_END: Final = "SequenceEndEvent"
STREAM_END: Final = "StreamEndEvent"

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parser(text: str) -> Any:
    """A parser of one text; `get_event()` gives its events one by one, inside `refusals`. To be closed with `dispose()`."""
    try:
        from yaml._yaml import CParser
    except ImportError:  # pragma: no cover - every wheel of PyYAML carries libyaml
        raise UserError("this PyYAML was built without libyaml", hint="install a wheel of PyYAML") from None
    return CParser(text)


@contextmanager
def refusals(text: str, start: int, end: int, path: str) -> Iterator[None]:
    """Turns what libyaml says about `text[start:end]` into a YamlError with its place."""
    from yaml.error import YAMLError

    try:
        yield
    except YAMLError as error:
        _refuse(error, text, start, end, path)


def _refuse(error: Exception, text: str, start: int, end: int, path: str) -> NoReturn:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        what, index = str(getattr(error, "problem", "")), start + mark.index
    else:
        what, index = str(getattr(error, "reason", error)), start
        control = _CONTROL.search(text, start, end)
        if control is not None:
            what, index = f"control characters are not allowed: U+{ord(control[0]):04X}", control.start()
    line, column = position(text, min(index, end))
    raise YamlError(f"not YAML: {what}", path=path, line=line, column=column, hint=_hint(what)) from None


def _hint(what: str) -> str:
    return next((hint for sign, hint in _HINTS if sign in what), "")


_HINTS = (
    ("tab", "indent with spaces"),
    ("mapping values are not allowed", "quote the text that holds `: `, or put the value on one line"),
    ("cannot start any token", "quote the text, and indent with spaces"),
    ("expected key", "check the indentation of this block"),
    ("could not find expected ':'", "check the indentation, or add `: value`"),
    ("undefined alias", "write the value, or the anchor before it"),
    ("control characters", "remove it, or write it as an escape in double quotes"),
    ("unexpected end of stream", "close the quotes"),
)

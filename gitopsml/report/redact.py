"""What must not be printed: values of Secrets, of env entries and of password-like keys, URL credentials, tokens.

Lines of a file are masked where such a value stands in them; texts (messages, values in a chain) lose the values of Secrets and
whatever looks like a credential (facts: hostile-input 21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from gitopsml.errors import UserError
from gitopsml.model.finding import Location
from gitopsml.model.pointer import Pointer
from gitopsml.yamlio import Document

MASK: Final = "***"
_WORTH_READING: Final = re.compile(r"secret|env|pass|token|key|credential|data", re.IGNORECASE)
_SECRET_KEY: Final = re.compile(
    r"(?:password|passwd|passphrase|token|apikey|secretkey|accesskey|accesskeyid|privatekey|clientsecret|credentials?)\Z"
)
_PATCHED: Final = re.compile(r"/(?:data|stringData)(?:/|\Z)|/env(?:/|\Z)")
# no match can begin inside of a run of token characters, so that long lines stay linear
_CREDENTIALS: Final = (
    (re.compile(r"(?<=://)[^/@\s\"']{1,200}(?=@)"), MASK),
    (re.compile(r"((?:passw(?:or)?d|token|secret|api[-_]?key)=)[^\s\"',;&]{1,200}", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"(?<![A-Za-z0-9_-])(?:gh[oprsu]_|github_pat_|glpat-|xox[abprs]-|sk-|hf_|AKIA|ASIA)[A-Za-z0-9_-]{12,200}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{4,2000}\.?[A-Za-z0-9_-]{0,2000}"), MASK),
    (re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.{0,200}"), MASK),
)
_YAML_NAMES: Final = ("-", "<stdin>", "Kustomization")
_LONGEST: Final = 10_000
_SHORTEST: Final = 6  # shorter values of Secrets are ordinary words; a snippet masks them all the same


class _Span(NamedTuple):
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(slots=True, eq=False)
class Redactor:
    """Knows what must not be printed of the files of a report (`sources`: path -> text). Files are looked at on demand."""

    sources: dict[str, str]
    _spans: dict[str, list[_Span]] = field(default_factory=dict)
    _values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _lines: dict[str, list[str]] = field(default_factory=dict)
    _shown: dict[tuple[str, int], str] = field(default_factory=dict)

    def lines(self, path: str) -> list[str]:
        """The lines of a file as they are; none where its text is not known."""
        known = self._lines.get(path)
        if known is None:
            text = self.sources.get(path)
            known = self._lines[path] = [line.rstrip("\r") for line in text.split("\n")] if text else []
        return known

    def line(self, path: str, number: int) -> str:
        """One line of a file, from 1, with its secret parts masked."""
        known = self._shown.get((path, number))
        if known is None:
            text = self.lines(path)[number - 1]
            for span in reversed(self._look(path)):
                if span.line <= number <= span.end_line:
                    text = _masked(text, number, span)
            known = self._shown[path, number] = self._cleaned(text, path)
        return known

    def hides(self, place: Location) -> bool:
        """Whether a place holds, or lies in, a value that must not be printed."""
        start = (place.line, place.column)
        end = max(start, (place.end_line, place.end_column))
        return any(
            (span.line, span.column) <= end and start <= (span.end_line, span.end_column) for span in self._look(place.path)
        )

    def text(self, text: str, path: str) -> str:
        """A text that speaks of a file, without the values of its Secrets and without credentials; a very long one is cut."""
        return self._cleaned(text if len(text) <= _LONGEST else text[:_LONGEST] + "…", path)

    def _cleaned(self, text: str, path: str) -> str:
        self._look(path)
        for value in self._values.get(path, ()):
            text = text.replace(value, MASK)
        return scrub(text)

    def _look(self, path: str) -> list[_Span]:
        known = self._spans.get(path)
        if known is None:
            spans, values = _secrets(path, self.sources.get(path, ""))
            known = self._spans[path] = spans
            self._values[path] = values
        return known


def scrub(text: str) -> str:
    """A text without credentials in URLs, `password=…`, tokens of known shapes and private keys."""
    for pattern, replacement in _CREDENTIALS:
        text = pattern.sub(replacement, text)
    return text


def _masked(text: str, number: int, span: _Span) -> str:
    start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
    end = span.end_column - 1 if number == span.end_line else len(text)
    return text if start >= end else text[:start] + MASK + text[end:]


def _secrets(path: str, text: str) -> tuple[list[_Span], tuple[str, ...]]:
    if not path.endswith((".yaml", ".yml", ".json")) and path.rpartition("/")[2] not in _YAML_NAMES:
        return _assignments(text), ()
    if not _WORTH_READING.search(text):
        return [], ()
    from gitopsml.yamlio import read

    try:
        documents = read(text, path).documents
    except UserError:
        return _assignments(text.replace(": ", "= ")), ()
    spans: list[_Span] = []
    values: set[str] = set()
    for document in documents:
        for pointer, value, secret in _sensitive(document.data):
            spans.append(_place(document, pointer))
            if secret:
                values.update(_spellings(value))
    return sorted(set(spans)), tuple(sorted(values, key=lambda value: (-len(value), value)))


def _place(document: Document, pointer: Pointer) -> _Span:
    from gitopsml.yamlio import locate

    span = locate(document, pointer)
    return _Span(span.line, span.column, span.end_line, span.end_column)


def _assignments(text: str) -> list[_Span]:
    """Every `name=value` of a file that is not YAML (or does not read): what stands behind the sign."""
    spans = []
    for number, line in enumerate(text.split("\n"), 1):
        _, sign, value = line.partition("=")
        if sign and value:
            spans.append(_Span(number, len(line) - len(value) + 1, number, len(line) + 1))
    return spans


def _sensitive(data: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str, bool]]:
    """(pointer, value, whether it is surely a secret) of each scalar that must not be printed."""
    if isinstance(data, list):
        for number, value in enumerate(data):
            yield from _sensitive(value, (*pointer, number))
    if not isinstance(data, dict):
        return
    for key, value in data.items():
        where = (*pointer, key)
        sure = _surely(data, key)
        if sure or key == "env":
            yield from ((at, text, sure) for at, text in _scalars(_VALUES_OF.get(key, _whole)(value), where))
        elif isinstance(value, str) and _SECRET_KEY.search(key.lower().replace("_", "").replace("-", "")):
            yield where, value, True
        else:
            yield from _sensitive(value, where)


def _surely(parent: dict[str, Any], key: str) -> bool:
    if key in ("data", "stringData"):
        return parent.get("kind") == "Secret"
    if key == "secretGenerator":
        return True
    return key == "value" and isinstance(parent.get("path"), str) and bool(_PATCHED.search(parent["path"]))


def _whole(value: Any) -> Any:
    return value


def _only(key: str) -> Callable[[Any], Any]:
    """Of a list of maps the values of one key, in a shape that keeps the pointers; anything else as it is."""

    def reduced(value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [{key: one[key]} if isinstance(one, dict) and key in one else None for one in value]

    return reduced


_VALUES_OF: Final = {"env": _only("value"), "secretGenerator": _only("literals")}


def _scalars(value: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _scalars(part, (*pointer, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _scalars(part, (*pointer, number))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield pointer, str(value)


def _spellings(value: str) -> Iterator[str]:
    """A secret value, its words (a scalar may be folded over lines), the value of `name=value`, what its base64 stands for."""
    import base64
    import binascii
    import contextlib

    texts = {value, *value.split(), value.partition("=")[2]}
    with contextlib.suppress(binascii.Error, ValueError):
        texts.add(base64.b64decode(value, validate=True).decode("utf-8"))
    return (text.strip() for text in texts if len(text.strip()) >= _SHORTEST)

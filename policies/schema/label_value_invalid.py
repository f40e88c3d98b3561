"""The API server refuses labels whose key or value breaks the syntax, or that are not text."""

import re
from collections.abc import Iterator
from typing import Any, Final

from gitopsml.model import Resource, Violation, pod_templates

TITLE, SEVERITY, KINDS = "Label that the API server refuses", "error", ["*"]
REMEDY = (
    "Use at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit; quote numbers and booleans."
)

_VALUE: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_KEY: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")


def check(resource: Resource) -> Iterator[Violation]:
    yield from _labels(resource.at("metadata", "labels"), ("metadata", "labels"))
    for view in pod_templates(resource):
        if view.pointer[-1:] == ("spec",) and len(view.pointer) > 1:
            place = (*view.pointer[:-1], "metadata", "labels")
            yield from _labels(resource.at(*place), place)


def _labels(labels: Any, pointer: tuple[str | int, ...]) -> Iterator[Violation]:
    for key, value in labels.items() if isinstance(labels, dict) else ():
        if not isinstance(value, str):
            if value is not None:
                yield Violation("quote the value: a label is text", (*pointer, key))
        elif not _VALUE.fullmatch(value):
            yield Violation("use at most 63 letters, digits, '-', '_' and '.' in the value", (*pointer, key))
        if not _KEY.fullmatch(key):
            yield Violation("write the key as name or domain/name", (*pointer, key))

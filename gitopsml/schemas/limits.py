"""What a structural schema says about one value: choices, sizes, ranges, patterns, formats. Messages never repeat the value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from gitopsml.model import pattern
from gitopsml.model.pointer import Pointer
from gitopsml.model.words import listed, nearest
from gitopsml.schemas.explain import FORMAT_WORDS, SchemaProblem
from gitopsml.schemas.kubernetes import FORMATS
from gitopsml.schemas.published import Schema

_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_NOUNS: Final = {"Items": "elements", "Properties": "fields", "Length": "characters"}
_LONGEST: Final = 100_000  # characters of a text that a pattern is tried on; etcd takes 1.5 MB for a whole object


def limits(schema: Schema, value: Any, at: Pointer) -> Iterator[SchemaProblem]:
    """The limits that a value of the right type breaks."""
    for what, hint in _broken(schema, value):
        yield SchemaProblem("schema-invalid", at, what, hint)


def _broken(schema: Schema, value: Any) -> Iterator[tuple[str, str]]:
    if "enum" in schema and not any(type(one) is type(value) and one == value for one in schema["enum"]):
        yield _choice(schema["enum"], value)
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield from _range(schema, value)
    elif isinstance(value, str):
        yield from _size(schema, len(value), "Length")
        yield from _form(schema, value)
    else:
        yield from _size(schema, len(value), "Items" if isinstance(value, list) else "Properties")


def _choice(allowed: list[Any], value: Any) -> tuple[str, str]:
    names = [str(one) for one in allowed if one is not None and one != ""]
    near = nearest(value, names) if isinstance(value, str) else ""
    return "not one of the allowed values", f"did you mean {near}?" if near else f"write one of {listed(names)}"


def _size(schema: Schema, size: int, word: str) -> Iterator[tuple[str, str]]:
    least, most, noun = schema.get(f"min{word}", 0), schema.get(f"max{word}"), _NOUNS[word]
    if size < least:
        yield ("it is empty", "fill it in, or leave it out") if least == 1 else (f"{size} {noun}", f"at least {least} are needed")
    if most is not None and size > most:
        yield f"{size} {noun}", f"at most {most} are allowed"


def _range(schema: Schema, value: float) -> Iterator[tuple[str, str]]:
    low, high = _RANGES.get(schema.get("format", ""), (None, None))
    least, most = schema.get("minimum", low), schema.get("maximum", high)
    if least is not None and (value < least or (value == least and schema.get("exclusiveMinimum") is True)):
        yield "the number is too small", f"write {'more than' if schema.get('exclusiveMinimum') else 'at least'} {least}"
    if most is not None and (value > most or (value == most and schema.get("exclusiveMaximum") is True)):
        yield "the number is too large", f"write {'less than' if schema.get('exclusiveMaximum') else 'at most'} {most}"
    step = schema.get("multipleOf")
    if step and value % step:
        yield "the number does not fit", f"write a multiple of {step}"


def _form(schema: Schema, value: str) -> Iterator[tuple[str, str]]:
    if "pattern" in schema and not _matches(schema["pattern"], value):
        yield "the text has not the form that the schema asks for", f"it must match {_short(schema['pattern'])}"
    test: Callable[[str], bool] | None = FORMATS.get(schema.get("format", ""))
    if test is not None and not test(value):
        yield FORMAT_WORDS[schema["format"]]


def _matches(text: str, value: str) -> bool:
    """Whether the text holds what a pattern (RE2) looks for; the API server refuses CRDs with another sort of pattern."""
    if len(value) > _LONGEST:
        return True
    try:
        return pattern.compile(text).search(value)
    except ValueError:
        return True


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"

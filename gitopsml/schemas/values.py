"""Rules of JSON Schema about one value, without a look at what is in it; and the words in which mistakes are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from gitopsml.model.pointer import Pointer
from gitopsml.model.words import did_you_mean

Schema = dict[str, Any]


class Problem(NamedTuple):
    """A mistake at `pointer` (of its name, where `key`); `hint` says what to do, "" where the message does."""

    pointer: Pointer
    message: str
    hint: str = ""
    key: bool = False


TYPES: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "object": (lambda value: isinstance(value, dict), "a map"),
    "array": (lambda value: isinstance(value, list), "a list"),
    "string": (lambda value: isinstance(value, str), "text"),
    "integer": (lambda value: isinstance(value, int) and not isinstance(value, bool), "a whole number"),
    "number": (lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "null": (lambda value: value is None, "null"),
}


Rule = Callable[[Schema, Any, Pointer], Iterator[Problem]]
LIMIT: Final = "must be "  # a number beyond a limit is said as such, whatever `x-message` says of the form
RULES: Final[dict[str, Rule]] = {}


def _rule(*words: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES.update(dict.fromkeys(words, rule))
        return rule

    return register


def spelled(value: Any) -> str:
    """A value as a person would write it, short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def kind_of(value: Any) -> str:
    """The type of a value, in words."""
    return next(words for test, words in TYPES.values() if test(value))


def listed(value: Any) -> list[Any]:
    """A value as a list; a list is one."""
    return value if isinstance(value, list) else [value]


def misfit(schema: Schema, value: Any) -> str:
    """`"12x" is not a length of time`, by the title of the schema."""
    title = str(schema.get("title", ""))
    article, _, noun = title.partition(" ")
    return (
        f"{spelled(value)} is not {article.lower()} {noun}" if article in ("A", "An") else f"{spelled(value)} does not fit here"
    )


@_rule("type")
def _type(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    names = listed(schema["type"])
    if not any(TYPES[name][0](value) for name in names):
        wanted = " or ".join(TYPES[name][1] for name in names)
        hint = f'quote it: "{value}"' if "string" in names and isinstance(value, int | float) else ""
        yield Problem(
            at,
            f"expected {wanted}, found {kind_of(value)}" + ("" if isinstance(value, dict | list) else f" {spelled(value)}"),
            hint,
        )


@_rule("minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength")
def _size(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    kind, noun = next((one for one in _SIZES if isinstance(value, one[0])), (None, ""))
    word = {dict: "Properties", list: "Items", str: "Length"}.get(kind) if kind else None
    least, most = schema.get(f"min{word}", 0), schema.get(f"max{word}")
    if word and len(value) < least:
        yield Problem(at, "must not be empty" if least == 1 else f"needs at least {least} {noun}")
    if word and most is not None and len(value) > most:
        yield Problem(at, f"has {len(value)} {noun}, at most {most} are allowed")


_SIZES: Final = ((dict, "fields"), (list, "elements"), (str, "characters"))


@_rule("uniqueItems")
def _unique(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, inner in enumerate(value) if isinstance(value, list) and schema["uniqueItems"] else ():
        text = json.dumps(inner, sort_keys=True)
        if text in seen:
            yield Problem((*at, number), f"{spelled(inner)} is listed twice", "remove one")
        seen.add(text)


@_rule("enum", "const")
def _enum(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    allowed = schema.get("enum", [schema.get("const")])
    if not any(kind_of(one) == kind_of(value) and one == value for one in allowed):
        choice = ", ".join(map(spelled, allowed))
        hint = did_you_mean(value, [one for one in allowed if isinstance(one, str)]) if isinstance(value, str) else ""
        yield Problem(
            at, f"expected {'one of ' if len(allowed) > 1 else ''}{choice}, found {spelled(value)}", hint if "did" in hint else ""
        )


@_rule("pattern")
def _match(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    if isinstance(value, str) and not pattern(schema["pattern"]).search(value):
        yield Problem(at, misfit(schema, value), f"it must match {schema['pattern']}")


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of JSON Schema: `$` is the end of the text, not also the place before a last line break."""
    return re.compile(re.sub(r"(?<!\\)\$(?=\Z|\||\))", r"\\Z", text))


@_rule("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
def _range(schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    if not TYPES["number"][0](value):
        return
    for word, (holds, words) in _LIMITS.items():
        if word in schema and not holds(value, schema[word]):
            yield Problem(at, f"{LIMIT}{words} {schema[word]}, not {spelled(value)}")


_LIMITS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "minimum": (lambda value, limit: value >= limit, "at least"),
    "maximum": (lambda value, limit: value <= limit, "at most"),
    "exclusiveMinimum": (lambda value, limit: value > limit, "more than"),
    "exclusiveMaximum": (lambda value, limit: value < limit, "less than"),
    "multipleOf": (lambda value, limit: value % limit == 0, "a multiple of"),
}

"""JSON Schema for what people write: the same verdict as a full validator on the words known here, and sentences that help.

Alternatives are told apart by type, so that a mistake in one form is explained as such. `x-message` beside a rule says in
our words what to write. Other words are refused when a schema is loaded (`unknown_words`), so nothing is ignored in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from gitopsml.model.pointer import Pointer
from gitopsml.model.words import did_you_mean
from gitopsml.schemas import values
from gitopsml.schemas.values import LIMIT, TYPES, Problem, Schema, kind_of, listed, misfit, pattern, spelled

_ANNOTATIONS: Final = frozenset(
    {
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "x-message",
        "$schema",
        "$id",
        "$comment",
        "$defs",
        "then",
        "else",
    }
)


def check(schema: Schema, value: Any) -> list[Problem]:
    """All mistakes of a value, in the order of its fields. `$ref`s lead into the schema's own `$defs`."""
    return list(dict.fromkeys(_Check(schema).walk(schema, value, ())))


def unknown_words(schema: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The places of words that `check` does not know."""
    if not isinstance(schema, dict):
        return
    for word, value in schema.items():
        here = (*pointer, word)
        if word not in _RULES and word not in values.RULES and word not in _ANNOTATIONS:
            yield here
        elif word in ("properties", "patternProperties", "$defs"):
            for name, inner in value.items():
                yield from unknown_words(inner, (*here, name))
        elif word in ("anyOf", "oneOf", "allOf"):
            for number, inner in enumerate(value):
                yield from unknown_words(inner, (*here, number))
        elif word in ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"):
            yield from unknown_words(value, here)


class _Check:
    """One check of one value; holds the root of the schema."""

    def __init__(self, root: Schema) -> None:
        self.definitions = root.get("$defs", {})

    def walk(self, schema: Any, value: Any, at: Pointer) -> Iterator[Problem]:
        """The mistakes of a value and of what is in it."""
        if not isinstance(schema, dict):
            if schema is False:
                yield Problem(at, "nothing may stand here", "remove it", key=True)
            return
        found = [problem for rule in _once(schema, values.RULES) for problem in rule(schema, value, at)]
        found += [problem for rule in _once(schema, _RULES) for problem in rule(self, schema, value, at)]
        own = [problem for problem in found if problem.pointer == at and not problem.key]
        if own and "x-message" in schema and not any(problem.message.startswith(LIMIT) for problem in own):
            yield Problem(at, misfit(schema, value), schema["x-message"])
            found = [problem for problem in found if problem.pointer != at or problem.key]
        yield from found

    def fits(self, schema: Any, value: Any) -> bool:
        """Whether there is no mistake."""
        return next(self.walk(schema, value, ()), None) is None

    def target(self, schema: Schema) -> Any:
        """What a `$ref` leads to."""
        return self.definitions[str(schema["$ref"]).removeprefix("#/$defs/")]

    def accepts(self, schema: Any, value: Any) -> bool:
        """Whether the type of the value is one that a form is for."""
        if not isinstance(schema, dict):
            return True
        if "$ref" in schema and not self.accepts(self.target(schema), value):
            return False
        if "const" in schema or "enum" in schema:
            return any(
                kind_of(one) == kind_of(value)
                for one in [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
            )
        if "type" not in schema:
            alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
            return not alternatives or any(self.accepts(one, value) for one in alternatives)
        return any(TYPES[name][0](value) for name in listed(schema["type"]))

    def known(self, schema: Any) -> set[str]:
        """The names of fields that a schema of a map speaks of."""
        if not isinstance(schema, dict):
            return set()
        inner = [self.target(schema)] if "$ref" in schema else []
        inner += [one for word in ("allOf", "anyOf", "oneOf") for one in schema.get(word, ())]
        return set(schema.get("properties", ())).union(*map(self.known, inner))


Rule = Callable[[_Check, Schema, Any, Pointer], Iterator[Problem]]
_RULES: Final[dict[str, Rule]] = {}


def _rule(*words: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        _RULES.update(dict.fromkeys(words, rule))
        return rule

    return register


def _once(schema: Schema, rules: dict[str, Any]) -> dict[Any, None]:
    """The rules of a schema's words, each once."""
    return dict.fromkeys(rules[word] for word in schema if word in rules)


@_rule("$ref")
def _reference(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    yield from run.walk(run.target(schema), value, at)


@_rule("properties")
def _properties(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in schema["properties"]:
            yield from run.walk(schema["properties"][name], inner, (*at, name))


@_rule("patternProperties")
def _pattern_properties(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        for text, one in schema["patternProperties"].items():
            if pattern(text).search(name):
                yield from run.walk(one, inner, (*at, name))


@_rule("additionalProperties")
def _additional(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in named or any(pattern(text).search(name) for text in patterns):
            continue
        if schema["additionalProperties"] is False:
            yield Problem((*at, name), f'unknown field "{name}"', did_you_mean(str(name), named), key=True)
        else:
            yield from run.walk(schema["additionalProperties"], inner, (*at, name))


@_rule("propertyNames")
def _property_names(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for name in value if isinstance(value, dict) else ():
        for problem in run.walk(schema["propertyNames"], name, ()):
            yield Problem((*at, name), problem.message, problem.hint, key=True)


@_rule("required")
def _required(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for name in schema["required"] if isinstance(value, dict) else ():
        if name not in value:
            yield Problem(at, f"{name} is missing", _how_to_write(run, schema, name))


def _how_to_write(run: _Check, schema: Schema, name: str) -> str:
    words = schema.get("properties", {}).get(name, {})
    words = {**(run.target(words) if "$ref" in words else {}), **words}
    example = next(iter(words.get("examples", ())), None)
    return (
        f"add it, such as {name}: {example if isinstance(example, str) else spelled(example)}"
        if example is not None
        else "add it"
    )


@_rule("dependentRequired")
def _dependent(_: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for name, needed in schema["dependentRequired"].items() if isinstance(value, dict) else ():
        for other in needed if name in value else ():
            if other not in value:
                yield Problem((*at, name), f"{name} needs {other} beside it", f"add {other}", key=True)


@_rule("items")
def _items(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for number, inner in enumerate(value) if isinstance(value, list) else ():
        yield from run.walk(schema["items"], inner, (*at, number))


@_rule("anyOf", "oneOf")
def _alternatives(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    forms = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    meant = [form for form in forms if run.accepts(form, value)]
    if not meant:
        yield Problem(at, f"expected {' or '.join(_form(run, form) for form in forms)}, found {kind_of(value)}" + _scalar(value))
        return
    found = [list(run.walk(form, value, at)) for form in meant]
    fitting = sum(not problems for problems in found)
    if not fitting:
        yield from min(zip(meant, found, strict=True), key=lambda one: (_strange(run, one[0], value), len(one[1])))[1]
    elif "oneOf" in schema and fitting > 1:
        yield Problem(at, "fits more than one form", "remove what belongs to the other")


def _scalar(value: Any) -> str:
    return "" if isinstance(value, dict | list) else f" {spelled(value)}"


def _form(run: _Check, form: Any) -> str:
    target = run.target(form) if "$ref" in form else form
    if "const" in target:
        return spelled(target["const"])
    return (
        " or ".join(TYPES[name][1] for name in listed(target.get("type", []))) or str(target.get("title", "another form")).lower()
    )


def _strange(run: _Check, form: Any, value: Any) -> int:
    """How many fields a form does not know."""
    return len(set(value) - run.known(form)) if isinstance(value, dict) else 0


@_rule("allOf")
def _all(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    for one in schema["allOf"]:
        yield from run.walk(one, value, at)


@_rule("not")
def _not(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    if run.fits(schema["not"], value):
        yield Problem(at, misfit(schema, value))


@_rule("if")
def _if(run: _Check, schema: Schema, value: Any, at: Pointer) -> Iterator[Problem]:
    yield from run.walk(schema.get("then" if run.fits(schema["if"], value) else "else", True), value, at)

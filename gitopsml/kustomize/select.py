"""Which objects a `target` means: anchored regular expressions on group, version, kind, name and namespace; label selectors."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.layer import Setting
from gitopsml.kustomize.text import text_of
from gitopsml.model.selector import matches, parse

_SPECIAL: Final = frozenset(r"\.+*?()|[]{}^$")
Test = Callable[[str], bool]


def selected(items: list[Item], target: Setting) -> list[Item]:
    """The items that a target selects, in order; an empty target selects all. Raises RenderError where it cannot be understood.

    Name and namespace match the original or the current one (facts: kustomize §4).
    """
    name, namespace = _test(target, "name"), _test(target, "namespace")
    types = [(getter, test) for key, getter in _TYPES if (test := _test(target, key)) is not None]
    labels, annotations = _selector(target, "labelSelector"), _selector(target, "annotationSelector")
    return [
        item
        for item in items
        if all(test(getter(item)) for getter, test in types)
        and (name is None or name(item.original.name) or name(item.name))
        and (namespace is None or namespace(item.original.effective_namespace) or namespace(item.id.effective_namespace))
        and (labels is None or matches(labels, _texts(item.metadata.get("labels"))))
        and (annotations is None or matches(annotations, _texts(item.metadata.get("annotations"))))
    ]


_TYPES: Final[tuple[tuple[str, Callable[[Item], str]], ...]] = (
    ("kind", lambda item: item.kind),
    ("group", lambda item: item.group),
    ("version", lambda item: item.version),
)


def _texts(labels: Any) -> dict[str, str]:
    return {key: text_of(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def _test(target: Setting, key: str) -> Test | None:
    pattern = target.get(key)
    if not pattern:
        return None
    try:
        return anchored(pattern)
    except ValueError as error:
        raise target.part(key).error(
            f"{key} is not a regular expression: {error}", "put a backslash before special characters"
        ) from None


@lru_cache(maxsize=1024)
def anchored(pattern: str) -> Test:
    """A test whether a whole text matches a regular expression (RE2). Raises ValueError."""
    if _SPECIAL.isdisjoint(pattern):
        return pattern.__eq__
    from gitopsml.model.pattern import compile as compiled

    program = compiled(pattern)
    return program.fullmatch


def _selector(target: Setting, key: str) -> dict[str, Any] | None:
    text = target.get(key)
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise target.part(key).error(str(error), "write key=value, key!=value, key in (a, b), key or !key") from None

"""Which objects a replacement's target means: `select` and `reject`, exact up to 5.7.1, regular expressions from 5.8.1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.layer import Layer, Setting
from gitopsml.kustomize.select import anchored
from gitopsml.kustomize.text import text_of
from gitopsml.model.selector import matches, parse

_NAME: Final = "metadata.name"
_KEYS: Final = ("group", "version", "kind", "name", "namespace")
_SELECTORS: Final = (("labelSelector", "labels"), ("annotationSelector", "annotations"))
IdTest = Callable[[Id], bool]
ItemTest = Callable[[Item], bool]


class Target(NamedTuple):
    """A target: whether it `selects` an item, the paths of its fields, and how to write (`options` of the file).

    `structured`: paths may lead into texts that hold JSON or YAML; `delimited_inside`: the delimiter counts there too.
    """

    selects: ItemTest
    paths: tuple[Setting, ...]
    delimiter: str
    place: int
    create: bool
    structured: bool
    delimited_inside: bool
    setting: Setting


def target_of(setting: Setting, layer: Layer) -> Target:
    """A target of the file as it will be used. Raises RenderError where it selects nothing by design or cannot be understood."""
    if not setting.has("select"):
        raise setting.error("the target does not say what to select", "write `select`")
    options = setting.get("options") or {}
    paths = tuple(setting.part("fieldPaths").parts()) if setting.get("fieldPaths") else (Setting(_NAME, setting.origin),)
    return Target(
        _test(setting, layer),
        paths,
        options.get("delimiter") or "",
        options.get("index") or 0,
        bool(options.get("create")),
        layer.options.version >= (5, 8, 1),
        layer.options.version >= (5, 8, 2),
        setting,
    )


def _test(setting: Setting, layer: Layer) -> ItemTest:
    patterns = layer.options.version >= (5, 8, 1)
    select = setting.part("select")
    meant, labelled = _ids(select, patterns), _labels(select)
    rejects = [one for one in (setting.part("reject").parts() if setting.has("reject") else ()) if one.value]
    rejected = [_ids(one, patterns) for one in rejects if any(one.get(key) for key in _KEYS)]
    shunned = [_labels(one) for one in rejects if any(one.get(key) for key, _ in _SELECTORS)]

    def selects(item: Item) -> bool:
        ids = item.ids
        return (
            any(map(meant, ids))
            and labelled(item)
            and not any(test(item) for test in shunned)
            and not any(test(one) for test in rejected for one in ids)
        )

    return selects


def _ids(select: Setting, patterns: bool) -> IdTest:
    if patterns:
        tests = [(key, _pattern(select, key)) for key in _KEYS if select.get(key)]
        return lambda one: all(test(getattr(one, key)) for key, test in tests)
    wanted = [(key, select.value[key]) for key in _KEYS if key != "namespace" and select.get(key)]
    place = Id(*(select.get(key) or "" for key in ("group", "version", "kind", "namespace", "name")))

    def means(one: Id) -> bool:
        near = not place.namespace or place.effective_namespace == one.effective_namespace
        return near and all(getattr(one, key) == value for key, value in wanted)

    return means


def _pattern(select: Setting, key: str) -> Callable[[str], bool]:
    try:
        return anchored(select.value[key])
    except ValueError as error:
        what = f"{key} is not a regular expression: {error}"
        raise select.part(key).error(what, "put a backslash before special characters") from None


def _labels(select: Setting) -> ItemTest:
    tests = [(field, _selector(select, key)) for key, field in _SELECTORS if select.get(key)]
    return lambda item: all(matches(selector, _texts(item.metadata.get(field))) for field, selector in tests)


def _selector(select: Setting, key: str) -> dict[str, Any]:
    try:
        return parse(select.value[key])
    except ValueError as error:
        raise select.part(key).error(str(error), "write key=value, key!=value, key in (a, b), key or !key") from None


def _texts(labels: Any) -> dict[str, str]:
    return {key: text_of(value) for key, value in labels.items()} if isinstance(labels, dict) else {}

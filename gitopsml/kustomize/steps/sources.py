"""What a computed value was made from, and the text of a scalar as it was written."""

from __future__ import annotations

import re
from typing import Any, Final

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.style import quoted
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, exists
from gitopsml.yamlio import Dialect
from gitopsml.yamlio.scalars import ScalarError, resolve, value_of

_UNTAGGED: Final = frozenset(("namePrefix", "nameSuffix", "images"))
DATES: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ ]*\Z")  # how a plain date ends up as text


def sources_of(trail: Trail) -> tuple[Origin, ...]:
    """The origins behind a value: those it was computed from, or the one place where it was written."""
    return trail.sources or (trail.origin,)


def distinct(origins: list[Origin]) -> tuple[Origin, ...]:
    """The origins without repetitions, in order."""
    seen: dict[tuple[int, Pointer], Origin] = {}
    for origin in origins:
        seen.setdefault((id(origin.document), origin.pointer), origin)
    return tuple(seen.values())


def written(value: Any, trail: Trail) -> str:
    """The text of a scalar: as it stands in the file where it was read from one (`0777`, `2001-01-01`, `null`)."""
    if isinstance(value, str) and not DATES.match(value):
        return value
    if trail.derived or isinstance(value, dict | list):
        return text_of(value)
    from gitopsml.yamlio import scalar_text

    return scalar_text(*trail.origin) or text_of(value)


def text_at(item: Item, pointer: Pointer) -> str:
    """The text of the scalar at a pointer of an item, as it was written; "" where there is none."""
    return written(item.at(*pointer), item.trail.at(pointer)) if exists(item.data, pointer) else ""


def retyped(text: str, trail: Trail) -> Any:
    """A text that replaces a scalar without a type of its own: a number where it looks like one and nothing was quoted there."""
    try:
        resolved = resolve(text, Dialect.KUSTOMIZE)
        return text if resolved.kind == "str" or not is_plain(trail) else value_of(resolved)
    except ScalarError:
        return text


def is_plain(trail: Trail) -> bool:
    """Whether a scalar was first written without quotes: kustomize keeps the style, whatever it writes there."""
    first = list(trail.history())[-1]
    return not first.derived and first.origin.document.data is not None and not quoted(trail)


def is_untagged(trail: Trail) -> bool:
    """Whether a step has taken a scalar's type away, so that what is written there next is typed anew."""
    last = next((one for one in trail.history() if one.step != "replacement"), trail)
    return last.step in _UNTAGGED

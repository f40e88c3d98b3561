"""How two lists merge by keys, as kustomize does it, oddities included (facts: kustomize §5, two-key lists and missing keys).

Where both lists are clear (every element has all keys, none twice) the outcome is simple: the patch's elements come first, each
merged with the base's element of the same keys, then the untouched old ones; in lists with two keys only new elements come
first. `_odd` follows the real steps for everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gitopsml.kustomize.parts import ABSENT, STEP, MergeProblem, Part, emptied, moved_to
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Trail

Keys = tuple[str, ...]
Inner = Callable[[Part, Part], Part]
UNION: Final = ("",)
MAX_ODD: Final = 1000  # the long way takes time with the square of the list


def keyed(base: Part, patch: Part, keys: Keys, inner: Inner) -> Part:
    """The list `base` merged with the list `patch` (ABSENT: no patch) by `keys`; `inner` merges two elements.

    `keys` of `("",)` unites scalars. An element that `inner` makes ABSENT leaves a tombstone in the trail, under `key=value`.
    """
    before = [Part(value, base.trail.part(number)) for number, value in enumerate(base.value)]
    spoken = patch.value if isinstance(patch.value, list) else []
    said = before if patch.value is base.value else [Part(value, patch.trail.part(number)) for number, value in enumerate(spoken)]
    simple = (
        base.value is not patch.value and clear(base.value, keys) and clear(spoken, keys) and _alike(base.value, spoken, keys)
    )
    if not simple and len(before) + len(said) > MAX_ODD:
        what = f"a list of {len(before) + len(said)} elements merges by {keys[0] or 'value'}, but some lack it or have the same"
        raise MergeProblem(what, patch.trail)
    merge = _clear if simple else _odd
    after, gone = merge(before, said, keys, inner, Part(ABSENT, patch.trail))
    trail = moved_to(base.trail, after)
    if gone:
        trail = trail.with_parts({**trail.parts, **gone})
        trail = trail if after else emptied(trail)
    elif len(after) == len(before) and all(a is b for a, b in zip(after, before, strict=True)):
        return base
    return Part([element.value for element in after], trail)


def key_of(element: Any, keys: Keys) -> Keys:
    """The texts of an element's keys; "" for a key that is missing or null."""
    if keys == UNION:
        return (text_of(element),)
    if not isinstance(element, dict):
        return ("",) * len(keys)
    return tuple([text_of(element.get(key)) for key in keys])


def clear(elements: list[Any], keys: Keys) -> bool:
    """Whether every element says what it is, in all keys or (second keys) in none, and no two say the same."""
    found = [key_of(element, keys) for element in elements]
    if len(set(found)) != len(found) or not all(key[0] for key in found):
        return False
    if keys != UNION and not all(isinstance(element, dict) for element in elements):
        return False
    return len(keys) == 1 or all(found_key[1] for found_key in found) or not any(found_key[1] for found_key in found)


def _alike(base: list[Any], patch: list[Any], keys: Keys) -> bool:
    """Whether both lists use the same keys, and the patch replaces no element as a whole."""
    if any(isinstance(element, dict) and element.get("$patch") == "replace" for element in patch):
        return False
    if len(keys) == 1 or not base or not patch:
        return True
    return bool(key_of(base[0], keys)[1]) == bool(key_of(patch[0], keys)[1])


Merged = tuple[list[Part], dict[str | int, Trail]]


def _clear(base: list[Part], patch: list[Part], keys: Keys, inner: Inner, silent: Part) -> Merged:
    by_key = {key_of(part.value, keys): part for part in base}
    after: list[Part] = []
    gone: dict[str | int, Trail] = {}
    in_place = len(keys) > 1 and any(all(key) for key in by_key)  # lists with two keys: merged elements stay where they were
    said = {key_of(element.value, keys): element for element in patch}
    for key, element in said.items():
        if not (in_place and key in by_key):
            old = by_key.pop(key, None)
            _keep(inner(old or Part(ABSENT, silent.trail), element), old, _label(key, keys), after, gone)
    for key, old in by_key.items():
        _keep(inner(old, said.get(key, silent)), old, _label(key, keys), after, gone)
    return after, gone


def _keep(new: Part, old: Part | None, label: str, after: list[Part], gone: dict[str | int, Trail]) -> None:
    if new.value is not ABSENT and new.value is not None and new.value != {}:
        after.append(new)
    elif old is not None:
        gone[label] = new.trail if new.trail.gone else Trail(new.trail.origin, step=STEP, gone=True, overrode=old.trail)


def _label(key: Keys, keys: Keys) -> str:
    return key[0] if keys == UNION else f"{keys[0]}={key[0]}"


class _Cell:
    """An element of a list while it is merged: the same cell may stand in two lists, and changes in both."""

    __slots__ = ("part",)

    def __init__(self, part: Part) -> None:
        self.part = part


def _odd(base: list[Part], patch: list[Part], keys: Keys, inner: Inner, silent: Part) -> Merged:
    """Step by step what kustomize does: each known key is merged and collected, then the old elements are laid over them."""
    old = [_Cell(part) for part in base]
    new = [_Cell(part) for part in patch]
    before = list(old)
    found = _distinct([key_of(cell.part.value, keys) for cell in (*new, *old)], keys)
    collected: list[_Cell] = []
    gone: dict[str | int, Trail] = {}
    used: Keys = keys
    for values in found:
        used, wanted = _valid(found, values, keys)
        own_keys, own_values = _valid([wanted], wanted, used)
        target, source = _first(old, own_keys, own_values), _first(new, own_keys, own_values)
        cell = _merged_cell(target, source, inner, silent)
        if cell.part.value is ABSENT or cell.part.value is None or cell.part.value == {}:
            if target is not None:
                gone[_label(wanted, used)] = cell.part.trail
            _set(old, None, used, wanted)
            continue
        _name(cell, used, wanted)
        _set(collected, cell, used, wanted)
    after = _laid_over(collected, old, used) if found else old
    return [cell.part for cell in after], {**_swallowed(before, after, silent), **gone}


def _swallowed(before: list[_Cell], after: list[_Cell], silent: Part) -> dict[str | int, Trail]:
    """Tombstones of the old elements that got lost."""
    kept = {id(cell) for cell in after}
    origin = silent.trail.origin
    return {
        f"#{number}": Trail(origin, step=STEP, gone=True, overrode=cell.part.trail)
        for number, cell in enumerate(before)
        if id(cell) not in kept
    }


def _distinct(found: list[Keys], keys: Keys) -> list[Keys]:
    """Each key once, in order; of two that differ only by an empty part, both take the fuller form."""
    once = list(dict.fromkeys(found))
    if len(keys) > 1:
        for i, one in enumerate(list(once)):
            one = once[i]
            for j in range(len(once)):
                both = _match(one, once[j])
                if both is not None:
                    once[i] = once[j] = both
    return once


def _match(one: Keys, other: Keys) -> Keys | None:
    common = any(a == b for a, b in zip(one, other, strict=True))
    fits = all(a == b or not a or not b for a, b in zip(one, other, strict=True))
    return tuple(a or b for a, b in zip(one, other, strict=True)) if common and fits else None


def _valid(found: list[Keys], values: Keys, keys: Keys) -> tuple[Keys, Keys]:
    """The keys that any element uses, and the values of one element for them."""
    used = {key for one in found for key, value in zip(keys, one, strict=False) if value}
    if not used:
        return keys, values
    return tuple(k for k in keys if k in used), tuple(v for k, v in zip(keys, values, strict=False) if v or k in used)


def _first(cells: list[_Cell], keys: Keys, values: Keys) -> _Cell | None:
    for cell in cells:
        value = cell.part.value
        if keys == UNION:
            if text_of(value) == values[0]:
                return cell
        elif isinstance(value, dict) and all(
            value.get(k) is not None and text_of(value[k]) == v for k, v in zip(keys, values, strict=True)
        ):
            return cell
    return None


def _merged_cell(target: _Cell | None, source: _Cell | None, inner: Inner, silent: Part) -> _Cell:
    nothing = Part(ABSENT, silent.trail)
    new = inner(target.part if target else nothing, source.part if source else silent)
    replaces = source is not None and isinstance(source.part.value, dict) and source.part.value.get("$patch") == "replace"
    if target is None or replaces or new.value is ABSENT:
        return _Cell(new)
    target.part = new
    return target


def _name(cell: _Cell, keys: Keys, values: Keys) -> None:
    """An element that lost its key gets it back."""
    value = cell.part.value
    if isinstance(value, dict):
        lost = {key: text for key, text in zip(keys, values, strict=False) if key not in value and text}
        if lost:
            cell.part = Part({**value, **lost}, cell.part.trail)


def _set(cells: list[_Cell], element: _Cell | None, keys: Keys, values: Keys) -> None:
    """Replace the matching elements by `element` (None: remove them), or append it; with no values everything else goes."""
    kept: list[_Cell] = []
    matched = False
    for cell in cells:
        value = cell.part.value
        if value is None or value == {}:
            continue
        if not isinstance(value, dict) and keys[0] and values and values[0]:
            kept.append(cell)
        elif not isinstance(value, dict) and keys[0] and values:
            raise _no_map(cell, keys)
        elif not _matches(value, keys, values):
            if values:
                kept.append(cell)
        else:
            matched = True
            if element is not None:
                kept.append(element)
    if element is not None and not matched:
        kept.append(element)
    cells[:] = kept


def _matches(value: Any, keys: Keys, values: Keys) -> bool:
    if keys == UNION:
        return bool(values) and not isinstance(value, dict | list) and text_of(value) == values[0]
    if not values or not isinstance(value, dict):
        return False
    return all(key in value and (not text or _spelled(value[key]) == text) for key, text in zip(keys, values, strict=False))


def _no_map(cell: _Cell, keys: Keys) -> MergeProblem:
    return MergeProblem(f"the list merges by {keys[0]}, but one of its elements is no map", cell.part.trail)


def _spelled(value: Any) -> str:
    return "null" if value is None else text_of(value)


def _laid_over(collected: list[_Cell], old: list[_Cell], keys: Keys) -> list[_Cell]:
    for cell in old:
        value = cell.part.value
        if keys == UNION:
            _set(collected, cell, keys, (text_of(value),))
            continue
        if value is not None and not isinstance(value, dict):
            raise _no_map(cell, keys)
        values = []
        for key in keys:
            if isinstance(value, dict) and key in value:
                values.append(_spelled(value[key]))
            else:
                collected.append(cell)
        if len(keys) > 1:
            _set(collected, None, keys, tuple(values))
        _set(collected, cell, keys, tuple(values))
    return collected

"""Strategic merge as kustomize does it (facts: kustomize §5), on data and trail at once.

Maps merge, scalars replace, null deletes, lists are replaced unless the kind's shape names keys (`shapes`); `$patch` directives
delete, replace or merge. Only what the patch speaks of is copied. kustomize walks the whole object, also where the patch is
silent, and so loses valueless fields (`key:`) and elements of merging lists without keys; `plain` finds the objects where that
would happen, and only they are walked whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from gitopsml.kustomize.lists import clear, keyed
from gitopsml.kustomize.parts import ABSENT, DIRECTIVE, STEP, MergeProblem, Part, emptied, moved_to
from gitopsml.kustomize.shapes import Shape
from gitopsml.kustomize.style import quoted
from gitopsml.kustomize.text import text_of
from gitopsml.model.origin import Trail


def merged(base: Part, patch: Part, shape: Shape | None, *, base_is_plain: bool) -> Part:
    """The object `base` with the object `patch` merged into it; the value is ABSENT where the patch deletes the object.

    `base_is_plain` is what `plain(base.value, shape)` says. Raises MergeProblem.
    """
    return _Walk(skip_silent=base_is_plain).walk(base, patch, shape)


class _Walk:
    """One merge. `skip_silent`: parts of which the patch does not speak stay as they are, unseen."""

    def __init__(self, *, skip_silent: bool) -> None:
        self._skip_silent = skip_silent

    def walk(self, base: Part, patch: Part, shape: Shape | None) -> Part:
        sample = patch.value if base.value is ABSENT or base.value is None else base.value
        if isinstance(sample, dict):
            _expect(dict, base, patch)
            return self._map(base, patch, shape)
        if isinstance(sample, list):
            _expect(list, base, patch)
            if shape is not None and shape.keys:
                return self._keyed(base, patch, shape)
            return _replaced(base, patch)
        if sample is ABSENT or sample is None:
            return _nothing(base, patch)
        _expect(None, base, patch)
        return _replaced(base, patch)

    def _map(self, base: Part, patch: Part, shape: Shape | None) -> Part:
        if patch.value is None:
            return removed(base, patch)
        if patch.value is not ABSENT:
            fresh = base.value is ABSENT or base.value is None
            word = patch.value.get(DIRECTIVE)
            if word is not None and (word in _WORDS or not fresh):
                _check_word(word, patch)
                if word == "delete":
                    return removed(base, patch)
                patch = _elided({key: value for key, value in patch.value.items() if key != DIRECTIVE}, patch.trail)
            if fresh or word == "replace":
                return self._added(base, patch, shape)
        return self._fields(base, patch, shape)

    def _added(self, base: Part, patch: Part, shape: Shape | None) -> Part:
        """A map or list that comes from the patch alone; nulls and directives inside it still act."""
        trail = _over(base, patch)
        new = Part(patch.value, trail)
        if plain(patch.value, shape):
            return new
        whole = _Walk(skip_silent=False)
        same = Part(new.value, patch.trail)
        if isinstance(same.value, dict):
            return whole._fields(new, same, shape)
        return whole._keyed_elements(new, same, shape) if shape is not None else new

    def _fields(self, base: Part, patch: Part, shape: Shape | None) -> Part:
        spoken = patch.value if isinstance(patch.value, dict) else {}
        data: dict[str, Any] = base.value
        changed: dict[str, Part] = {}
        for key in spoken if self._skip_silent else sorted({*spoken, *data}, key=str):
            part = _part(base, key)
            new = self.walk(part, self._other(base, part, patch, key), shape.fields.get(key) if shape else None)
            if new.value is not part.value or new.trail is not part.trail:
                changed[key] = new
        return _with(base, changed)

    @staticmethod
    def _other(base: Part, part: Part, patch: Part, key: str) -> Part:
        """What the patch says of a field; where base and patch are one (an added part), the field itself."""
        if base.value is patch.value:
            return part
        return _part(patch, key) if patch.value is not ABSENT and key in patch.value else Part(ABSENT, patch.trail)

    def _keyed(self, base: Part, patch: Part, shape: Shape) -> Part:
        if patch.value is None:
            return removed(base, patch)
        if base.value is ABSENT or base.value is None:
            return self._added(base, patch, shape)
        if patch.value is ABSENT:
            return self._keyed_elements(base, patch, shape)
        word, elements = _list_directive(patch)
        if word == "delete":
            return removed(base, patch)
        if word is not None:
            kept = _elided([element.value for element in elements], moved_to(patch.trail, elements))
            return self._added(base, kept, shape) if word == "replace" else self._keyed_elements(base, kept, shape)
        return self._keyed_elements(base, patch, shape)

    def _keyed_elements(self, base: Part, patch: Part, shape: Shape) -> Part:
        element = shape.element

        def inner(one: Part, other: Part) -> Part:
            return self.walk(one, other, element)

        return keyed(base, patch, shape.keys, inner)


_WORDS: Final = ("delete", "replace", "merge")


def _elided(value: Any, trail: Trail) -> Part:
    """A patch without its directive. Where nothing else is left, that was written nowhere."""
    return Part(value, trail if value else replace(trail, derived=True, sources=(trail.origin,)))


def _check_word(word: Any, patch: Part) -> None:
    if word not in _WORDS:
        raise MergeProblem(f"unknown $patch directive {word!r}, use delete, replace or merge", patch.trail.part(DIRECTIVE))


def _expect(kind: type | None, base: Part, patch: Part) -> None:
    """Both sides must be of one kind where they are anything at all."""
    for part in (base, patch):
        value = part.value
        here = dict if isinstance(value, dict) else list if isinstance(value, list) else None
        if value is not ABSENT and value is not None and here is not kind:
            raise MergeProblem(f"the patch has {_word(patch.value)} where the object has {_word(base.value)}", patch.trail)


def _word(value: Any) -> str:
    return "a map" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a plain value"


def _part(whole: Part, key: str | int) -> Part:
    value = whole.value.get(key, ABSENT) if isinstance(whole.value, dict) else whole.value[key]
    return Part(value, whole.trail.part(key))


def _replaced(base: Part, patch: Part) -> Part:
    if patch.value is ABSENT or patch is base:
        return base
    if patch.value is None:
        return removed(base, patch)
    new = Part(patch.value, _over(base, patch))
    retyped = isinstance(base.value, str) and isinstance(patch.value, int | float) and quoted(base.trail)
    return _as_text(new, base) if retyped else new


def _as_text(new: Part, base: Part) -> Part:
    """A number or truth value that a patch writes over a quoted text: kustomize keeps the quotes."""
    from gitopsml.yamlio import scalar_text

    origin = new.trail.origin
    text = scalar_text(*origin) if not new.trail.derived and origin.document.text else ""
    return Part(text or text_of(new.value), replace(new.trail, derived=True, sources=(origin, base.trail.origin)))


def _over(base: Part, patch: Part) -> Trail:
    """The patch's trail, remembering what was there, or what removed that."""
    return patch.trail.over(base.trail) if base.value is not ABSENT or base.trail.gone else patch.trail


def removed(base: Part, patch: Part) -> Part:
    """What is left of a part that the patch deletes: a tombstone, or nothing where there was nothing."""
    if base.value is ABSENT:
        return base
    return Part(ABSENT, Trail(patch.trail.origin, step=patch.trail.step, gone=True, overrode=base.trail))


def _nothing(base: Part, patch: Part) -> Part:
    """Null or absent on both sides. A field without any text (`key:`) is lost, an explicit null stays."""
    if base.value is None and patch.value is ABSENT:
        return base if _spelled(base.trail) else Part(ABSENT, Trail(base.trail.origin, step=STEP, gone=True, overrode=base.trail))
    return removed(base, patch) if base.value is None else base


def _spelled(trail: Trail) -> bool:
    from gitopsml.yamlio import scalar_text

    return trail.derived or bool(trail.step) or bool(scalar_text(trail.origin.document, trail.origin.pointer))


def _with(base: Part, changed: dict[str, Part]) -> Part:
    """The map `base` with some of its parts changed."""
    if not changed:
        return base
    data = dict(base.value)
    parts: dict[str | int, Trail] = dict(base.trail.parts)
    for key, part in changed.items():
        parts[key] = part.trail
        if part.value is ABSENT:
            data.pop(key, None)
        else:
            data[key] = part.value
    trail = base.trail.with_parts(parts)
    return Part(data, trail if data or not base.value else emptied(trail))


def _list_directive(patch: Part) -> tuple[str | None, list[Part]]:
    """`- $patch: replace` as an element of its own speaks for the whole list; returns it and the other elements."""
    elements = [_part(patch, number) for number in range(len(patch.value))]
    first = next((e for e in elements if isinstance(e.value, dict) and DIRECTIVE in e.value), None)
    if first is None or len(first.value) > 1 or first.value[DIRECTIVE] is None:
        return None, elements
    word = first.value[DIRECTIVE]
    _check_word(word, first)
    return word, [
        e for e in elements if e.value not in (None, {}) and not (isinstance(e.value, dict) and e.value.get(DIRECTIVE) == word)
    ]


def plain(value: Any, shape: Shape | None) -> bool:
    """Whether walking `value` without a patch changes nothing: no nulls in maps, no directives, merging lists with clear keys."""
    if isinstance(value, dict):
        fields = shape.fields if shape is not None else _NO_FIELDS
        for key, inner in value.items():
            if inner is None or key == DIRECTIVE or (isinstance(inner, dict | list) and not plain(inner, fields.get(key))):
                return False
        return True
    if not isinstance(value, list) or shape is None or not shape.keys:
        return True
    return clear(value, shape.keys) and all(plain(element, shape.element) for element in value)


_NO_FIELDS: Final[dict[str, Shape]] = {}

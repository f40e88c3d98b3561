"""Verdicts of one policy, remembered by what it can see of an object: fleets are made of objects that look alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from gitopsml.cel.footprint import Part, Untracked, frozen, reader
from gitopsml.model.finding import Violation
from gitopsml.policy.podvars import Reserved
from gitopsml.policy.subject import Subject

Verdict: TypeAlias = tuple[tuple[Violation, str], ...]
_MOST: Final = 4096  # verdicts kept of one policy; then it begins anew
_ENOUGH: Final = 16
_NAMES: Final = "variables."


class Sight:
    """Reads what a footprint names of an object and of its reserved variables."""

    __slots__ = ("_object", "_variables")

    def __init__(self, parts: Mapping[str, Part]) -> None:
        seen = parts.get("object", Part())
        self._object = reader(seen) if seen != Part() else None
        self._variables = tuple((name.removeprefix(_NAMES), reader(part)) for name, part in parts.items() if _NAMES in name)

    def of(self, subject: Subject, reserved: Reserved | None) -> Hashable:
        """Equal for objects that look the same. Raises Untracked for what is no plain data."""
        own = self._object(subject.object) if self._object else None
        if reserved is None:
            return own
        return (own, *[read(reserved[name]) for name, read in self._variables])


class Memo:
    """`parts` is the footprint of the policy, None where its verdicts cannot be remembered; `pods`: it looks at pod views."""

    __slots__ = ("_asked", "_known", "_missed", "_sight", "parts", "pods")

    def __init__(self, parts: Mapping[str, Part] | None, *, pods: bool) -> None:
        self.parts = parts
        self.pods = pods
        self._sight = Sight(parts or {})
        self._known: dict[Hashable, Verdict] = {}
        self._asked = self._missed = 0

    @property
    def varies(self) -> bool:
        """Whether most objects look different to the policy."""
        return self._asked >= _ENOUGH and self._missed * 2 > self._asked

    def verdict(
        self, subject: Subject, given: Any, reserved: Reserved | None, judge: Callable[[], Iterable[tuple[Violation, str]]]
    ) -> Verdict:
        """What `judge` says, or said of an object that looked the same to the policy."""
        key = self._key(subject, given, reserved)
        if key is None:
            return tuple(judge())
        known = self._known.get(key)
        self._asked += 1
        if known is None:
            self._missed += 1
            known = tuple(judge())
            if not any(violation.operands for violation, _ in known):  # they show more than was read
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = known
        return known

    def _key(self, subject: Subject, given: Any, reserved: Reserved | None) -> Hashable:
        if self.parts is None:
            return None
        try:
            return (self._sight.of(subject, reserved), frozen(given), reserved.place if reserved is not None else None)
        except Untracked:
            return None

"""Verdicts of one policy, remembered by what it can see of an object: fleets are made of objects that look alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from gitopsml.cel.footprint import Read, Untracked, frozen
from gitopsml.model.finding import Violation
from gitopsml.policy.podvars import Reserved
from gitopsml.policy.subject import Subject

Verdict: TypeAlias = tuple[tuple[Violation, str], ...]
_MOST: Final = 4096  # verdicts kept of one policy; then it begins anew
_NAMES: Final = "variables."


class Memo:
    """`parts` are readers by variable (see `cel.footprint`), None for a policy whose verdicts cannot be remembered."""

    __slots__ = ("_known", "_object", "_variables", "tracked")

    def __init__(self, parts: Mapping[str, Read] | None) -> None:
        parts = parts or {}
        self.tracked = bool(parts)
        self._object = parts.get("object")
        self._variables = tuple((name.removeprefix(_NAMES), read) for name, read in parts.items() if name.startswith(_NAMES))
        self._known: dict[Hashable, Verdict] = {}

    def verdict(
        self, subject: Subject, given: Any, reserved: Reserved | None, judge: Callable[[], Iterable[tuple[Violation, str]]]
    ) -> Verdict:
        """What `judge` says, or said of an object that looked the same to the policy."""
        key = self._key(subject, given, reserved) if self.tracked else None
        known = self._known.get(key) if key is not None else None
        if known is None:
            known = tuple(judge())
            if key is not None and not any(violation.operands for violation, _ in known):  # they show more than was read
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[key] = known
        return known

    def _key(self, subject: Subject, given: Any, reserved: Reserved | None) -> Hashable:
        try:
            own = self._object(subject.object) if self._object else None
            if reserved is None:
                return (own, frozen(given))
            return (own, frozen(given), reserved.place, *[read(reserved[name]) for name, read in self._variables])
        except Untracked:
            return None

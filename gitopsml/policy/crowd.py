"""The policies that look at one kind, asked together: where nobody saw anything, nobody is asked again about what looks alike."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from gitopsml.cel.footprint import Untracked, together
from gitopsml.errors import UserError
from gitopsml.policy.memo import Memo, Sight
from gitopsml.policy.selection import Active
from gitopsml.policy.subject import Subject

_MOST: Final = 4096
_FIRST: Final = 32


class Crowd:
    """`policies` in their order. `quiet` says of an object that only `others` need to be asked.

    Policies to which most objects look different would spoil that for all: they leave when they show it.
    """

    def __init__(self, policies: list[Active], version: tuple[int, int]) -> None:
        self.policies = policies
        self._memos = {id(one): memo for one in policies if (memo := _memo(one, version)) is not None}
        self._quiet: set[Hashable] = set()
        self._missed = 0
        self._next = _FIRST
        self._form()

    def key(self, subject: Subject) -> Hashable:
        """What the members see of an object; None where that cannot be told."""
        try:
            own = self._object.of(subject, subject.reserved(None))
            views = subject.pods if self._has_pods else ()
            return (own, *[self._pods.of(subject, subject.reserved(view)) for view in views])
        except Untracked:
            return None

    def to_ask(self, key: Hashable) -> list[Active]:
        """Those that may see something in an object of this key."""
        if key in self._quiet:
            return self.others
        self._missed += 1
        if self._missed >= self._next:
            self._next *= 2
            self._form()
        return self.policies

    def remember(self, key: Hashable, loud: set[int]) -> None:
        """After all were asked: `loud` are the ids of those that saw something."""
        if key is not None and not (loud & self._members):
            if len(self._quiet) >= _MOST:
                self._quiet.clear()
            self._quiet.add(key)

    def _form(self) -> None:
        memos = {one: memo for one, memo in self._memos.items() if not memo.varies}
        if memos.keys() == getattr(self, "_members", None):
            return
        self._members = frozenset(memos)
        self.others = [one for one in self.policies if id(one) not in self._members]
        self._object = Sight(together(memo.parts or {} for memo in memos.values() if not memo.pods))
        self._pods = Sight(together(memo.parts or {} for memo in memos.values() if memo.pods))
        self._has_pods = any(memo.pods for memo in memos.values())
        self._quiet.clear()


def _memo(one: Active, version: tuple[int, int]) -> Memo | None:
    """The memory of a policy that decides by the kind and by what it sees alone."""
    try:
        memo = one.policy.memo(version) if one.policy.memo else None
    except UserError:  # it does not compile, and says so when it is asked
        return None
    return memo if memo is not None and memo.parts is not None else None

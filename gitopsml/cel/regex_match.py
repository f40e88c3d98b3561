"""Running a pattern in linear time: a lazily built deterministic automaton for yes and no, a list of threads for places."""

from __future__ import annotations

from typing import Any, Final

from gitopsml.cel.regex_program import ASSERT, CHAR, MATCH, SPLIT, Program
from gitopsml.cel.work import spend

_WORD: Final = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_LARGEST: Final = 100_000  # instructions in all states together, before the automaton is built anew
_FOUND: Final[dict[str, Any]] = {}  # the state after a match
BEGIN, END = "", "END"  # stand for the character before the first and after the last one


class _State(dict[str, Any]):
    """Instructions that wait for a character; maps each character seen so far to the next state."""

    __slots__ = ("before", "pcs")

    def __init__(self, pcs: tuple[int, ...], before: str) -> None:
        super().__init__()
        self.pcs = pcs
        self.before = before


class Matcher:
    """Runs one program; keeps the states that it has met."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.states: dict[tuple[tuple[int, ...], str], _State] = {}
        self.size = 0
        self.first = self._state((program.start,), BEGIN)

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in `text`."""
        state: Any = self.first
        for char in text:
            following = state.get(char)
            if following is None:
                following = self._next(state, char)
            if following is _FOUND:
                return True
            if not following.pcs:
                return False
            state = following
        return self._next(state, END) is _FOUND

    def _state(self, pcs: tuple[int, ...], before: str) -> _State:
        kind = BEGIN if before == BEGIN else "\n" if before == "\n" else "a" if before in _WORD else " "
        key = pcs, kind
        found = self.states.get(key)
        if found is None:
            self.size += len(pcs) + 20
            if self.size > _LARGEST:
                self.size = 0
                self.states.clear()
                self.first = _State((self.program.start,), BEGIN)
            found = self.states[key] = _State(pcs, kind)
        return found

    def _next(self, state: _State, char: str) -> Any:
        """The state after `char`, remembered."""
        waiting, matched = self._closure(state.pcs, state.before, char)
        if matched:
            state[char] = _FOUND
            return _FOUND
        code = self.program.code
        following = [code[pc].one for pc in waiting if char != END and code[pc].chars.has(char)]  # type: ignore[union-attr]
        if not self.program.anchored and char != END:
            following.append(self.program.start)
        made = self._state(tuple(sorted(set(following))), char)
        state[char] = made
        return made

    def _closure(self, pcs: tuple[int, ...], before: str, after: str) -> tuple[list[int], bool]:
        """The CHAR instructions that can be reached without reading, in order of preference, and whether MATCH can."""
        code = self.program.code
        stack = list(reversed(pcs))
        seen: set[int] = set()
        waiting: list[int] = []
        while stack:
            pc = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            op, one, two, _, place = code[pc]
            if op == CHAR:
                waiting.append(pc)
            elif op == SPLIT:
                stack += [two, one]
            elif op == MATCH:
                return waiting, True
            elif op == ASSERT and _holds(place, before, after):
                stack.append(one)
        spend(40 * len(seen))
        return waiting, False

    def find(self, text: str, begin: int = 0) -> tuple[int, int] | None:
        """The first match at or after `begin`, preferring what the pattern prefers, as (start, end)."""
        threads: list[tuple[int, int]] = []  # (instruction, where its match began), the preferred first
        best: tuple[int, int] | None = None
        for at in range(begin, len(text) + 1):
            before = text[at - 1] if at else BEGIN
            after = text[at] if at < len(text) else END
            if best is None and not (self.program.anchored and at > 0):
                threads.append((self.program.start, at))
            if not threads:
                break
            waiting, found = self._threads(threads, before, after)
            if found is not None:
                best = found, at
            threads = self._read(waiting, after)
        return best

    def _threads(self, threads: list[tuple[int, int]], before: str, after: str) -> tuple[list[tuple[int, int]], int | None]:
        """Threads that wait for a character; those after a match are dropped. Returns where the match began, if any."""
        code = self.program.code
        seen: set[int] = set()
        waiting: list[tuple[int, int]] = []
        stack = list(reversed(threads))
        while stack:
            pc, began = stack.pop()
            if pc in seen:
                continue
            seen.add(pc)
            op, one, two, _, place = code[pc]
            if op == CHAR:
                waiting.append((pc, began))
            elif op == SPLIT:
                stack += [(two, began), (one, began)]
            elif op == MATCH:
                return waiting, began
            elif op == ASSERT and _holds(place, before, after):
                stack.append((one, began))
        spend(40 * len(seen))
        return waiting, None

    def _read(self, waiting: list[tuple[int, int]], char: str) -> list[tuple[int, int]]:
        if char == END:
            return []
        code = self.program.code
        return [(code[pc].one, began) for pc, began in waiting if code[pc].chars.has(char)]  # type: ignore[union-attr]


def _holds(place: str, before: str, after: str) -> bool:
    if place == "text-begin":
        return before == BEGIN
    if place == "text-end":
        return after == END
    if place == "line-begin":
        return before in {BEGIN, "\n"}
    if place == "line-end":
        return after in {END, "\n"}
    at_edge = (before != BEGIN and before in _WORD) != (after != END and after in _WORD)
    return at_edge == (place == "word")

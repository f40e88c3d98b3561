"""Edits: the change is made, and nothing else in the text moves."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopsml.errors import YamlError
from gitopsml.yamlio import REMOVE, Dialect, comments, edit, read

TEXT = """\
# head
image: "a:1"   # pin
env: dev
list:
  - name: x # one
    v: 1
  - name: z
flow: {a: 1, b: [1, 2]} # f
empty:
obj:
    # inner
    k: v

    z:
      deep: 1  # d
text: |
  a
  b
"""

CHANGES = [
    (("image",), "b:2", ['-image: "a:1"   # pin', '+image: "b:2"   # pin']),
    (("env",), "yes", ["-env: dev", '+env: "yes"']),
    (("env",), "l1\nl2\n", ["-env: dev", "+env: |", "+  l1", "+  l2"]),
    (("env",), {"a": [1]}, ["-env: dev", "+env:", "+  a:", "+  - 1"]),
    (("list", 0, "v"), 2, ["-    v: 1", "+    v: 2"]),
    (("list", 0, "name"), "two\nlines", ["-  - name: x # one", '+  - name: "two\\nlines" # one']),
    (("list", 2), {"name": "w"}, ["+  - name: w"]),
    (("list", 0, "new"), [1], ["+    new:", "+    - 1"]),
    (("list", 1), "scalar", ["-  - name: z", "+  - scalar"]),
    (("list",), [], ["-list:", "-  - name: x # one", "-    v: 1", "-  - name: z", "+list: []"]),
    (("list", 0), REMOVE, ["-  - name: x # one", "-    v: 1"]),
    (("list", 0, "name"), REMOVE, ["-  - name: x # one", "-    v: 1", "+  - v: 1"]),
    (("list", 1, "name"), REMOVE, ["-  - name: z", "+  - {}"]),
    (("flow", "c"), "x, y", ["-flow: {a: 1, b: [1, 2]} # f", "+flow: {a: 1, b: [1, 2], c: 'x, y'} # f"]),
    (("flow", "b", 2), {"q": True}, ["-flow: {a: 1, b: [1, 2]} # f", "+flow: {a: 1, b: [1, 2, {q: true}]} # f"]),
    (("flow", "a"), REMOVE, ["-flow: {a: 1, b: [1, 2]} # f", "+flow: {b: [1, 2]} # f"]),
    (("flow", "b"), REMOVE, ["-flow: {a: 1, b: [1, 2]} # f", "+flow: {a: 1} # f"]),
    (("empty",), "x", ["-empty:", "+empty: x"]),
    (("empty", "a", "b"), 1, ["+  a:", "+    b: 1"]),
    (("obj", "k"), REMOVE, ["-    k: v"]),
    (("obj", "z", "deep"), REMOVE, ["-    z:", "-      deep: 1  # d", "+    z: {}"]),
    (("text",), "one", ["-text: |", "-  a", "-  b", "+text: one"]),
    (("new",), {"a": 1}, ["+new:", "+  a: 1"]),
    (("missing",), REMOVE, []),
    (("obj", "z"), {"t": "kept\n\n"}, ["-      deep: 1  # d", "+      t: |+", "+        kept", "+"]),
]


def difference(old: str, new: str) -> list[str]:
    import difflib

    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(("pointer", "value", "expected"), CHANGES)
def test_changes(pointer: tuple[str | int, ...], value: Any, expected: list[str]) -> None:
    assert difference(TEXT, edit(TEXT, "f", [(pointer, value)])) == expected


def test_several_changes_and_the_right_document() -> None:
    text = "a: 1 # one\n---\na: 1 # two\n"
    assert edit(text, "f", [(("a",), 2), (("b",), 3)], number=1) == "a: 1 # one\n---\na: 2 # two\nb: 3\n"


@pytest.mark.parametrize(("text", "new"), [("a: 1", "a: 1\nb: 2\n"), ("- 1\n", "- 1\n- 2\n"), ("{a: 1}\n", "{a: 1, b: 2}\n")])
def test_roots(text: str, new: str) -> None:
    change = ((1,), 2) if text.startswith("-") else (("b",), 2)
    assert edit(text, "f", [change]) == new


def test_a_value_behind_an_alias_is_refused() -> None:
    text = "a: &x {k: 1}\nb: *x\n"
    with pytest.raises(YamlError, match=r"f:1:\d+: cannot change b.k without changing other values"):
        edit(text, "f", [(("b", "k"), 2)])
    assert edit(text, "f", [(("b",), 2)]) == "a: &x {k: 1}\nb: 2\n"


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(YamlError):
        edit("a: [", "f", [(("a",), 1)])
    with pytest.raises(YamlError, match="no document 3"):
        edit("a: 1\n", "f", [(("a",), 1)], number=3)


PLAIN = ["x", "1", "'q'", '"dq"', "null", "~", "a b", "", "http://x/y", "[1, 'a, b']", "{k: [x], l: {}}", "[]"]
BLOCKS = ["|\n{pad}  l1\n{pad}\n{pad}  l2", ">-\n{pad}  f1\n{pad}  f2", "'over\n{pad}  lines'"]


@st.composite
def texts(draw: st.DrawFn, indent: int = 0, depth: int = 3) -> str:
    pad = " " * indent
    lines = []
    for number in range(draw(st.integers(1, 3))):
        lines += draw(st.sampled_from([[], [], [f"{pad}# note"], [""]]))
        kind = draw(st.integers(0, 3 if depth else 1))
        comment = draw(st.sampled_from(["", "  # c"]))
        width = draw(st.sampled_from([2, 4]))
        if kind == 0:
            lines.append(f"{pad}k{number}: {draw(st.sampled_from(PLAIN))}{comment}")
        elif kind == 1:
            lines.append(f"{pad}k{number}: {draw(st.sampled_from(BLOCKS))}".format(pad=pad))
        elif kind == 2:
            lines += [f"{pad}k{number}:{comment}", draw(texts(indent + width, depth - 1))]
        else:
            inner = draw(texts(indent + width, depth - 1)).split("\n")
            lines += [
                f"{pad}k{number}:",
                f"{pad}{'-':<{width}}# c" if inner[0].strip() == "" else f"{pad}{'-':<{width}}{inner[0].strip()}",
            ]
            lines += inner[1:] if inner[0].strip() else inner
            lines.append(f"{pad}- {draw(st.sampled_from(['x', '[1]', '{a: 1}']))}{comment}")
    return "\n".join(lines)


def pointers(data: Any, pointer: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [pointer, *(found for key, part in parts for found in pointers(part, (*pointer, key)))]


NEW = ["new", "yes", "a: b", 1, None, {}, [], {"a": {"b": [1, {"c": "x"}]}}, [{"a": 1}, [2]], "two\nlines\n", "tr \nx", '"']


@given(texts().map(lambda text: text + "\n"), st.data())
@settings(max_examples=150, deadline=None)
def test_any_change_can_be_made(text: str, data: st.DataObject) -> None:
    """`edit` proves the data itself, and refuses otherwise; comments that stand elsewhere survive."""
    documents = read(text, "f", Dialect.KUSTOMIZE).documents
    if not documents:
        return
    pointer = data.draw(st.sampled_from(pointers(documents[0].data)[1:]))
    value = data.draw(st.sampled_from([REMOVE, *NEW]))
    target = reduce(lambda part, key: part[key], pointer, documents[0].data)
    if value is not REMOVE and isinstance(target, (dict, list)) and data.draw(st.booleans()):
        pointer = (*pointer, len(target) if isinstance(target, list) else "added")
    new = edit(text, "f", [(pointer, value)], dialect=Dialect.KUSTOMIZE)
    if not isinstance(target, (dict, list)) and value is not REMOVE:
        after = read(new, "f", Dialect.KUSTOMIZE).documents[0]
        assert sorted(comments(after).values()) == sorted(comments(documents[0]).values())

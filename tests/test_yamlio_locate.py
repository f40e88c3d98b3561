"""Places: the text at a leaf's location is the leaf; comments are comments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import shared
from hypothesis import given, settings
from hypothesis import strategies as st

from gitopsml.yamlio import Dialect, Document, Span, comments, locate, read, scalar_text, source_line

TEXT = """\
# head
a: &v 7 # c1
b:
  - x: "p # q"   # c2
    z: |  # c3
      line # not
      two

# c4
    w: [1, {k: *v}]
c: *v
<<: {m: 1}
d:
e: !!str bar
"f" : 'g'#touch
é: &w
  ü: 1.10
u: {<<: *w, o: 'it''s'}
"""


def document(text: str = TEXT, dialect: Dialect = Dialect.API, number: int = 0) -> Document:
    return read(text, "f.yaml", dialect).documents[number]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ((), (2, 1, 18, 24), (2, 1, 18, 24)),
        (("a",), (2, 7, 2, 8), (2, 1, 2, 2)),
        (("b",), (4, 3, 10, 20), (3, 1, 3, 2)),
        (("b", 0), (4, 5, 10, 20), (4, 5, 10, 20)),
        (("b", 0, "x"), (4, 8, 4, 15), (4, 5, 4, 6)),
        (("b", 0, "z"), (5, 8, 7, 10), (5, 5, 5, 6)),
        (("b", 0, "w", 1, "k"), (10, 16, 10, 18), (10, 13, 10, 14)),
        (("m",), (12, 9, 12, 10), (12, 6, 12, 7)),
        (("d",), (13, 3, 13, 3), (13, 1, 13, 2)),
        (("e",), (14, 10, 14, 13), (14, 1, 14, 2)),
        (("f",), (15, 7, 15, 10), (15, 1, 15, 4)),
        (("é", "ü"), (17, 6, 17, 10), (17, 3, 17, 4)),
        (("u", "ü"), (17, 6, 17, 10), (17, 3, 17, 4)),
        (("u", "o"), (18, 16, 18, 23), (18, 13, 18, 14)),
        (("b", 0, "missing", "x"), (4, 5, 10, 20), (4, 5, 10, 20)),
        (("f", "deeper"), (15, 7, 15, 10), (15, 1, 15, 4)),
    ],
)
def test_places(dialect: Dialect, pointer: tuple[str | int, ...], value: tuple[int, ...], key: tuple[int, ...]) -> None:
    found = document(dialect=dialect)
    assert locate(found, pointer) == Span(*value)
    assert locate(found, pointer, key=True) == Span(*key)


def test_scalar_text() -> None:
    found = document()
    assert scalar_text(found, ("é", "ü")) == "1.10"
    assert scalar_text(found, ("c",)) == "7"
    assert scalar_text(found, ("u", "o")) == "it's"
    assert scalar_text(found, ("b",)) == scalar_text(found, ("nothing",)) == ""


def test_comments() -> None:
    assert comments(document()) == {1: "# head", 2: "# c1", 4: "# c2", 5: "# c3", 9: "# c4", 15: "#touch"}


def test_each_document_has_its_own_comments() -> None:
    first, second = read("# one\n---\na: 1 # two\n---\n# three\nb: 'x # y' # four\n", "f").documents
    assert comments(first) == {1: "# one", 3: "# two"}
    assert comments(second) == {5: "# three", 6: "# four"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b#c\n", {}),
        ("a: 'x\n  # y\n  '  # z\n", {3: "# z"}),
        ("a: [x, # one\n  y] # two", {1: "# one", 2: "# two"}),
        ("a: |# touching\n  # text\n", {1: "# touching"}),
        ("a: >-\n  t\n# less\nb: 1\n", {3: "# less"}),
        ('"#a": "#b" #c\n', {1: "#c"}),
        ("k: v\r\n# w\r\n", {2: "# w"}),
        ("- - #x\n    a\n", {1: "#x"}),
    ],
)
def test_comment_or_not(text: str, expected: dict[int, str]) -> None:
    assert comments(document(text)) == expected


def test_lines_of_later_documents_count_from_the_file() -> None:
    assert locate(document("a: 1\n---\nb:\n  c: 2\n", number=1), ("b", "c")) == Span(4, 6, 4, 7)


def test_a_text_that_is_not_yaml_has_lines() -> None:
    plain = Document("x.env", 0, "A=1\nBC=2\n", None)
    assert locate(plain, ("line", 2)) == Span(2, 1, 2, 5)
    assert locate(plain, ()) == Span(1, 1, 1, 4)


def test_json_that_yaml_does_not_understand_is_found_as_a_whole() -> None:
    _, second = read('{"a": 1}\n{"b": "\\ud83d\\ude00"}\n', "f.json").documents
    assert second.data == {"b": "😀"}
    assert locate(second, ("b",)).line == 2


def test_source_line() -> None:
    assert [source_line("a\r\nb\n", number) for number in (0, 1, 2, 3, 4)] == ["", "a", "b", "", ""]


def leaves(data: Any, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, part in parts:
        yield from leaves(part, (*pointer, key))
    if not isinstance(data, (dict, list)):
        yield pointer, data


def at(text: str, span: Span) -> str:
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def assert_law(found: Document) -> int:
    """The text at a leaf's location, read alone, is the leaf; the text at its key's location is its key."""
    count = 0
    for pointer, value in leaves(found.data):
        source = at(found.text, locate(found, pointer))
        if source.startswith(("*", "|", ">")):  # an alias, a block: its indent is elsewhere
            continue
        again = read(f"{source}\n", "leaf", found.dialect, single=True).documents
        assert (again[0].data if again else None) == value, (pointer, source)
        if pointer and isinstance(pointer[-1], str):
            key = at(found.text, locate(found, pointer, key=True))
            assert read(f"{key}: 1\n", "key", found.dialect).documents[0].data == {pointer[-1]: 1}
        count += 1
    return count


SCALARS = st.one_of(
    st.sampled_from(["x", "1", "'a b'", '"q # r"', "null", "1.50", "true", ["é", " 1"][0], "a#b", "http://x/y", "''"]),
    st.text("abc", min_size=1, max_size=5),
)
FLOW = st.recursive(
    SCALARS,
    lambda part: st.one_of(
        st.lists(part, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]"),
        st.lists(part, max_size=3).map(lambda parts: "{" + ", ".join(f"k{n}: {text}" for n, text in enumerate(parts)) + "}"),
    ),
    max_leaves=8,
)
BLOCK = st.lists(st.tuples(st.integers(0, 2), FLOW, st.sampled_from(["", " # note", "\n# note", "\n"])), min_size=1, max_size=6)


@given(BLOCK, st.sampled_from(list(Dialect)))
@settings(max_examples=150, deadline=None)
def test_the_text_at_a_leaf_is_the_leaf(rows: list[tuple[int, str, str]], dialect: Dialect) -> None:
    lines = []
    for number, (kind, value, note) in enumerate(rows):
        lines.append(
            [
                f"key{number}: {value}{note}",
                f"list{number}:\n- {value}{note}\n- x: {value}",
                f"map{number}:\n    é: {value}{note}",
            ][kind]
        )
    (found,) = read("\n".join(lines) + "\n", "f", dialect).documents
    assert_law(found)


def test_the_law_in_real_manifests() -> None:
    files = [
        path
        for path in sorted(shared("conformance", "kustomize", "repos").glob("*/tree/**/*.yaml"))
        if path.stat().st_size < 20_000
    ]
    checked = 0
    for path in files[::40]:
        for found in read(path.read_bytes(), path.name).documents:
            checked += assert_law(found)
    assert checked > 500

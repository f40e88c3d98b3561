"""The law of the quick reader: where it takes a text, it gives what the composer gives."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import shared
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitopsml.errors import YamlError
from gitopsml.yamlio import Dialect, read
from gitopsml.yamlio.place import Place
from gitopsml.yamlio.places import ComposedPlaces
from gitopsml.yamlio.quick import quick
from gitopsml.yamlio.quickplaces import QuickPlaces
from gitopsml.yamlio.values import Unusual

READER = importlib.import_module("gitopsml.yamlio.read")


def verdict(text: str, dialect: Dialect, *, single: bool) -> Any:
    try:
        stream = read(text, "f", dialect, single=single)
    except YamlError as error:
        return str(error)
    return [json.dumps(document.data) for document in stream.documents], stream.problems


def composed(text: str, dialect: Dialect, *, single: bool, monkeypatch: pytest.MonkeyPatch) -> Any:
    def refuse(_text: str, _dialect: Dialect) -> Any:
        raise Unusual

    with monkeypatch.context() as patch:
        patch.setattr(READER, "quick", refuse)
        return verdict(text, dialect, single=single)


def flat(place: Place) -> Any:
    return place.start, place.end, place.text, place.key, {step: flat(part) for step, part in place.parts.items()}


def assert_places_equal(text: str, dialect: Dialect) -> None:
    """The same places as from libyaml's events; found one by one as in the whole."""
    try:
        documents = read(text, "f", dialect).documents
    except YamlError:
        return
    for document in documents:
        source = document.text[document.start : document.end].removesuffix("\n") + "\n"
        try:
            places = QuickPlaces(source, dialect, document.start)
        except Unusual:
            continue
        slow = ComposedPlaces(document, source)
        assert flat(places.whole()) == flat(slow.whole())
        assert set(places.scalars()) <= set(slow.scalars())
        for pointer, place in every(slow.whole()):
            found = places.find(pointer)
            assert (found.start, found.end, found.text, found.key) == (place.start, place.end, place.text, place.key), pointer
            assert places.find((*pointer, "missing")).start == place.start


def every(place: Place, pointer: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Place]]:
    yield pointer, place
    for step, part in place.parts.items():
        yield from every(part, (*pointer, step))


def assert_equal(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for dialect, single in ((Dialect.API, False), (Dialect.API, True), (Dialect.KUSTOMIZE, False)):
        assert verdict(text, dialect, single=single) == composed(text, dialect, single=single, monkeypatch=monkeypatch), dialect
    assert_places_equal(text, Dialect.KUSTOMIZE)


def recorded() -> Iterator[str]:
    for name in ("scalars.jsonl", "documents.jsonl"):
        for line in shared("conformance", "yaml", name).read_text("utf-8").splitlines():
            text = json.loads(line).get("text")
            if text is None:
                continue
            yield text
            if name == "scalars.jsonl":
                yield from (
                    f"v: {text}\n",
                    f"{text}: v\n",
                    f"- {text}\n",
                    f"- k: {text}\n  l: [{text}]\n",
                    f"v: {text}\n  more\n",
                )


def test_recorded_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in recorded():
        assert_equal(text, monkeypatch)


def test_manifests_of_real_repositories(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [
        path
        for path in sorted(shared("conformance", "kustomize", "repos").glob("*/tree/**/*.yaml"))
        if path.stat().st_size < 20_000
    ]
    assert len(files) > 1000
    for path in files[::4]:
        assert_equal(path.read_text("utf-8"), monkeypatch)


PIECES = [
    *("a: ", "b:", "- ", "  ", "\n", "x", "1", "y", "~", '"', "'", "''", "\\n", "\\", "#", " #", ": ", ":", "|", ">", "-", "|-"),
    *("[", "]", "{", "}", ", ", "{}", "[a, 'b']", "---\n", "...\n", "é", "\u2028", "\ufeff", "\t", "<<", "&a ", "*a", "!t "),
    *("?", "%", "0x1", "1.0", "\n\n", "\n  ", "\n    ", "key: value\n", "- item\n", "2001-01-01", ".inf", "true"),
    *("c: |\n  text\n", "d: >\n  one\n  two\n"),
]

LINES = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["a: 1", "b:", "- x", "- a: 1", "- b:", "c: |", "text", "d: >-", "", "# c", "e: 'x", "f'", "g: x y"]),
    ),
    max_size=12,
).map(lambda lines: "".join(" " * indent + line + "\n" for indent, line in lines))


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), LINES))
@settings(max_examples=600, deadline=None)
@example("a:\n- b\n c: 1\n")
@example("- a\n- b: 1\n   c: 2\n")
@example("a: |\n\n  x\n y\n")
@example("a: >\n  x\n\n  y\n   z\n")
@example("a: 'x\n\n  y '' z' # c\n")
@example('a: "x \\t\n  y\\n"\n')
def test_any_text(text: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert_equal(text, monkeypatch)


TAKEN = [
    "a: 1\n",
    "# c\n\na:\n  b: [x, 'y', \"z\"] # c\n  c: {}\n",
    "a:\n- b: |\n    x\n\n     y\n  c: >-\n    folded\n    text\n- d\n",
    "a: plain text\n  over lines\n\n  and more\nb: 'it''s'\n",
    'a: "x\\n\\"y\\""\nb: "over\n  lines"\n',
    "- a: 1\n  b:\n  - c\n",
]


@pytest.mark.parametrize("text", TAKEN)
def test_ordinary_manifests_are_taken(text: str) -> None:
    quick(text, Dialect.API)
    quick(text, Dialect.KUSTOMIZE)


LEFT = [
    "a: *x\n",
    "a: &x 1\n",
    "a: !t 1\n",
    "a:\tb\n",
    "a: yes\n",
    "y: 1\n",
    "a: .inf\n",
    "a: 1\na: 2\n",
    "<<: {}\n",
    "? a\n",
    "a: 1",
    "a: b: c\n",
]


@pytest.mark.parametrize("text", LEFT)
def test_the_unusual_is_left_to_the_composer(text: str) -> None:
    with pytest.raises(Unusual):
        quick(text, Dialect.API)

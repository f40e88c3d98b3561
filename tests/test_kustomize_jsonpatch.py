"""JSON patches: the operations, and the habits of the library that kustomize uses."""

# ruff: noqa: E501 - tables of YAML texts, one case a row
from __future__ import annotations

import pytest
from kustomize import data

from gitopsml.errors import RenderError
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.jsonpatch import Operation, apply, operations
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Dialect, Document, read

BASE = "{kind: K, metadata: {name: n, labels: {a: '1'}}, spec: {list: [a, b, c], map: {x: 1}, 'a/b~c': 1}}"


def patch(text: str) -> list[Operation]:
    found = operations(read(text, "patch.yaml", Dialect.API).documents[0])
    assert found is not None
    return found


def item(text: str = BASE) -> Item:
    document = read(text, "base.yaml", Dialect.KUSTOMIZE).documents[0]
    return Item(document.data, Trail(Origin(document)))


APPLIES = [
    ("add", "[{op: add, path: /spec/map/y, value: 2}]", ("map",), "{x: 1, y: 2}"),
    ("add replaces", "[{op: add, path: /spec/map/x, value: 2}]", ("map",), "{x: 2}"),
    ("add before", "[{op: add, path: /spec/list/1, value: w}]", ("list",), "[a, w, b, c]"),
    ("add at the end", "[{op: add, path: /spec/list/-, value: w}]", ("list",), "[a, b, c, w]"),
    ("add at minus one appends", "[{op: add, path: /spec/list/-1, value: w}]", ("list",), "[a, b, c, w]"),
    ("add without value", "[{op: add, path: /spec/map/y}]", ("map",), "{x: 1, y: null}"),
    ("replace", "[{op: replace, path: /spec/list/0, value: w}]", ("list",), "[w, b, c]"),
    ("replace from the end", "[{op: replace, path: /spec/list/-1, value: w}]", ("list",), "[a, b, w]"),
    ("replace adds a missing leaf", "[{op: replace, path: /spec/map/y, value: 2}]", ("map",), "{x: 1, y: 2}"),
    ("remove", "[{op: remove, path: /spec/list/1}]", ("list",), "[a, c]"),
    ("remove a key", "[{op: remove, path: /spec/map/x}]", ("map",), "{}"),
    ("move", "[{op: move, from: /spec/list/0, path: /spec/list/2}]", ("list",), "[b, c, a]"),
    ("copy", "[{op: copy, from: /spec/map/x, path: /spec/map/z}]", ("map",), "{x: 1, z: 1}"),
    ("escapes", "[{op: replace, path: /spec/a~1b~0c, value: 5}]", ("a/b~c",), "5"),
    ("what stands before the first slash is dropped", "[{op: replace, path: x/spec/map/x, value: 5}]", ("map",), "{x: 5}"),
    ("test passes", "[{op: test, path: /spec/map/x, value: 1}, {op: remove, path: /spec/list/0}]", ("list",), "[b, c]"),
    ("test of null on a missing key passes", "[{op: test, path: /spec/map/q, value: null}]", ("map",), "{x: 1}"),
    ("any type", "[{op: replace, path: /spec/map, value: text}]", ("map",), "text"),
]


@pytest.mark.parametrize(("text", "where", "wanted"), [row[1:] for row in APPLIES], ids=[row[0] for row in APPLIES])
def test_applies(text: str, where: tuple[str, ...], wanted: str) -> None:
    assert apply(item(), patch(text)).at("spec", *where) == data(wanted)


REFUSES = [
    ("missing parent", "[{op: add, path: /spec/q/r, value: 1}]", "1:18: K n has no /spec/q"),
    ("remove of nothing", "[{op: remove, path: /spec/q}]", "1:21: K n has no /spec/q"),
    ("index beyond", "[{op: replace, path: /spec/list/3, value: 1}]", "no element '3' in a list of 3"),
    ("index beyond for add", "[{op: add, path: /spec/list/4, value: 1}]", "no place '4' in a list of 3"),
    ("negative index beyond", "[{op: remove, path: /spec/list/-4}]", "K n has no /spec/list/-4"),
    ("test fails", "[{op: test, path: /spec/map/x, value: 2}]", "K n has 1 at /spec/map/x, not 2"),
    ("true is not 1", "[{op: test, path: /spec/map/x, value: true}]", "K n has 1 at /spec/map/x, not true"),
    ("unknown operation", "[{op: append, path: /spec/list, value: 1}]", "unknown operation 'append'"),
    ("no operation", "[{path: /spec/list, value: 1}]", "the operation has no `op`"),
    ("no path", "[{op: add, value: 1}]", "the operation has no `path`"),
    ("a path that leads nowhere", "[{op: add, path: '', value: 1}]", "does not lead anywhere"),
    ("below a scalar", "[{op: add, path: /spec/map/x/y, value: 1}]", "K n has no /spec/map/x"),
]


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in REFUSES], ids=[row[0] for row in REFUSES])
def test_refuses(text: str, message: str) -> None:
    with pytest.raises(RenderError) as problem:
        apply(item(), patch(text))
    assert message in str(problem.value)
    assert problem.value.path == "patch.yaml"


def test_the_input_stays_as_it_was() -> None:
    before = item()
    apply(
        before,
        patch(
            "[{op: add, path: /spec/list/0, value: w}, {op: remove, path: /spec/map/x}, {op: move, from: /spec/list/0, path: /spec/q}]"
        ),
    )
    assert before.data == data(BASE)
    assert before.trail.parts == {}


def test_trails_follow_list_elements() -> None:
    after = apply(item(), patch("[{op: add, path: /spec/list/0, value: w}, {op: remove, path: /spec/list/2}]"))
    found = [after.trail.at(("spec", "list", number)).origin for number in range(3)]
    assert [(origin.document.path, origin.pointer) for origin in found] == [
        ("patch.yaml", (0, "value")),
        ("base.yaml", ("spec", "list", 0)),
        ("base.yaml", ("spec", "list", 2)),
    ]


def test_a_removed_field_leaves_a_tombstone() -> None:
    after = apply(item(), patch("[{op: remove, path: /spec/map}]"))
    tomb = after.trail.at(("spec", "map"))
    assert tomb.gone
    assert (tomb.origin.document.path, tomb.origin.pointer) == ("patch.yaml", (0,))


def test_a_moved_value_keeps_its_origin() -> None:
    after = apply(item(), patch("[{op: move, from: /spec/map/x, path: /spec/y}]"))
    origin = after.trail.at(("spec", "y")).origin
    assert (origin.document.path, origin.pointer) == ("base.yaml", ("spec", "map", "x"))


def test_operations_are_a_list_of_mappings() -> None:
    assert operations(Document("p", 0, "", {"op": "add"})) is None
    assert operations(Document("p", 0, "", ["add"])) is None

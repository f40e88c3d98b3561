"""The template language of blueprints: forms, functions, trails; and every way to write a blueprint wrongly."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.blueprint.compile import Compiler
from gitopsml.blueprint.environment import environment
from gitopsml.blueprint.expression import ABSENT
from gitopsml.blueprint.functions import amount, from_bytes, seconds, to_bytes
from gitopsml.blueprint.registry import Part, Registry
from gitopsml.blueprint.scope import Scope
from gitopsml.blueprint.template import NOTHING, Rendered
from gitopsml.blueprint.text import Hole, split
from gitopsml.cel.errors import EvaluationError
from gitopsml.errors import BlueprintError
from gitopsml.files import MemoryFiles
from gitopsml.model.mergepatch import traced
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import lookup
from gitopsml.yamlio import Document, locate, read

SPEC = "count: 2\nname: a-b\nenv: {B: '2', A: '1'}\nports: [80, 81]\nempty: []\nmaybe: {yes_: true}\n"


def document(text: str, path: str = "t.yaml") -> Document:
    return read(text, path).documents[0]


def scope(part: Part | None = None, spec: str = SPEC) -> Scope:
    written = traced(document(spec, "app.yaml"))
    given = {"spec": written.data, "name": "x", "environment": {"name": "dev"}, "cluster": {}, "uses": []}
    return Scope(part or Part(), given, {"spec": written.trail}, "x in dev", tracing=True)


def rendered(text: str) -> Any:
    """The value, which is the same with trails and without."""
    made = Compiler(document(text)).node(document(text).data, ())
    value = made.render(scope()).value
    untraced = scope()
    untraced.tracing = False
    assert made.render(untraced) in (Rendered(value), NOTHING)
    return value


# text

SPLIT = {
    "plain": ("plain",),
    "": ("",),
    "${a}": (Hole("a"),),
    "a ${b} c": ("a ", Hole("b"), " c"),
    "${a}${b}": (Hole("a"), Hole("b")),
    "$${a}": ("${a}",),
    "x $${a} ${b}": ("x ${a} ", Hole("b")),
    "${ {'a': '}'} }": (Hole("{'a': '}'}"),),
    '${"}\\"}" + a}': (Hole('"}\\"}" + a'),),
    "$a {b} $": ("$a {b} $",),
}


@pytest.mark.parametrize("text", SPLIT)
def test_split(text: str) -> None:
    assert split(text) == SPLIT[text]


@given(st.text(alphabet="a {}'"))
def test_text_without_holes_stays(text: str) -> None:
    assert split(text) == (text,)


# forms

FORMS: dict[str, tuple[str, Any]] = {
    "a value of any type": ("a: ${spec.count}\nb: ${spec.env}\nc: ${spec.count > 1}", {"a": 2, "b": {"B": "2", "A": "1"}, "c": True}),
    "text": ("a: n-${spec.count}-${spec.maybe.yes_}-${1.5}-${2.0}", {"a": "n-2-true-1.5-2"}),
    "escaped": ("a: $${x}", {"a": "${x}"}),
    "a key": ("'${spec.name}/k': 1", {"a-b/k": 1}),
    "a key that is left out": ("'${optional.none()}': 1\nb: 2", {"b": 2}),
    "an absent value": ("a: ${spec.?nothing}\nb: ${spec.?count}\nc: [1, '${optional.none()}', 3]", {"b": 2, "c": [1, 3]}),
    "spliced": ("[0, '${spec.ports}', '${spec.empty}', 9]", [0, 80, 81, 9]),
    "a constant list inside a list": ("[[1, 2], 3]", [1, 2, 3]),
    "conditional element": ("- {includeWhen: '${spec.count == 2}', item: yes-it-is}\n- {includeWhen: '${false}', item: no}", ["yes-it-is"]),
    "conditional value": ("a: {includeWhen: '${has(spec.nothing)}', item: 1}\nb: {includeWhen: '${true}', item: {c: 1}}", {"b": {"c": 1}}),
    "for each": ("- forEach: {p: '${spec.ports}'}\n  item: {port: '${p}'}", [{"port": 80}, {"port": 81}]),
    "for each with a condition": ("- {forEach: {p: '${spec.ports}'}, includeWhen: '${p > 80}', item: '${p}'}", [81]),
    "for each of a map": ("- {forEach: {e: '${entries(spec.env)}'}, item: '${e.key}=${e.value}'}", ["A=1", "B=2"]),
    "nested loops": ("- {forEach: {a: '${[1, 2]}', b: '${[a, a * 10]}'}, item: '${a}:${b}'}", ["1:1", "1:10", "2:2", "2:20"]),
    "for each as a value": ("a: {forEach: {p: '${spec.ports}'}, item: '${p}'}", {"a": [80, 81]}),
    "merge": ("$merge: ${spec.env}\nA: other\nC: new", {"B": "2", "A": "other", "C": "new"}),
    "merge of several, deeply, null removes": (
        "$merge: [{a: {x: 1, w: 1}, b: 1}, '${{\"a\": {\"w\": 2}}}']\na: {z: 3}\nb: null", {"a": {"x": 1, "w": 2, "z": 3}},
    ),
    "a map that only looks like a block": ("{item: 1}", {"item": 1}),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_form(case: str) -> None:
    text, value = FORMS[case]
    assert rendered(text) == value


WRONG: dict[str, tuple[str, str]] = {
    "no end": ("a: ${spec.count", "t.yaml:1:4: a ${ has no closing }"),
    "not an expression": ("a: ${spec.}", "t.yaml:1:4: ${spec.}: Syntax error"),
    "an unknown variable": ("a:\n  - ${spce.count}", "t.yaml:2:5: ${spce.count}: undeclared reference to 'spce'"),
    "an unknown function": ("a: ${hsah(1)}", "t.yaml:1:4: ${hsah(1)}: undeclared reference to 'hsah'"),
    "a missing field": ("a: ${spec.nothing}", "t.yaml:1:4: ${spec.nothing}: no such key: nothing (x in dev)"),
    "a variable that has no value yet": ("a: ${apps}", "t.yaml:1:4: ${apps}: apps has no value here (x in dev)"),
    "a list in text": ("a: x ${spec.ports}", "t.yaml:1:4: only text, numbers and booleans fit into text"),
    "a key that is no text": ("'${spec.count}': 1", "t.yaml:1:1: the key of a map must be text"),
    "a condition that is none": ("- {includeWhen: '${spec.count}', item: 1}", "t.yaml:1:17: ${spec.count}: a condition must be true or false"),
    "a condition without braces": ("- {includeWhen: spec.count, item: 1}", "t.yaml:1:17: expected one ${expression}"),
    "a loop over a map": ("- {forEach: {e: '${spec.env}'}, item: 1}", "t.yaml:1:17: ${spec.env}: forEach needs a list (for a map use entries(map))"),
    "a loop without a name": ("- {forEach: '${spec.ports}', item: 1}", "t.yaml:1:13: forEach names its variable: forEach: {each: ${list}}"),
    "merge of text": ("$merge: ${spec.name}\na: 1", "t.yaml:1:9: $merge needs a map or a list of maps"),
    "a duration is not YAML": ("a: ${duration('1h')}", "t.yaml:1:4: ${duration('1h')}: the expression gives a duration, which YAML cannot hold"),
    "an unknown fragment": ("a: {include: nothing}", "t.yaml:1:4: there is no fragment nothing"),
    "an unknown derived value": ("a: ${has(derived.nothing)}", "t.yaml:1:4: ${has(derived.nothing)}: there is no derived.nothing"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_at_its_place(case: str) -> None:
    text, message = WRONG[case]
    with pytest.raises(BlueprintError) as raised:
        rendered(text)
    assert str(raised.value).startswith(message)


def test_nothing_at_all() -> None:
    made = Compiler(document("{includeWhen: '${false}', item: 1}"))
    assert made.node(made.document.data, ()).render(scope()).value is ABSENT


# trails


def origin_of(text: str, *pointer: str | int) -> tuple[str, int, bool]:
    compiler = Compiler(document(text))
    value, trail = compiler.node(compiler.document.data, ()).render(scope())
    assert lookup(value, pointer) is not None
    found = trail.at(pointer) if trail else None
    origin = found.origin if found else Origin(compiler.document, pointer)
    return origin.document.path, locate(origin.document, origin.pointer).line, bool(found and found.derived)


TRAILS: dict[str, tuple[str, tuple[str | int, ...], tuple[str, int, bool]]] = {
    "constant": ("a: 1\nb: 2", ("b",), ("t.yaml", 2, False)),
    "the value itself": ("a: ${spec.count}", ("a",), ("app.yaml", 1, False)),
    "below the value itself": ("a: ${spec.env}", ("a", "A"), ("app.yaml", 3, False)),
    "computed": ("a: ${spec.count + 1}", ("a",), ("app.yaml", 1, True)),
    "text": ("a: x-${spec.name}", ("a",), ("app.yaml", 2, True)),
    "of nothing written by a person": ("x: 1\na: ${name}", ("a",), ("t.yaml", 2, True)),
    "the nearest that exists": ("a: ${spec.maybe.?off.orValue(1)}", ("a",), ("app.yaml", 6, True)),
    "moved up": ("- {includeWhen: '${false}', item: 0}\n- b", (0,), ("t.yaml", 2, False)),
    "spliced": ("- 1\n- ${spec.ports}", (2,), ("app.yaml", 4, False)),
    "an entry of a map": ("- {forEach: {e: '${entries(spec.env)}'}, item: {v: '${e.value}'}}", (0, "v"), ("app.yaml", 3, False)),
    "an element of a loop": ("- {forEach: {p: '${spec.ports}'}, item: {p: '${p}'}}", (1, "p"), ("app.yaml", 4, False)),
    "merged below": ("$merge: ${spec.env}\nA: x", ("B",), ("app.yaml", 3, False)),
    "merged above": ("$merge: ${spec.env}\nA: x", ("A",), ("t.yaml", 2, False)),
}  # fmt: skip


@pytest.mark.parametrize("case", TRAILS)
def test_trail(case: str) -> None:
    text, pointer, origin = TRAILS[case]
    assert origin_of(text, *pointer) == origin


# derived values, fragments, parts


def registry(**files: str) -> Registry:
    base = {
        "b/blueprint.yaml": "title: B\nintent: serving\nparts: [p]\n",
        "b/schema.json": '{"type": "object"}',
        "parts/p/part.yaml": "{}",
    }
    names = {
        "blueprint": "b/blueprint.yaml",
        "part": "parts/p/part.yaml",
        "schema": "b/schema.json",
        "resource": "b/resources/a.yaml",
    }
    return Registry(MemoryFiles({**base, **{names.get(name, name): text for name, text in files.items()}}))


def derived(part: str, *names: str, blueprint: str = "title: B\nintent: serving\nparts: [p]\n") -> dict[str, Any]:
    own = scope(registry(part=part, blueprint=blueprint).get("b").part)
    for name in names:
        own.need(name)
    return own.derived


def test_derived_values_are_computed_on_demand_in_any_order() -> None:
    part = "derive:\n  a: {value: '${derived.b + 1}'}\n  b: {value: '${spec.count}'}\n  c: {value: '${spec.nothing}'}\n"
    assert derived(part, "a") == {"a": 3, "b": 2}


def test_a_derived_value_may_be_absent() -> None:
    part = (
        "derive:\n  a: {when: '${false}', value: '${1}'}\n  b: {value: '${has(derived.a)}'}\n  c: {value: '${optional.none()}'}\n"
    )
    assert derived(part, "b", "c") == {"b": False}


def test_a_cycle_of_derived_values() -> None:
    with pytest.raises(BlueprintError, match=r"part.yaml:2:14: derived.a needs itself"):
        derived("derive:\n  a: {value: '${derived.b}'}\n  b: {value: '${derived.a}'}\n", "a")


def test_a_blueprint_adapts_its_parts() -> None:
    blueprint = "title: B\nintent: serving\nparts: [p]\nderive:\n  a: {value: '${10}'}\n"
    assert derived("derive:\n  a: {value: '${1}'}\n  b: {value: '${derived.a + 1}'}\n", "b", blueprint=blueprint) == {
        "a": 10,
        "b": 11,
    }


def test_fragments_and_their_variables() -> None:
    part = """\
derive:
  twice: {value: '${spec.count * 2}'}
fragments:
  own: {count: '${spec.count}', twice: '${derived.twice}', port: '${port}'}
  inner: {a: {include: own, with: {port: 1}}, b: {include: own, with: {port: 2, spec: {count: 5}}}}
"""
    own = scope(registry(part=part).get("b").part)
    assert own.fragment("inner").value == {"a": {"count": 2, "twice": 4, "port": 1}, "b": {"count": 5, "twice": 10, "port": 2}}


def test_a_fragment_that_includes_itself() -> None:
    own = scope(registry(part="fragments:\n  a: {b: '${fragment.a}'}\n").get("b").part)
    with pytest.raises(BlueprintError, match=r"fragment.a includes itself"):
        own.fragment("a")


BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "unknown field": ({"blueprint": "title: B\nderiv: {}\n"}, "blueprints/b/blueprint.yaml:2:1: unknown field deriv; did you mean 'derive'?"),
    "unknown field of a part": ({"part": "intent: x\n"}, "blueprints/parts/p/part.yaml:1:1: unknown field intent"),
    "no such part": ({"blueprint": "parts: [q]\n"}, "blueprints/b/blueprint.yaml:1:8: there is no part q; write blueprints/parts/q/part.yaml"),
    "a derived value without a value": ({"part": "derive: {a: {reason: x}}"}, "blueprints/parts/p/part.yaml:1:13: value is missing"),
    "a check without a message": ({"part": "checks: [{rule: '${true}'}]"}, "blueprints/parts/p/part.yaml:1:10: message is missing"),
    "two parts with one name": (
        {"blueprint": "parts: [p, q]", "part": "fragments: {a: 1}", "parts/q/part.yaml": "fragments: {a: 1}"},
        "blueprints/b/blueprint.yaml:1:8: two parts define a; rename one of them",
    ),
    "an unknown word of a schema": ({"schema": '{"typ": "object"}'}, "blueprints/b/schema.json:1:9: typ is not a word of JSON Schema"),
    "a reference into nothing": (
        {"schema": '{"properties": {"a": {"$ref": "../vocabulary.json#/$defs/nothing"}}}'}, "blueprints/b/schema.json:1:31: $ref leads to no definition: nothing",
    ),
    "a definition that the vocabulary has": (
        {"schema": '{"$defs": {"a": {}}}', "vocabulary.json": '{"$defs": {"a": {}}}'}, "blueprints/b/schema.json:1:17: a is a word of the shared vocabulary already",
    ),
    "a wrapper with an unknown field": ({"resource": "when: x\nresource: {}\n"}, "blueprints/b/resources/a.yaml:1:1: unknown field when"),
    "two documents in part.yaml": ({"part": "{}\n---\n{}\n"}, "blueprints/parts/p/part.yaml: must hold one map"),
    "a duplicate key": ({"part": "derive: {}\nderive: {}\n"}, "blueprints/parts/p/part.yaml:2:1: "),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_blueprint_is_an_error_at_its_place(case: str) -> None:
    files, message = BROKEN[case]
    with pytest.raises(BlueprintError) as raised:
        registry(**files).get("b")
    assert str(raised.value).startswith(message)


def test_kinds_are_known_without_compiling() -> None:
    resource = (
        "apiVersion: apps/v1\nkind: Deployment\n---\nincludeWhen: ${nonsense(}\nresource: {apiVersion: v1, kind: Service}\n"
    )
    assert registry(resource=resource).kinds() == {"serving": frozenset({("apps", "Deployment"), ("", "Service")})}
    with pytest.raises(BlueprintError, match=r"a.yaml:1:1: apiVersion and kind of a template must be constants"):
        registry(resource="apiVersion: v1\nkind: ${spec.kind}\n").kinds()


def test_majors_are_sibling_folders() -> None:
    found = registry(**{"b@2/blueprint.yaml": "title: Second\n", "b@2/schema.json": "{}"})
    assert found.names() == ["b@1", "b@2"]
    assert (found.get("b", 2).title, str(found.get("b", 2))) == ("Second", "b@2")


# functions

FUNCTIONS: dict[str, Any] = {
    "hash({'b': 1, 'a': [true]}, 8)": "70874753",
    "hash({'a': [true], 'b': 1}, 8)": "70874753",
    "size(hash('x', 64))": 64,
    "shorten('short', 8)": "short",
    "shorten('a-very-long-name', 12)": "a-ver-" + "0" * 6,
    "seconds('12m')": 720,
    "seconds('1h30m')": 5400,
    "seconds('90s')": 90,
    "durationText(900)": "15m",
    "durationText(5400)": "1h30m",
    "durationText(0)": "0s",
    "toBytes('66Gi')": 66 * 2**30,
    "toBytes('1500m')": 2,
    "toBytes(3)": 3,
    "fromBytes(toBytes('66Gi') * 5 / 4)": "84480Mi",
    "fromBytes(toBytes('64Gi') * 5 / 4)": "80Gi",
    "fromBytes(1)": "1Mi",
    "fromBytes(toBytes('2048Gi'))": "2Ti",
    "toMillis('1.5')": 1500,
    "toMillis('250m')": 250,
    "toMillis(2)": 2000,
    "fromMillis(1500)": "1500m",
    "fromMillis(2000)": "2",
    "ceilDiv(7, 2)": 4,
    "ceilDiv(6, 2)": 3,
    "merge({'a': {'b': 1, 'c': 1}}, {'a': {'c': 2}, 'd': 3})": {"a": {"b": 1, "c": 2}, "d": 3},
    "merge({'a': 1, 'b': 2}, {'a': null})": {"b": 2},
    "entries({'b': 1, 'a': 2})": [{"key": "a", "value": 2}, {"key": "b", "value": 1}],
    "mapOf([{'key': 'a', 'value': 1}])": {"a": 1},
    "sorted([3, 1, 2])": [1, 2, 3],
    "distinct([1, 2, 1, 3])": [1, 2, 3],
    "image('r:5000/x:1@sha256:aa')": {"name": "r:5000/x", "tag": "1", "digest": "sha256:aa"},
    "image('x')": {"name": "x"},
    "imageText({'name': 'r/x', 'tag': '1', 'digest': 'sha256:aa'})": "r/x:1@sha256:aa",
    "imageText('r/x:1')": "r/x:1",
    "envName('feature-store.v2')": "FEATURE_STORE_V2",
    "toJson({'b': [1, true, null], 'a': 'ü'})": '{"a":"ü","b":[1,true,null]}',
    "toYaml({'b': 1, 'a': ['x']})": "a:\n- x\nb: 1\n",
}  # fmt: skip


@pytest.mark.parametrize("text", FUNCTIONS)
def test_function(text: str) -> None:
    value = environment().compile(text).evaluate({})
    expected = FUNCTIONS[text]
    if isinstance(expected, str) and expected.endswith("-000000"):
        assert value.startswith(expected[:-6])
        assert len(value) == len(expected)
    else:
        assert value == expected


@pytest.mark.parametrize(
    "text",
    [
        "hash(1, 0)",
        "shorten('abc', 3)",
        "seconds('12')",
        "seconds('')",
        "toBytes('12x')",
        "toBytes(true)",
        "ceilDiv(1, 0)",
        "sorted([1, 'a'])",
    ],
)
def test_function_of_nonsense(text: str) -> None:
    with pytest.raises(EvaluationError):
        environment().compile(text).evaluate({})


@given(st.integers(1, 2**50))
def test_bytes_are_rounded_up_to_a_mebibyte(count: int) -> None:
    back = to_bytes(from_bytes(count))
    assert count <= back < count + 2**20


@given(st.integers(0, 10**6))
def test_durations_come_back(count: int) -> None:
    from gitopsml.blueprint.functions import duration_text

    assert seconds(duration_text(count)) == count


def test_policies_do_not_see_them() -> None:
    from gitopsml.cel import CompileError, Environment

    with pytest.raises(CompileError):
        Environment.kubernetes().compile("hash(1, 8)")


def test_amount_is_exact() -> None:
    assert amount("0.1") * 3 == amount("0.3")

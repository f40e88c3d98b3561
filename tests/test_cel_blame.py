"""Blame: the fields that made an expression false, for every operator and macro."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gitopsml.cel import Environment, LazyVariables, blame

ENV = Environment.kubernetes()
OBJECT: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"app": "web", "a/b": "c"}},
    "spec": {
        "replicas": 3,
        "paused": False,
        "containers": [
            {"name": "a", "image": "good/a", "ports": [{"port": 1}, {"port": 2}]},
            {"name": "b", "image": "bad/b", "securityContext": {"privileged": True}, "ports": [{"port": 3}]},
        ],
        "initContainers": [{"name": "i", "image": "bad/i"}],
    },
}
VARIABLES = {
    "spec": "object.spec",
    "all": "object.spec.containers + object.spec.?initContainers.orValue([])",
    "bad": "variables.all.filter(c, c.image.startsWith('bad/'))",
    "images": "variables.all.map(c, c.image)",
    "few": "object.spec.replicas < 3",
    "count": "size(object.spec.containers)",
    "either": "has(object.spec.template) ? object.spec.template.spec : object.spec",
}
DYNAMIC = dict.fromkeys(("object", "params", "variables", "oldObject"), "dyn")
PROGRAMS = {name: ENV.compile(source, DYNAMIC) for name, source in VARIABLES.items()}


def bindings() -> dict[str, Any]:
    plain = {"object": OBJECT, "params": {"max": 2, "prefix": "good/"}, "oldObject": None}
    return {**plain, "variables": LazyVariables(PROGRAMS, plain)}


def dotted(pointer: tuple[str, tuple[str | int, ...]]) -> str:
    return pointer[0] + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in pointer[1])


C, I = "object.spec.containers", "object.spec.initContainers"  # noqa: E741
CASES: list[tuple[str, list[list[str]]]] = [
    ("object.spec.replicas <= 2", [["object.spec.replicas"]]),
    ("object.spec.replicas <= params.max", [["object.spec.replicas", "params.max"]]),
    ("object.spec.paused", [["object.spec.paused"]]),
    ("object.spec['paused'] == true", [["object.spec.paused"]]),
    ("object.spec.?paused.orValue(true)", [["object.spec.paused"]]),
    ("object.spec.?absent.orValue(false)", [["object.spec.absent"]]),
    ("object.spec.?absent.?deep.orValue(0) == 1", [["object.spec.absent.deep"]]),
    ("has(object.spec.template)", [["object.spec.template"]]),
    ("!has(object.spec.replicas)", [["object.spec.replicas"]]),
    ("has(object.spec.a) && object.spec.replicas == 3", [["object.spec.a"]]),
    (
        "object.spec.replicas == 1 && object.metadata.name == 'x' && object.spec.replicas > 0",
        [["object.spec.replicas"], ["object.metadata.name"]],
    ),
    ("object.spec.replicas == 1 || object.metadata.name == 'x'", [["object.metadata.name", "object.spec.replicas"]]),
    ("!(object.spec.replicas == 3 || object.metadata.name == 'x')", [["object.spec.replicas"]]),
    ("!(object.spec.replicas == 3 && object.metadata.name == 'web')", [["object.metadata.name", "object.spec.replicas"]]),
    ("object.spec.replicas > 1 ? object.metadata.name == 'x' : true", [["object.metadata.name"]]),
    ("object.spec.replicas > 1 ? false : true", [["object.spec.replicas"]]),
    ("'team' in object.metadata.labels", [["object.metadata.labels"]]),
    ("object.metadata.name in ['x', 'y']", [["object.metadata.name"]]),
    ("object.metadata.labels['a/b'] == 'd'", [["object.metadata.labels.a/b"]]),
    (f"{C}.all(c, c.image.startsWith('good/'))", [[f"{C}[1].image"]]),
    (f"{C}.all(c, c.image.startsWith(params.prefix))", [[f"{C}[1].image", "params.prefix"]]),
    (f"{C}.all(c, has(c.securityContext))", [[f"{C}[0].securityContext"]]),
    (
        f"{C}.all(c, !(has(c.securityContext) && c.securityContext.privileged))",
        [[f"{C}[1].securityContext.privileged", f"{C}[1].securityContext"]],
    ),
    (f"{C}.all(c, c.?securityContext.?privileged.orValue(false) == false)", [[f"{C}[1].securityContext.privileged"]]),
    (f"{C}.all(c, c.ports.all(p, p.port < 2))", [[f"{C}[0].ports[1].port"], [f"{C}[1].ports[0].port"]]),
    (f"{C}.all(c, false)", [[f"{C}[0]"], [f"{C}[1]"]]),
    (f"!{C}.exists(c, c.name == 'b')", [[f"{C}[1].name"]]),
    (f"{C}.exists(c, c.name == 'z')", [[C, f"{C}[0].name", f"{C}[1].name"]]),
    (f"{C}.exists_one(c, c.name != 'z')", [[f"{C}[0].name"], [f"{C}[1].name"]]),
    (f"{C}.exists_one(c, c.name == 'z')", [[C, f"{C}[0].name", f"{C}[1].name"]]),
    (f"!{C}.all(c, c.name != 'z')", [[f"{C}[0].name"], [f"{C}[1].name"]]),
    (f"{C}.all(i, c, i == 0 || c.name == 'a')", [[f"{C}[1].name", f"{C}[1]"]]),
    ("object.metadata.labels.all(k, k != 'app')", [["object.metadata.labels.app"]]),
    ("object.metadata.labels.all(k, v, v == 'web')", [["object.metadata.labels.a/b"]]),
    (f"{C}.filter(c, c.name == 'b').size() == 0", [[f"{C}[1]"]]),
    (f"size({C}) < 2", [[C]]),
    (f"{C}.map(c, c.image).all(i, i.startsWith('good/'))", [[f"{C}[1].image"]]),
    (f"({C} + {I}).all(c, c.image.startsWith('good/'))", [[f"{C}[1].image"], [f"{I}[0].image"]]),
    (f"[{C}, {I}].flatten().all(c, c.image.startsWith('good/'))", [[f"{C}[1].image"], [f"{I}[0].image"]]),
    ("object.?spec.?replicas.optMap(r, r < 2).orValue(true) == true", [["object.spec.replicas"]]),
    ("variables.few", [["object.spec.replicas"]]),
    ("variables.spec.replicas == 1", [["object.spec.replicas"]]),
    ("variables.either.replicas == 1", [["object.spec.replicas"]]),
    ("variables.all.all(c, c.image.startsWith('good/'))", [[f"{C}[1].image"], [f"{I}[0].image"]]),
    ("variables.bad.size() == 0", [[f"{C}[1]", f"{I}[0]"]]),
    ("variables.images.all(i, i.startsWith('good/'))", [[f"{C}[1].image"], [f"{I}[0].image"]]),
    ("variables.count > 5", [[C]]),
    ("oldObject != null", [["oldObject"]]),
    ("1 == 2", [[]]),
]


@pytest.mark.parametrize(("source", "expected"), CASES)
def test_blame(source: str, expected: list[list[str]]) -> None:
    found = blame(ENV.compile(source, DYNAMIC), bindings())
    assert [[dotted(pointer) for pointer in reason.pointers] for reason in found] == expected


@pytest.mark.parametrize("source", ["object.spec.replicas == 3", "object.spec.zzz == 1", "object.spec.replicas", "1 / 0 == 1"])
def test_nothing_to_blame(source: str) -> None:
    assert blame(ENV.compile(source, DYNAMIC), bindings()) == []


def test_operands_and_the_part_of_the_text() -> None:
    source = "object.metadata.name == 'web' &&\n  object.spec.replicas * 2 <= params.max"
    (reason,) = blame(ENV.compile(source, DYNAMIC), bindings())
    assert reason.expression == "object.spec.replicas * 2 <= params.max"
    assert reason.operands == (("object.spec.replicas * 2", 6), ("params.max", 2))


def test_blame_is_bounded() -> None:
    values = {"xs": list(range(90))}
    program = ENV.compile("xs.all(a, xs.all(b, xs.all(c, a + b + c < 0)))", {"xs": "dyn"})
    begin = time.process_time()
    assert 0 < len(blame(program, values)) <= 1000
    assert time.process_time() - begin < 10
    assert blame(program, values)[0] == blame(program, values)[0]


def test_blame_leaves_the_program_as_it_was() -> None:
    program = ENV.compile(f"{C}.all(c, c.image.startsWith('good/'))", DYNAMIC)
    before = program.evaluate_with_cost(bindings())
    blame(program, bindings())
    assert program.evaluate_with_cost(bindings()) == before

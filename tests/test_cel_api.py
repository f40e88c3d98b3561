"""The public door: environments, programs, variables of a policy, unknowns, plain data."""

from __future__ import annotations

from typing import Any

import pytest

from gitopsml.cel import (
    CompileError,
    CostExceeded,
    Environment,
    EvaluationError,
    LazyMap,
    LazyVariables,
    Row,
    Unknown,
    overloads,
    to_native,
)
from gitopsml.cel.functions import overload
from gitopsml.cel.library.authorizer import Authorizer
from gitopsml.cel.types import parse_type

ENV = Environment.kubernetes()


def test_program() -> None:
    program = ENV.compile("o.a + 1 > n", variables={"o": "map(string, int)", "n": "int"})
    assert (program.type, program.source, program.variables) == ("bool", "o.a + 1 > n", ("n", "o"))
    assert program.evaluate({"o": {"a": 1}, "n": 1}) is True
    with pytest.raises(EvaluationError, match=r"no such attribute\(s\): n"):
        program.evaluate({"o": {"a": 1}})


def test_values_come_back_as_they_are() -> None:
    inner = {"a": [1, 2.5, None, "x"]}
    assert ENV.compile("o", {"o": "dyn"}).evaluate({"o": inner}) is inner
    assert ENV.compile("o.a + o.a", {"o": "dyn"}).evaluate({"o": inner}) == inner["a"] * 2


def test_evaluation_changes_nothing() -> None:
    data = {"xs": [3, 1, 2], "m": {"k": 1}}
    source = "o.xs.sort() + o.xs.map(x, x) == [] || o.m.transformMap(k, v, v) == {} || (o.xs + [1]).size() > 0"
    ENV.compile(source.replace("o.xs.sort()", "dyn(o.xs)"), {"o": "dyn"}).evaluate({"o": data})
    assert data == {"xs": [3, 1, 2], "m": {"k": 1}}


def test_extend_adds_functions_to_a_new_environment_only() -> None:
    extended = ENV.extend(
        overloads(
            [Row("double", "double_bool", "(bool) -> int", lambda b: 2 * b), Row("hash", "hash_s", "string.() -> string", hash)]
        )
    )
    assert extended.compile("double(true) == 2").evaluate({}) is True  # an overload of a name that exists already
    assert extended.compile("double(1.5) == 1.5").evaluate({}) is True
    assert extended.compile("'a'.hash() == 'a'.hash()").evaluate({}) is True
    with pytest.raises(CompileError, match="undeclared reference to 'hash'"):
        ENV.compile("'a'.hash()")


@pytest.mark.parametrize("signature", ["string -> int", "(string) int", "(str( -> int", "x.y -> z"])
def test_signatures_are_checked(signature: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        overload(Row("f", "f", signature))


@pytest.mark.parametrize(
    ("text", "shown"), [("list(int)", "list(int)"), ("map", "map(dyn, dyn)"), ("optional_type(list)", "optional_type(list(dyn))")]
)
def test_types_as_text(text: str, shown: str) -> None:
    assert str(parse_type(text)) == shown


def test_overload_as_text() -> None:
    assert overload(Row("f", "f", "string.(map(K, V), K) -> list(V)")).text == "string.(map(K, V), K) -> list(V)"


def test_message_types() -> None:
    typed = ENV.with_types(
        {"kubernetes.Request": {"name": "string", "options": "kubernetes.Options"}, "kubernetes.Options": {"dryRun": "bool"}}
    )
    program = typed.compile("request.options.dryRun && request.name == 'x'", {"request": "kubernetes.Request"})
    assert program.evaluate({"request": {"name": "x", "options": {"dryRun": True}}}) is True
    with pytest.raises(CompileError, match="1:8: undefined field 'nope'"):
        typed.compile("request.nope == 1", {"request": "kubernetes.Request"})
    with pytest.raises(EvaluationError, match="no such key: name"):
        typed.compile("request.name == 'x'", {"request": "kubernetes.Request"}).evaluate({"request": {}})


NEEDS = [
    ("o.a == 1", (1, 26)),
    ("o.?a.orValue(1) == 1", (1, 28)),
    ("ip('::1').family() == 6", (1, 30)),
    ("semver('1.0.0').major() == 1 && o.all(k, v, true)", (1, 33)),
    ("[1].includes(1)", (1, 37)),
    ("nope(1)", None),
]


@pytest.mark.parametrize(("source", "version"), NEEDS)
def test_needs(source: str, version: tuple[int, int] | None) -> None:
    assert ENV.needs(source, {"o": "dyn"}) == version


READS = [
    ("o.a.b == 1 && o.a.?c.d.orValue(p) > 0", (("o", "a", "b"), ("o", "a", "c", "d"), ("p",))),
    ("o.xs.all(x, x.y == o.z) || has(o.q.r)", (("o", "q", "r"), ("o", "xs"), ("o", "z"))),
    ("o['a'].b + o.xs[0].c > 1", (("o",), ("o", "xs"))),
    ("1 == 1", ()),
]


@pytest.mark.parametrize(("source", "reads"), READS)
def test_reads(source: str, reads: tuple[tuple[str, ...], ...]) -> None:
    assert ENV.compile(source, {"o": "dyn", "p": "dyn"}).reads == reads


# variables of a policy


def lazily(sources: dict[str, str], **bindings: Any) -> LazyVariables:
    declared = dict.fromkeys([*bindings, "variables"], "dyn")
    return LazyVariables({name: ENV.compile(source, declared) for name, source in sources.items()}, bindings)


def test_variables_are_evaluated_once_and_only_when_read() -> None:
    variables = lazily({"a": "o.x + 1", "b": "variables.a * 2", "never": "1 / o.zero"}, o={"x": 1, "zero": 0})
    program = ENV.compile("variables.b == 4 && variables.b + variables.a == 6", {"variables": "dyn"})
    value, cost = program.evaluate_with_cost({"variables": variables})
    assert value is True
    assert variables.cost == 3 + 3  # a: o, x, +; b: variables, a, *
    assert cost == 3 + 6 + variables.cost
    assert program.evaluate_with_cost({"variables": variables})[1] == 9


def test_a_variable_that_fails() -> None:
    variables = lazily({"bad": "o.zzz.y"}, o={})
    program = ENV.compile("variables.bad == 1 || true", {"variables": "dyn"})
    assert program.evaluate({"variables": variables}) is True
    with pytest.raises(EvaluationError, match=r'^composited variable "bad" fails to evaluate: no such key: zzz$'):
        ENV.compile("variables.bad", {"variables": "dyn"}).evaluate({"variables": variables})
    with pytest.raises(EvaluationError, match=r"^no such key: absent$"):
        ENV.compile("variables.absent", {"variables": "dyn"}).evaluate({"variables": variables})
    assert ENV.compile("has(variables.absent)", {"variables": "dyn"}).evaluate({"variables": variables}) is False


def test_a_variable_that_reads_itself() -> None:
    variables = lazily({"a": "variables.b", "b": "variables.a"})
    with pytest.raises(EvaluationError, match="it reads itself"):
        ENV.compile("variables.a", {"variables": "dyn"}).evaluate({"variables": variables})


def test_a_variable_over_its_budget() -> None:
    variables = lazily({"slow": "xs.all(a, xs.all(b, xs.all(c, a + b + c >= 0)))"}, xs=list(range(200)))
    with pytest.raises(EvaluationError, match=r"composited variable .* cost limit exceeded"):
        ENV.compile("variables.slow", {"variables": "dyn"}).evaluate({"variables": variables})
    assert variables.cost == 1_000_001


def test_lazy_map() -> None:
    calls: list[str] = []
    lazy = LazyMap({"a": lambda: calls.append("a") or 1, "b": lambda: calls.append("b") or 2})
    assert ENV.compile("m.a + m.a == 2 && !has(m.z) && size(m) == 2", {"m": "dyn"}).evaluate({"m": lazy}) is True
    assert calls == ["a"]


# what cannot be known

AUTHORIZER = {"authorizer": "kubernetes.authorization.Authorizer", "o": "dyn"}
CHECK = "authorizer.group('').resource('pods').namespace('x').check('create').allowed()"
KNOWN = [
    (CHECK, None),
    (f"!{CHECK}", None),
    (f"{CHECK} && true", None),
    (f"{CHECK} || false", None),
    (f"{CHECK} && o.z", None),
    (f"o.z || {CHECK}", None),
    (f"{CHECK} || true", True),
    (f"{CHECK} && false", False),
    (f"false && {CHECK}", False),
    (f"[1, 2].all(x, {CHECK} && x > 0)", None),
    (f"[1, 2].exists(x, x == 2 || {CHECK})", True),
    ("authorizer.path('/healthz').check('get').reason() == ''", None),
    ("authorizer.serviceAccount('ns', 'sa').group('').resource('x').subresource('y').name('z').check('get').errored()", None),
    ("authorizer.group('').resource('pods').fieldSelector('a=b').labelSelector('c=d').check('list').allowed() ? 1 : 2", None),
]


@pytest.mark.parametrize(("source", "value"), KNOWN)
def test_unknown(source: str, value: bool | None) -> None:
    program = ENV.compile(source, AUTHORIZER)
    found = program.evaluate({"authorizer": Authorizer(), "o": {"z": True} if "&& o.z" in source else {}})
    assert isinstance(found, Unknown) if value is None else found is value


def test_an_unknown_is_neither_true_nor_false() -> None:
    found = ENV.compile(CHECK, AUTHORIZER).evaluate({"authorizer": Authorizer()})
    with pytest.raises(TypeError, match="no truth value"):
        bool(found)
    assert "authorizer" in repr(found)


def test_checks_are_dear() -> None:
    program = ENV.compile(f"[1, 2, 3].all(x, {CHECK})", AUTHORIZER)
    with pytest.raises(CostExceeded):
        program.evaluate({"authorizer": Authorizer()})
    assert ENV.compile(CHECK, AUTHORIZER).evaluate_with_cost({"authorizer": Authorizer()})[1] == 350_005


def test_an_unknown_variable_stays_unknown() -> None:
    programs = {"may": ENV.compile(CHECK, AUTHORIZER)}
    variables = LazyVariables(programs, {"authorizer": Authorizer()})
    assert isinstance(ENV.compile("variables.may == true", {"variables": "dyn"}).evaluate({"variables": variables}), Unknown)


# plain data

NATIVE = [
    ("1u", 1),
    ("b'hi'", "aGk="),
    ("duration('90s')", "90s"),
    ("timestamp(0)", "1970-01-01T00:00:00Z"),
    ("type(1)", "int"),
    ("optional.of([1u])", [1]),
    ("optional.none()", None),
    ("{1: 'a', 2: 'b'}", {"1": "a", "2": "b"}),
    ("{true: {'x': [null]}}", {"true": {"x": [None]}}),
    ("quantity('1500m')", "1500m"),
    ("quantity('1Gi').add(quantity('1Gi'))", "2Gi"),
    ("quantity('1').add(quantity('500m'))", "1500m"),
    ("quantity('1e3').add(1)", "1001"),
    ("quantity('0.5').sub(quantity('0.5'))", "0"),
    ("url('https://a/b?c')", "https://a/b?c"),
    ("ip('2001:db8:0:0::1')", "2001:db8::1"),
    ("cidr('10.0.0.1/8')", "10.0.0.1/8"),
    ("semver('1.2.3-a+b')", "1.2.3-a+b"),
    ("format.uuid()", "uuid"),
    ("1.5", 1.5),
    ("quantity('2000k').add(quantity('0'))", "2M"),
    ("quantity('1Ki').add(quantity('1'))", "1025"),
    ("quantity('1e6').add(quantity('1e6'))", "2e6"),
]


@pytest.mark.parametrize(("source", "value"), NATIVE)
def test_to_native(source: str, value: Any) -> None:
    assert to_native(ENV.compile(source).evaluate({})) == value


def test_to_native_is_bounded() -> None:
    source = "[[1]]" + ".map(a, [a, a])" * 30
    with pytest.raises(CostExceeded, match="more than 1000000 parts"):
        to_native(ENV.compile(source).evaluate({}))

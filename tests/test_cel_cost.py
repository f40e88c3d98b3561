"""What evaluation costs, and that hostile expressions end within the budget, soon, and in bounded memory."""

from __future__ import annotations

import contextlib
import resource
import sys
import time
from typing import Any

import pytest

from gitopsml.cel import CelError, CompileError, CostExceeded, Environment, EvaluationError

ENV = Environment.kubernetes()
DYNAMIC = {"o": "dyn", "xs": "list(int)"}
BINDINGS: dict[str, Any] = {
    "o": {"a": {"b": True}, "s": "x" * 25, "l": list(range(100)), "t": "a" * 50_000, "big": ["x"] * 3000, "q": "x"},
    "xs": [1, 2, 3],
}

COSTS = [
    ("1", 0),
    ("o", 1),
    ("o.a.b", 3),
    ("o['a'].b", 3),
    ("has(o.a.b)", 2),
    ("has(o.z)", 1),
    ("o.?z.?y.hasValue()", 2),
    ("o.?a.?b.hasValue()", 4),
    ("[1, 2]", 0),
    ("[o, o]", 12),
    ("{'a': o}", 31),
    ("1 + 1", 1),
    ("o.s == o.s", 7),
    ("o.s + o.s", 5),
    ("'ab' + o.s", 5),
    ("o.s.startsWith('x')", 5),
    ("string(o.s) + 'abc'", 6),
    ("o.a.b && o.a.b", 6),
    ("o.a.b || o.a.b", 3),
    ("o.a.b ? o.s : o.t", 4),
    ("true ? 1 : 2", 0),
    ("xs.all(x, x > 0)", 17),
    ("xs.exists(x, x == 1)", 11),
    ("xs.map(x, x)", 41),
    ("xs.filter(x, x > 1)", 34),
    ("o.s.matches('x+y')", 5),
    ("o.s.contains('xx')", 5),
    ("o.q in ['x']", 2),
    ("o.q in [o.q]", 15),
    ("int('1')", 0),
    ("xs.sum()", 4),
    ("xs[0]", 2),
    ("xs[xs[0]]", 3),
    ("[1][0]", 2),
    ("o.s.size()", 3),
    ("o.s.split('x')", 7),
    ("xs.sort()", 30),
    ("o.z == 1", 3),
    ("o.z.startsWith('a')", 3),
    ("quantity('1') == quantity('2')", 3),
    ("{'a': 1}.a", 2),
    ("optional.of(1).orValue(2)", 1),
]


@pytest.mark.parametrize(("source", "cost"), COSTS)
def test_cost(source: str, cost: int) -> None:
    program = ENV.compile(source, DYNAMIC)
    try:
        assert program.evaluate_with_cost(BINDINGS)[1] == cost
    except EvaluationError as error:
        assert error.cost == cost  # noqa: PT017


def test_budget() -> None:
    program = ENV.compile("xs.all(x, x > 0)", DYNAMIC)
    assert program.evaluate(BINDINGS, budget=17) is True
    with pytest.raises(CostExceeded, match="actual cost limit exceeded") as caught:
        program.evaluate(BINDINGS, budget=16)
    assert caught.value.cost == 17


def test_cost_exceeded_is_not_absorbed() -> None:
    with pytest.raises(CostExceeded):
        ENV.compile("o.a.b && (o.z.y || o.a.b)", DYNAMIC).evaluate(BINDINGS, budget=3)


def doubled(seed: str, body: str, times: int) -> str:
    return seed + f".map(a, {body})" * times


HOSTILE = {
    "sum": "+".join(["1"] * 20_000),
    "not": "!" * 50_000 + "true",
    "parentheses": "(" * 20_000,
    "braces": "{" * 20_000,
    "ternaries": "a?" * 20_000,
    "quotes": '"' * 99_999,
    "escapes": "'" + "\\n" * 49_000 + "'",
    "million times a million": "o.l.all(a, o.l.all(b, o.l.all(c, o.l.all(d, a + b + c + d >= 0))))",
    "list doubling": doubled("[[1]]", "a+a", 40) + "[0] == " + doubled("[[1]]", "a+a", 40) + "[0]",
    "nested doubling": doubled("[[1]]", "[a,a]", 40) + " == " + doubled("[[1]]", "[a,a]", 40),
    "text doubling": doubled("['x']", "a+a", 40) + "[0] == ''",
    "dynamic text doubling": doubled("[dyn('x')]", "a+a", 60) + "[0] == ''",
    "format doubling": "'%s'.format([" + doubled("[[1]]", "[a,a]", 40) + "])",
    "flatten doubling": doubled("[[[1]]]", "[a,a].flatten()", 40),
    "deep flatten": doubled("[[1]]", "[a,a]", 40) + ".flatten(9223372036854775807)",
    "replace": "o.t.replace('a', o.t)",
    "join": "o.big.join(o.t)",
    "range": "lists.range(999999999)",
    "sorting": "lists.range(900000).sort()",
    "distinct": doubled("[[1]]", "a+a", 22) + "[0].distinct()",
    "sum of a long list": doubled("[[1]]", "a+a", 24) + "[0].sum()",
    "in a long list": "7 in " + doubled("[[1]]", "a+a", 26) + "[0]",
    "sets": "sets.contains(" + doubled("[[1]]", "a+a", 26) + "[0], [2])",
    "a long result": doubled("[[1]]", "a+a", 26) + "[0]",
    "regex": "o.t.matches('" + "(a|aa)" * 300 + "b')",
    "regex find": "o.t.find('" + "a?" * 100 + "c')",
    "big regex": "'a'.matches('" + "(a{30}){30}" * 200 + "')",
    "quantity": "quantity('1e2000000000').add(quantity('1'))",
    "int": "int('" + "9" * 90_000 + "')",
    "precision": "'%.999999999f'.format([1.5])",
    "optMap": "optional.of(1)" + ".optMap(x, x)" * 200,
    "wide list": "[" + ",".join(["[]"] * 20_000) + "].size()",
    "equality in loops": "o.l.all(a, o.l.all(b, o.big == o.big))",
    "dynamic in loops": "o.l.all(a, o.l.all(b, o.l.all(c, dyn(o.big) + dyn(o.big) != [])))",
    "semver": "semver('" + "1" * 90_000 + ".1.1')",
    "url": "url('http://" + "a" * 90_000 + "')",
    "hex": "0x" + "F" * 90_000,
    "digits": "9" * 90_000,
    "duration": "duration('" + "1h" * 40_000 + "')",
    "names": "format.dns1123Subdomain().validate('" + "a." * 40_000 + "-')",
}


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_expressions_end(name: str) -> None:
    """In under a second on an idle machine; the bound here allows for a slow one."""
    before, begin = megabytes(), time.process_time()
    with contextlib.suppress(CelError):
        ENV.compile(HOSTILE[name], DYNAMIC).evaluate(BINDINGS)
    assert time.process_time() - begin < 5
    assert megabytes() - before < 200


def test_a_deep_value_is_an_error() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises((EvaluationError, CostExceeded)):
        ENV.compile("o == p", {"o": "dyn", "p": "dyn"}).evaluate({"o": deep, "p": deep})


def test_compile_errors_carry_no_cost_but_places() -> None:
    with pytest.raises(CompileError) as caught:
        ENV.compile("1 +\n nope", {})
    assert [(issue.line, issue.column) for issue in caught.value.issues] == [(2, 2)]

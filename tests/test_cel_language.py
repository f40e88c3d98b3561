"""The language: what expressions mean, what does not compile, where errors are, what fails when it runs."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.cel import CompileError, CostExceeded, Environment, EvaluationError, Program
from gitopsml.cel.values import Uint

ENV = Environment.kubernetes()
DYNAMIC = {"o": "dyn", "p": "dyn", "s": "string", "n": "int", "xs": "list(int)", "m": "map(string, int)"}
BINDINGS: dict[str, Any] = {
    "o": {"a": {"b": [1, 2, {"c": None}]}, "t": "text", "on": True, "n": 7, "d": 1.5, "e": {}, "x-y": 1},
    "p": None,
    "s": "héllo",
    "n": 3,
    "xs": [3, 1, 2],
    "m": {"k": 1, "l": 2},
}


def run(source: str) -> Any:
    return ENV.compile(source, DYNAMIC).evaluate(BINDINGS)


TRUE = [
    "1 + 2 * 3 == 7",
    "(1 + 2) * 3 == 9",
    "7 / 2 == 3",
    "-7 / 2 == -3",
    "7 % 3 == 1",
    "-7 % 3 == -1",
    "1 - 2 - 3 == -4",
    "0x1F == 31",
    "1.5e3 == 1500.0",
    ".5 == 0.5",
    "1u + 2u == 3u",
    "--1 == 1",
    "---1 == -1",
    "-(1 + 1) == -2",
    "!false",
    "!!true",
    "true || false && false",
    "true ? true : false",
    "false ? false : true ? true : false",
    "1 < 2",
    "2u > 1u",
    "1.5 <= 1.5",
    "'a' < 'b'",
    "b'a' < b'b'",
    "false < true",
    "1 < 1.5",
    "2u >= 2",
    "dyn(1) == 1.0",
    "dyn(1u) == 1",
    "dyn(1) != '1'",
    "dyn(1) != true",
    "dyn(null) != 0",
    "null == null",
    "[1, 2] == [1, 2]",
    "[1, 2] != [2, 1]",
    "{'a': 1} == {'a': 1}",
    "dyn([1]) == [1.0]",
    "'a' + 'b' == 'ab'",
    "[1] + [2] == [1, 2]",
    "b'a' + b'b' == b'ab'",
    "1 in [1, 2]",
    "!(3 in [1, 2])",
    "'k' in m",
    "!('z' in m)",
    "dyn(1.0) in [1, 2]",
    '\'\\n\' == """\n"""',
    "r'\\n' != '\\n'",
    "'\\x41\\101\\u0041\\U00000041' == 'AAAA'",
    "b'\\xff'.size() == 1",
    "size('héllo') == 5",
    "s.size() == 5",
    "size(b'é') == 2",
    "size([1]) == 1",
    "size({'a': 1}) == 1",
    "o.a.b[0] == 1",
    "o['a']['b'][1] == 2",
    "o.a.b[2].c == null",
    "o['x-y'] == 1",
    "dyn(xs)[2u] == 2",
    "dyn(xs)[0.0] == 3",
    "has(o.a.b)",
    "!has(o.a.z)",
    "has(o.a.b[2].c)",
    "has(o.e)",
    "o.?a.?z.?q.orValue(9) == 9",
    "o.?a.b[?7].hasValue() == false",
    "o.?t.value() == 'text'",
    "optional.none().or(optional.of(1)).value() == 1",
    "optional.of(1) == optional.of(1)",
    "[1, ?optional.none(), ?optional.of(2)] == [1, 2]",
    "{?'a': optional.none()} == {}",
    "optional.ofNonZeroValue('').hasValue() == false",
    "o.?n.optMap(v, v + 1) == optional.of(8)",
    "o.?q.optMap(v, v) == optional.none()",
    "o.?a.optFlatMap(v, v.?b).hasValue()",
    "xs.all(x, x > 0)",
    "xs.exists(x, x == 1)",
    "xs.exists_one(x, x > 2)",
    "xs.existsOne(x, x == 1)",
    "m.all(k, k.size() == 1)",
    "xs.map(x, x * 2) == [6, 2, 4]",
    "xs.filter(x, x > 1) == [3, 2]",
    "xs.map(x, x > 1, x * 2) == [6, 4]",
    "m.map(k, k).size() == 2",
    "xs.all(i, x, i < x + 3)",
    "xs.exists(i, x, i == x)",
    "m.existsOne(k, v, v == 2)",
    "xs.transformList(i, x, i * x) == [0, 1, 4]",
    "m.transformMap(k, v, v + 1) == {'k': 2, 'l': 3}",
    "m.transformMap(k, v, v > 1, v) == {'l': 2}",
    "m.transformMapEntry(k, v, {v: k}) == {1: 'k', 2: 'l'}",
    "xs.transformList(i, x, x > 1, x) == [3, 2]",
    "[[1, 2], [3]].all(x, x.all(y, y > 0))",
    "[1, 2].map(x, [3, 4].map(y, x * y)) == [[3, 4], [6, 8]]",
    "type(1) == int",
    "type('') == string",
    "type([]) == list",
    "type({}) == map",
    "type(null) == null_type",
    "type(int) == type",
    "type(timestamp(0)) == google.protobuf.Timestamp",
    "type(optional.none()) == optional_type",
    "int('42') == 42",
    "int(1.9) == 1",
    "int(-1.9) == -1",
    "uint(3) == 3u",
    "double('1.5') == 1.5",
    "string(1.0) == '1'",
    "bool('true')",
    "string(1e6) == '1e+06'",
    "string(0.000001) == '1e-06'",
    "string(b'abc') == 'abc'",
    "bytes('é') == b'\\xc3\\xa9'",
    "string(true) == 'true'",
    "duration('1h30m') == duration('90m')",
    "string(duration('1.5s')) == '1.5s'",
    "duration('-1h') < duration('0')",
    "timestamp('2024-02-29T12:00:00+02:00') == timestamp('2024-02-29T10:00:00Z')",
    "timestamp(0).getFullYear() == 1970",
    "timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-28T00:00:00Z') == duration('48h')",
    "timestamp('2023-12-31T23:30:00Z').getHours('+01:00') == 0",
    "timestamp('2023-01-01T00:00:00Z').getDayOfWeek() == 0",
    "timestamp('2023-07-01T00:00:00Z').getHours('America/New_York') == 20",
    "duration('3661s').getMinutes() == 61",
    "1 == 1 // a comment\n",
    "true",
    "[1, 2,] == [1, 2]",
    "{'a': 1,} == {'a': 1}",
    "{1: 'a', 2: 'b'}[dyn(1u)] == 'a'",
    "{true: 1}[true] == 1",
    "(1 / 0 > 0 || true) && !(1 / 0 > 0 && false) && [0, 1].exists(x, 1 / x > 0) && ![0, 0].all(x, x == 1 && 1 / x > 0)",
]


@pytest.mark.parametrize("source", TRUE)
def test_true(source: str) -> None:
    assert run(source) is True


VALUES = [
    ("1u", Uint(1)),
    ("b'a'", b"a"),
    ("null", None),
    ("[1, 'a'.size()]", [1, 1]),
    ("{'a': [true]}", {"a": [True]}),
    ("1.0 / 0.0", math.inf),
    ("o.a", {"b": [1, 2, {"c": None}]}),
    ("-9223372036854775808", -(2**63)),
]


@pytest.mark.parametrize(("source", "value"), VALUES)
def test_value(source: str, value: Any) -> None:
    found = run(source)
    assert found == value
    assert type(found) is type(value)


ERRORS = [
    ("o.z", "no such key: z"),
    ("p.z", "no such key: z"),
    ("o.t.z", "no such key: z"),
    ("m['z'] > 0", "no such key: z"),
    ("xs[3]", "index out of bounds: 3"),
    ("xs[-1]", "index out of bounds: -1"),
    ("dyn(xs)['a']", "unsupported index type 'string' in list"),
    ("dyn(xs)[0.5]", "unsupported index value 0.5 in list"),
    ("1 / 0", "division by zero"),
    ("1 % 0", "modulus by zero"),
    ("9223372036854775807 + n", "integer overflow"),
    ("-9223372036854775807 - n", "integer overflow"),
    ("9223372036854775807 * n", "integer overflow"),
    ("-(-9223372036854775807 - 1)", "integer overflow"),
    ("1u - 2u", "unsigned integer overflow"),
    ("int(o.d * 1e30)", "integer overflow"),
    ("dyn(1) < dyn('a')", "no such overload"),
    ("dyn(1) && dyn(true)", "no such overload"),
    ("!o.n", "no such overload"),
    ("o.t.startsWith(o.n)", "no such overload: startsWith(string, int)"),
    ("string(o.a)", "no such overload: string(map)"),
    ("o.n.all(x, x)", "got 'types.Int', expected iterable type"),
    ("o.n ? 1 : 2", "no such overload"),
    ("optional.none().value()", "optional.none() dereference"),
    ("int(o.t)", "type conversion error from 'string' to 'int'"),
    ("o.a.b.map(x, x / 0) == []", "division by zero"),
    ("xs.filter(x, x / 0 > 0) == []", "division by zero"),
    ("xs.exists_one(x, x / 0 > 0)", "division by zero"),
    ("m.transformMapEntry(k, v, {'same': v})", "insert failed: key same already exists"),
    ("string(b'\\xff' + b'')", "invalid UTF-8"),
    ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp overflow"),
    ("timestamp(0).getHours('Nowhere/Land')", "unknown time zone"),
]


@pytest.mark.parametrize(("source", "message"), ERRORS)
def test_error(source: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        run(source)
    assert str(caught.value).startswith(message)


REFUSED = [
    ("1 == 1.0", 1, 3, "found no matching overload for '_==_' applied to '(int, double)'"),
    ("[1, 'a']", 1, 5, "expected type 'int' but found 'string'"),
    ("{'a': 1, 'b': 'c'}", 1, 15, "expected type 'int' but found 'string'"),
    ("nope", 1, 1, "undeclared reference to 'nope' (in container '')"),
    ("o.z &&\n  nope(1)", 2, 7, "undeclared reference to 'nope' (in container '')"),
    ("s.z", 1, 2, "type 'string' does not support field selection"),
    ("1 + 'a'", 1, 3, "found no matching overload for '_+_' applied to '(int, string)'"),
    ("s.startsWith(1)", 1, 13, "found no matching overload for 'startsWith' applied to 'string.(int)'"),
    ("n && true", 1, 1, "expected type 'bool' but found 'int'"),
    ("n ? 1 : 2", 1, 3, "found no matching overload for '_?_:_'"),
    ("n.all(x, true)", 1, 1, "expression of type 'int' cannot be range of a comprehension"),
    ("xs.all(1, true)", 1, 8, "argument must be a simple name"),
    ("xs.map(x.y, true)", 1, 9, "argument is not an identifier"),
    ("xs.all(a, a, true)", 1, 11, "duplicate variable name: a"),
    ("xs.all(__result__, true)", 1, 8, "iteration variable overwrites accumulator"),
    ("has(o)", 1, 5, "invalid argument to has() macro"),
    ("for", 1, 1, "reserved identifier: for"),
    ("while(1)", 1, 1, "reserved identifier: while"),
    ("1 +", 1, 4, "Syntax error: mismatched input '<EOF>'"),
    ("1 2", 1, 3, "Syntax error: mismatched input '2' expecting '<EOF>'"),
    ("(1", 1, 3, "Syntax error: mismatched input '<EOF>' expecting ')'"),
    ("'a", 1, 1, "Syntax error: token recognition error"),
    ("o.`a`", 1, 3, "unsupported syntax: '`'"),
    ("9223372036854775808", 1, 1, "invalid int literal"),
    ("18446744073709551616u", 1, 1, "invalid uint literal"),
    ("1e999", 1, 1, "invalid double literal"),
    ("'\\ud800'", 1, 1, "invalid unicode code point"),
    ("b'\\u0041'", 1, 1, "unable to unescape string"),
    ("s.matches('(')", 1, 11, "invalid matches argument"),
    ("duration('1y')", 1, 10, "invalid duration argument"),
    ("timestamp('2023-02-30T00:00:00Z')", 1, 11, "invalid timestamp argument"),
    ("int('x')", 0, 0, "type conversion error from 'string' to 'int'"),
    ("Foo{a: 1}", 1, 4, "undeclared reference to 'Foo' (in container '')"),
    ("o[null]", 0, 0, "invalid qualifier type: types.Null"),
    ("'%d'.format(['a'])", 1, 14, "error during formatting: decimal clause can only be used on integers, was given string"),
    ("'%d'.format([1, 2])", 1, 12, "too many arguments supplied to string.format (expected 1, got 2)"),
    ("'%y'.format([1])", 1, 12, 'could not parse formatting clause: unrecognized formatting clause "y"'),
]


@pytest.mark.parametrize(("source", "line", "column", "message"), REFUSED)
def test_refused(source: str, line: int, column: int, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        ENV.compile(source, DYNAMIC)
    issue = caught.value.issues[0]
    assert (issue.line, issue.column) == (line, column)
    assert issue.message.startswith(message)


def test_every_problem_is_reported() -> None:
    with pytest.raises(CompileError) as caught:
        ENV.compile("a + b", {})
    assert [issue.column for issue in caught.value.issues] == [1, 5]
    assert str(caught.value) == (
        "1:1: undeclared reference to 'a' (in container ''); 1:5: undeclared reference to 'b' (in container '')"
    )


TYPES = [
    ("1", "int"),
    ("1 == 1", "bool"),
    ("[]", "list(dyn)"),
    ("[1]", "list(int)"),
    ("{'a': [1u]}", "map(string, list(uint))"),
    ("o.a", "dyn"),
    ("m.k", "int"),
    ("xs.map(x, string(x))", "list(string)"),
    ("o.?a", "optional_type(dyn)"),
    ("optional.of(1)", "optional_type(int)"),
    ("o.?a.orValue(false)", "dyn"),
    ("m.?k.orValue(0)", "int"),
    ("true ? o : 1", "dyn"),
    ("true ? 1 : 2", "int"),
    ("null", "null"),
    ("type(1)", "type(int)"),
    ("m.transformMap(k, v, [v])", "map(string, list(int))"),
    ("xs.transformList(i, x, x)", "list(int)"),
    ("'' + o.t", "string"),
    ("o.a + o.a", "dyn"),
    ("duration('1s')", "duration"),
    ("quantity('1')", "kubernetes.Quantity"),
    ("b''", "bytes"),
    ("dyn(1)", "dyn"),
    ("[dyn(1), dyn('')]", "list(dyn)"),
]


@pytest.mark.parametrize(("source", "kind"), TYPES)
def test_type(source: str, kind: str) -> None:
    assert ENV.compile(source, DYNAMIC).type == kind


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.sampled_from("+-*"))
def test_integers_are_exact_or_overflow(a: int, b: int, operator: str) -> None:
    program = ENV.compile(f"a {operator} b", {"a": "int", "b": "int"})
    exact = {"+": a + b, "-": a - b, "*": a * b}[operator]
    if -(2**63) <= exact < 2**63:
        assert program.evaluate({"a": a, "b": b}) == exact
    else:
        with pytest.raises(EvaluationError, match="integer overflow"):
            program.evaluate({"a": a, "b": b})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SAME: Program = ENV.compile("a == b", {"a": "dyn", "b": "dyn"})


def without_numbers_as_bools(value: Any) -> Any:
    """Python takes True for 1; CEL does not."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return [without_numbers_as_bools(part) for part in value]
    if isinstance(value, dict):
        return {key: without_numbers_as_bools(part) for key, part in value.items()}
    return float(value) if isinstance(value, int) else value


@given(JSON, JSON)
def test_equality_is_that_of_the_data(a: Any, b: Any) -> None:
    assert SAME.evaluate({"a": a, "b": a}) is True
    assert SAME.evaluate({"a": a, "b": b}) is SAME.evaluate({"a": b, "b": a})
    if SAME.evaluate({"a": a, "b": b}):
        assert without_numbers_as_bools(a) == without_numbers_as_bools(b)


@given(st.text(alphabet="abo.?[]()'\"+-!&|<>= 123{}:,\\\n`//xu", max_size=30))
def test_any_text_compiles_or_is_refused_with_a_place(source: str) -> None:
    try:
        program = ENV.compile(source, DYNAMIC)
    except CompileError as error:
        assert error.issues  # noqa: PT017
        return
    with contextlib.suppress(EvaluationError, CostExceeded):
        program.evaluate(BINDINGS)


DEEP = [
    "(" * 240 + "1" + ")" * 240,
    "1" + "+1" * 240,
    "o" + ".a" * 240,
    "[" * 240 + "]" * 240,
    "true?1:" * 240 + "2",
    "-" * 5000 + "1",
]


@pytest.mark.parametrize("source", DEEP, ids=range(len(DEEP)))
def test_deep_expressions_compile(source: str) -> None:
    assert ENV.compile(source, DYNAMIC).type


@pytest.mark.parametrize("source", ["(" * 250 + "1" + ")" * 250, "1" + "+1" * 251, "true?1:" * 250 + "2", "x" * 100_001])
def test_deeper_or_longer_ones_do_not(source: str) -> None:
    with pytest.raises(CompileError, match=r"recursion|limit"):
        ENV.compile(source, DYNAMIC)

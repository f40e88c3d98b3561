"""No function ends in a traceback, whatever it is given: it has a value, or fails as an expression fails."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from gitopsml.cel import CelError, Environment, Unknown, blame, to_native
from gitopsml.cel.functions import Overload
from gitopsml.cel.library.authorizer import Authorizer

ENVIRONMENTS = {"kubernetes": Environment.kubernetes((1, 37)), "plain": Environment.plain()}
VALUES: dict[str, Any] = {
    "v_null": None,
    "v_true": True,
    "v_zero": 0,
    "v_int": 7,
    "v_negative": -3,
    "v_largest": 2**63 - 1,
    "v_smallest": -(2**63),
    "v_double": 1.5,
    "v_nan": float("nan"),
    "v_infinity": float("inf"),
    "v_text": "abc",
    "v_empty": "",
    "v_surrogate": "\ud800x",
    "v_digits": "42",
    "v_list": [1, 2, 3],
    "v_texts": ["a", "b"],
    "v_mixed": [1, "a", None, [1], {"k": 1}],
    "v_map": {"k": 1, "a": "b"},
    "v_nested": [[1], [2, [3]]],
    "v_authorizer": Authorizer(),
}
MADE = (
    "b'ab'",
    "1u",
    "duration('1s')",
    "timestamp(0)",
    "type(1)",
    "optional.of(1)",
    "optional.none()",
    "{1: 2}",
    "{true: 1}",
    "ip('::1')",
    "cidr('10.0.0.0/8')",
    "(v_list + v_list)",
)
ATOMS = [*VALUES, *(f"dyn({text})" for text in MADE)]
SHAPES = {"_[_]": "{0}[{1}]", "_[?_]": "{0}[?{1}]", "!_": "!{0}", "-_": "-{0}", "@in": "{0} in {1}", "_?_:_": "{0} ? {1} : {2}"}
MACROS = (
    "{0}.all(x, x == {1})",
    "{0}.exists(x, x > {1})",
    "{0}.exists_one(x, x == {1})",
    "{0}.map(x, [x, {1}])",
    "{0}.filter(x, {1})",
    "{0}.all(i, x, i != x)",
    "{0}.transformList(i, x, {1})",
    "{0}.transformMap(i, x, {1})",
    "{0}.transformMapEntry(i, x, {1})",
    "{0}.sortBy(x, {1})",
    "{0}.optMap(x, {1})",
    "has({0}.k) && {1}",
    "{0}.?k.orValue({1})",
    "[?{0}, {1}]",
    "{{?'a': {0}, 'b': {1}}}",
    "{{{0}: {1}}}",
    "'%s %d %f'.format([{0}, {1}, {0}])",
    "{0} && {1} || {0}",
    "({0} ? {1} : {0}).k == 1",
)


def texts(name: str, overload: Overload, atoms: tuple[str, ...]) -> str | None:
    if name in SHAPES:
        return SHAPES[name].format(*atoms, *atoms)
    if name.startswith("_") and name.endswith("_"):
        return f"{atoms[0]} {name.strip('_')} {atoms[-1]}"
    if name.startswith("@") or "@" in name:
        return None
    args = ", ".join(atoms[int(overload.member) :])
    return f"{atoms[0]}.{name}({args})" if overload.member else f"{name}({args})"


def calls(environment: Environment, chance: random.Random) -> Iterator[str]:
    for library in environment.libraries:
        for name, _ in itertools.product(sorted(library.names), range(6)):
            for overload in environment.function(name) or ():
                made = texts(name, overload, tuple(chance.choice(ATOMS) for _ in overload.params))
                if made:
                    yield made


def run(environment: Environment, source: str) -> None:
    with contextlib.suppress(CelError):
        program = environment.compile(source, dict.fromkeys(VALUES, "dyn"))
        blame(program, VALUES)
        value = program.evaluate(VALUES)
        if not isinstance(value, Unknown):
            to_native(value)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_functions(name: str) -> None:
    for source in calls(ENVIRONMENTS[name], random.Random(1)):
        run(ENVIRONMENTS[name], source)


@pytest.mark.parametrize("macro", MACROS)
def test_macros(macro: str) -> None:
    chance = random.Random(macro)
    for first in ATOMS:
        run(ENVIRONMENTS["kubernetes"], macro.format(first, chance.choice(ATOMS)))

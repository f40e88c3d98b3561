"""The recorded answers of the CEL specification and of the API server's own environment: verdict, type, value, error and cost."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from conftest import shared

from gitopsml.cel import CompileError, CostExceeded, Environment, EvaluationError, Program, Row, clock, overloads
from gitopsml.cel.values import NONE, Duration, KeyedMap, Optional, Timestamp, TypeValue, Uint, is_list, is_map

KUBERNETES = Environment.kubernetes((1, 36))
PLAIN = Environment.plain()
DYNAMIC = dict.fromkeys(("object", "oldObject", "request", "params", "namespaceObject", "variables"), "dyn")

BACKTICKS = "a real API server 1.36 refuses names in backticks, although its libraries alone would read them"
KUBERNETES_EXCEPTIONS = {
    f"fields/quoted_map_fields/{name}": BACKTICKS
    for name in ("field_access_slash", "field_access_dot", "has_field_slash", "has_field_dot")
}
MAPPED = "our plain environment has Kubernetes' addresses, which refuse IPv4 addresses written as IPv6"
BEYOND = "an offset beyond the text finds nothing in cel-go, and so in Kubernetes; the specification makes it an error"
PLAIN_EXCEPTIONS = {
    "network_ext/ipv4/ipv4_equals_ipv6": MAPPED,
    "network_ext/ipv4/ipv4_not_equals_ipv6": MAPPED,
    "string_ext/value_errors/indexof_out_of_range": BEYOND,
    "string_ext/value_errors/lastindexof_out_of_range": BEYOND,
}
SPEC_FILES = (
    "basic",
    "bindings_ext",
    "block_ext",
    "comparisons",
    "conversions",
    "encoders_ext",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "macros2",
    "math_ext",
    "namespace",
    "network_ext",
    "optionals",
    "parse",
    "plumbing",
    "string",
    "string_ext",
    "timestamps",
    "type_deduction",
)


@cache
def rows(name: str) -> list[dict[str, Any]]:
    lines = shared("conformance", "cel", f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def inputs() -> dict[str, Any]:
    return json.loads(shared("conformance", "cel", "inputs.json").read_text("utf-8"))


# the notation of the recorded values


def as_map(pairs: list[list[Any]]) -> Any:
    read = [(decode(key), decode(value)) for key, value in pairs]
    return dict(read) if all(type(key) is str for key, _ in read) else KeyedMap(read)


DECODERS = {
    "null": lambda _: None,
    "bool": bool,
    "int": int,
    "uint": Uint,
    "string": str,
    "bytes": base64.b64decode,
    "map": as_map,
    "double": lambda text: float(text.replace("Infinity", "inf")),
    "list": lambda parts: [decode(part) for part in parts],
    "type": TypeValue,
    "timestamp": lambda text: Timestamp(clock.parse_timestamp(text)),
    "duration": lambda text: Duration(clock.parse_duration(text)),
    "optional": lambda value: NONE if value is None else Optional(decode(value)),
}


def decode(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return DECODERS[kind](content)


TYPE_NAMES = {"google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
ENCODERS = {
    type(None): lambda _: {"null": None},
    bool: lambda v: {"bool": v},
    Uint: lambda v: {"uint": str(int(v))},
    int: lambda v: {"int": str(v)},
    str: lambda v: {"string": v},
    bytes: lambda v: {"bytes": base64.b64encode(v).decode()},
    float: lambda v: {"double": "NaN" if math.isnan(v) else v},
    TypeValue: lambda v: {"type": TYPE_NAMES.get(v.name, v.name)},
    Timestamp: lambda v: {"timestamp": clock.show_timestamp(v.nanos)},
    Duration: lambda v: {"duration": clock.show_duration(v.nanos)},
    Optional: lambda v: {"optional": encode(v.value) if v.present else None},
}


def encode(value: Any) -> dict[str, Any]:
    if is_list(value):
        return {"list": [encode(part) for part in value]}
    if is_map(value):
        return {"map": sorted([[encode(key), encode(part)] for key, part in value.items()], key=str)}
    return ENCODERS[type(value)](value)


def same(value: Any, recorded: dict[str, Any]) -> bool:
    return encode(value) == encode(decode(recorded))


# one case: None, or what is wrong


def outcome(program: Program, bindings: dict[str, Any], recorded: dict[str, Any], *, exact: bool) -> str | None:
    try:
        value, cost = program.evaluate_with_cost(bindings)
        error = None
    except (EvaluationError, CostExceeded) as failure:
        value, cost, error = None, failure.cost, str(failure)
    if "error" in recorded and (error is None or (exact and error != recorded["error"])):
        return f"error {error!r}, recorded {recorded['error']!r}"
    if "error" not in recorded and error is not None:
        return f"error {error!r}, recorded {recorded['value']}"
    if error is None and not recorded.get("value_varies") and not same(value, recorded["value"]):
        return f"value {value!r}, recorded {recorded['value']}"
    if exact and "cost" in recorded and not recorded.get("cost_varies") and cost != recorded["cost"]:
        return f"cost {cost}, recorded {recorded['cost']}"
    return None


def in_kubernetes(
    source: str, recorded: dict[str, Any], bindings: dict[str, Any], variables: dict[str, str], container: str = ""
) -> str | None:
    try:
        program = KUBERNETES.compile(source, variables, container=container)
    except CompileError as error:
        return None if recorded["compile"] == "error" else f"does not compile: {error}"
    if recorded["compile"] == "error":
        return f"compiles, recorded {recorded['errors']}"
    if program.type != recorded["type"].replace("null_type", "null"):
        return f"type {program.type}, recorded {recorded['type']}"
    found = (outcome(program, bindings[name], each, exact=True) for name, each in recorded["outcomes"].items())
    return next((problem for problem in found if problem), None)


def declared(row: dict[str, Any]) -> tuple[Environment, dict[str, str]]:
    variables, environment = {}, PLAIN
    for item in row.get("type_env") or ():
        if "type" in item:
            variables[item["name"]] = item["type"]
            continue
        made = []
        for each in item["overloads"]:
            receiver = f"{each['params'][0]}." if each["member"] else ""
            params = ", ".join(each["params"][int(each["member"]) :])
            made.append(Row(item["name"], each["id"], f"{receiver}({params}) -> {each['result']}"))
        environment = environment.extend(overloads(made))
    return environment.without_macros() if row.get("disable_macros") else environment, variables


def in_plain(row: dict[str, Any]) -> str | None:
    environment, variables = declared(row)
    expected = row["expect"]
    try:
        program = environment.compile(
            row["expr"], variables, container=row.get("container") or "", checked=not row.get("disable_check")
        )
    except CompileError as error:
        return None if "error" in expected else f"does not compile: {error}"
    if "type" in expected and program.type != expected["type"].replace("null_type", "null"):
        return f"type {program.type}, expected {expected['type']}"
    if "value" not in expected and "error" not in expected:
        return None
    bindings = {name: decode(value) for name, value in (row.get("bindings") or {}).items()}
    return outcome(program, bindings, expected, exact=False)


def problems(found: Iterator[tuple[str, str, str | None]], exceptions: dict[str, str]) -> list[str]:
    """What is wrong, and which exceptions are none any more."""
    wrong = []
    for name, source, problem in found:
        if (problem is None) == (name in exceptions):
            wrong.append(f"{name}: {source[:100]!r}: {problem or 'passes: strike it from the table'}")
    return wrong


@pytest.mark.parametrize("file", SPEC_FILES)
def test_specification_in_plain_cel(file: str) -> None:
    found = ((row["id"], row["expr"], in_plain(row)) for row in rows("spec") if row["file"] == file)
    assert problems(found, PLAIN_EXCEPTIONS) == []


@pytest.mark.parametrize("file", SPEC_FILES)
def test_specification_in_kubernetes(file: str) -> None:
    def found() -> Iterator[tuple[str, str, str | None]]:
        for row in rows("spec"):
            recorded = row.get("kubernetes")
            if row["file"] == file and recorded:
                _, variables = declared(row)
                bindings = {name: decode(value) for name, value in (row.get("bindings") or {}).items()}
                one = {**recorded, "outcomes": {"only": recorded} if recorded["compile"] == "ok" else {}}
                container = row.get("container") or ""
                yield row["id"], row["expr"], in_kubernetes(row["expr"], one, {"only": bindings}, DYNAMIC | variables, container)

    assert problems(found(), KUBERNETES_EXCEPTIONS) == []


@pytest.mark.parametrize("name", ["cases", "limits", "kubernetes"])
def test_recorded_expressions(name: str) -> None:
    def found() -> Iterator[tuple[str, str, str | None]]:
        for row in rows(name):
            source = row.get("expr", "") or "".join(text * count for text, count in row.get("expr_parts", ()))
            yield row.get("id") or row["name"], source, in_kubernetes(source, row, inputs(), DYNAMIC)

    assert problems(found(), {}) == []


def test_messages_of_compile_errors() -> None:
    """Line, column and text of compile errors; syntax errors are worded in our own way."""
    different = []
    specification = [{**row["kubernetes"], "id": row["id"], "expr": row["expr"]} for row in rows("spec") if row.get("kubernetes")]
    for row in [*rows("kubernetes"), *specification]:
        if (
            "quoted_map_fields" not in row["id"]
            and row["compile"] == "error"
            and not any("Syntax error" in error["message"] for error in row["errors"])
        ):
            with pytest.raises(CompileError) as caught:
                KUBERNETES.compile(row["expr"], DYNAMIC)
            ours = sorted(tuple(issue) for issue in caught.value.issues)
            recorded = sorted((error.get("line", 0), error.get("column", 0), error["message"]) for error in row["errors"])
            if ours != recorded:
                different.append((row["expr"], ours, recorded))
    assert different == []

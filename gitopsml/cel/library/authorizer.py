"""Kubernetes' authorizer: built and checked like the real one, but what it would answer is unknown here."""

from __future__ import annotations

from typing import Any, NamedTuple

from gitopsml.cel.errors import UnknownFailure
from gitopsml.cel.functions import Row

_A = "kubernetes.authorization."


class Authorizer(NamedTuple):
    """The value of the variable `authorizer` and of everything that is built from it; `cel_type` tells them apart."""

    cel_type: str = f"{_A}Authorizer"


def _to(kind: str) -> Any:
    built = Authorizer(f"{_A}{kind}")
    return lambda *_: built


def _check(*_: Any) -> Any:
    raise UnknownFailure("the answer of the authorizer is not known here")


def _nominal(*_: Any) -> int:
    return 1


def selector_cost(*args: Any) -> int:
    """A list, a walk over the text, and half a requirement of cost 50 for each of its characters."""
    length = len(args[1]) if isinstance(args[1], str) else 1
    return 10 + -(-length // 10) + -(-length // 2) * 50


ROWS = (
    Row("path", "authorizer_path", f"{_A}Authorizer.(string) -> {_A}PathCheck", _to("PathCheck"), _nominal),
    Row("group", "authorizer_group", f"{_A}Authorizer.(string) -> {_A}GroupCheck", _to("GroupCheck"), _nominal),
    Row(
        "serviceAccount", "authorizer_serviceaccount", f"{_A}Authorizer.(string, string) -> {_A}Authorizer",
        _to("Authorizer"), _nominal,
    ),
    Row("resource", "groupcheck_resource", f"{_A}GroupCheck.(string) -> {_A}ResourceCheck", _to("ResourceCheck"), _nominal),
    *(
        Row(name, f"resourcecheck_{name}", f"{_A}ResourceCheck.(string) -> {_A}ResourceCheck", _to("ResourceCheck"), _nominal)
        for name in ("subresource", "namespace", "name")
    ),
    Row("check", "pathcheck_check", f"{_A}PathCheck.(string) -> {_A}Decision", _check),
    Row("check", "resourcecheck_check", f"{_A}ResourceCheck.(string) -> {_A}Decision", _check),
    *(
        Row(name, f"decision_{name}", f"{_A}Decision.() -> {kind}", _check, _nominal)
        for name, kind in (("errored", "bool"), ("error", "string"), ("allowed", "bool"), ("reason", "string"))
    ),
)  # fmt: skip

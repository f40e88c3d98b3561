"""A policy's expressions -> programs, with the checks that the API server makes when a policy is created."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from gitopsml.cel import CompileError, Environment, Program
from gitopsml.cel.footprint import footprint
from gitopsml.errors import PolicyError, Problems, UserError
from gitopsml.policy.memo import Memo
from gitopsml.policy.podvars import TYPES
from gitopsml.policy.vap import Expression, Validation, Vap
from gitopsml.yamlio import Document, locate, source_line

_BASE: Final = {
    "object": "dyn",
    "oldObject": "dyn",
    "request": "kubernetes.AdmissionRequest",
    "params": "dyn",
    "namespaceObject": "kubernetes.Namespace",
    "authorizer": "kubernetes.authorization.Authorizer",
}
_VARIABLES: Final = "gitopsml.Variables"
_KIND: Final = {"group": "string", "version": "string", "kind": "string"}
_RESOURCE: Final = {"group": "string", "version": "string", "resource": "string"}
_TYPES: Final[dict[str, dict[str, str]]] = {
    "kubernetes.GroupVersionKind": _KIND,
    "kubernetes.GroupVersionResource": _RESOURCE,
    "kubernetes.UserInfo": {
        "username": "string", "uid": "string", "groups": "list(string)", "extra": "map(string, list(string))",
    },
    "kubernetes.AdmissionRequest": {
        **dict.fromkeys(("kind", "requestKind"), "kubernetes.GroupVersionKind"),
        **dict.fromkeys(("resource", "requestResource"), "kubernetes.GroupVersionResource"),
        **dict.fromkeys(("subResource", "requestSubResource", "name", "namespace", "operation"), "string"),
        "userInfo": "kubernetes.UserInfo", "dryRun": "bool", "options": "dyn",
    },
    "kubernetes.NamespaceMetadata": {
        **dict.fromkeys(("name", "generateName", "namespace"), "string"),
        **dict.fromkeys(("labels", "annotations"), "map(string, string)"),
        "creationTimestamp": "timestamp", "deletionGracePeriodSeconds": "int",
    },
    "kubernetes.NamespaceSpec": {"finalizers": "list(string)"},
    "kubernetes.NamespaceStatus": {"phase": "string"},
    "kubernetes.Namespace": {
        "metadata": "kubernetes.NamespaceMetadata", "spec": "kubernetes.NamespaceSpec", "status": "kubernetes.NamespaceStatus",
    },
}  # fmt: skip


class Judged(NamedTuple):
    """A validation, its program, and that of its message."""

    validation: Validation
    program: Program
    message: Program | None


@dataclass(slots=True, frozen=True, eq=False)
class Compiled:
    """All programs of a policy. `conditions` and `annotations` come with their expressions, for error texts."""

    vap: Vap
    conditions: tuple[tuple[Expression, Program], ...]
    variables: dict[str, Program]
    judged: tuple[Judged, ...]
    annotations: tuple[tuple[Expression, Program], ...]
    reads_variables: bool
    memo: Memo


@cache
def environment(version: tuple[int, int]) -> Environment:
    """The environment of a Kubernetes version, made once."""
    return Environment.kubernetes(version).with_types(_TYPES)


def compiled(vap: Vap, version: tuple[int, int], *, reserved: bool, pods: bool = False) -> Compiled:
    """Compile everything. `reserved`: our own variables may be read. Raises PolicyError or Problems, placed in its file."""
    return _Compilation(vap, version, reserved=reserved, pods=pods).result()


class _Compilation:
    def __init__(self, vap: Vap, version: tuple[int, int], *, reserved: bool, pods: bool) -> None:
        self.vap = vap
        self.pods = pods
        self.environment = environment(version)
        self.reserved = TYPES if reserved else {}
        self.types = dict(self.reserved)
        self.errors: list[UserError] = []

    def result(self) -> Compiled:
        vap = self.vap
        conditions = tuple(self._all(one.expression for one in vap.conditions))
        variables: dict[str, Program] = {}
        for variable in vap.variables:
            program = self._compile(variable.expression, (), variables=True)
            if program is not None:
                variables[variable.name] = program
                self.types[variable.name] = program.type
        judged = tuple(self._validations())
        annotations = tuple(self._annotations())
        if self.errors:
            raise self.errors[0] if len(self.errors) == 1 else Problems(self.errors)
        programs = [program for _, program in (*conditions, *annotations)]
        programs += [program for one in judged for program in (one.program, one.message) if program is not None]
        memo = Memo(footprint(programs, variables, self.reserved), pods=self.pods)
        return Compiled(vap, conditions, variables, judged, annotations, bool(self.types), memo)

    def _all(self, expressions: Iterable[Expression]) -> Iterator[tuple[Expression, Program]]:
        for expression in expressions:
            program = self._compile(expression, ("bool",), variables=False)
            if program is not None:
                yield expression, program

    def _validations(self) -> Iterator[Judged]:
        for validation in self.vap.validations:
            program = self._compile(validation.expression, ("bool",), variables=True)
            message = None
            if validation.message_expression is not None:
                message = self._compile(validation.message_expression, ("string",), variables=True, authorizer=False)
            if program is not None:
                yield Judged(validation, program, message)

    def _annotations(self) -> Iterator[tuple[Expression, Program]]:
        for annotation in self.vap.annotations:
            program = self._compile(annotation.expression, ("string", "null"), variables=True)
            if program is not None:
                yield annotation.expression, program

    def _compile(
        self, expression: Expression, wanted: tuple[str, ...], *, variables: bool, authorizer: bool = True
    ) -> Program | None:
        declared, known = dict(_BASE), self.environment
        if not authorizer:
            del declared["authorizer"]
        if variables:
            declared["variables"] = _VARIABLES
            known = known.with_types({_VARIABLES: self.types})
        try:
            program = known.compile(expression.text, declared)
        except CompileError as error:
            self.errors.extend(
                _placed(self.vap.document, expression, issue.line, issue.column, issue.message) for issue in error.issues
            )
            return None
        if wanted and program.type not in wanted:
            message = f"must evaluate to {' or '.join(wanted)} but got {program.type}"
            self.errors.append(_placed(self.vap.document, expression, 1, 1, message))
            return None
        return program


def _placed(document: Document, expression: Expression, line: int, column: int, message: str) -> PolicyError:
    """An error inside an expression -> the line and column of the YAML file, also inside block scalars."""
    span = locate(document, expression.pointer)
    first = source_line(document.text, span.line)[span.column - 1 :]
    if first[:1] in "|>":
        body = source_line(document.text, span.line + 1)
        indent = len(body) - len(body.lstrip())  # that of the block, as long as it says no number
        if first[:1] == "|":
            return PolicyError(message, path=document.path, line=span.line + line, column=indent + column)
        return PolicyError(message, path=document.path, line=span.line + 1, column=indent + 1)
    shift = column - (0 if first[:1] in "\"'" else 1) if line == 1 else 0
    return PolicyError(message, path=document.path, line=span.line, column=span.column + max(shift, 0))

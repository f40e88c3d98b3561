"""Environments: which functions, types and macros expressions may use, and the way from text to `Program`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gitopsml.cel.calls import compile_call
from gitopsml.cel.checker import Checker
from gitopsml.cel.compiler import Compiler
from gitopsml.cel.errors import CompileError, Issue
from gitopsml.cel.folds import compile_fold
from gitopsml.cel.functions import Overloads
from gitopsml.cel.libraries import LIBRARIES, Library, overloads_of
from gitopsml.cel.macros import LISTS, OPTIONALS, STANDARD, TWO_VARIABLES, Macros
from gitopsml.cel.macros_plain import PLAIN
from gitopsml.cel.parser import parse
from gitopsml.cel.program import Program
from gitopsml.cel.token_stream import MAX_DEPTH
from gitopsml.cel.types import DYN, Type, list_of, map_of, optional_of, parse_type
from gitopsml.cel.validators import validate

_TYPES: Final[dict[str, Type]] = {
    **{name: Type(name) for name in ("bool", "int", "uint", "double", "string", "bytes", "type")},
    "null_type": Type("null"),
    "list": list_of(DYN),
    "map": map_of(DYN, DYN),
    "google.protobuf.Timestamp": Type("timestamp"),
    "google.protobuf.Duration": Type("duration"),
}
OLDEST, NEWEST = (1, 26), (1, 37)  # versions between which libraries changed


class Environment:
    """What expressions may use. Environments do not change: `extend` and `with_types` give new ones."""

    def __init__(
        self,
        libraries: Iterable[Library],
        macros: Macros,
        *,
        kubernetes: bool,
        optionals: bool,
        added: Mapping[str, Overloads] | None = None,
        types: Mapping[str, Mapping[str, Type]] | None = None,
        validated: bool = True,
    ) -> None:
        self.libraries = tuple(libraries)
        self.macros = macros
        self.kubernetes_rules = kubernetes
        self.optionals = optionals
        self.validated = validated
        self._added = dict(added or {})
        self._types = dict(types or {})
        self._known: dict[str, Overloads | None] = {}
        self._names = {name: _TYPES[name] for name in _TYPES}
        for library in self.libraries:
            self._names.update({name: optional_of(DYN) if name == "optional_type" else Type(name) for name in library.types})

    @classmethod
    def kubernetes(cls, version: tuple[int, int] = (1, 36)) -> Environment:
        """The environment of the API server of that version: its libraries and macros, homogeneous literals, its costs."""
        libraries = [library for library in LIBRARIES if library.since <= version < library.until]
        table = dict(STANDARD)
        for since, macros in (((1, 28), OPTIONALS), ((1, 32), TWO_VARIABLES), ((1, 34), LISTS)):
            table.update(macros if version >= since else {})
        return cls(libraries, Macros(table), kubernetes=True, optionals=version >= (1, 28), validated=version >= (1, 29))

    @classmethod
    def plain(cls) -> Environment:
        """The language of the CEL specification with the extensions of its conformance tests, without Kubernetes' libraries."""
        libraries = [library for library in LIBRARIES if not library.kubernetes]
        macros = Macros({**STANDARD, **OPTIONALS, **TWO_VARIABLES, **LISTS, **PLAIN})
        return cls(libraries, macros, kubernetes=False, optionals=True)

    def extend(self, functions: Mapping[str, Overloads]) -> Environment:
        """A new environment with more functions (`functions.overloads` makes them); this one stays as it is."""
        added = {**self._added, **{name: self._added.get(name, ()) + tuple(more) for name, more in functions.items()}}
        return self._copy(added=added)

    def with_types(self, types: Mapping[str, Mapping[str, str]]) -> Environment:
        """A new environment with message types: name -> field -> type, all as text. Their values are plain dicts."""
        read = {name: {field: parse_type(text) for field, text in fields.items()} for name, fields in types.items()}
        return self._copy(types={**self._types, **read})

    def needs(self, source: str, variables: Mapping[str, str] | None = None) -> tuple[int, int] | None:
        """The oldest Kubernetes version that compiles an expression; None where no version does.

        Functions and types of this environment count as known to all versions.
        """
        for minor in range(OLDEST[1], NEWEST[1] + 1):
            version = OLDEST[0], minor
            try:
                Environment.kubernetes(version)._copy(added=self._added, types=self._types).compile(source, variables)  # noqa: SLF001 - own class
            except CompileError:
                continue
            return version
        return None

    def without_macros(self) -> Environment:
        """A new environment in which macros are ordinary calls."""
        return self._copy(macros=Macros({}))

    def _copy(
        self,
        added: Mapping[str, Overloads] | None = None,
        types: Mapping[str, Mapping[str, Type]] | None = None,
        macros: Macros | None = None,
    ) -> Environment:
        return Environment(
            self.libraries,
            macros or self.macros,
            kubernetes=self.kubernetes_rules,
            optionals=self.optionals,
            validated=self.validated,
            added=self._added if added is None else added,
            types=self._types if types is None else types,
        )

    # what the checker asks

    def function(self, name: str) -> Overloads | None:
        """The overloads of a function, or None where no library of this environment declares it."""
        if name not in self._known:
            found = tuple(
                overload for library in self.libraries if name in library.names for overload in overloads_of(library.module, name)
            )
            self._known[name] = (found + self._added.get(name, ())) or None
        return self._known[name]

    def type_named(self, name: str) -> Type | None:
        """The type of a type name used as a value, or None."""
        return self._names.get(name)

    def fields(self, name: str) -> Mapping[str, Type] | None:
        """The fields of a message type, or None where `name` is not one."""
        return self._types.get(name)

    # text to program

    def compile(
        self, source: str, variables: Mapping[str, str] | None = None, *, container: str = "", checked: bool = True
    ) -> Program:
        """Compile an expression; `variables` gives the type of each name as text: `dyn`, `map(string, dyn)`.

        `checked=False` leaves out what the type checker would refuse; such parts fail when they are evaluated.
        Raises CompileError, whose `.issues` have line, column and message.
        """
        try:
            return self._compile(source, variables, container=container, checked=checked)
        except RecursionError:
            raise CompileError([Issue(0, 0, f"expression recursion limit exceeded: {MAX_DEPTH}")]) from None

    def _compile(self, source: str, variables: Mapping[str, str] | None, *, container: str, checked: bool) -> Program:
        declared = {name: parse_type(text) for name, text in (variables or {}).items()}
        parsed = parse(source, self.macros, optionals=self.optionals, quoted=not self.kubernetes_rules)
        checker = Checker(source, self, declared, container=container, strict=checked)
        types = checker.run(parsed.root)
        if self.kubernetes_rules and checked:
            validate(parsed.root, source, types, literals=self.validated)
        compiler = Compiler(types, compile_call, compile_fold, strict=self.kubernetes_rules)
        step = compiler.compile(parsed.root)
        return Program(parsed, types, compiler, step)

"""A folder of blueprints -> compiled blueprints, on demand. The folder exists: that is the registration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gitopsml.blueprint.compile import Compiler, parameters
from gitopsml.blueprint.expression import Expression, at
from gitopsml.blueprint.schema import Schema, bundle
from gitopsml.blueprint.template import Loops, Node
from gitopsml.errors import BlueprintError
from gitopsml.files import Files
from gitopsml.model.origin import Origin
from gitopsml.model.pointer import Pointer
from gitopsml.model.words import did_you_mean
from gitopsml.yamlio import Document

_SHARED_KEYS: Final = ("derive", "fragments", "checks")
_PART_KEYS: Final = ("summary", *_SHARED_KEYS)
_BLUEPRINT_KEYS: Final = ("title", "stage", "intent", "summary", "parts", "provides", *_SHARED_KEYS)
_DERIVE_KEYS: Final = ("value", "when", "reason", "field", "shown")
_CHECK_KEYS: Final = ("rule", "when", "at", "message", "hint")
_RESOURCE_KEYS: Final = ("includeWhen", "forEach", "resource")


@dataclass(slots=True, frozen=True, eq=False)
class Derive:
    """A named value. `field` is the place in app.yaml that sets it by hand, () for none."""

    value: Node
    when: Expression | None
    reason: Node | None
    shown: Node | None
    field: Pointer


@dataclass(slots=True, frozen=True, eq=False)
class Check:
    """A rule about values and cluster; broken, it is an error at the field `at`."""

    rule: Expression
    when: Expression | None
    at: Pointer
    message: Node
    hint: Node | None


@dataclass(slots=True, frozen=True, eq=False)
class Template:
    """One document of resources/: an object, its condition and its loops."""

    resource: Node
    loops: Loops
    condition: Expression | None


@dataclass(slots=True, frozen=True, eq=False)
class Part:
    """What a blueprint and a part have in common."""

    derive: dict[str, Derive] = field(default_factory=dict)
    fragments: dict[str, Node] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    templates: tuple[Template, ...] = ()


@dataclass(slots=True, frozen=True, eq=False)
class Blueprint:
    """A blueprint with its parts merged in. `document` is its blueprint.yaml."""

    name: str
    major: int
    title: str
    stage: str
    intent: str
    summary: str
    parts: tuple[str, ...]
    schema: Schema
    provides: dict[str, Node]
    part: Part
    document: Document

    def __str__(self) -> str:
        return f"{self.name}@{self.major}"


class Registry:
    """The blueprints of one folder (`files` is that folder); `shown` stands before its paths in messages."""

    def __init__(self, files: Files, shown: str = "blueprints") -> None:
        self._files = files
        self._shown = shown
        self._names: list[str] = []
        self._blueprints: dict[str, Blueprint] = {}
        self._parts: dict[tuple[str, frozenset[str]], Part] = {}
        self._documents: dict[str, list[Document]] = {}

    def names(self) -> list[str]:
        """`name@major` of every blueprint, sorted."""
        if not self._names:
            folders = (name for name in self._files.names(".") if self._files.kind(f"{name}/blueprint.yaml") == "file")
            self._names = sorted(name if "@" in name else f"{name}@1" for name in folders)
        return self._names

    def get(self, name: str, major: int = 1) -> Blueprint:
        """The blueprint. Raises BlueprintError (without place: the caller knows who asked) for an unknown one."""
        key = f"{name}@{major}"
        if key not in self._blueprints:
            if key not in self.names():
                raise unknown(key, self.names())
            self._blueprints[key] = self._load(name, major, name if major == 1 else key)
        return self._blueprints[key]

    def kinds(self) -> dict[str, frozenset[tuple[str, str]]]:
        """What can be made: intent -> (group, kind) of every template, read without compiling anything."""
        found: dict[str, set[tuple[str, str]]] = {}
        for key in self.names():
            name, _, major = key.partition("@")
            folder = name if major == "1" else key
            data = self._one(f"{folder}/blueprint.yaml").data
            documents = [
                one for part in (*(f"parts/{part}" for part in data.get("parts") or ()), folder) for one in self._resources(part)
            ]
            found.setdefault(str(data.get("intent") or ""), set()).update(map(_kind, documents))
        return {intent: frozenset(kinds) for intent, kinds in found.items()}

    def providers(self) -> dict[str, Document]:
        """The data of every provider, by name."""
        names = self._files.names("providers") if self._files.kind("providers") == "directory" else []
        return {name.removesuffix(".yaml"): self._one(f"providers/{name}") for name in names if name.endswith(".yaml")}

    def _load(self, name: str, major: int, folder: str) -> Blueprint:
        document = self._one(f"{folder}/blueprint.yaml")
        data = _keys(document, (), document.data, _BLUEPRINT_KEYS)
        parts = tuple(data.get("parts") or ())
        vocabulary = self._one("vocabulary.json") if self._files.kind("vocabulary.json") == "file" else None
        given = self._parameters([folder, *(f"parts/{part}" for part in parts)])
        compiler = Compiler(document, given)
        merged = self._merge(document, [self._part(part, given, document) for part in parts], self._own(folder, document, given))
        provides = {key: compiler.node(value, ("provides", key)) for key, value in (data.get("provides") or {}).items()}
        words = {word: str(data.get(word) or "") for word in ("title", "stage", "intent", "summary")}
        schema = bundle(self._one(f"{folder}/schema.json"), vocabulary)
        return Blueprint(name, major, **words, parts=parts, schema=schema, provides=provides, part=merged, document=document)

    def _parameters(self, folders: list[str]) -> frozenset[str]:
        documents = [one for folder in folders for one in self._folder(folder)]
        return frozenset().union(*(parameters(document.data) for document in documents))

    def _folder(self, folder: str) -> list[Document]:
        """The documents with templates: blueprint.yaml or part.yaml, and resources/."""
        head = [
            self._one(path) for path in (f"{folder}/blueprint.yaml", f"{folder}/part.yaml") if self._files.kind(path) == "file"
        ]
        return head + self._resources(folder)

    def _resources(self, folder: str) -> list[Document]:
        """The templates of a part or blueprint; of a part also what a provider adds to it: providers/<provider>/<part>/."""
        kind, _, part = folder.partition("/")
        added = [f"providers/{one}/{part}" for one in sorted(self.providers())] if kind == "parts" else []
        return [document for below in (f"{folder}/resources", *added) for document in self._templates(below)]

    def _templates(self, below: str) -> list[Document]:
        names = self._files.names(below) if self._files.kind(below) == "directory" else []
        return [document for name in names if name.endswith(".yaml") for document in self._read(f"{below}/{name}")]

    def _part(self, name: str, given: frozenset[str], asked_by: Document) -> Part:
        path = f"parts/{name}/part.yaml"
        if self._files.kind(path) != "file":
            raise at(Origin(asked_by, ("parts",)), f"there is no part {name}", f"write {self._shown}/{path}")
        if (name, given) not in self._parts:
            document = self._one(path)
            _keys(document, (), document.data, _PART_KEYS)
            self._parts[name, given] = self._own(f"parts/{name}", document, given)
        return self._parts[name, given]

    def _own(self, folder: str, document: Document, given: frozenset[str]) -> Part:
        compiler, data = Compiler(document, given), document.data
        derive = {str(name): _derive(compiler, name) for name in data.get("derive") or {}}
        fragments = {
            str(name): compiler.node(value, ("fragments", name)) for name, value in (data.get("fragments") or {}).items()
        }
        checks = tuple(_check(compiler, number) for number in range(len(data.get("checks") or ())))
        templates = tuple(_template(Compiler(one, given)) for one in self._resources(folder))
        return Part(derive, fragments, checks, templates)

    def _merge(self, document: Document, parts: list[Part], own: Part) -> Part:
        derive: dict[str, Derive] = {}
        fragments: dict[str, Node] = {}
        for part in parts:
            clash = sorted((derive.keys() & part.derive.keys()) | (fragments.keys() & part.fragments.keys()))
            if clash:
                raise at(Origin(document, ("parts",)), f"two parts define {clash[0]}", "rename one of them")
            derive |= part.derive
            fragments |= part.fragments
        everything = [*parts, own]
        checks = tuple(check for part in everything for check in part.checks)
        templates = tuple(template for part in everything for template in part.templates)
        return Part(derive | own.derive, fragments | own.fragments, checks, templates)

    def _one(self, path: str) -> Document:
        documents = self._read(path)
        if len(documents) != 1 or not isinstance(documents[0].data, dict):
            raise BlueprintError("must hold one map", path=f"{self._shown}/{path}")
        return documents[0]

    def _read(self, path: str) -> list[Document]:
        from gitopsml.yamlio import read

        if path not in self._documents:
            stream = read(self._files.read(path), f"{self._shown}/{path}")
            for problem in stream.problems:
                raise BlueprintError(problem.message, path=f"{self._shown}/{path}", line=problem.line, column=problem.column)
            self._documents[path] = stream.documents
        return self._documents[path]


def unknown(key: str, names: list[str]) -> BlueprintError:
    """The error for a blueprint that does not exist."""
    return BlueprintError(f"there is no blueprint {key}", hint=did_you_mean(key, names))


def _keys(document: Document, pointer: Pointer, data: Any, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise at(Origin(document, pointer), "must be a map")
    for key in data:
        if key not in known:
            raise at(Origin(document, (*pointer, key)), f"unknown field {key}", did_you_mean(str(key), known), key=True)
    return data


def field_pointer(text: Any) -> Pointer:
    """`health.startup` -> ("health", "startup")."""
    return tuple(str(text).split(".")) if text else ()


def _derive(compiler: Compiler, name: str) -> Derive:
    pointer: Pointer = ("derive", name)
    data = _keys(compiler.document, pointer, compiler.document.data["derive"][name], _DERIVE_KEYS)
    if "value" not in data:
        raise at(compiler.origin(pointer), "value is missing")
    when = compiler.hole(data["when"], (*pointer, "when")) if "when" in data else None
    reason, shown = (compiler.node(data[key], (*pointer, key)) if key in data else None for key in ("reason", "shown"))
    return Derive(compiler.node(data["value"], (*pointer, "value")), when, reason, shown, field_pointer(data.get("field")))


def _check(compiler: Compiler, number: int) -> Check:
    pointer: Pointer = ("checks", number)
    data = _keys(compiler.document, pointer, compiler.document.data["checks"][number], _CHECK_KEYS)
    for key in ("rule", "message"):
        if key not in data:
            raise at(compiler.origin(pointer), f"{key} is missing")
    when = compiler.hole(data["when"], (*pointer, "when")) if "when" in data else None
    hint = compiler.node(data["hint"], (*pointer, "hint")) if "hint" in data else None
    rule = compiler.hole(data["rule"], (*pointer, "rule"))
    return Check(rule, when, field_pointer(data.get("at")), compiler.node(data["message"], (*pointer, "message")), hint)


def _template(compiler: Compiler) -> Template:
    data = compiler.document.data
    if not isinstance(data, dict):
        raise at(compiler.origin(()), "a resource must be a map")
    if "resource" not in data:
        return Template(compiler.node(data, ()), (), None)
    _keys(compiler.document, (), data, _RESOURCE_KEYS)
    loops, names = compiler.loops(data.get("forEach"), ("forEach",))
    condition = compiler.hole(data["includeWhen"], ("includeWhen",), names) if "includeWhen" in data else None
    return Template(compiler.node(data["resource"], ("resource",), names), loops, condition)


def _kind(document: Document) -> tuple[str, str]:
    """Group and kind of a template's object, which must be constants."""
    data = document.data.get("resource", document.data) if isinstance(document.data, dict) else {}
    version, kind = str(data.get("apiVersion") or "${"), str(data.get("kind") or "${")
    if "${" in version + kind:
        raise at(Origin(document, ()), "apiVersion and kind of a template must be constants")
    group, slash, _ = version.rpartition("/")
    return group if slash else "", kind


def walk(registry: Registry) -> Iterator[Blueprint]:
    """Every blueprint, loaded."""
    for key in registry.names():
        name, _, major = key.partition("@")
        yield registry.get(name, int(major))

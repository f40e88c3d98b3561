"""The document of a policy or binding as somebody wrote it: its parts with their types, and errors at its lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from gitopsml.errors import PolicyError
from gitopsml.model.pointer import Pointer, dotted, lookup
from gitopsml.model.words import did_you_mean
from gitopsml.yamlio import Document, locate

_MATCH: Final = ("resourceRules", "excludeResourceRules", "namespaceSelector", "objectSelector", "matchPolicy")
_RULE: Final = ("apiGroups", "apiVersions", "operations", "resources", "resourceNames", "scope")
_NEEDED: Final = ("apiGroups", "apiVersions", "operations", "resources")
_OPERATIONS: Final = ("CREATE", "UPDATE", "DELETE", "CONNECT", "*")
_SCOPES: Final = ("Cluster", "Namespaced", "*")
_SELECTOR: Final = ("matchLabels", "matchExpressions")


class Writing:
    """The document of a policy or binding, for errors at its lines."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def error(self, what: str, pointer: Pointer, *, hint: str = "", key: bool = False) -> PolicyError:
        """The error at a field."""
        span = locate(self.document, pointer, key=key)
        return PolicyError(what, path=self.document.path, line=span.line, column=span.column, hint=hint)

    def map(self, pointer: Pointer, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """The map at a pointer ({} where it is missing), with only known keys. Raises PolicyError."""
        value = lookup(self.document.data, pointer)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise self.error(f"{dotted(pointer)} is not a map", pointer)
        for key in value:
            if known and key not in known:
                raise self.error(f"unknown field {key!r}", (*pointer, key), hint=did_you_mean(str(key), known), key=True)
        return value

    def maps(self, pointer: Pointer, known: tuple[str, ...] = ()) -> list[tuple[Pointer, dict[str, Any]]]:
        """The maps of the list at a pointer, each with its pointer. Raises PolicyError."""
        value = lookup(self.document.data, pointer)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.error(f"{dotted(pointer)} is not a list", pointer)
        return [((*pointer, index), self.map((*pointer, index), known)) for index in range(len(value))]

    def text(self, pointer: Pointer, *, required: bool = False) -> str:
        """The text at a pointer, "" where it is missing. Raises PolicyError."""
        value = lookup(self.document.data, pointer)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or (required and not value.strip()):
            raise self.error(f"{dotted(pointer)} is missing" if value is None else f"{dotted(pointer)} is not a text", pointer)
        return value

    def words(self, pointer: Pointer, *, required: bool = False, of: Iterable[str] = ()) -> None:
        """Demand a list of texts at a pointer (not empty where it is required), each of them one of `of`. Raises PolicyError."""
        value = lookup(self.document.data, pointer)
        if value is None and not required:
            return
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or (required and not value):
            raise self.error(f"{dotted(pointer)} is not a list of texts", pointer, key=True)
        for index, one in enumerate(value):
            if of and one not in of:
                raise self.error(f"{dotted(pointer)} says {one!r}", (*pointer, index), hint=did_you_mean(one, of))

    def match(self, pointer: Pointer) -> dict[str, Any]:
        """What stands under matchConstraints or matchResources, checked. Raises PolicyError."""
        written = self.map(pointer, _MATCH)
        for name in ("resourceRules", "excludeResourceRules"):
            for at, rule in self.maps((*pointer, name), _RULE):
                for needed in _NEEDED:
                    self.words((*at, needed), required=True, of=_OPERATIONS if needed == "operations" else ())
                self.words((*at, "resourceNames"))
                if rule.get("scope", "*") not in _SCOPES:
                    raise self.error(f"unknown scope {rule['scope']!r}", (*at, "scope"), hint="use Cluster, Namespaced or *")
        for name in ("namespaceSelector", "objectSelector"):
            self.map((*pointer, name), _SELECTOR)
            self.map((*pointer, name, "matchLabels"))
            self.maps((*pointer, name, "matchExpressions"), ("key", "operator", "values"))
        return written

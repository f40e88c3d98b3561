"""Templates of ApplicationSets, as far as they can be known without running Go: fields, indexed segments, `normalize`.

Spec: Argo CD's goTemplate (missingkey=error) and its older fasttemplate form (`{{path.basename}}`).
"""

from __future__ import annotations

import re
from typing import Any, Final

from gitopsml.model.pointer import lookup

_ACTION: Final = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_FIELD: Final = re.compile(r"(?:\.[A-Za-z_][A-Za-z0-9_]*)+\Z")
_INDEX: Final = re.compile(r"index\s+((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s+(?:([0-9]{1,4})|\"([^\"]{0,200})\")\Z")
_NORMALIZE: Final = re.compile(r"(?:normalize\s+(\S+)|(\S+)\s*\|\s*normalize)\Z")


class Unknowable(Exception):
    """The template asks for something that only Argo CD can compute; the text says what."""


def fill(value: Any, parameters: dict[str, Any], *, go: bool) -> Any:
    """A template with all its actions replaced. Raises Unknowable."""
    if isinstance(value, str):
        return _ACTION.sub(lambda match: _text(match[1], parameters, go=go), value) if "{{" in value else value
    if isinstance(value, list):
        return [fill(one, parameters, go=go) for one in value]
    if isinstance(value, dict):
        return {fill(key, parameters, go=go): fill(one, parameters, go=go) for key, one in value.items()}
    return value


def normalized(text: str) -> str:
    """A DNS label made of a text, as Argo CD makes `basenameNormalized`."""
    return re.sub(r"[^a-z0-9-.]", "-", text.lower())[:253].strip("-.")


def flat(parameters: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested parameters as the older form names them: `path.basename`, `path[0]`, `labels.team`."""
    result: dict[str, str] = {}
    for key, value in parameters.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            result |= flat(value, f"{name}.")
        elif not isinstance(value, list):
            result[name] = _plain(value)
    return result


def _text(action: str, parameters: dict[str, Any], *, go: bool) -> str:
    if not go:
        known = _older(parameters)
        if action not in known:
            raise Unknowable(f"{{{{{action}}}}} is not a parameter of its generators")
        return known[action]
    value = _value(action, parameters)
    if value is None:
        raise Unknowable(f"{{{{{action}}}}} has no value in its generators")
    if isinstance(value, dict | list):
        raise Unknowable(f"{{{{{action}}}}} is not a text")
    return _plain(value)


def _older(parameters: dict[str, Any]) -> dict[str, str]:
    known = flat(parameters)
    where = parameters.get("path")
    if isinstance(where, dict) and "path" in where:
        known["path"] = str(where["path"])
        known |= {f"path[{number}]": part for number, part in enumerate(where["segments"])}
    return known


def _value(action: str, parameters: dict[str, Any]) -> Any:
    if _FIELD.match(action):
        return lookup(parameters, tuple(action[1:].split(".")))
    index = _INDEX.match(action)
    if index:
        key: str | int = int(index[2]) if index[2] else index[3]
        return lookup(parameters, (*index[1][1:].split("."), key))
    wrapped = _NORMALIZE.match(action)
    if wrapped:
        value = _value(wrapped[1] or wrapped[2], parameters)
        return normalized(value) if isinstance(value, str) else value
    raise Unknowable(f"{{{{{action}}}}} is computed by Argo CD")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)

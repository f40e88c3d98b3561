"""An object -> what Kubernetes would refuse to decode, fields it would drop, API versions it does not serve.

The verdict of every object is jsonschema-rs'; only objects that fail are explained (`explain`). Kinds of other groups than
Kubernetes' own have no schema here and no problems.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gitopsml.schemas.explain import SchemaProblem, explain
from gitopsml.schemas.published import Kind, Release, Schema, kind_of, kinds, release
from gitopsml.schemas.removed import missing
from gitopsml.schemas.strict import strict

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)\Z")


def check(data: Any, kubernetes: str | None = None) -> list[SchemaProblem]:
    """The problems of one object, in the order of its fields; nothing for kinds that are not Kubernetes' own.

    `kubernetes` is the cluster's version (`1.36`, `v1.36.2`), the newest known one where it is not given.
    """
    kind = kind_of(data)
    if kind is None:
        return _unnamed(data)
    version = release(kubernetes)
    name = kinds(version).get(kind)
    if name is None:
        return missing(kind, version)
    schema, validator = _compiled(name, version)
    if validator.is_valid(data):
        return []
    return explain(validator.iter_errors(data), schema, data)


def _unnamed(data: Any) -> list[SchemaProblem]:
    names = [name for name in ("apiVersion", "kind") if not isinstance(data, dict) or not data.get(name)]
    return [SchemaProblem("schema-missing", (), f"{name} is missing", f"set {name}") for name in names] or [
        SchemaProblem("schema-missing", (name,), f"{name} is no text", "put it in quotes")
        for name in ("apiVersion", "kind")
        if not isinstance(data[name], str)
    ]


def is_known(kind: Kind, kubernetes: str | None = None) -> bool:
    """Whether `check` has a schema for a kind."""
    return kind in kinds(release(kubernetes))


@lru_cache(maxsize=256)
def _compiled(name: str, version: Release) -> tuple[Schema, Any]:
    from jsonschema_rs import Draft202012Validator

    schema = strict(name, version)
    return schema, Draft202012Validator(schema, validate_formats=True, ignore_unknown_formats=True, formats=FORMATS)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_time(text: str) -> bool:
    return bool(_TIME.match(text))


FORMATS: dict[str, Callable[[str], bool]] = {"byte": _is_base64, "date-time": _is_time}

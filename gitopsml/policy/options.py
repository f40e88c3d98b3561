"""Options of policies: declared as JSON Schemas with defaults, set in gitopsml.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitopsml.errors import PolicyError


def read_options(text: str, path: str) -> dict[str, dict[str, Any]]:
    """The YAML text of the options annotation -> name -> schema. Raises PolicyError."""
    from gitopsml.errors import YamlError
    from gitopsml.yamlio import read

    if not text.strip():
        return {}
    try:
        documents = read(text, path, single=True).documents
    except YamlError as error:
        raise PolicyError(f"the options are not YAML: {error.what}", path=path) from None
    return checked_options(documents[0].data if documents else {}, path)


def checked_options(written: Any, path: str) -> dict[str, dict[str, Any]]:
    """Declared options, each a JSON Schema with a default. Raises PolicyError."""
    if not isinstance(written, Mapping):
        raise PolicyError("the options are not a map", path=path, hint="write name: {type: …, default: …}")
    for name, schema in written.items():
        if not isinstance(schema, Mapping) or "default" not in schema:
            raise PolicyError(f"the option {name!r} has no default", path=path, hint="write {type: …, default: …}")
    return {str(name): dict(schema) for name, schema in written.items()}

"""The hash of a ConfigMap's or Secret's content that kustomize puts behind its name (facts: kustomize §6, “Hash”)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Final

from gitopsml.yamlio.numbers import json_text

_LENGTH: Final = 10
_LETTERS: Final = str.maketrans("013ae", "ghkmt")  # no digits that make words or look like one another
_HTML: Final = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)  # fmt: skip


def content_hash(data: dict[str, Any]) -> str:
    """The hash of a ConfigMap or Secret (plain data of the whole object). Raises ValueError for another kind.

    The name is always empty in what is hashed, so equal content has equal hashes under every name.
    """
    kind = data.get("kind")
    if kind not in ("ConfigMap", "Secret"):
        raise ValueError(f"a {kind} has no content hash")
    content: dict[str, Any] = {"kind": kind, "name": "", "data": _value(data, "data")}
    if kind == "Secret":
        content["type"] = _value(data, "type")
    more = "stringData" if kind == "Secret" else "binaryData"
    if isinstance(data.get(more), dict):
        content[more] = data[more]
    return sha256(go_json(content).encode()).hexdigest()[:_LENGTH].translate(_LETTERS)


def _value(data: dict[str, Any], key: str) -> Any:
    return "" if data.get(key) is None else data[key]


def go_json(value: Any) -> str:
    """A value as Go's encoding/json writes it: keys sorted, no spaces, HTML escaped, numbers as float64."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{go_json(key)}:{go_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(go_json, value)) + "]"
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return json_text(float(value))
    return json.dumps(value, ensure_ascii=False).translate(_HTML)

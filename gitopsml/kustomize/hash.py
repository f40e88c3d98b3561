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
    return sha256(go_json(_as_floats(content)).encode()).hexdigest()[:_LENGTH].translate(_LETTERS)


def _value(data: dict[str, Any], key: str) -> Any:
    return "" if data.get(key) is None else data[key]


def _as_floats(value: Any) -> Any:
    """The value with its numbers as float64, which is what the real hash sees (a difference beyond 2**53 only)."""
    if isinstance(value, dict):
        return {key: _as_floats(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def go_json(value: Any, indent: str = "") -> str:
    """A value as Go's encoding/json writes it: keys sorted, HTML escaped; with `indent` on lines of its own, else compact."""
    return _json(value, indent, "\n" if indent else "")


def _json(value: Any, indent: str, line: str) -> str:
    inner = line + indent
    if isinstance(value, dict) and value:
        colon = ": " if indent else ":"
        entries = [f"{_json(key, indent, inner)}{colon}{_json(value[key], indent, inner)}" for key in sorted(value)]
        return f"{{{inner}{(',' + inner).join(entries)}{line}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{(',' + inner).join(_json(one, indent, inner) for one in value)}{line}]"
    if isinstance(value, float):
        return json_text(value)
    return json.dumps(value, ensure_ascii=False).translate(_HTML)

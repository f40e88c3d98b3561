"""Text of a scalar -> value, in the two dialects of the programs around us (facts: hostile-input §3).

Written after the resolution tables of YAML 1.1 as sigs.k8s.io/yaml (go-yaml v2) and yaml.v3 apply them; the result is what is
left after the way through JSON that both programs take: `1.0` is the number 1.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, NamedTuple

from gitopsml.yamlio.document import Dialect
from gitopsml.yamlio.numbers import INT64_MAX, general_text, integer, plain_number, real
from gitopsml.yamlio.timestamps import timestamp

CORE = "tag:yaml.org,2002:"
RESOLVED_TAGS = frozenset(CORE + name for name in ("str", "bool", "int", "float", "null", "timestamp"))

_INF, _NAN = float("inf"), float("nan")
_COMMON: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(("true", "True", "TRUE"), ("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), ("bool", False)),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), ("null", None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), ("float", _NAN)),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), ("float", _INF)),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), ("float", -_INF)),
    "<<": ("merge", "<<"),
}
YAML_11_BOOLS: dict[str, bool] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_TABLES = {
    Dialect.API: {**_COMMON, **{text: ("bool", value) for text, value in YAML_11_BOOLS.items()}},
    Dialect.KUSTOMIZE: _COMMON,
}
_NUMERIC = frozenset("0123456789+-")
_PLAIN_DOT_FLOAT = re.compile(r"\.[0-9]+(?:[eE][-+]?[0-9]+)?\Z")


class ScalarError(ValueError):
    """A scalar that the dialect's program refuses; the caller knows the place."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Typed(NamedTuple):
    """The YAML type of a scalar ("str", "bool", "int", "float", "null", "timestamp", "merge") and its value before JSON."""

    kind: str
    value: Any


def resolve(text: str, dialect: Dialect) -> Typed:
    """What a plain scalar without a tag is."""
    known = _TABLES[dialect].get(text)
    if known is not None:
        return Typed(*known)
    first = text[0]
    if first in _NUMERIC:
        return _numeric(text, dialect)
    if first == "." and _PLAIN_DOT_FLOAT.match(text):
        number = real(text)
        if number is not None:
            return Typed("float", number)
    return Typed("str", text)


def _numeric(text: str, dialect: Dialect) -> Typed:
    stamp = _stamp(text, dialect)
    if stamp is not None:
        return Typed("timestamp", stamp)
    bare = text.replace("_", "")
    whole = integer(bare)
    if whole is not None:
        return Typed("int", whole)
    number = real(bare)
    return Typed("str", text) if number is None else Typed("float", number)


def _stamp(text: str, dialect: Dialect) -> str | None:
    """A timestamp's value: for kubectl its text, for kustomize as JSON writes it."""
    try:
        stamp = timestamp(text)
    except ValueError as error:
        if dialect is Dialect.KUSTOMIZE:
            raise ScalarError(f"`{text}`: {error}", "quote it") from None
        return text
    return text if stamp is not None and dialect is Dialect.API else stamp


def value_of(typed: Typed) -> Any:
    """The value after its way through JSON. Raises ScalarError for infinity and not-a-number."""
    if typed.kind != "float":
        return typed.value
    if not math.isfinite(typed.value):
        raise ScalarError("JSON has no infinity and no not-a-number", "quote the text or write a number")
    return plain_number(typed.value)


def key_of(typed: Typed, dialect: Dialect) -> str:
    """The JSON key a mapping key becomes. Raises ScalarError where the program refuses it."""
    if typed.kind in ("str", "merge"):
        return str(typed.value)
    if dialect is Dialect.KUSTOMIZE:
        raise ScalarError("kustomize takes only text as a key", "quote the key")
    return _json_key(typed)


def _json_key(typed: Typed) -> str:
    value = typed.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return general_text(value) if math.isfinite(value) else ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if value is None or (isinstance(value, int) and value > INT64_MAX):
        raise ScalarError("a key must be text", "quote the key")
    return str(value)


def tagged(text: str, tag: str, dialect: Dialect) -> Typed:
    """What a scalar with an explicit tag is. Raises ScalarError where the text does not fit the tag."""
    if tag == CORE + "binary":
        return Typed("str", _binary(text))
    if tag not in RESOLVED_TAGS or tag == CORE + "str":
        return Typed("str", text)
    wanted = tag[len(CORE) :]
    typed = resolve(text, dialect)
    if typed.kind == "timestamp" and wanted != "timestamp":
        typed = Typed("str", text)
    if wanted == "float" and typed.kind == "int":
        return Typed("float", float(typed.value))
    if typed.kind != wanted:
        raise ScalarError(f"cannot read !!{typed.kind} `{text}` as !!{wanted}", "remove the tag or change the value")
    return typed


def _binary(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except binascii.Error:
        raise ScalarError("!!binary holds invalid base64 data", "encode it again or remove the tag") from None


def ambiguous(text: str) -> bool:
    """Whether kubectl and kustomize read this plain scalar differently."""
    if text in YAML_11_BOOLS:
        return True
    if text[4:5] != "-" or not text[:4].isdigit():
        return False
    try:
        return timestamp(text) not in (None, text)
    except ValueError:
        return True

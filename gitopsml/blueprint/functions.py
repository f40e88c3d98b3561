"""The functions that only blueprints have: hashes, rounding up, arithmetic of quantities and durations, names."""

from __future__ import annotations

import hashlib
import json
import re
from fractions import Fraction
from typing import Any, Final

from gitopsml.blueprint.expression import plain
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.model.image import image_parts, image_text

_UNITS: Final = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    **{unit: Fraction(1000**power) for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": Fraction(1024**power) for power, unit in enumerate("KMGTPE", 1)},
}
_QUANTITY = re.compile(r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))([numkMGTPE]i?|Ki|)\Z")
_DURATION = re.compile(r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?\Z")
_MEBI: Final = 2**20


def amount(quantity: Any) -> Fraction:
    """`"1.5Gi"`, `2`, `0.5` → the exact number. Raises EvaluationError where it is not a quantity."""
    if isinstance(quantity, int | float) and not isinstance(quantity, bool):
        return Fraction(str(quantity))
    match = _QUANTITY.match(quantity) if isinstance(quantity, str) else None
    if match is None or match[2] not in _UNITS:
        raise EvaluationError(f"{quantity!r} is not a quantity: write it like 500m, 2 or 16Gi")
    return Fraction(match[1]) * _UNITS[match[2]]


def _up(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def to_bytes(quantity: Any) -> int:
    """A quantity of memory in bytes, rounded up."""
    return _up(amount(quantity))


def from_bytes(count: int) -> str:
    """Bytes as a quantity: rounded up to a whole Mi, in the largest binary unit that is exact."""
    mebis = -(-count // _MEBI)
    for power, unit in ((30, "Pi"), (20, "Ti"), (10, "Gi")):
        if mebis and mebis % (1 << power) == 0:
            return f"{mebis >> power}{unit}"
    return f"{mebis}Mi"


def to_millis(quantity: Any) -> int:
    """A quantity in thousandths, rounded up."""
    return _up(amount(quantity) * 1000)


def from_millis(count: int) -> str:
    """Thousandths as a quantity in canonical form."""
    return str(count // 1000) if count % 1000 == 0 else f"{count}m"


def seconds(duration: Any) -> int:
    """`1h30m` → 5400. Raises EvaluationError where it is not a duration."""
    match = _DURATION.match(duration) if isinstance(duration, str) and duration else None
    if match is None:
        raise EvaluationError(f"{duration!r} is not a duration: write it like 90s, 12m or 1h30m")
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def duration_text(count: int) -> str:
    """5400 → `1h30m`."""
    parts = ((count // 3600, "h"), (count % 3600 // 60, "m"), (count % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def digest(value: Any, length: int) -> str:
    """The first digits of the SHA-256 of a value's canonical JSON."""
    if not 1 <= length <= 64:
        raise EvaluationError("hash: the length must be between 1 and 64")
    return hashlib.sha256(to_json(value).encode()).hexdigest()[:length]


def shorten(text: str, length: int) -> str:
    """A name of at most `length` characters: the text itself, or its beginning and six digits of its hash."""
    if length < 8:
        raise EvaluationError("shorten: the length must be 8 or more")
    return text if len(text) <= length else f"{text[: length - 7].rstrip('-.')}-{digest(text, 6)}"


def to_json(value: Any) -> str:
    """Canonical JSON: sorted keys, no spaces."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_yaml(value: Any) -> str:
    """YAML with sorted keys."""
    from gitopsml.yamlio import write

    return write(_plain(value))


def _plain(value: Any) -> Any:
    try:
        return plain(value)
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def ceil_div(dividend: int, divisor: int) -> int:
    """Integer division rounded up."""
    if divisor == 0:
        raise EvaluationError("ceilDiv: division by zero")
    return -(-dividend // divisor)


def merge(lower: Any, upper: Any) -> Any:
    """RFC 7386: the second map over the first."""
    if not hasattr(upper, "items"):
        return upper
    merged = dict(lower.items()) if hasattr(lower, "items") else {}
    for key, value in upper.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def entries(table: Any) -> list[Any]:
    """A map as `[{key, value}]`, sorted by key."""
    return [{"key": key, "value": table[key]} for key in sorted(table)]


def map_of(pairs: Any) -> dict[str, Any]:
    """`[{key, value}]` → map."""
    return {pair["key"]: pair["value"] for pair in pairs}


def sort(values: Any) -> list[Any]:
    """A sorted list of values of one type."""
    try:
        return sorted(values)
    except TypeError:
        raise EvaluationError("sorted: the elements cannot be compared") from None


def distinct(values: Any) -> list[Any]:
    """The list without repetitions; the first of equal elements stays."""
    kept: dict[str, Any] = {}
    for value in values:
        kept.setdefault(to_json(value), value)
    return list(kept.values())


def image(value: Any) -> dict[str, str]:
    """`r/x:1@sha256:…`, or a map, → name, tag, digest as far as they are there."""
    if hasattr(value, "items"):
        return {key: str(value[key]) for key in ("name", "tag", "digest") if key in value}
    return image_parts(str(value))


def env_name(text: str) -> str:
    """`feature-store` → `FEATURE_STORE`."""
    return re.sub(r"[^A-Z0-9_]", "_", text.upper())


ROWS: Final = (
    Row("hash", "blueprint_hash", "(dyn, int) -> string", digest),
    Row("shorten", "blueprint_shorten", "(string, int) -> string", shorten),
    Row("seconds", "blueprint_seconds", "(dyn) -> int", seconds),
    Row("durationText", "blueprint_duration_text", "(int) -> string", duration_text),
    Row("toBytes", "blueprint_to_bytes", "(dyn) -> int", to_bytes),
    Row("fromBytes", "blueprint_from_bytes", "(int) -> string", from_bytes),
    Row("toMillis", "blueprint_to_millis", "(dyn) -> int", to_millis),
    Row("fromMillis", "blueprint_from_millis", "(int) -> string", from_millis),
    Row("ceilDiv", "blueprint_ceil_div", "(int, int) -> int", ceil_div),
    Row("merge", "blueprint_merge", "(dyn, dyn) -> dyn", merge),
    Row("entries", "blueprint_entries", "(dyn) -> list(dyn)", entries),
    Row("mapOf", "blueprint_map_of", "(list(dyn)) -> map(string, dyn)", map_of),
    Row("sorted", "blueprint_sorted", "(list(dyn)) -> list(dyn)", sort),
    Row("distinct", "blueprint_distinct", "(list(dyn)) -> list(dyn)", distinct),
    Row("image", "blueprint_image", "(dyn) -> map(string, string)", image),
    Row("imageText", "blueprint_image_text", "(dyn) -> string", lambda value: image_text(image(value))),
    Row("envName", "blueprint_env_name", "(string) -> string", env_name),
    Row("toJson", "blueprint_to_json", "(dyn) -> string", to_json),
    Row("toYaml", "blueprint_to_yaml", "(dyn) -> string", to_yaml),
)

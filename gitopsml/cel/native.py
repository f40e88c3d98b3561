"""CEL values -> plain JSON-like data."""

from __future__ import annotations

import base64
from typing import Any, Final

from gitopsml.cel import clock
from gitopsml.cel.errors import CostExceeded
from gitopsml.cel.values import Duration, Optional, Timestamp, TypeValue, Uint, is_list, is_map

LARGEST: Final = 1_000_000


def to_native(value: Any) -> Any:
    """A CEL value as None, bool, int, float, str, list or dict.

    Bytes become base64; times, quantities, addresses and the like their text; an empty optional None; keys of maps text.
    Raises CostExceeded for a value of more than a million parts.
    """
    return _Converter().convert(value)


class _Converter:
    def __init__(self) -> None:
        self.left = LARGEST

    def convert(self, value: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise CostExceeded(f"the value has more than {LARGEST} parts")
        if type(value) is Uint:
            return int(value)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if is_list(value):
            return [self.convert(element) for element in value]
        if is_map(value):
            return {_key(key): self.convert(element) for key, element in value.items()}
        if isinstance(value, Optional):
            return self.convert(value.value) if value.present else None
        return _text(value)


def _key(key: Any) -> str:
    return ("true" if key else "false") if isinstance(key, bool) else str(int(key)) if isinstance(key, int) else str(key)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Timestamp):
        return clock.show_timestamp(value.nanos)
    if isinstance(value, Duration):
        return clock.show_duration(value.nanos)
    return value.name if isinstance(value, TypeValue) else str(value)

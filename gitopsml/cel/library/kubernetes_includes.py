"""`includes`, which Kubernetes 1.37 adds: a list has an element, or two values are equal."""

from __future__ import annotations

from typing import Any

from gitopsml.cel.functions import Row
from gitopsml.cel.operators import equal
from gitopsml.cel.values import is_list


def _includes(values: Any, wanted: Any) -> bool:
    if is_list(values):
        return any(equal(value, wanted) for value in values)
    return equal(values, wanted)


ROWS = (Row("includes", "list_includes_dyn_dyn", "dyn.(dyn) -> bool", _includes),)

"""`includes`, which Kubernetes 1.37 adds: a list has an element, or two values are equal."""

from __future__ import annotations

from typing import Any

from gitopsml.cel.functions import Row
from gitopsml.cel.operators import found_equal
from gitopsml.cel.values import is_list


def _includes(values: Any, wanted: Any) -> bool:
    if is_list(values):
        return any(found_equal(value, wanted) for value in values)
    return found_equal(values, wanted)


ROWS = (Row("includes", "list_includes_dyn_dyn", "dyn.(dyn) -> bool", _includes),)

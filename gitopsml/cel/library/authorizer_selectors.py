"""Selectors of the authorizer, since Kubernetes 1.31."""

from __future__ import annotations

from gitopsml.cel.functions import Row
from gitopsml.cel.library.authorizer import Authorizer, selector_cost

_R = "kubernetes.authorization.ResourceCheck"


def _same(check: Authorizer, _: str) -> Authorizer:
    return check


ROWS = (
    Row("fieldSelector", "authorizer_fieldselector", f"{_R}.(string) -> {_R}", _same, selector_cost),
    Row("labelSelector", "authorizer_labelselector", f"{_R}.(string) -> {_R}", _same, selector_cost),
)

"""Kubernetes quantities (`500m`, `1.5Gi`, `2`) for policies and blueprints: exact, as the API server reads and compares them."""

from gitopsml.cel.library.quantity import Quantity, approximate, canonical, compare, integer, minus, parse, plus

__all__ = ["Quantity", "approximate", "canonical", "compare", "integer", "minus", "parse", "plus"]

"""Kubernetes' regular expression functions: find and findAll."""

from __future__ import annotations

from gitopsml.cel import regex
from gitopsml.cel.functions import Row

ROWS = (
    Row("find", "string_find_string", "string.(string) -> string", regex.find),
    Row("findAll", "string_find_all_string", "string.(string) -> list(string)", regex.find_all),
    Row("findAll", "string_find_all_string_int", "string.(string, int) -> list(string)", regex.find_all),
)

"""What the macros transformMap and transformMapEntry call; its calls are compiled as part of their loops."""

from __future__ import annotations

from gitopsml.cel.functions import Row

ROWS = (
    Row("cel.@mapInsert", "@mapInsert_map_key_value", "(map(K, V), K, V) -> map(K, V)"),
    Row("cel.@mapInsert", "@mapInsert_map_map", "(map(K, V), map(K, V)) -> map(K, V)"),
)

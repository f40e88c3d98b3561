"""Which library declares which function, and since which Kubernetes version: libraries are loaded when a name of theirs is used."""

from __future__ import annotations

import importlib
from typing import Final, NamedTuple

from gitopsml.cel.functions import Overloads, Row, overload


class Library(NamedTuple):
    """A module below `gitopsml.cel.library`, the functions it declares, the versions that have it, the types it brings."""

    module: str
    names: frozenset[str]
    since: tuple[int, int]
    until: tuple[int, int] = (99, 0)
    types: tuple[str, ...] = ()
    kubernetes: bool = False  # not in the plain environment


def _library(module: str, names: str, since: tuple[int, int] = (1, 0), **more: object) -> Library:
    return Library(module, frozenset(names.split()), since, **more)  # type: ignore[arg-type]


NEVER: Final = (99, 0)
LIBRARIES: Final = (
    _library(
        "standard",
        "_&&_ _||_ !_ _?_:_ @not_strictly_false _==_ _!=_ @in _[_] _+_ _-_ _*_ _/_ _%_ -_ _<_ _<=_ _>_ _>=_ size type dyn"
        " contains startsWith endsWith matches",
    ),
    _library("conversions", "bool bytes double duration int string timestamp uint"),
    _library(
        "time",
        "getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek getHours getMinutes getSeconds getMilliseconds",
    ),
    _library(
        "optionals",
        "optional.of optional.ofNonZeroValue optional.none value hasValue or orValue _[?_] _[_] first last"
        " optional.unwrap unwrapOpt",
        (1, 28),
        types=("optional_type",),
    ),
)
_ROWS: dict[str, dict[str, list[Row]]] = {}
_OVERLOADS: dict[tuple[str, str], Overloads] = {}


def overloads_of(module: str, name: str) -> Overloads:
    """The overloads of one function of one library, loading it at first use."""
    key = module, name
    if key not in _OVERLOADS:
        if module not in _ROWS:
            table: dict[str, list[Row]] = {}
            for row in importlib.import_module(f"gitopsml.cel.library.{module}").ROWS:
                table.setdefault(row.name, []).append(row)
            _ROWS[module] = table
        _OVERLOADS[key] = tuple(overload(row) for row in _ROWS[module].get(name, ()))
    return _OVERLOADS[key]

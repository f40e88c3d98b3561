"""Which library declares which function, since which Kubernetes version. A library is loaded when a name of it is used."""

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


NEVER: Final = (98, 0)  # no version of Kubernetes has it
_COMPARE = "isGreaterThan isLessThan compareTo"
LIBRARIES: Final = (
    _library(
        "standard",
        "_&&_ _||_ !_ _?_:_ @not_strictly_false _==_ _!=_ @in _[_] _+_ _-_ _*_ _/_ _%_ -_ _<_ _<=_ _>_ _>=_ size type dyn"
        " contains startsWith endsWith matches",
    ),
    _library("milliseconds", "getMilliseconds", NEVER),  # before `time`, whose rule for durations is Kubernetes'
    _library("conversions", "bool bytes double duration int string timestamp uint"),
    _library(
        "time",
        "getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek getHours getMinutes getSeconds getMilliseconds",
    ),
    _library(
        "url", "url getScheme getHost getHostname getPort getEscapedPath getQuery isURL",
        types=("kubernetes.URL",), kubernetes=True,
    ),
    _library("find", "find findAll", kubernetes=True),
    _library("kubernetes_lists", "isSorted sum max min indexOf lastIndexOf", kubernetes=True),
    _library("kubernetes_includes", "includes", (1, 37), kubernetes=True),
    _library(
        "strings", "charAt indexOf lastIndexOf lowerAscii upperAscii replace split substring trim join"
    ),
    _library("quote", "strings.quote", (1, 29)),
    _library("kubernetes_format", "format", (1, 29), kubernetes=True),
    _library("comprehensions", "cel.@mapInsert", (1, 32)),
    _library(
        "authorizer", "path group serviceAccount resource subresource namespace name check errored error allowed reason",
        (1, 27), kubernetes=True,
    ),
    _library("authorizer_selectors", "fieldSelector labelSelector", (1, 31), kubernetes=True),
    _library(
        "optionals",
        "optional.of optional.ofNonZeroValue optional.none value hasValue or orValue _[?_] _[_] first last"
        " optional.unwrap unwrapOpt",
        (1, 28),
        types=("optional_type",),
    ),
    _library(
        "quantity", f"quantity isQuantity sign asApproximateFloat asInteger isInteger add sub {_COMPARE}",
        (1, 28), types=("kubernetes.Quantity",), kubernetes=True,
    ),
    _library("sets", "sets.contains sets.intersects sets.equivalent", (1, 29)),
    _library(
        "ip",
        "ip family ip.isCanonical isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast isIP string",
        (1, 30), types=("net.IP",),
    ),
    _library("cidr", "cidr containsIP containsCIDR ip prefixLength masked isCIDR string", (1, 30), types=("net.CIDR",)),
    _library(
        "named_format",
        "validate format.named format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName"
        " format.dns1123LabelPrefix format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri"
        " format.uuid format.byte format.date format.datetime",
        (1, 31), types=("kubernetes.NamedFormat",), kubernetes=True,
    ),
    _library(
        "semver", f"semver isSemver major minor patch {_COMPARE}", (1, 33), types=("kubernetes.Semver",), kubernetes=True
    ),
    _library("formatting", "format", NEVER),
    _library("reverse", "reverse", NEVER),
    _library("encoders", "base64.encode base64.decode", NEVER),
    _library(
        "math",
        "math.@max math.@min math.ceil math.floor math.round math.trunc math.abs math.sign math.sqrt math.isNaN math.isInf"
        " math.isFinite math.bitAnd math.bitOr math.bitXor math.bitNot math.bitShiftLeft math.bitShiftRight",
        NEVER,
    ),
    _library("lists", "slice flatten sort @sortByAssociatedKeys lists.range reverse distinct", (1, 34)),
)  # fmt: skip
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

"""What the checker asks of an environment, and what it hands to the compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from gitopsml.cel.functions import Overload, Overloads
from gitopsml.cel.types import Type


class Declarations(Protocol):
    """What a checker asks of an environment."""

    def function(self, name: str) -> Overloads | None:
        """The overloads of a function, or None."""

    def type_named(self, name: str) -> Type | None:
        """The type of a type name used as a value, or None."""

    def fields(self, name: str) -> Mapping[str, Type] | None:
        """The fields of a message type, or None where `name` is not one."""


class Checked(NamedTuple):
    """What the checker found: the type of each node, the variable or type behind names, the overloads behind calls."""

    types: dict[int, Type]
    names: dict[int, str]  # Ident and Select nodes that name a variable
    type_names: dict[int, str]  # Ident and Select nodes that name a type
    calls: dict[int, tuple[str, tuple[Overload, ...], bool]]  # function, overloads that fit, whether the target is an argument


def candidates(container: str, name: str) -> list[str]:
    """Where a name may be declared, the most specific place first: `a.b` and `x` give a.b.x, a.x, x."""
    if name.startswith("."):
        return [name[1:]]
    found: list[str] = []
    while container:
        found.append(f"{container}.{name}")
        container = container.rpartition(".")[0]
    return [*found, name]

"""The CEL of blueprints: all of Kubernetes' libraries and the functions that only blueprints have.

Unlike at admission, a literal may hold values of different types: templates make maps of text, numbers and lists.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gitopsml.cel import Environment, Program


@cache
def environment() -> Environment:
    """The environment, made once. Unlike in a policy, the elements of a list or map may be of different types."""
    from gitopsml.blueprint.functions import ROWS
    from gitopsml.cel import Environment, overloads

    admission = Environment.kubernetes()
    return Environment(admission.libraries, admission.macros, kubernetes=False, optionals=True).extend(overloads(ROWS))


@cache
def compile_program(text: str, names: frozenset[str]) -> Program:
    """The program of an expression whose variables are `names`, compiled once. Raises CompileError."""
    return environment().compile(text, dict.fromkeys(sorted(names), "dyn"))

"""CEL, the Common Expression Language, as Kubernetes' API server evaluates it: the same values, errors and costs.

::

    environment      which functions and macros there are; text -> Program
      parser           token_stream, lexer, literals, macros, macros_plain -> nodes (the tree)
      checker          checked, types, unify, functions -> the type of each node
      validators       clauses (of format texts): literals that can never be right
      compiler         attributes, calls, folds, cost, frame -> closures
    program          evaluate, with a budget
    lazy             the variables of a policy, evaluated when they are read
    blame            origins: why a program came out false
    values           what closures compute with: operators, clock, numbers, native (to plain data), work (a bound on it)
    libraries        which module of library/ declares which function, since which version
                       formatting, addresses, urls: what several of them need
    regex            the one door to regular expressions: regex_syntax, regex_classes, regex_program, regex_match
    errors           the tree of errors, and `Unknown`

It imports nothing else of gitopsml. Begin with `Environment.kubernetes().compile("…", variables={"object": "dyn"})`.
"""

from gitopsml.cel.blame import Blame, blame
from gitopsml.cel.environment import Environment
from gitopsml.cel.errors import CelError, CompileError, CostExceeded, EvaluationError, Issue, Unknown
from gitopsml.cel.functions import Overload, Overloads, Row, overloads
from gitopsml.cel.lazy import LazyVariables
from gitopsml.cel.native import to_native
from gitopsml.cel.program import Program
from gitopsml.cel.values import LazyMap

__all__ = [
    "Blame", "CelError", "CompileError", "CostExceeded", "Environment", "EvaluationError", "Issue", "LazyMap", "LazyVariables",
    "Overload", "Overloads", "Program", "Row", "Unknown", "blame", "overloads", "to_native",
]  # fmt: skip

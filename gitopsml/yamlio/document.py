"""A YAML document: plain data and the text it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple


class Dialect(Enum):
    """Who types the scalars: the same text means different things to different programs (facts: hostile-input §3)."""

    API = "api"  # sigs.k8s.io/yaml, YAML 1.1 as the API server's clients read it: plain manifests, kustomization files
    KUSTOMIZE = "kustomize"  # go.yaml.in/yaml/v3 as kustomize reads resources and patches


@dataclass(slots=True, eq=False, weakref_slot=True)
class Document:
    """One document of a file: `path` as shown to people, `index` in the file, the whole file's `text`, plain `data`.

    Compared by identity. `data` is made of dict, list, str, int, float, bool and None, and is never changed: aliases of the
    file are shared objects. A scalar's text and place are looked up on demand (`locate`). `text` of a file that is not YAML
    is its text, `data` is None and pointers into it are `("line", n)`. `start` and `end` say where the document stands in `text`.
    """

    path: str
    index: int
    text: str
    data: Any
    dialect: Dialect = Dialect.API
    start: int = 0
    end: int | None = None


class Span(NamedTuple):
    """A place in a text: lines and columns from 1, in code points; the end is the first place behind the value."""

    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """Something in a text that is readable but that programs around us read differently, or that hides something.

    Kinds: `duplicate-key`, `unknown-tag`, `byte-order-mark`, `ambiguous-scalar`, `ambiguous-merge`, `trailing-content`,
    `encoding`.
    `document` is the document's number in the file; `related_line` the other line of a pair (0: none).
    """

    kind: str
    message: str
    line: int
    column: int
    related_line: int = 0
    document: int = 0


class Stream(NamedTuple):
    """What stands in a file: its documents (the empty ones left out) and the problems met on the way."""

    documents: list[Document]
    problems: list[Problem]


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column (from 1, in code points) of a place in a text; lines end with a line feed, as editors and Git count."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)

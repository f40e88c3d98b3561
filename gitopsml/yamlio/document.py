"""A YAML document: plain data and the text it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Dialect(Enum):
    """Who types the scalars: the same text means different things to different programs (facts: hostile-input §3)."""

    API = "api"  # sigs.k8s.io/yaml, YAML 1.1 as the API server's clients read it: plain manifests, kustomization files
    KUSTOMIZE = "kustomize"  # go.yaml.in/yaml/v3 as kustomize reads resources and patches


@dataclass(slots=True, eq=False)
class Document:
    """One document of a file: `path` as shown to people, `index` in the file, the whole file's `text`, plain `data`.

    Compared by identity. `data` is made of dict, list, str, int, float, bool and None, and is never changed: aliases of the
    file are shared objects. A scalar's text and place are looked up on demand (`locate`). `text` of a file that is not YAML
    is its text, `data` is None and pointers into it are `("line", n)`.
    """

    path: str
    index: int
    text: str
    data: Any
    dialect: Dialect = Dialect.API

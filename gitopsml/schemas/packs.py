"""The packs: schemas of custom resources that come with gitopsml; one compressed file for each API group, read when needed.

`packs/index.json` says what there is and where it came from; `scripts/pack-crds` writes all of them.
"""

from __future__ import annotations

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from gitopsml.schemas.published import Schema

FOLDER: Final = Path(__file__).resolve().parent / "packs"
SUFFIX: Final = ".json.xz"


class Source(NamedTuple):
    """Where schemas came from. `controllers` are the words by which a cluster file may name what installs them."""

    repository: str
    release: str
    commit: str
    licence: str
    controllers: tuple[str, ...]


class Packed(NamedTuple):
    """One version of one kind; `key` is its name inside of its group's pack."""

    group: str
    kind: str
    version: str
    plural: str
    scope: str
    source: Source
    key: str
    deprecated: bool = False


@cache
def packed() -> tuple[Packed, ...]:
    """Everything that there is, sorted by group, kind, version."""
    index = json.loads((FOLDER / "index.json").read_bytes())
    sources = [Source(row[0], row[1], row[2], row[3], tuple(row[4])) for row in index["sources"]]
    return tuple(
        Packed(group, kind, version, plural, scope, sources[source], key, deprecated)
        for group, kind, version, plural, scope, source, key, deprecated in index["kinds"]
    )


@cache
def of_group(group: str) -> tuple[Packed, ...]:
    """The kinds of a group."""
    return tuple(one for one in packed() if one.group == group)


def schema_of(one: Packed) -> tuple[Schema, list[Schema]]:
    """The schema of a kind, and the parts that `{"$ref": number}` in it stands for."""
    pack = _pack(one.group)
    schema: Schema = pack["kinds"][one.key]
    return schema, pack["shared"]


@cache
def _pack(group: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lzma.decompress((FOLDER / f"{group}{SUFFIX}").read_bytes()))
    return found

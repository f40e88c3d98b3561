"""CustomResourceDefinitions of a user -> schema files of the repository."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gitopsml.errors import UserError
from gitopsml.schemas.catalogue import FOLDER, SUFFIX
from gitopsml.schemas.crd import NAMES, Record, records
from gitopsml.yamlio import Document, read

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,100}\Z")


class Imported(NamedTuple):
    """Schema files (path in the repository -> text), and how many objects of other kinds were passed over."""

    files: dict[str, str]
    passed: Counter[str]


def imported(content: bytes, path: str, controller: str = "", release: str = "") -> Imported:
    """The schema files of the CustomResourceDefinitions in a YAML file.

    Raises UserError for text that is not YAML and for definitions that cannot be used, with their line.
    """
    found = Imported({}, Counter())
    for document in read(content, path).documents:
        kind = document.data.get("kind") if isinstance(document.data, dict) else None
        if kind != "CustomResourceDefinition":
            found.passed[str(kind or "document without a kind")] += 1
            continue
        for one in _records(document):
            if controller:
                one |= {"controller": controller, "release": release}
            found.files[_path(one, document)] = json.dumps(_ordered(one), indent=1, ensure_ascii=False) + "\n"
    return found


def written(root: str, files: Mapping[str, str]) -> Iterator[str]:
    """Writes the files below the root of a repository, each whole or not at all; yields their paths."""
    folder = os.path.join(root, FOLDER)
    if os.path.islink(folder):
        raise UserError("schemas is a link", path=FOLDER, hint="make it a folder of the repository")
    os.makedirs(folder, exist_ok=True)
    for path, text in sorted(files.items()):
        whole = os.path.join(root, path)
        with open(whole + ".new", "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(whole + ".new", whole)
        yield path


def _records(document: Document) -> list[Record]:
    try:
        return list(records(document.data))
    except ValueError as error:
        hint = "take the file from the release of the project that it belongs to"
        raise UserError(str(error), path=document.path, line=_line(document), hint=hint) from None


def _line(document: Document) -> int:
    return document.text.count("\n", 0, document.start) + 1


def _path(one: Record, document: Document) -> str:
    """`schemas/<plural>.<group>.<version>[@controller-release].crd.json`."""
    parts = [one["plural"], one["group"], one["version"], *(one[name] for name in ("controller", "release") if name in one)]
    for part in parts:
        if not _NAME.match(part):
            raise UserError(
                "this name cannot be that of a file", path=document.path, line=_line(document), hint="correct the name"
            )
    stem = ".".join(parts[:3]) + ("@" + "-".join(parts[3:]) if len(parts) > 3 else "")
    return f"{FOLDER}/{stem}{SUFFIX}"


def _ordered(one: Record) -> Record:
    names = [*NAMES, "controller", "release", "deprecated", "schema"]
    return {name: one[name] for name in names if name in one}

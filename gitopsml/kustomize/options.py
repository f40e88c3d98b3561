"""How to build, as people and configuration files say it -> Options."""

from __future__ import annotations

from typing import Final

from gitopsml.errors import RenderError
from gitopsml.kustomize.layer import Options

LOAD_RESTRICTORS: Final = {
    "rootOnly": "rootOnly",
    "none": "none",
    "LoadRestrictionsRootOnly": "rootOnly",
    "LoadRestrictionsNone": "none",
}


def options_of(version: str, load_restrictor: str) -> Options:
    """`5.6.0` and `rootOnly` or `none` (kustomize's own words are understood too). Raises RenderError."""
    return Options(_version(version), _restrictor(load_restrictor))


def _version(text: str) -> tuple[int, int, int]:
    parts = text.removeprefix("v").split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise RenderError(f"unknown kustomize version {text!r}", hint="write one such as 5.6.0")
    return int(parts[0]), int(parts[1]), int(parts[2])


def _restrictor(text: str) -> str:
    if text not in LOAD_RESTRICTORS:
        raise RenderError(f"unknown load restrictor {text!r}", hint="use rootOnly or none")
    return LOAD_RESTRICTORS[text]

"""Names of container images: which ones an entry of `images` means, and what becomes of them (facts: kustomize §6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

_PLAIN: Final = re.compile(r"[A-Za-z0-9_/.:@-]*\Z")
_TAG: Final = r"(:[a-zA-Z0-9_.{}-]*)?"
_SHA256: Final = r"(@sha256:[a-zA-Z0-9_.{}-]*)?"
_DIGEST: Final = r"(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{}-]*)?"  # any algorithm, from 5.8.2


class Image(NamedTuple):
    """The parts of a reference `name:tag@digest`."""

    name: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


class Wanted(NamedTuple):
    """What an entry of `images` asks for; "" where it says nothing."""

    new_name: str = ""
    new_tag: str = ""
    digest: str = ""
    tag_suffix: str = ""


@lru_cache(maxsize=1024)
def matcher(name: str, release: tuple[int, int, int] = (5, 6, 0)) -> Callable[[str], bool]:
    """A test whether a reference is meant by an entry's `name`, which is part of a regular expression (RE2).

    Raises ValueError where it is not one.
    """
    pattern = f"^{name}{_TAG}{_SHA256 if release < (5, 8, 2) else _DIGEST}$"
    if _PLAIN.match(name):
        quick = re.compile(pattern.removesuffix("$") + r"\Z")
        return lambda reference: quick.match(reference) is not None
    from gitopsml.model.pattern import compile as compiled

    program = compiled(pattern)
    return program.search


def split(reference: str) -> Image:
    """`host:5000/a/b:1@sha256:…` -> its parts; a colon before the first slash belongs to the name."""
    start = max(reference.find("/"), 0)
    at, colon = reference.find("@", start), reference.find(":", start)
    if at >= 0 and (colon < 0 or at < colon):
        return Image(reference[:at], "", reference[at + 1 :])
    if colon < 0:
        return Image(reference)
    if at < 0:
        return Image(reference[:colon], reference[colon + 1 :])
    return Image(reference[:colon], reference[colon + 1 : at], reference[at + 1 :])


def changed(reference: str, wanted: Wanted) -> str:
    """The reference as an entry wants it: a new tag or digest replaces both old ones, a suffix the digest only."""
    name, tag, digest = split(reference)
    if wanted.new_tag or wanted.digest:
        tag, digest = wanted.new_tag, wanted.digest
    elif wanted.tag_suffix:
        tag, digest = tag + wanted.tag_suffix, ""
    return str(Image(wanted.new_name or name, tag, digest))

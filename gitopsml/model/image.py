"""The text of an image reference -> its parts."""

from __future__ import annotations


def image_parts(text: str) -> dict[str, str]:
    """`r/x:1@sha256:…` -> name, tag, digest, as far as they are there; the registry's port is part of the name."""
    rest, _, digest = text.partition("@")
    head, colon, tag = rest.rpartition(":")
    name, tag = (head, tag) if colon and "/" not in tag else (rest, "")
    return {key: part for key, part in (("name", name), ("tag", tag), ("digest", digest)) if part}

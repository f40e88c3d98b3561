"""The text of an image reference <-> its parts."""

from __future__ import annotations


def image_parts(text: str) -> dict[str, str]:
    """`r/x:1@sha256:…` -> name, tag, digest, as far as they are there; the registry's port is part of the name."""
    rest, _, digest = text.partition("@")
    head, colon, tag = rest.rpartition(":")
    name, tag = (head, tag) if colon and "/" not in tag else (rest, "")
    return {key: part for key, part in (("name", name), ("tag", tag), ("digest", digest)) if part}


def image_text(image: str | dict[str, str]) -> str:
    """An image, as a text or as its parts, as one text."""
    parts = image_parts(image) if isinstance(image, str) else {key: str(value) for key, value in image.items()}
    tag = f":{parts['tag']}" if "tag" in parts else ""
    return parts.get("name", "") + tag + (f"@{parts['digest']}" if "digest" in parts else "")

"""Which URLs mean this repository: the configured one, and the remotes of the clone (from .git/config; Git is not started)."""

from __future__ import annotations

import contextlib
import os
import re
from typing import Final

from gitopsml.files import FileProblem, Files
from gitopsml.model.config import Config

_SECTION: Final = re.compile(r"\s*\[\s*([A-Za-z0-9.-]+)(?:\s+\"[^\"\n]*\")?\s*\]")
_URL: Final = re.compile(r"\s*url\s*=\s*(\S+)\s*\Z", re.IGNORECASE)
_SCP: Final = re.compile(r"(?:[^@/:]+@)?([^@/:]+):(?!//)(.*)\Z")


def own_urls(files: Files, config: Config) -> frozenset[str]:
    """The normal forms of all URLs of this repository; empty where none is known."""
    urls = [config.url] if config.url else []
    with contextlib.suppress(FileProblem):  # no clone, or a work tree whose .git is a file
        urls += _remotes(files.read(".git/config").decode("utf-8", "replace"))
    return frozenset(normal_url(url) for url in urls)


def prefix_in_clone(root: str) -> str:
    """Where the root of the repository is in its clone, with a slash at its end; "" where it is the top, or in no clone."""
    here, inner = root, ""
    while here and not os.path.lexists(os.path.join(here, ".git")):
        parent, name = os.path.split(here)
        if not name:
            return ""
        here, inner = parent, f"{name}/{inner}"
    return inner if here else ""


def normal_url(url: str) -> str:
    """`https://user:secret@Git.Example.com:443/ml/platform.git/` and `git@git.example.com:ml/platform` -> the same text."""
    text = url.strip()
    _, sign, rest = text.partition("://")
    if sign:
        host, _, path = rest.partition("/")
        host = host.rpartition("@")[2].partition(":")[0]
    else:
        match = _SCP.match(text)
        if match is None:
            return text.rstrip("/").removesuffix(".git")
        host, path = match[1], match[2]
    return f"{host.lower()}/{path.strip('/').removesuffix('.git')}"


def _remotes(text: str) -> list[str]:
    urls: list[str] = []
    section = ""
    for line in text.split("\n"):
        head = _SECTION.match(line)
        if head:
            section = head[1].lower()
        match = _URL.match(line) if section == "remote" else None
        if match:
            urls.append(match[1])
    return urls

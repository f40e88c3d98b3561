"""Suppressions: `# gitopsml: allow <policy>[, <policy>] -- <reason>` on the line of a finding, or alone on the line above it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from gitopsml.model.words import did_you_mean
from gitopsml.yamlio import Document, comments, source_line

MARK: Final = "gitopsml:"
_FORM: Final = re.compile(r"#\s*gitopsml:\s*allow\b(?P<ids>[^#]*?)(?:\s+--\s*(?P<reason>.*))?$")


class Suppression(NamedTuple):
    """One policy that is allowed at one line. `line`, `column`: the comment; `covers`: the line whose findings it hides."""

    path: str
    line: int
    column: int
    covers: int
    policy: str
    reason: str


class Wrong(NamedTuple):
    """A comment that can have no effect, or says no reason."""

    policy: str  # id of the built-in check
    path: str
    line: int
    column: int
    message: str


def suppressions(documents: Iterable[Document]) -> Iterator[Suppression]:
    """The suppressions in the comments of documents."""
    for document in documents:
        if MARK in document.text:
            found = comments(document)
            for line, comment in sorted(found.items()):
                yield from _of_comment(document, line, comment, found)


def _of_comment(document: Document, line: int, comment: str, found: dict[int, str]) -> Iterator[Suppression]:
    match = _FORM.match(comment)
    if match is None:
        return
    text = source_line(document.text, line)
    column = text.find(comment) + 1
    covers = line
    if not text[: column - 1].strip():
        while covers in found and source_line(document.text, covers).strip() == found[covers]:
            covers += 1
    ids = [word for word in re.split(r"[,:\s]+", match["ids"].strip()) if word]
    for id_ in ids or [""]:
        yield Suppression(document.path, line, column, covers, id_, (match["reason"] or "").strip())


def mistakes(found: Iterable[Suppression], known: set[str]) -> Iterator[Wrong]:
    """Comments without a reason, without a policy, or with a policy that does not exist."""
    for place, comment in groupby(found, key=lambda one: (one.path, one.line, one.column)):
        yield from _mistakes(place, list(comment), known)


def _mistakes(place: tuple[str, int, int], comment: list[Suppression], known: set[str]) -> Iterator[Wrong]:
    """Of one comment. Without the dashes, unknown words behind a policy are the reason that somebody forgot to set apart."""
    named = [one.policy for one in comment if one.policy in known]
    reason = comment[0].reason
    if not comment[0].policy:
        yield Wrong("suppression-misplaced", *place, "name the policy to allow: # gitopsml: allow POLICY -- REASON")
        return
    for one in comment if reason or not named else []:
        if one.policy not in known:
            yield Wrong("suppression-misplaced", *place, f"there is no policy {one.policy!r}; {did_you_mean(one.policy, known)}")
    if not reason:
        text = ", ".join(named or [comment[0].policy])
        yield Wrong("suppression-without-reason", *place, f"say why {text} is allowed here: -- REASON")

"""A finding's identity across commits: policy, resource and field, not the line (facts: git-and-ci §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256

from gitopsml.model.finding import Finding
from gitopsml.model.pointer import json_pointer


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """One for each finding, in order: 32 hexadecimal digits, a colon, and which one of its equals it is (they are a multiset)."""
    seen: Counter[str] = Counter()
    for finding in findings:
        digest = sha256("\0".join(_identity(finding)).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        seen[digest] += 1
        yield f"{digest}:{seen[digest]}"


def _identity(finding: Finding) -> Iterator[str]:
    yield finding.policy
    yield from finding.resource or ("", "", "", "")
    yield json_pointer(finding.pointer)
    yield "" if finding.resource else finding.location.path

"""Policies: how they are written, which of them run where, and what they see. They know `Resource`, and nothing of kustomize."""

from gitopsml.policy.builtin import BUILTIN
from gitopsml.policy.engine import Index, check, check_repository
from gitopsml.policy.record import Policy, Raw
from gitopsml.policy.registry import Registry, Source, bundled_source, disk_source, load
from gitopsml.policy.selection import Active, Selection

__all__ = [
    "BUILTIN", "Active", "Index", "Policy", "Raw", "Registry", "Selection", "Source", "bundled_source", "check",
    "check_repository", "disk_source", "load",
]  # fmt: skip

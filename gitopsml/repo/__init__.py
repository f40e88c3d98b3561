"""Git, and nothing but Git: GitPython's command layer under a hardened profile (facts: git-and-ci §1, §2)."""

from gitopsml.repo.changed import changed_since
from gitopsml.repo.command import Git, toplevel
from gitopsml.repo.commit import Commit, commit

__all__ = ["Commit", "Git", "changed_since", "commit", "toplevel"]

"""What would be deployed: paths -> Targets, changed files -> Targets."""

from gitopsml.targets.discover import discover, reached_by, survey
from gitopsml.targets.discovery import Discovery
from gitopsml.targets.loose import is_repository, loose_root
from gitopsml.targets.parsed import Parsed

__all__ = ["Discovery", "Parsed", "discover", "is_repository", "loose_root", "reached_by", "survey"]

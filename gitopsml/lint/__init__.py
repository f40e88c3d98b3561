"""What would be deployed -> a report: the pipeline in `pipeline`, its stages beside it."""

from gitopsml.lint.pipeline import lint

__all__ = ["lint"]

"""Which policies a run knows: those that come with gitopsml, the repository's own (YAML only), and those of the command line."""

from __future__ import annotations

from collections.abc import Sequence

from gitopsml.errors import ConfigError
from gitopsml.files import Files
from gitopsml.model.config import Config
from gitopsml.policy import Registry, Source, bundled_source, disk_source, load


def registry_of(files: Files, config: Config, folders: Sequence[str] = ()) -> Registry:
    """All policies of a run. Raises ConfigError where gitopsml.yaml names a folder that does not exist."""
    sources = [bundled_source()]
    for folder in config.policies:
        if files.kind(folder) != "directory":
            hint = "correct lint.policies in gitopsml.yaml"
            raise ConfigError("the folder of policies does not exist", path=folder, hint=hint)
        sources.append(Source(files, folder, folder, trusted=False))
    sources.extend(disk_source(folder) for folder in folders)
    return load(sources)

"""A directory with a kustomization -> a ResourceSet with trails; equal to what `kustomize build` makes of it."""

from gitopsml.kustomize.build import Build, build
from gitopsml.kustomize.cache import Cache
from gitopsml.kustomize.layer import Deleted, Note
from gitopsml.kustomize.render import render_text

__all__ = ["Build", "Cache", "Deleted", "Note", "build", "render_text"]

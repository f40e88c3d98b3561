"""Short app specs become Kustomize and Argo CD; a linter guards what would be deployed."""

from typing import Final

__version__: Final = "0.1.0"

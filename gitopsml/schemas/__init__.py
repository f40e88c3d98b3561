"""Schemas: those of the files that people write (`inputs`), and those of Kubernetes kinds."""

"""New files for a person to edit: written once, never over something that exists."""

from __future__ import annotations

from collections.abc import Mapping

import click

from gitopsml.apply import apply
from gitopsml.files import DiskFiles
from gitopsml.plan import Plan


def create(files: Mapping[str, str], root: str) -> list[str]:
    """Write those files that do not exist yet and say so, line by line; returns the paths that were left alone."""
    disk = DiskFiles(root)
    present = [path for path in sorted(files) if disk.kind(path) != "missing"]
    missing = tuple(path for path in sorted(files) if path not in present)
    apply(Plan(create=missing), files, root)
    for path in sorted(files):
        click.echo(f"{'kept    ' if path in present else 'created '} {path}")
    return present

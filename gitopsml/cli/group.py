"""The group of commands, loaded when they are used: options -> one call -> print -> exit code; nothing else."""

from __future__ import annotations

import importlib
from typing import Final

import click

from gitopsml import __version__

# command -> (module, one line for --help): spelled here so that --help and --version import no command
COMMANDS: Final = {
    "init": ("gitopsml.cli.init", "Lay out a GitOps repository: configuration, clusters, a team, a first app, CI."),
    "new": ("gitopsml.cli.new", "Write a commented app.yaml for a new app."),
    "generate": ("gitopsml.cli.generate", "Expand every app.yaml into Kustomize and Argo CD files."),
    "explain": ("gitopsml.cli.explain", "Show each value of an app in one environment: its layer and its reason."),
    "lint": ("gitopsml.cli.lint", "Check what would be deployed."),
    "build": ("gitopsml.cli.build", "Print what `kustomize build` prints."),
    "why": ("gitopsml.cli.why", "Show where a field of a rendered object was written, and what overrode it."),
    "policies": ("gitopsml.cli.policies", "List the policies, or show one."),
    "blueprints": ("gitopsml.cli.blueprints", "List the blueprints, or show one."),
    "schema": ("gitopsml.cli.schema", "Print a JSON Schema of the files people write, or of the report."),
    "schemas": ("gitopsml.cli.schemas", "List the schemas of custom resources, or add your own CRDs."),
    "test": ("gitopsml.cli.test", "Check policies against fixtures with `# finding` comments."),
}


class Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gitopsml")
def cli() -> None:
    """Short app specs become Kustomize and Argo CD; a linter guards what would be deployed.

    Exit codes: 0 clean, 1 findings or stale files, 2 usage or configuration, 3 something could not be evaluated,
    70 our bug, 130 interrupted.
    """

"""The errors a user can meet, and the exit codes of the command line.

::

    GitopsmlError
      x UserError               one line: path:line:column, what, what to do        exit 2
          x ConfigError         gitopsml.yaml, clusters/*.yaml, options
          x SpecError           app.yaml, team.yaml
          x BlueprintError      a blueprint's own files
          x PolicyError         a policy's own files
          x YamlError           text that is not YAML, or beyond the reader's budgets
          x RenderError         a kustomization that does not build
          x NotOurFile          a file the generator does not own stands in its way
          x GitError            Git refuses, or there is no repository
          x Problems            several of them at once, one line each
      x InternalError           our bug: "please report"                             exit 70
"""

from __future__ import annotations

from typing import Final

EXIT_OK: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_USAGE: Final = 2
EXIT_UNEVALUATED: Final = 3
EXIT_BUG: Final = 70
EXIT_INTERRUPTED: Final = 130


class GitopsmlError(Exception):
    """Base of everything this package raises on purpose."""


class UserError(GitopsmlError):
    """Something a person can put right: `path:line:column: what; hint`.

    `line` and `column` count from 1; 0 means unknown. `str()` is the one line to print.
    """

    def __init__(self, what: str, *, path: str = "", line: int = 0, column: int = 0, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.path = path
        self.line = line
        self.column = column
        self.hint = hint

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        text = f"{place}: {self.what}" if place else self.what
        return f"{text}; {self.hint}" if self.hint else text


class ConfigError(UserError):
    """gitopsml.yaml, a cluster file or an option is wrong."""


class SpecError(UserError):
    """app.yaml or team.yaml is wrong."""


class BlueprintError(UserError):
    """A blueprint's own files are wrong."""


class PolicyError(UserError):
    """A policy's own files are wrong."""


class YamlError(UserError):
    """The text is not YAML, or it is beyond the reader's budgets."""


class RenderError(UserError):
    """A kustomization does not build; `check` is the id of the check that reports it, where it has one of its own."""

    def __init__(self, what: str, *, path: str = "", line: int = 0, column: int = 0, hint: str = "", check: str = "") -> None:
        super().__init__(what, path=path, line=line, column=column, hint=hint)
        self.check = check


class NotOurFile(UserError):
    """A file that the generator does not own stands where it wants to write."""


class GitError(UserError):
    """Git refuses, or there is no repository."""


class InternalError(GitopsmlError):
    """A broken promise of our own code."""


class Problems(UserError):
    """Several errors of one input, shown together: one line each."""

    def __init__(self, errors: list[UserError]) -> None:
        super().__init__("; ".join(error.what for error in errors))
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)

"""The outer wall: every way for a command to end has its exit code."""

from __future__ import annotations

import os
import sys

from gitopsml.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE, UserError


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code. Never raises, never shows a traceback for a user's error."""
    try:
        return _run(argv)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_USAGE
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing is half written, run the command again\n")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the outer wall
        return _bug()


def _run(argv: list[str] | None) -> int:
    """What click does, with its own ways to end as exit codes."""
    from click.exceptions import Abort, ClickException, Exit

    from gitopsml.cli.group import cli

    try:
        code = cli.main(args=argv, prog_name="gitopsml", standalone_mode=False)
    except Exit as error:
        return error.exit_code
    except ClickException as error:
        error.show()
        return EXIT_USAGE
    except Abort:
        raise KeyboardInterrupt from None
    return code if isinstance(code, int) else 0


def _bug() -> int:
    import platform
    import traceback

    from gitopsml import __version__

    traceback.print_exc()
    versions = f"gitopsml {__version__}, Python {platform.python_version()}"
    sys.stderr.write(f"this is a bug in gitopsml ({versions}): please report it with the lines above\n")
    return EXIT_BUG

"""`gitopsml` and `python -m gitopsml`."""

from __future__ import annotations

import gc


def run() -> None:
    """The console script: one short run of one command, so the cyclic collector would only cost time while starting."""
    gc.disable()
    from gitopsml.cli.main import main

    gc.enable()
    raise SystemExit(main())


if __name__ == "__main__":
    run()

"""Functions by subject: each module declares its own in `ROWS`; `libraries.py` says when they are loaded."""

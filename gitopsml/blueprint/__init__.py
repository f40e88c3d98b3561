"""A blueprint: declared inputs and a way to make one environment's objects (blueprints/README.md: how one is written)."""

"""A blueprint: declared inputs and a way to make the objects of one environment (blueprints/README.md says how one is written)."""

"""The steps of a build, one module each: (items, setting, layer) -> items; see `layer.Step`."""

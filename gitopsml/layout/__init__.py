"""Objects per environment -> files: base, overlays, kustomizations; computed by factoring, never templated."""

"""A directory with a kustomization -> a ResourceSet with trails; equal to what `kustomize build` makes of it."""

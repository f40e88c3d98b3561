"""Argo CD's objects: read (what an Application deploys) and built."""

"""The nouns, without I/O. Everything a policy may import stands here."""

from gitopsml.model.cluster import Cluster
from gitopsml.model.config import Config, Environment, SeverityRule
from gitopsml.model.deployed import Deployed, TargetInfo
from gitopsml.model.finding import (
    Explained,
    Finding,
    Location,
    Report,
    Severity,
    Step,
    Unchecked,
    Unevaluated,
    Violation,
    sorted_findings,
)
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, dotted, json_pointer, lookup
from gitopsml.model.resource import Resource, ResourceId, ResourceSet, from_document
from gitopsml.model.spec import AppSpec, EnvironmentSpec
from gitopsml.model.target import Target, TargetKind
from gitopsml.model.workload import Container, PodView, pod_templates, replicas

__all__ = [
    "AppSpec",
    "Cluster",
    "Config",
    "Container",
    "Deployed",
    "Environment",
    "EnvironmentSpec",
    "Explained",
    "Finding",
    "Location",
    "Origin",
    "PodView",
    "Pointer",
    "Report",
    "Resource",
    "ResourceId",
    "ResourceSet",
    "Severity",
    "SeverityRule",
    "Step",
    "Target",
    "TargetInfo",
    "TargetKind",
    "Trail",
    "Unchecked",
    "Unevaluated",
    "Violation",
    "dotted",
    "from_document",
    "json_pointer",
    "lookup",
    "pod_templates",
    "replicas",
    "sorted_findings",
]

"""Hand-made reports for the tests of the formats."""

from __future__ import annotations

from gitopsml.model import Finding, Location, Report, ResourceId, Severity, Step, Unchecked, Unevaluated

BASE = "deploy/risk/fraud/base/deployment.yaml"
OVERLAY = "deploy/risk/fraud/overlays/prod/kustomization.yaml"
APP = "apps/risk/fraud/app.yaml"
DEPLOYMENT = ResourceId("apps", "Deployment", "risk-prod", "fraud")

SOURCES = {
    BASE: """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: fraud}
spec:
  replicas: 4
  template:
    spec:
      containers:
        - name: server
          image: registry.example.com/risk/fraud:2.4.1
          env:
            - name: DB
              value: postgres://fraud:hunter22@db/fraud
""",
    OVERLAY: """\
namespace: risk-prod
resources: [../../base]
replicas:
  - name: fraud
    count: 1
""",
    APP: "image: registry.example.com/risk/fraud:2.4.1\nenvironments:\n  prod: {replicas: 1}\n",
    "broken.yaml": "kind: Service\n\tname: x\n",
}

REPLICAS = Finding(
    "replicas-below-two",
    Severity.ERROR,
    "set replicas to at least 2",
    Location(APP, 3, 20, 3, 21),
    DEPLOYMENT,
    ("spec", "replicas"),
    ("deploy/risk/fraud/overlays/prod",),
    title="One replica in production",
    why="one replica is down whenever its node is",
    remedy="set `replicas: 2` or more for prod in apps/risk/fraud/app.yaml",
    chain=(
        Step(Location(BASE, 5, 13, 5, 14), "4", "written here"),
        Step(Location(OVERLAY, 5, 12, 5, 13), "1", "overridden here"),
        Step(Location(APP, 3, 20, 3, 21), "1", "generated from here"),
    ),
    operands=(("object.spec.replicas", "1"),),
)
MEMORY = Finding(
    "memory-limit-missing",
    Severity.WARNING,
    "set resources.limits.memory",
    Location(BASE, 9, 11, 10, 56),
    DEPLOYMENT,
    ("spec", "template", "spec", "containers", 0),
    tuple(f"deploy/risk/fraud/overlays/{name}" for name in ("dev", "prod", "staging")),
    title="No memory limit",
    why="a container without a limit takes its node down with it",
    remedy="set `memory` in apps/risk/fraud/app.yaml",
)
NOTE = Finding("image-tag-latest", Severity.INFO, "pin the image by digest", Location(BASE, 10, 18, 10, 56), DEPLOYMENT)
ALLOWED = Finding(
    "host-network",
    Severity.ERROR,
    "remove hostNetwork",
    Location(BASE, 7, 5, 7, 9),
    DEPLOYMENT,
    ("spec",),
    suppressed="the node agent",
)

FULL = Report(
    findings=(REPLICAS, MEMORY, NOTE),
    suppressed=(ALLOWED,),
    unreadable=(Unevaluated(Location("broken.yaml", 2, 1, 2, 1), "a tab cannot indent; use spaces", "broken"),),
    unchecked=(Unchecked("vendor/legacy", "remote base, replaced in Q1"), Unchecked("charts/db", "a Helm chart")),
    targets=12,
    resources=1148,
    policies=34,
    sources=SOURCES,
)
CLEAN = Report(targets=1, resources=3, policies=34)
EMPTY = Report(policies=34)

"""A tiny repository and tiny blueprints, in memory, for the tests of specs, blueprints, layout and generation."""

# ruff: noqa: E501 - one case, one line
from __future__ import annotations

import textwrap
from collections.abc import Mapping

from gitopsml import config
from gitopsml.blueprint.registry import Registry
from gitopsml.files import MemoryFiles
from gitopsml.generate import Generated, generate
from gitopsml.model.config import Config

SCHEMA = """{
  "type": "object", "additionalProperties": false, "required": ["image"],
  "properties": {
    "image": {"anyOf": [{"type": "string"}, {"type": "object"}], "examples": ["r/x:1"]},
    "replicas": {"type": "integer", "minimum": 0, "default": 1},
    "port": {"type": "integer", "default": 8080},
    "load": {"$ref": "../vocabulary.json#/$defs/duration"},
    "env": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}},
    "probe": {"type": "object", "additionalProperties": false, "properties": {"path": {"type": "string", "default": "/healthz"}, "every": {"type": "integer"}}},
    "uses": {"type": "object", "additionalProperties": {"type": "string"}},
    "steps": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "cpu": {"type": "integer", "default": 1}}}}
  }
}"""

BLUEPRINT = """
title: Tiny
stage: serving
intent: serving
summary: A small service.
parts: [identity]
derive:
  budget:
    when: ${has(spec.load)}
    value: ${seconds(spec.load) * 5 / 4}
    reason: load ${spec.load} + 25 %
    shown: ${durationText(derived.budget)}
    field: load
checks:
  - rule: ${spec.replicas < 9}
    at: replicas
    message: ${spec.replicas} replicas are too many
    hint: at most 8
provides: {port: "${spec.port}"}
"""

IDENTITY = """
fragments:
  labels:
    app.kubernetes.io/name: ${name}
    gitopsml.dev/environment: ${environment.name}
"""

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: "${name}", namespace: "${app.namespace}", labels: "${fragment.labels}"}
spec:
  replicas: ${spec.replicas}
  selector: {matchLabels: {app.kubernetes.io/name: "${name}"}}
  template:
    metadata: {labels: "${fragment.labels}"}
    spec:
      containers:
        - name: server
          image: ${imageText(spec.image)}
          env:
            - forEach: {each: "${entries(spec.env)}"}
              item: {name: "${each.key}", value: "${each.value}"}
            - forEach: {each: "${uses}"}
              item: {name: "${envName(each.as)}_URL", value: "http://${each.app}.${each.namespace}.svc:${each.port}"}
          startupProbe:
            includeWhen: ${has(derived.budget)}
            item: {tcpSocket: {port: "${spec.port}"}, periodSeconds: 10, failureThreshold: "${ceilDiv(derived.budget, 10)}"}
"""

SERVICE = """
includeWhen: ${spec.port > 0}
resource:
  apiVersion: v1
  kind: Service
  metadata: {name: "${name}", namespace: "${app.namespace}", labels: "${fragment.labels}"}
  spec:
    selector: {app.kubernetes.io/name: "${name}"}
    ports: [{name: http, port: 80, targetPort: "${spec.port}", protocol: TCP}]
"""

TEAM = """
title: Team
stage: tenancy
intent: ""
summary: A namespace.
"""

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: "${app.namespace}", labels: {team: "${team.name}", apps: "${string(size(apps))}"}}
"""

BLUEPRINTS = {
    "vocabulary.json": '{"$defs": {"duration": {"title": "A length of time", "type": "string", "pattern": "^[0-9]+m$", "x-message": "write 12m"}}}',
    "parts/identity/part.yaml": IDENTITY,
    "tiny/blueprint.yaml": BLUEPRINT,
    "tiny/schema.json": SCHEMA,
    "tiny/resources/deployment.yaml": DEPLOYMENT,
    "tiny/resources/service.yaml": SERVICE,
    "team/blueprint.yaml": TEAM,
    "team/schema.json": '{"type": "object", "additionalProperties": false, "properties": {"quota": {"type": "object"}}}',
    "team/resources/namespace.yaml": NAMESPACE,
}

REPOSITORY = {
    "gitopsml.yaml": """
        apiVersion: gitopsml.dev/v1
        repository: {url: "https://git.example.com/platform.git"}
        environments:
          dev: {cluster: lab}
          staging: {cluster: lab}
          prod: {cluster: lab, protected: true}
        defaults: {serving: {port: 9000}}
        """,
    "clusters/lab.yaml": """
        apiVersion: gitopsml.dev/v1
        provider: onprem
        kubernetes: "1.34"
        destination: {server: "https://kubernetes.default.svc"}
        """,
    "apps/risk/team.yaml": """
        apiVersion: gitopsml.dev/v1
        blueprint: team@1
        environments: {dev: {}, staging: {}, prod: {}}
        """,
    "apps/risk/scorer/app.yaml": """
        apiVersion: gitopsml.dev/v1
        blueprint: tiny@1
        image: registry.example.com/scorer:1.0
        load: 12m
        env: {LOG_LEVEL: info}
        environments:
          dev: {}
          prod:
            replicas: 3
            env: {LOG_LEVEL: warning}
            image: {tag: "1.1"}
        """,
}
APP = "apps/risk/scorer/app.yaml"


def registry(**changes: str) -> Registry:
    """The tiny blueprints; keywords replace files (`deployment=` is tiny/resources/deployment.yaml)."""
    names = {"blueprint": "tiny/blueprint.yaml", "schema": "tiny/schema.json", "deployment": "tiny/resources/deployment.yaml"}
    return Registry(MemoryFiles({**BLUEPRINTS, **{names.get(name, name): text for name, text in changes.items()}}))


def repository(changes: Mapping[str, str | None] | None = None) -> MemoryFiles:
    """The tiny repository with some files replaced or (None) removed."""
    files = {**REPOSITORY, **(changes or {})}
    return MemoryFiles({path: textwrap.dedent(text).lstrip("\n") for path, text in files.items() if text is not None})


def load(files: MemoryFiles) -> Config:
    """The configuration of a repository."""
    return config.load(files)


def made(changes: Mapping[str, str | None] | None = None, **blueprints: str) -> Generated:
    """What the tiny repository generates."""
    files = repository(changes)
    return generate(files, load(files), registry=registry(**blueprints))


def app(text: str) -> dict[str, str]:
    """The change that makes `text` the app.yaml, after the two lines that every app.yaml begins with."""
    return {APP: "apiVersion: gitopsml.dev/v1\nblueprint: tiny@1\n" + textwrap.dedent(text).lstrip("\n")}

"""A fleet to measure on, the same bytes every time: `python benchmarks/fleet.py DIR --apps 300` lays out a repository of specs.

An API, a classifier on GPUs and a nightly training job in turn; ten apps a team; dev, staging and prod on two clusters.
`--plain N` writes N Deployments as plain manifests instead, one file each (what kubeconform and kube-linter are fast at).
"""

from __future__ import annotations

import argparse
from pathlib import Path

TEAM_SIZE = 10
CONFIG = """\
apiVersion: gitopsml.dev/v1
repository: {url: https://git.example.com/ml/fleet.git, branch: main}
environments:
  dev: {cluster: dev}
  staging: {cluster: prod}
  prod: {cluster: prod, protected: true}
argocd: {namespace: argocd, version: "3.5"}
"""
CLUSTER = """\
apiVersion: gitopsml.dev/v1
provider: %s
kubernetes: "1.36"
destination: {name: %s}
gpuPools:
  - product: L4
    perNode: 4
    nodes: 8
    memory: 24Gi
    labels: {nvidia.com/gpu.product: NVIDIA-L4}
    taints: [{key: nvidia.com/gpu, effect: NoSchedule}]
storage: {block: fast, shared: shared}
gateway: {name: public, namespace: gateway-system, domain: %s.example.com}
secretStore: {kind: ClusterSecretStore, name: vault}
"""
TEAM = """\
apiVersion: gitopsml.dev/v1
blueprint: team@1
members: {group: %s}
quota: {cpu: 2000, memory: 8Ti, gpu: {L4: 64}, storage: 16Ti}
environments: {dev: {}, staging: {}, prod: {}}
"""
API = """\
apiVersion: gitopsml.dev/v1
blueprint: model-service@1
image: registry.example.com/fleet/api:1.%(n)d.0
port: 8080
health: {path: /healthz}
cpu: 1
memory: 2Gi
expose: {host: %(app)s}
environments:
  dev: {replicas: 1}
  staging: {replicas: 2, image: {tag: 1.%(n)d.1}}
  prod: {replicas: {min: 3, max: 9, cpu: 70}}
"""
CLASSIFIER = """\
apiVersion: gitopsml.dev/v1
blueprint: model-service@1
image: registry.example.com/fleet/classifier:2.%(n)d.0
port: 8080
health: {path: /ready, load: 4m}
gpu: {product: L4, count: 1}
cpu: 4
memory: 16Gi
uses: {features: %(team)s/%(api)s}
environments:
  dev: {replicas: 1, rollout: recreate}
  staging: {replicas: 1, rollout: recreate}
  prod: {replicas: 3}
"""
TRAINING = """\
apiVersion: gitopsml.dev/v1
blueprint: training-job@1
image: registry.example.com/fleet/train:3.%(n)d.0
command: [python, train.py]
schedule: {cron: "%(minute)d 2 * * *", timezone: Etc/UTC}
gpu: {product: L4, count: 2}
cpu: 8
memory: 64Gi
checkpoints: {volume: 100Gi, path: /checkpoints}
deadline: 6h
retries: 2
environments:
  dev: {gpu: {count: 1}}
  staging: {}
  prod: {}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-%(n)04d
  namespace: shop
  labels:
    app.kubernetes.io/name: web-%(n)04d
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: web-%(n)04d
  template:
    metadata:
      labels:
        app.kubernetes.io/name: web-%(n)04d
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: server
          image: registry.example.com/shop/web:1.%(n)d.0
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
          env:
            - name: LOG_LEVEL
              value: info
            - name: SHARD
              value: "%(n)d"
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 128Mi
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          livenessProbe:
            httpGet:
              path: /live
              port: http
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 1Gi
"""
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Ingress
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def fleet(root: Path, apps: int) -> None:
    """Lay out a repository with this many apps."""
    write(root / "gitopsml.yaml", CONFIG)
    write(root / "clusters/dev.yaml", CLUSTER % ("onprem", "dev", "dev"))
    write(root / "clusters/prod.yaml", CLUSTER % ("eks", "prod", "prod"))
    for number in range(apps):
        team, place = f"team-{number // TEAM_SIZE:03d}", number % TEAM_SIZE
        if place == 0:
            write(root / f"apps/{team}/team.yaml", TEAM % team)
        kind, text = (("api", API), ("classifier", CLASSIFIER), ("train", TRAINING))[place % 3]
        app = f"{kind}-{place}"
        words = {"n": number, "team": team, "app": app, "api": f"api-{place - place % 3}", "minute": number % 60}
        write(root / f"apps/{team}/{app}/app.yaml", text % words)


def plain(root: Path, count: int) -> None:
    """Write this many Deployments, one file each, and the NetworkPolicy that they need."""
    write(root / "network-policy.yaml", POLICY)
    for number in range(count):
        write(root / f"web-{number:04d}.yaml", DEPLOYMENT % {"n": number})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--apps", type=int, default=300)
    parser.add_argument("--plain", type=int, default=0)
    options = parser.parse_args()
    if options.plain:
        plain(options.directory, options.plain)
    else:
        fleet(options.directory, options.apps)


if __name__ == "__main__":
    main()

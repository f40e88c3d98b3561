"""Applications and projects: what Argo CD is told about each target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gitopsml.argocd.build import Deployed, GroupKind, Kinds, Made, build
from gitopsml.errors import ConfigError, Problems, SpecError, UserError
from gitopsml.model import Cluster, Config, Origin, Resource, Trail
from gitopsml.yamlio import Document

CONFIG = Config(
    root="repo", url="https://git.example.com/ml.git", branch="main", argocd={"namespace": "argocd", "version": "3.5"}
)
CLOUD = Cluster("cloud", data={"destination": {"name": "cloud-eu"}})
LAB = Cluster("lab", data={"destination": {"server": "https://lab.example.com"}})
KINDS = Kinds(
    apps=frozenset({GroupKind("apps", "Deployment"), GroupKind("", "Service"), GroupKind("", "ConfigMap")}),
    teams=frozenset({GroupKind("", "Namespace"), GroupKind("", "ResourceQuota")}),
)


def resource(kind: str, **fields: Any) -> Resource:
    data = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **fields}
    return Resource(data, Trail(Origin(Document(Path("x.yaml").as_posix(), 0, "", data))))


def deployed(team: str = "risk", app: str = "scorer", environment: str = "dev", **changes: Any) -> Deployed:
    one = Deployed(
        team=team,
        app=app,
        environment=environment,
        namespace=f"{team}-{environment}",
        cluster=CLOUD,
        protected=environment == "prod",
        path=f"deploy/{team}/{app}/overlays/{environment}",
        watched=(f"deploy/{team}/{app}/base", f"apps/{team}/{app}/local/{environment}"),
        blueprint="model-service@1",
        intent="serving",
        source=f"apps/{team}/{app}/app.yaml",
        resources=(),
    )
    return one._replace(**changes)


def team(name: str = "risk", environment: str = "dev", **changes: Any) -> Deployed:
    binding = resource("RoleBinding", subjects=[{"kind": "Group", "name": "ml-risk"}, {"kind": "ServiceAccount", "name": "bot"}])
    given: dict[str, Any] = {
        "watched": (),
        "blueprint": "team@1",
        "intent": "",
        "source": f"apps/{name}/team.yaml",
        "resources": (binding,),
    }
    return deployed(name, "_team", environment)._replace(**(given | changes))


def made(*targets: Deployed, config: Config = CONFIG) -> dict[str, Made]:
    return build(config, targets, KINDS)


def application(one: Deployed) -> dict[str, Any]:
    data: dict[str, Any] = made(one)[f"argocd/applications/{one.application}.yaml"].data
    return dict(data)


def project(name: str, *targets: Deployed) -> dict[str, Any]:
    return dict(made(*targets)[f"argocd/projects/{name}.yaml"].data["spec"])


def test_the_objects_of_a_small_repository() -> None:
    objects = made(deployed(environment="prod"), deployed(), team(), team(environment="prod"))
    assert list(objects) == [
        "argocd/applications/risk-dev.yaml",
        "argocd/applications/risk-prod.yaml",
        "argocd/applications/risk-scorer-dev.yaml",
        "argocd/applications/risk-scorer-prod.yaml",
        "argocd/projects/platform-risk.yaml",
        "argocd/projects/root.yaml",
        "argocd/projects/team-risk.yaml",
        "argocd/root.yaml",
    ]
    assert {one.source for one in objects.values()} == {"apps/risk/scorer/app.yaml", "apps/risk/team.yaml", "gitopsml.yaml"}
    assert objects["argocd/projects/team-risk.yaml"][1:] == ("apps/risk/team.yaml", "team@1")


def test_nothing_deployed_nothing_made() -> None:
    assert made() == {}


def test_order_of_targets_does_not_matter() -> None:
    targets = [deployed(), deployed(environment="prod"), team(), deployed(team="shop"), team("shop")]
    assert made(*targets) == made(*reversed(targets))
    assert list(made(*targets)) == list(made(*reversed(targets)))


def test_an_application() -> None:
    assert application(deployed()) == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {
            "name": "risk-scorer-dev",
            "namespace": "argocd",
            "labels": {
                "app.kubernetes.io/managed-by": "gitopsml",
                "gitopsml.dev/team": "risk",
                "gitopsml.dev/app": "scorer",
                "gitopsml.dev/environment": "dev",
                "gitopsml.dev/cluster": "cloud",
                "gitopsml.dev/blueprint": "model-service-1",
            },
            "annotations": {
                "argocd.argoproj.io/manifest-generate-paths": ".;/deploy/risk/scorer/base;/apps/risk/scorer/local/dev",
            },
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": "team-risk",
            "source": {
                "repoURL": "https://git.example.com/ml.git",
                "path": "deploy/risk/scorer/overlays/dev",
                "targetRevision": "refs/heads/main",
            },
            "destination": {"name": "cloud-eu", "namespace": "risk-dev"},
            "syncPolicy": {
                "automated": {"enabled": True, "prune": True, "selfHeal": True, "allowEmpty": False},
                "syncOptions": [
                    "FailOnSharedResource=true",
                    "PruneLast=true",
                    "PrunePropagationPolicy=foreground",
                    "ApplyOutOfSyncOnly=true",
                ],
                "retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}},
            },
        },
    }


@pytest.mark.parametrize(
    ("one", "cascades"),
    [(deployed(), True), (deployed(environment="prod"), False), (team(), False), (team(environment="prod"), False)],
    ids=["dev", "protected", "team in dev", "team in protected"],
)
def test_deleting_an_application_deletes_workloads_only_outside_protected_environments(one: Deployed, cascades: bool) -> None:
    assert ("finalizers" in application(one)["metadata"]) is cascades


@pytest.mark.parametrize(
    ("cluster", "destination"),
    [
        (CLOUD, {"name": "cloud-eu"}),
        (LAB, {"server": "https://lab.example.com"}),
        (Cluster("here"), {"server": "https://kubernetes.default.svc"}),
    ],
    ids=["name", "server", "own cluster"],
)
def test_destination_is_a_name_or_a_server(cluster: Cluster, destination: dict[str, str]) -> None:
    assert application(deployed(cluster=cluster))["spec"]["destination"] == {**destination, "namespace": "risk-dev"}


@pytest.mark.parametrize(("branch", "revision"), [("main", "refs/heads/main"), ("refs/heads/release", "refs/heads/release")])
def test_revision_is_fully_qualified(branch: str, revision: str) -> None:
    config = Config(root="repo", url="https://git.example.com/ml.git", branch=branch)
    objects = made(deployed(), config=config)
    assert objects["argocd/applications/risk-scorer-dev.yaml"].data["spec"]["source"]["targetRevision"] == revision
    assert objects["argocd/root.yaml"].data["spec"]["source"]["targetRevision"] == revision
    assert objects["argocd/root.yaml"].data["metadata"]["namespace"] == "argocd"


def test_weights_that_a_canary_moves_are_ignored() -> None:
    plugins = {"argoproj-labs/gatewayAPI": {"httpRoute": "x", "namespace": "risk-dev"}}
    rollout = resource("Rollout", spec={"strategy": {"canary": {"trafficRouting": {"plugins": plugins}}}})
    route = resource("HTTPRoute", spec={})
    ignored = application(deployed(resources=(rollout, route)))["spec"]["ignoreDifferences"]
    assert [(one["kind"], one["name"], one["jqPathExpressions"]) for one in ignored] == [
        ("HTTPRoute", "x", [".spec.rules[].backendRefs[].weight"])
    ]
    assert "ignoreDifferences" not in application(deployed(resources=(route,)))["spec"]


@pytest.mark.parametrize(("kind", "patches"), [("Job", False), ("RayJob", False), ("TrainJob", True)])
def test_what_a_queue_decides_about_a_run_is_ignored(kind: str, patches: bool) -> None:
    free = resource(kind, spec={})
    assert "ignoreDifferences" not in application(deployed(resources=(free,)))["spec"]
    metadata = {**free.data["metadata"], "labels": {"kueue.x-k8s.io/queue-name": "batch"}}
    queued = replace(free, data={**free.data, "metadata": metadata})
    spec = application(deployed(resources=(queued,)))["spec"]
    [rule] = spec["ignoreDifferences"]
    assert (rule["group"], rule["kind"], rule["jsonPointers"]) == (queued.group, kind, ["/spec/suspend"])
    assert ("jqPathExpressions" in rule) == patches
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]


@pytest.mark.parametrize("kind", ["HorizontalPodAutoscaler", "ScaledObject"])
def test_replicas_that_an_autoscaler_owns_are_ignored(kind: str) -> None:
    scaler = resource(kind, spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "scorer"}})
    spec = application(deployed(resources=(scaler,)))["spec"]
    assert spec["ignoreDifferences"] == [
        {"group": "apps", "kind": "Deployment", "name": "scorer", "jsonPointers": ["/spec/replicas"]}
    ]
    assert "RespectIgnoreDifferences=true" in spec["syncPolicy"]["syncOptions"]
    plain = application(deployed())["spec"]
    assert "ignoreDifferences" not in plain
    assert "RespectIgnoreDifferences=true" not in plain["syncPolicy"]["syncOptions"]


def test_description_and_owner_stand_in_the_list_of_applications() -> None:
    spec = application(deployed(description="Scores payments", owner="risk@example.com"))["spec"]
    assert spec["info"] == [{"name": "Description", "value": "Scores payments"}, {"name": "Owner", "value": "risk@example.com"}]
    assert "info" not in application(deployed())["spec"]


def test_the_teams_target_comes_before_its_apps() -> None:
    first, later = application(team()), application(deployed())
    assert first["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] == "-1"
    assert "argocd.argoproj.io/sync-wave" not in later["metadata"]["annotations"]
    assert first["spec"]["project"] == "platform-risk"


def test_project_of_apps() -> None:
    targets = (deployed(), deployed(environment="prod", cluster=LAB), deployed(app="other"), team())
    assert project("team-risk", *targets) == {
        "description": "Apps of team risk",
        "sourceRepos": ["https://git.example.com/ml.git"],
        "destinations": [
            {"name": "cloud-eu", "namespace": "risk-dev"},
            {"server": "https://lab.example.com", "namespace": "risk-prod"},
        ],
        "namespaceResourceWhitelist": [
            {"group": "", "kind": "ConfigMap"},
            {"group": "", "kind": "Service"},
            {"group": "apps", "kind": "Deployment"},
        ],
        "namespaceResourceBlacklist": [
            {"group": "", "kind": "LimitRange"},
            {"group": "", "kind": "ResourceQuota"},
            {"group": "rbac.authorization.k8s.io", "kind": "Role"},
            {"group": "rbac.authorization.k8s.io", "kind": "RoleBinding"},
        ],
        "roles": [
            {
                "name": "members",
                "description": "Members of the team",
                "groups": ["ml-risk"],
                "policies": [
                    "p, proj:team-risk:members, applications, get, team-risk/*, allow",
                    "p, proj:team-risk:members, applications, sync, team-risk/*, allow",
                    "p, proj:team-risk:members, logs, get, team-risk/*, allow",
                ],
            }
        ],
    }


def test_project_of_the_platform_may_make_exactly_the_teams_namespaces() -> None:
    spec = project("platform-risk", team(), team(environment="prod"))
    assert spec["clusterResourceWhitelist"] == [
        {"group": "", "kind": "Namespace", "name": "risk-dev"},
        {"group": "", "kind": "Namespace", "name": "risk-prod"},
    ]
    assert spec["namespaceResourceWhitelist"] == [{"group": "", "kind": "ResourceQuota"}]
    assert "roles" not in spec


def test_no_wildcard_and_no_default_project_anywhere() -> None:
    for path, one in made(deployed(), team(), deployed(environment="prod")).items():
        spec = one.data["spec"]
        assert spec.get("project") != "default", path
        for word in ("sourceRepos", "destinations", "clusterResourceWhitelist"):
            assert "*" not in str(spec.get(word)), path


def test_root_deploys_itself_within_a_project_of_its_own() -> None:
    objects = made(deployed())
    root = objects["argocd/root.yaml"].data["spec"]
    assert (root["project"], root["source"]["path"], root["source"]["directory"]) == ("root", "argocd", {"recurse": True})
    own = objects["argocd/projects/root.yaml"].data["spec"]
    assert own["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "argocd"}]
    assert [kind["kind"] for kind in own["namespaceResourceWhitelist"]] == ["AppProject", "Application"]


def test_a_team_without_team_file_has_only_the_project_of_its_apps() -> None:
    objects = made(deployed())
    assert objects["argocd/projects/team-risk.yaml"].source == "gitopsml.yaml"
    assert "argocd/projects/platform-risk.yaml" not in objects
    assert "roles" not in objects["argocd/projects/team-risk.yaml"].data["spec"]


@pytest.mark.parametrize(
    ("targets", "error", "words"),
    [
        (
            (deployed(), deployed(team="risk-scorer", app="_team", source="apps/risk-scorer/team.yaml")),
            SpecError,
            "apps/risk-scorer/team.yaml:1: team risk-scorer in dev and risk/scorer in dev would share the Application",
        ),
        (
            (deployed(team="a", app="b-c"), deployed(team="a-b", app="c")),
            SpecError,
            "would share the Application a-b-c-dev; rename one of them (the other is apps/a/b-c/app.yaml)",
        ),
        (
            (deployed(team="a", app="x", environment="b-c"), deployed(team="a-b", app="y", environment="c")),
            SpecError,
            "a-b/y in c and a/x in b-c would share the namespace a-b-c",
        ),
    ],
    ids=["team and app", "apps", "namespaces"],
)
def test_names_that_meet_are_errors(targets: tuple[Deployed, ...], error: type[UserError], words: str) -> None:
    with pytest.raises(error) as caught:
        made(*targets)
    assert words in str(caught.value)


def test_several_clashes_are_told_at_once() -> None:
    targets = [
        deployed(team=name, app=app, environment=env) for env in ("dev", "prod") for name, app in (("a", "b-c"), ("a-b", "c"))
    ]
    with pytest.raises(Problems) as caught:
        made(*targets)
    assert len(caught.value.errors) == 2


def test_without_a_url_argocd_would_not_know_what_to_read() -> None:
    with pytest.raises(ConfigError, match=r"gitopsml\.yaml: repository\.url is missing"):
        made(deployed(), config=Config(root="repo"))

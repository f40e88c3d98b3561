"""gitopsml.yaml and clusters/*.yaml -> Config, and what is said of each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from gitopsml import bundled
from gitopsml.config import find_root, load, schema
from gitopsml.errors import ConfigError, Problems, UserError
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.model import Config, Severity, SeverityRule
from gitopsml.model.glob import covers, matches
from gitopsml.model.words import count, did_you_mean, listed

HEAD = "apiVersion: gitopsml.dev/v1\n"
CLUSTER = 'provider: eks\nkubernetes: "1.36"\ndestination: {server: https://kubernetes.default.svc}\n'
FULL = f"""\
{HEAD}repository: {{url: https://git.example.com/ml/platform.git, branch: release}}
environments:
  dev: {{cluster: dev-eu}}
  prod: {{cluster: prod-eu, protected: true}}
argocd: {{namespace: argocd, version: "3.5"}}
defaults: {{training: {{retries: 2}}}}
lint:
  severity: {{replicas-below-two: {{dev: off, prod: error}}, host-network: warning}}
  paths: [{{path: deploy/legacy, severity: {{host-network: info}}}}]
  options: {{memory-limit-missing: {{most: 2Gi}}}}
  external: {{secrets: [regcred]}}
  unchecked: [{{path: vendor/legacy/, reason: " remote base "}}]
  policies: [rules/]
"""


def read(text: str = FULL, **clusters: str) -> Config:
    tree = {f"clusters/{name.replace('_', '-')}.yaml": content for name, content in clusters.items()}
    return load(MemoryFiles({"gitopsml.yaml": text, **tree}))


def complaints(text: str, **clusters: str) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(text, **{"dev_eu": CLUSTER, "prod_eu": CLUSTER, **clusters})
    return str(caught.value).split("\n")


def test_everything_that_can_be_said() -> None:
    config = read(dev_eu=CLUSTER, prod_eu=CLUSTER)
    assert (config.url, config.branch) == ("https://git.example.com/ml/platform.git", "release")
    assert [(one.name, one.cluster, one.protected) for one in config.environments] == [
        ("dev", "dev-eu", False),
        ("prod", "prod-eu", True),
    ]
    assert config.argocd == {"namespace": "argocd", "version": "3.5"}
    assert config.defaults == {"training": {"retries": 2}}
    assert config.options == {"memory-limit-missing": {"most": "2Gi"}}
    assert config.external == {"secrets": ("regcred",)}
    assert config.unchecked == {"vendor/legacy": "remote base"}
    assert config.policies == ("rules",)
    assert config.document is not None


@pytest.mark.parametrize(
    ("written", "release"),
    [
        ("", "5.6.0"),
        ('argocd: {version: "3.4"}\n', "5.6.0"),
        ('argocd: {version: "3.5"}\n', "5.8.1"),
        ('argocd: {version: "3.4"}\nkustomizeVersion: 5.8.2\n', "5.8.2"),
        ('argocd: {version: "3.5"}\nkustomizeVersion: 5.7.1\n', "5.7.1"),
    ],
)
def test_the_release_of_kustomize(written: str, release: str) -> None:
    assert load(MemoryFiles({"gitopsml.yaml": f"apiVersion: gitopsml.dev/v1\n{written}"})).kustomize == release


def test_another_release_of_kustomize_is_refused() -> None:
    with pytest.raises(ConfigError, match=r'gitopsml.yaml:2:19: .*; write one of "5.6.0"'):
        load(MemoryFiles({"gitopsml.yaml": "apiVersion: gitopsml.dev/v1\nkustomizeVersion: 5.8.0\n"}))


def test_severities_go_from_the_general_to_the_special() -> None:
    assert read(dev_eu=CLUSTER, prod_eu=CLUSTER).severities == (
        SeverityRule("host-network", Severity.WARNING),
        SeverityRule("replicas-below-two", Severity.OFF, "dev"),
        SeverityRule("replicas-below-two", Severity.ERROR, "prod"),
        SeverityRule("host-network", Severity.INFO, path="deploy/legacy"),
    )


def test_a_repository_without_configuration_has_the_defaults() -> None:
    config = load(MemoryFiles({"clusters/x.yaml": "apiVersion: cluster.x-k8s.io/v1\nkind: Cluster\n", "policies/x.yaml": ""}))
    assert config == Config("") or (config.clusters, config.policies, config.environments) == ({}, (), ())


def test_a_folder_of_policies_is_found() -> None:
    assert load(MemoryFiles({"gitopsml.yaml": HEAD, "policies/x.yaml": ""})).policies == ("policies",)
    assert load(MemoryFiles({"gitopsml.yaml": HEAD})).policies == ()


def test_a_cluster_has_the_data_of_its_provider_below() -> None:
    cluster = read(dev_eu=CLUSTER + "network: {dns: {namespace: dns}}\n", prod_eu=CLUSTER).clusters["dev-eu"]
    assert (cluster.name, cluster.provider, cluster.kubernetes) == ("dev-eu", "eks", "1.36")
    assert cluster.data["name"] == "dev-eu"
    assert cluster.data["network"]["dns"]["namespace"] == "dns"
    assert "internet" in cluster.data["network"]
    assert cluster.trail is not None
    assert cluster.trail.at(("network", "dns", "namespace")).origin.document.path == "clusters/dev-eu.yaml"
    assert cluster.trail.at(("network", "internet")).origin.document.path == "blueprints/providers/eks.yaml"


def test_the_cluster_of_an_environment() -> None:
    config = read(dev_eu=CLUSTER, prod_eu=CLUSTER)
    assert config.cluster_of("prod") is config.clusters["prod-eu"]
    assert config.cluster_of("test") is None


MISTAKES = {
    "unknown field": (HEAD + "enviroments: {}\n", "gitopsml.yaml:2:1: ", "environments"),
    "unknown field below": (HEAD + "lint:\n  serverity: {}\n", "gitopsml.yaml:3:3: ", "severity"),
    "no version": ("repository: {branch: x}\n", "gitopsml.yaml", "apiVersion"),
    "other version": ("apiVersion: gitopsml.dev/v2\n", "gitopsml.yaml:1:13: ", "gitopsml.dev/v1"),
    "wrong type": (HEAD + "environments: [dev]\n", "gitopsml.yaml:2:15: ", ""),
    "no cluster": (HEAD + "environments: {dev: {}}\n", "gitopsml.yaml:2:", "cluster"),
    "unknown cluster": (HEAD + "environments:\n  dev: {cluster: prod-ue}\n", "gitopsml.yaml:3:18: ", "prod-eu"),
    "unknown environment": (
        HEAD + "environments: {dev: {cluster: dev-eu}}\nlint:\n  severity: {x-y: {def: error}}\n", "gitopsml.yaml:4:20: ", "dev"
    ),
    "unknown severity": (HEAD + "lint: {severity: {x-y: fatal}}\n", "gitopsml.yaml:2:24: ", "error, warning, info"),
    "not a policy id": (HEAD + "lint: {severity: {X_Y: error}}\n", "gitopsml.yaml:2:19: ", "policy id"),
    "no reason": (HEAD + "lint: {unchecked: [{path: a, reason: ' '}]}\n", "gitopsml.yaml:2:", "say why"),
    "absolute path": (HEAD + "lint: {unchecked: [{path: /a, reason: b}]}\n", "gitopsml.yaml:2:27: ", "slash"),
    "policies outside": (HEAD + "lint: {policies: [../x]}\n", "gitopsml.yaml:2:19: ", "leaves the repository"),
    "not an environment name": (HEAD + "environments: {Dev: {cluster: dev-eu}}\n", "gitopsml.yaml:2:16: ", "lower-case"),
    "unknown intent": (HEAD + "defaults: {traning: {}}\n", "gitopsml.yaml:2:12: ", "training"),
    "twice": (HEAD + "lint: {}\nlint: {}\n", "gitopsml.yaml:3:1: ", ""),
    "two documents": (HEAD + "---\nlint: {}\n", "gitopsml.yaml", "more than one document"),
    "not YAML": ("a: [\n", "gitopsml.yaml:", ""),
    "empty": ("", "gitopsml.yaml", "apiVersion"),
    "a list": ("- a\n", "gitopsml.yaml:1:1: ", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_the_configuration(name: str) -> None:
    text, place, words = MISTAKES[name]
    (line,) = complaints(text)
    assert line.startswith(place)
    assert words in line


CLUSTER_MISTAKES = {
    "number for a version": ("kubernetes: 1.36\n", "clusters/dev-eu.yaml:1:13: ", '"1.36"'),
    "unknown field": ("kubernets: '1.36'\n", "clusters/dev-eu.yaml:1:1: ", "kubernetes"),
    "unknown provider": ("provider: ekz\n", "clusters/dev-eu.yaml:1:11: ", "eks"),
    "two destinations": (
        "destination: {server: https://x, name: prod}\n",
        "clusters/dev-eu.yaml:1:14: ",
        "either server or name",
    ),
    "no product": ("gpuPools: [{nodes: 3}]\n", "clusters/dev-eu.yaml:1:12: ", "product"),
    "fraction of a GPU": ("gpuPools: [{product: L4, perNode: 1.5}]\n", "clusters/dev-eu.yaml:1:35: ", ""),
    "a taint without effect": ("gpuPools: [{product: L4, taints: [{key: a}]}]\n", "clusters/dev-eu.yaml:1:35: ", "effect"),
}


@pytest.mark.parametrize("name", CLUSTER_MISTAKES)
def test_mistakes_in_a_cluster(name: str) -> None:
    text, place, words = CLUSTER_MISTAKES[name]
    (line,) = complaints(FULL, dev_eu=text)
    assert line.startswith(place)
    assert words in line


def test_all_mistakes_are_told_at_once() -> None:
    lines = complaints(HEAD + "a: 1\nb: 2\n", dev_eu="c: 3\n")
    assert len(lines) == 3
    with pytest.raises(Problems):
        read(HEAD + "a: 1\nb: 2\n")


def test_two_files_for_one_cluster() -> None:
    with pytest.raises(UserError, match="two files for the cluster 'x'"):
        load(MemoryFiles({"gitopsml.yaml": HEAD, "clusters/x.yaml": "", "clusters/x.yml": ""}))


@pytest.mark.parametrize("name", ["repository", "cluster"])
def test_every_field_is_described(name: str) -> None:
    def bare(part: object, path: str) -> list[str]:
        if not isinstance(part, dict):
            return []
        found = [f"{path}.{key}" for key, value in part.get("properties", {}).items() if not isinstance(value, dict)]
        for key, value in part.get("properties", {}).items():
            if path.count(".") < 1 and "description" not in value:
                found.append(f"{path}.{key}")
            found += bare(value, f"{path}.{key}")
        return found

    assert bare(schema(name), name) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["repository", "cluster"])
def test_schemas_are_schemas(name: str) -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(schema(name))  # type: ignore[arg-type]
    json.dumps(schema(name))  # type: ignore[arg-type]


@pytest.mark.parametrize("provider", sorted(path.stem for path in (bundled.directory("blueprints") / "providers").glob("*.yaml")))
def test_a_cluster_file_may_say_what_its_provider_says(provider: str) -> None:
    text = (bundled.directory("blueprints") / "providers" / f"{provider}.yaml").read_text("utf-8")
    cluster = read(HEAD, x=f"{text}\nprovider: {provider}\n").clusters["x"]
    assert cluster.provider == provider


def test_the_example_repository_is_understood() -> None:
    config = load(DiskFiles(str(ROOT / "blueprints" / "example-repository")))
    assert config.environments
    assert all(one.cluster in config.clusters for one in config.environments)


def test_the_root_is_the_nearest_marked_folder(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_root(str(inner)) == str(inner)
    (inner / "x.yaml").write_text("")
    assert find_root(str(inner / "x.yaml")) == str(inner)
    (tmp_path / ".git").mkdir()
    assert find_root(str(inner / "x.yaml")) == str(tmp_path)
    (tmp_path / "a" / "gitopsml.yaml").write_text("")
    assert find_root(str(inner)) == str(tmp_path / "a")


def test_a_workflow_of_that_name_is_no_repository(tmp_path: Path) -> None:
    for folder in (".git", ".github/workflows", "gitops/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
    for file in (".github/workflows/gitopsml.yaml", "gitops/gitopsml.yaml", "gitops/.hidden/gitopsml.yaml"):
        (tmp_path / file).write_text("")
    assert find_root(str(tmp_path / ".github" / "workflows" / "gitopsml.yaml")) == str(tmp_path)
    assert find_root(str(tmp_path / "gitops" / ".hidden")) == str(tmp_path / "gitops")
    assert find_root(str(tmp_path / "gitops")) == str(tmp_path / "gitops")


# globs and words

GLOBS = [
    ("a", "a", True), ("a", "a/b/c", True), ("a", "ab", False), ("a/", "a/b", True), ("./a", "a", True), (".", "x/y", True),
    ("a/*", "a/b/c", True), ("a/*", "a", False), ("a/*/c", "a/b/c/d", True), ("a/*/c", "a/b/d", False),
    ("**", "x", True), ("**/c", "c", True), ("**/c", "a/b/c/d", True), ("a/**/c", "a/c", True), ("a/**/c", "a/x/y/c", True),
    ("a/**", "a", True), ("*.yaml", "a.yaml", True), ("*.yaml", "d/a.yaml", False), ("**/*.yaml", "d/a.yaml", True),
    ("a?c", "abc", True), ("a?c", "a/c", False), ("a.c", "abc", False), ("deploy/*/prod", "deploy/x/prod", True),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "wanted"), GLOBS)
def test_globs(pattern: str, path: str, wanted: bool) -> None:
    assert covers(pattern, path) is wanted


@pytest.mark.parametrize(
    ("pattern", "path", "greedy", "wanted"),
    [
        ("a/*/b.yaml", "a/x/b.yaml", False, True),
        ("a/*/b.yaml", "a/x/y/b.yaml", False, False),
        ("a/*/b.yaml", "a/x/y/b.yaml", True, True),
        ("a/**/b.yaml", "a/x/y/b.yaml", True, True),
        ("a/**/b.yaml", "a/b.yaml", True, True),
        ("a", "a/b", False, False),
    ],
)
def test_exact_globs(pattern: str, path: str, greedy: bool, wanted: bool) -> None:
    assert matches(pattern, path, greedy=greedy) is wanted


@given(st.text("ab*?/", max_size=12), st.text("ab/", min_size=1, max_size=12))
def test_globs_agree_with_regular_expressions(pattern: str, path: str) -> None:
    import re

    if "***" in pattern or re.search(r"\*\*[^/]|[^/]\*\*", pattern):
        return  # `**` beside other signs of a name means one star here
    expression = "".join(_expression(part) for part in pattern.split("/") if part not in ("", "."))
    assert covers(pattern, path) is (re.match(expression + ".*$", path + "/") is not None)


def _expression(part: str) -> str:
    import re

    return r"(?:[^/]*/)*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") + "/"


def test_a_hostile_glob_is_cheap() -> None:
    import time

    start = time.process_time()
    assert not matches("*a" * 2000 + "b", "a" * 4000)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("enviroments", "did you mean 'environments'?"),
        ("node_selector", "did you mean 'nodeSelector'?"),
        ("zzz", "known: environments, lint, nodeSelector"),
    ],
)
def test_did_you_mean(word: str, hint: str) -> None:
    assert did_you_mean(word, {"nodeSelector", "environments", "lint"}) == hint


def test_words() -> None:
    assert did_you_mean("x", []) == ""
    assert listed(str(number) for number in range(10)) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"
    assert [count(1, "target"), count(2000, "policy", "policies")] == ["1 target", "2,000 policies"]

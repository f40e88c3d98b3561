"""Argo CD's objects in a repository -> what they deploy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from gitopsml.argocd.application import application, clean_path
from gitopsml.argocd.template import Unknowable, fill, normalized
from gitopsml.config import load
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.model import Target, TargetKind
from gitopsml.targets import discover, reached_by
from gitopsml.targets.remotes import prefix_in_clone
from gitopsml.yamlio import read

URL = "https://git.example.com/ml/platform.git"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"
OVERLAY = "resources: [pod.yaml]\n"
CONFIGURATION = f"""\
apiVersion: gitopsml.dev/v1
repository: {{url: {URL}, branch: main}}
environments: {{dev: {{cluster: dev-eu}}, prod: {{cluster: prod-eu}}}}
"""
BASE = {
    "gitopsml.yaml": CONFIGURATION,
    "clusters/dev-eu.yaml": "destination: {name: dev}\n",
    "clusters/prod-eu.yaml": "destination: {server: https://prod}\n",
    "x/overlays/prod/kustomization.yaml": OVERLAY,
    "x/overlays/prod/pod.yaml": POD,
    "plain/a.yaml": POD,
    "plain/below/b.yml": POD,
    "chart/Chart.yaml": "apiVersion: v2\n",
}


def app(source: str, destination: str = "server: https://prod, namespace: ns", name: str = "one", labels: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, labels: {{{labels}}}}}\n"
        f"spec:\n  project: p\n  destination: {{{destination}}}\n  source: {{{source}}}\n"
    )


def targets(text: str, **more: str) -> list[Target]:
    files = MemoryFiles({**BASE, **more, "argocd/a.yaml": text})
    return [one for one in discover(files, [], load(files)) if one.application]


def reasons(text: str, **more: str) -> list[str]:
    return [one.unchecked for one in targets(text, **more) if one.unchecked]


def test_an_application_tells_where_its_overlay_goes() -> None:
    assert targets(app(f"repoURL: {URL}, path: x/overlays/prod, targetRevision: refs/heads/main")) == [
        Target(
            "x/overlays/prod", TargetKind.KUSTOMIZATION, app="x", environment="prod", cluster="prod-eu", namespace="ns",
            application="argocd/a.yaml",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("destination", "labels", "cluster"),
    [
        ("server: https://prod/", "", "prod-eu"),
        ("name: dev", "", "dev-eu"),
        ("name: dev-eu", "", "dev-eu"),
        ("name: unknown", "", ""),
        ("name: unknown", "environment: dev", "dev-eu"),
        ("server: https://prod", "env: dev", "prod-eu"),
    ],
)
def test_the_cluster_comes_from_the_destination(destination: str, labels: str, cluster: str) -> None:
    (target,) = targets(app(f"repoURL: {URL}, path: plain", destination, labels=labels))
    assert target.cluster == cluster


def test_a_plain_folder_is_read_as_argo_cd_reads_it() -> None:
    (flat,) = targets(app(f"repoURL: {URL}, path: plain"))
    assert (flat.kind, flat.files, flat.app) == (TargetKind.FOLDER, ("plain/a.yaml",), "one")
    (deep,) = targets(app(f"repoURL: {URL}, path: plain, directory: {{recurse: true}}"))
    assert deep.files == ("plain/a.yaml", "plain/below/b.yml")


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ("recurse: true, exclude: below/*", ("plain/a.yaml",)),
        ("recurse: true, include: '*.yml'", ("plain/below/b.yml",)),
        ("recurse: true, include: '{a.yaml,*.yml}'", ("plain/a.yaml", "plain/below/b.yml")),
        ("include: b.yml", ()),
    ],
)
def test_include_and_exclude(options: str, files: tuple[str, ...]) -> None:
    (target,) = targets(app(f"repoURL: {URL}, path: plain, directory: {{{options}}}"))
    assert target.files == files


def test_a_folder_that_an_application_reads_whole_is_not_judged_twice() -> None:
    files = MemoryFiles({**BASE, "argocd/a.yaml": app(f"repoURL: {URL}, path: plain, directory: {{recurse: true}}")})
    assert [one.path for one in discover(files, ["plain"], load(files))] == ["plain"]


def test_a_base_that_an_application_names_is_a_target_too() -> None:
    more = {"x/base/kustomization.yaml": OVERLAY, "x/overlays/prod/kustomization.yaml": "resources: [../../base]\n"}
    files = MemoryFiles({**BASE, **more, "argocd/a.yaml": app(f"repoURL: {URL}, path: x/base")})
    assert [one.path for one in discover(files, ["x"], load(files))] == ["x/base", "x/overlays/prod"]


def test_a_path_that_is_missing_is_a_target_that_will_fail() -> None:
    assert [one.path for one in targets(app(f"repoURL: {URL}, path: gone"))] == ["gone"]


UNKNOWABLE = {
    "a chart": (f"repoURL: {URL}, chart: redis, targetRevision: 1.2.3", "it deploys the Helm chart redis"),
    "a chart here": (f"repoURL: {URL}, path: chart", "it deploys the Helm chart in chart"),
    "helm": (f"repoURL: {URL}, path: plain, helm: {{valueFiles: [v.yaml]}}", "it deploys the Helm chart in plain"),
    "a plugin": (f"repoURL: {URL}, path: plain, plugin: {{}}", "a plugin makes its manifests"),
    "jsonnet": (f"repoURL: {URL}, path: plain, directory: {{jsonnet: {{libs: [x]}}}}", "made by Jsonnet"),
    "another repository": (
        "repoURL: https://u:secret@other.example.com/x.git, path: y",
        "another repository (other.example.com/x)",
    ),
    "another revision": (f"repoURL: {URL}, path: plain, targetRevision: v1.2", "revision v1.2"),
    "outside": (f"repoURL: {URL}, path: ../etc", "leaves the repository"),
}


@pytest.mark.parametrize("name", UNKNOWABLE)
def test_what_cannot_be_known_is_listed_with_its_reason(name: str) -> None:
    source, reason = UNKNOWABLE[name]
    (told,) = reasons(app(source))
    assert told.startswith("Application one: ")
    assert reason in told
    assert "secret" not in told


def test_parameters_of_an_application_are_told() -> None:
    found = targets(app(f"repoURL: {URL}, path: x/overlays/prod, kustomize: {{images: [a=b], version: v5}}"))
    assert [(one.path, bool(one.unchecked)) for one in found] == [("argocd/a.yaml", True), ("x/overlays/prod", False)]
    assert "spec.source.kustomize changes images" in found[0].unchecked


def test_remotes_of_the_clone_are_this_repository_too() -> None:
    remote = '[remote "origin"]\n\turl = git@fork.example.com:ml/platform.git\n'
    more = {".git/config": f'[core]\n\tbare = false\n{remote}[branch "x"]\n\turl = no\n'}
    assert targets(app("repoURL: https://fork.example.com/ml/platform, path: plain"), **more)[0].unchecked == ""
    assert targets(app("repoURL: no, path: plain"), **more)[0].unchecked != ""


def test_paths_may_count_from_the_top_of_the_clone(tmp_path: Path) -> None:
    for path, text in {**BASE, "argocd/a.yaml": app(f"repoURL: {URL}, path: fleet/eu/plain")}.items():
        file = tmp_path / "fleet" / "eu" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / ".git").mkdir()
    files = DiskFiles(str(tmp_path / "fleet" / "eu"))
    assert [one.path for one in discover(files, ["plain/a.yaml"], load(files))] == ["plain"]
    assert [one.namespace for one in discover(files, ["plain/a.yaml"], load(files))] == ["ns"]


@pytest.mark.parametrize(("inner", "wanted"), [("", ""), ("a", "a/"), ("a/b", "a/b/")])
def test_where_the_root_is_in_its_clone(tmp_path: Path, inner: str, wanted: str) -> None:
    (tmp_path / ".git").mkdir()
    assert prefix_in_clone(os.path.join(tmp_path, inner).rstrip("/")) == wanted


@pytest.mark.parametrize("root", ["", "relative", "/"])
def test_roots_in_no_clone(root: str) -> None:
    assert prefix_in_clone(root) == ""


def test_without_configuration_every_source_could_be_here() -> None:
    files = MemoryFiles({"a.yaml": app("repoURL: https://anything, path: plain, targetRevision: dev"), "plain/a.yaml": POD})
    assert [(one.path, one.namespace) for one in discover(files, ["plain"], load(files))] == [("plain", "ns")]


def test_the_file_of_an_application_stands_for_what_it_deploys() -> None:
    files = MemoryFiles({**BASE, "argocd/a.yaml": app(f"repoURL: {URL}, path: plain")})
    assert [one.path for one in discover(files, ["argocd/a.yaml"], load(files))] == ["argocd", "plain"]
    assert [one.path for one in reached_by(files, load(files), ["argocd/a.yaml"])] == ["argocd", "plain"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"spec": None},
        {"spec": {"source": []}},
        {"spec": {"sources": [None, "x"]}},
        {"metadata": [], "spec": {"destination": "x"}},
    ],
)
def test_wrong_types_do_not_stop_anything(data: dict[str, Any]) -> None:
    assert application(data, "f").sources == ()


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ({"source": {"path": "a"}}, ["a"]),
        ({"source": {"path": "a"}, "sources": [{"path": "b"}, {"path": "c"}]}, ["b", "c"]),
        ({"source": {"path": "a"}, "sourceHydrator": {"drySource": {"path": "d"}}}, ["d"]),
    ],
)
def test_which_sources_count(spec: dict[str, Any], paths: list[str]) -> None:
    assert [one.path for one in application({"spec": spec}, "f").sources] == paths


@pytest.mark.parametrize(("path", "clean"), [("/a/b/", "a/b"), ("./a", "a"), (".", "."), ("a/../b", "b"), ("../x", "../x")])
def test_paths_as_argo_cd_takes_them(path: str, clean: str) -> None:
    assert clean_path(path) == clean


def test_a_patch_of_an_application_is_none() -> None:
    more = {
        "o/kustomization.yaml": "resources: [a.yaml]\npatches: [{path: p.yaml}]\n",
        "o/p.yaml": app("path: gone"),
        "o/a.yaml": POD,
    }
    assert targets("", **more) == []


# ApplicationSets


def appset(generators: str, path: str = "'{{.path.path}}'", go: str = "true", more: str = "") -> str:
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\n"
        f"spec:\n  goTemplate: {go}\n{more}  generators:\n{generators}"
        "  template:\n    metadata: {name: one}\n    spec:\n      project: p\n"
        f"      source: {{repoURL: {URL}, path: {path}}}\n      destination: {{name: dev, namespace: ns}}\n"
    )


def made(text: str, **more: str) -> list[str]:
    return [one.unchecked or one.path for one in targets(text, **more)]


FLEET = {f"apps-{name}/envs/{env}/kustomization.yaml": "namePrefix: x-\n" for name in ("a", "b") for env in ("dev", "prod")}
PARAMETERS = {
    "params/a.yaml": "where: plain\nlabels: {team: risk}\n",
    "params/b.json": '[{"where": "x/overlays/prod"}, {"where": "plain/below"}]',
}


def test_a_list() -> None:
    text = appset("  - list: {elements: [{where: plain}, {where: plain/below}]}\n", "'{{.where}}'")
    assert made(text) == ["plain", "plain/below"]


def test_the_older_form() -> None:
    text = appset("  - list: {elements: [{where: plain}]}\n", "'{{where}}/{{ where }}'", go="false")
    assert made(text) == ["plain/plain"]


def test_git_directories() -> None:
    folders = "[{path: '*/envs/*'}, {path: apps-b/envs/dev, exclude: true}]"
    generators = f"  - git: {{repoURL: {URL}, revision: HEAD, directories: {folders}}}\n"
    assert made(appset(generators), **FLEET) == ["apps-a/envs/dev", "apps-a/envs/prod", "apps-b/envs/prod"]


def test_git_files() -> None:
    generators = f"  - git: {{repoURL: {URL}, files: [{{path: 'params/*'}}]}}\n"
    assert made(appset(generators, "'{{.where}}'"), **PARAMETERS) == ["plain", "plain/below", "x/overlays/prod"]


def test_a_parameter_file_decides_on_what_it_makes() -> None:
    generators = f"  - git: {{repoURL: {URL}, files: [{{path: 'params/*.yaml'}}]}}\n"
    files = MemoryFiles({**BASE, **PARAMETERS, "argocd/a.yaml": appset(generators, "'{{.where}}'")})
    assert [one.path for one in reached_by(files, load(files), ["params/a.yaml"])] == ["plain"]


def test_a_matrix() -> None:
    generators = (
        "  - matrix:\n      generators:\n      - list: {elements: [{env: dev}, {env: prod}]}\n"
        f"      - git: {{repoURL: {URL}, directories: [{{path: '*/envs/{{{{.env}}}}'}}]}}\n"
    )
    assert made(appset(generators), **FLEET) == ["apps-a/envs/dev", "apps-a/envs/prod", "apps-b/envs/dev", "apps-b/envs/prod"]


def test_a_selector_of_a_generator() -> None:
    generators = (
        "  - list: {elements: [{where: plain, env: dev}, {where: gone, env: prod}]}\n    selector: {matchLabels: {env: dev}}\n"
    )
    assert made(appset(generators, "'{{.where}}'")) == ["plain"]


LIST = "  - list: {elements: [{where: plain}]}\n"
UNCLEAR = {
    "clusters": ("  - clusters: {}\n", "'{{.name}}'", "", "a clusters generator is known to Argo CD only"),
    "pull requests": ("  - pullRequest: {github: {}}\n", "x", "", "pullRequest"),
    "merge": ("  - merge: {generators: []}\n", "x", "", "merge"),
    "a function": (LIST, "'{{.where | upper}}'", "", "computed by Argo CD"),
    "a condition": (LIST, "'{{if .where}}x{{end}}'", "", "computed by Argo CD"),
    "a missing key": (LIST, "'{{.wehre}}'", "", "has no value"),
    "another repository": ("  - git: {repoURL: https://other/x, directories: [{path: '*'}]}\n", "x", "", "another repository"),
    "a patch of the template": (LIST, "'{{.where}}'", "  templatePatch: 'spec: {source: {path: y}}'\n", "templatePatch"),
    "elementsYaml": ("  - list: {elementsYaml: '{{ .x }}'}\n", "x", "", "elementsYaml"),
    "half a matrix": ("  - matrix: {generators: [{list: {elements: []}}]}\n", "x", "", "two generators"),
    "a bad parameter file": (f"  - git: {{repoURL: {URL}, files: [{{path: 'bad/*'}}]}}\n", "x", "", "bad/p.yaml cannot be read"),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_only_argo_cd_knows(name: str) -> None:
    generators, path, more, reason = UNCLEAR[name]
    (told,) = made(appset(generators, path, more=more), **{"bad/p.yaml": "a: [\n"})
    assert told.startswith("ApplicationSet set: ")
    assert reason in told


def test_a_hostile_set_is_cut_short() -> None:
    numbers = ", ".join(f"{{a: {number}}}" for number in range(200))
    inner = f"{{list: {{elements: [{numbers}]}}}}"
    generators = f"  - matrix:\n      generators:\n      - {inner}\n      - matrix: {{generators: [{inner}, {inner}]}}\n"
    told = [reason for reason in reasons(appset(generators, "plain")) if reason]
    assert told == ["ApplicationSet set: its generators make more than 10,000 Applications"]


PATH = {"path": "a/B_c", "basename": "B_c", "basenameNormalized": "b-c", "segments": ["a", "B_c"]}
TEMPLATES = [
    ("{{.path.path}}", True, "a/B_c"),
    ("{{ .path.basename }}-x", True, "B_c-x"),
    ("{{index .path.segments 1}}", True, "B_c"),
    ('{{index .labels "a/b"}}', True, "yes"),
    ("{{.path.basename | normalize}}", True, "b-c"),
    ("{{normalize .path.basename}}", True, "b-c"),
    ("{{- .flag -}}", True, "true"),
    ("{{.number}}", True, "3"),
    ("{{path}}", False, "a/B_c"),
    ("{{path.basename}}", False, "B_c"),
    ("{{path[0]}}", False, "a"),
    ("{{labels.a/b}}", False, "yes"),
    ("plain", True, "plain"),
]


@pytest.mark.parametrize(("text", "go", "wanted"), TEMPLATES)
def test_templates(text: str, go: bool, wanted: str) -> None:
    assert fill(text, {"path": PATH, "labels": {"a/b": "yes"}, "flag": True, "number": 3}, go=go) == wanted


@pytest.mark.parametrize(("text", "go"), [("{{.x}}", True), ("{{x}}", False), ("{{.path}}", True), ("{{ printf .path }}", True)])
def test_templates_that_only_argo_cd_can_fill(text: str, go: bool) -> None:
    with pytest.raises(Unknowable):
        fill({"a": [text]}, {"path": PATH}, go=go)


@pytest.mark.parametrize(("text", "wanted"), [("A_b", "a-b"), ("--x--", "x"), ("a.b", "a.b"), ("", "")])
def test_normalized(text: str, wanted: str) -> None:
    assert normalized(text) == wanted


def test_applications_of_a_list_of_documents() -> None:
    text = app(f"repoURL: {URL}, path: plain", name="a") + "---\n" + app(f"repoURL: {URL}, path: plain/below", name="b")
    assert len(read(text, "x").documents) == 2
    assert [(one.app, one.path) for one in targets(text)] == [("a", "plain"), ("b", "plain/below")]

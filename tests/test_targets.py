"""Paths -> Targets, changed files -> Targets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import shared
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.config import load
from gitopsml.errors import UserError
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.model import Config, Target, TargetKind
from gitopsml.targets import discover, loose_root, reached_by, survey
from gitopsml.targets.layout import Identity, identity
from gitopsml.targets.plain import may_be_manifest
from gitopsml.targets.references import references
from gitopsml.targets.remotes import normal_url

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"
CONFIGURATION = """\
apiVersion: gitopsml.dev/v1
repository: {url: https://git.example.com/ml/platform.git}
environments: {dev: {cluster: dev-eu}, prod: {cluster: prod-eu}}
lint: {unchecked: [{path: vendor/legacy, reason: replaced in Q1}]}
"""
GENERATED = {
    "gitopsml.yaml": CONFIGURATION,
    "clusters/dev-eu.yaml": "destination: {name: dev}\n",
    "clusters/prod-eu.yaml": "destination: {server: https://prod}\n",
    "apps/risk/team.yaml": "blueprint: team@1\n",
    "apps/risk/fraud/app.yaml": "apiVersion: gitopsml.dev/v1\nkind: nothing\n",
    "apps/risk/fraud/rules.json": "{}",
    "apps/risk/fraud/local/prod/kustomization.yaml": "kind: Component\nresources: [extra.yaml]\n",
    "apps/risk/fraud/local/prod/extra.yaml": POD,
    "deploy/risk/fraud/base/kustomization.yaml": "resources: [pod.yaml]\n",
    "deploy/risk/fraud/base/pod.yaml": POD,
    "deploy/risk/fraud/overlays/dev/kustomization.yaml": "resources: [../../base]\n",
    "deploy/risk/fraud/overlays/prod/kustomization.yaml":
        "resources: [../../base]\ncomponents: [../../../../../apps/risk/fraud/local/prod]\npatches: [{path: patch.yaml}]\n",
    "deploy/risk/fraud/overlays/prod/patch.yaml": POD,
    "deploy/risk/_team/overlays/prod/kustomization.yaml": "resources: [quota.yaml]\n",
    "deploy/risk/_team/overlays/prod/quota.yaml": POD,
    "deploy/search/assistant/overlays/prod/kustomization.yaml": "resources: [pod.yaml]\n",
    "deploy/search/assistant/overlays/prod/pod.yaml": POD,
    "vendor/legacy/kustomization.yaml": "resources: [https://example.com/x]\n",
    ".github/workflows/ci.yaml": "on: push\n",
    "policies/own.yaml": "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n",
}  # fmt: skip
DEV, PROD = "deploy/risk/fraud/overlays/dev", "deploy/risk/fraud/overlays/prod"
TEAM, ASSISTANT, LEGACY = "deploy/risk/_team/overlays/prod", "deploy/search/assistant/overlays/prod", "vendor/legacy"
EVERYTHING = [TEAM, DEV, PROD, ASSISTANT, LEGACY]


def found(tree: dict[str, str], *paths: str) -> list[str]:
    files = MemoryFiles(tree)
    return [target.path for target in discover(files, paths, load(files))]


def only(tree: dict[str, str], *paths: str) -> Target:
    files = MemoryFiles(tree)
    (target,) = discover(files, paths, load(files))
    return target


def changed(*paths: str, **tree: str) -> list[str]:
    files = MemoryFiles({**GENERATED, **tree})
    return [target.path for target in reached_by(files, load(files), paths)]


def test_a_generated_repository() -> None:
    assert found(GENERATED) == EVERYTHING


def test_the_layout_tells_who_it_is() -> None:
    assert only(GENERATED, PROD) == Target(
        PROD, TargetKind.KUSTOMIZATION, team="risk", app="fraud", environment="prod", cluster="prod-eu", namespace="risk-prod"
    )


def test_what_the_configuration_leaves_out_is_listed_with_its_reason() -> None:
    assert only(GENERATED, LEGACY).unchecked == "replaced in Q1"


PATHS = {
    "an overlay": ([DEV], [DEV]),
    "a folder above": (["deploy/risk"], [TEAM, DEV, PROD]),
    "a base": (["deploy/risk/fraud/base"], [DEV, PROD]),
    "a file of a base": (["deploy/risk/fraud/base/pod.yaml"], [DEV, PROD]),
    "a patch": ([f"{PROD}/patch.yaml"], [PROD]),
    "a kustomization file": ([f"{PROD}/kustomization.yaml"], [PROD]),
    "an app.yaml": (["apps/risk/fraud/app.yaml"], [DEV, PROD]),
    "a file beside it": (["apps/risk/fraud/rules.json"], [DEV, PROD]),
    "a component": (["apps/risk/fraud/local/prod/extra.yaml"], [PROD]),
    "a team.yaml": (["apps/risk/team.yaml"], [TEAM, DEV, PROD]),
    "a folder of specs": (["apps/risk"], [TEAM, DEV, PROD]),
    "the configuration": (["gitopsml.yaml"], EVERYTHING),
    "a policy": (["policies/own.yaml"], EVERYTHING),
    "a cluster": (["clusters/dev-eu.yaml"], [DEV]),
    "something else": ([".github/workflows/ci.yaml"], []),
    "several": ([DEV, ASSISTANT], [DEV, ASSISTANT]),
    "the same twice": ([DEV, "deploy/risk/fraud/base", f"./{DEV}/"], [DEV, PROD]),
    "everything": (["."], EVERYTHING),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_stand_for_targets(name: str) -> None:
    paths, wanted = PATHS[name]
    assert found(GENERATED, *paths) == wanted


CHANGES = {
    "a base": (["deploy/risk/fraud/base/pod.yaml"], [DEV, PROD]),
    "a patch": ([f"{PROD}/patch.yaml"], [PROD]),
    "a spec": (["apps/risk/fraud/app.yaml"], [DEV, PROD]),
    "a deleted file of a spec": (["apps/risk/fraud/gone.json"], [DEV, PROD]),
    "a deleted base": (["deploy/risk/fraud/base/kustomization.yml"], [DEV, PROD]),
    "a team": (["apps/risk/team.yaml"], [TEAM, DEV, PROD]),
    "a quota decides on the whole team there": ([f"{TEAM}/quota.yaml"], [TEAM, PROD]),
    "a cluster": (["clusters/prod-eu.yaml"], [TEAM, PROD, ASSISTANT]),
    "the configuration": (["gitopsml.yaml"], EVERYTHING),
    "a policy": (["policies/new.yaml"], EVERYTHING),
    "documentation": (["README.md", "docs/x.yaml", ".github/workflows/ci.yaml"], []),
    "nothing": ([], []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_reach_targets(name: str) -> None:
    paths, wanted = CHANGES[name]
    assert changed(*paths) == wanted


def test_changes_below_some_paths_only() -> None:
    files = MemoryFiles(GENERATED)
    discovery = survey(files, load(files))
    assert [one.path for one in discovery.choose([DEV, ASSISTANT], ["deploy/risk/fraud/base/pod.yaml"])] == [DEV]
    assert [one.path for one in discovery.choose([DEV, ASSISTANT])] == [DEV, ASSISTANT]


def test_a_missing_base_still_belongs_to_its_overlay() -> None:
    tree = {"prod/kustomization.yaml": "resources: [../base]\n"}
    files = MemoryFiles(tree)
    assert [target.path for target in reached_by(files, load(files), ["base/kustomization.yaml"])] == ["prod"]


def test_a_new_or_deleted_file_of_a_plain_folder() -> None:
    files = MemoryFiles({"plain/a.yaml": POD, "plain/below/b.yaml": POD})
    assert [target.path for target in reached_by(files, load(files), ["plain/gone.yaml"])] == ["plain"]
    assert reached_by(files, load(files), ["plain/README.md"]) == []


# every field of a kustomization that names a file

FIELDS = {
    "resources": "resources: [a.yaml, ../b]",
    "bases": "bases: [../b]",
    "components": "components: [../b]",
    "crds": "crds: [a.yaml]",
    "configurations": "configurations: [a.yaml]",
    "transformers": "transformers: [a.yaml]",
    "generators": "generators: [a.yaml]",
    "validators": "validators: [a.yaml]",
    "patches": "patches: [{path: a.yaml}]",
    "patchesStrategicMerge": "patchesStrategicMerge: [a.yaml]",
    "patchesJson6902": "patchesJson6902: [{path: a.yaml, target: {kind: x}}]",
    "replacements": "replacements: [{path: a.yaml}]",
    "config map files": "configMapGenerator: [{name: x, files: [key=a.yaml]}]",
    "config map envs": "configMapGenerator: [{name: x, envs: [a.yaml]}]",
    "config map env": "configMapGenerator: [{name: x, env: a.yaml}]",
    "secret files": "secretGenerator: [{name: x, files: [a.yaml]}]",
    "openapi": "openapi: {path: a.yaml}",
    "helm values": "helmCharts: [{name: x, valuesFile: a.yaml}]",
    "more helm values": "helmCharts: [{name: x, additionalValuesFiles: [a.yaml]}]",
    "other case": "RESOURCES: [a.yaml]",
}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_that_names_a_file(name: str) -> None:
    tree = {
        "o/kustomization.yaml": FIELDS[name] + "\n",
        "o/a.yaml": POD,
        "b/kustomization.yaml": "resources: [c.yaml]\n",
        "b/c.yaml": POD,
    }
    target = "b/c.yaml" if "../b" in FIELDS[name] else "o/a.yaml"
    files = MemoryFiles(tree)
    assert "o" in [one.path for one in reached_by(files, load(files), [target])]


def test_what_a_transformer_names_itself() -> None:
    transformer = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: x}\npath: p.yaml\n"
    generator = "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: x}\nfiles: [k=f.txt]\nenvs: [e.env]\n"
    tree = {
        "o/kustomization.yaml": "transformers: [t.yaml]\ngenerators: [g.yaml]\n",
        "o/t.yaml": transformer,
        "o/g.yaml": generator,
    }
    files = MemoryFiles(tree)
    for path in ("o/p.yaml", "o/f.txt", "o/e.env"):
        assert [one.path for one in reached_by(files, load(files), [path])] == ["o"]


@pytest.mark.parametrize(
    "entry",
    [
        "https://example.com/x.yaml",
        "git@example.com:a/b",
        "github.com/a/b?ref=v1",
        "../../../etc/passwd",
        "/etc/passwd",
        "a\nb",
        "",
    ],
)
def test_what_names_nothing_here(entry: str) -> None:
    assert list(references({"resources": [entry], "patches": [{"path": entry}]}, "o")) == []


@pytest.mark.parametrize("data", [None, [], "x", {"resources": None}, {"resources": "x"}, {"patches": ["x", None]}, {1: 2}])
def test_wrong_types_name_nothing(data: Any) -> None:
    assert list(references(data, "o")) == []


# discovery in other layouts


def test_a_base_that_nothing_includes_is_a_target() -> None:
    assert found({"base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": POD}) == ["base"]


def test_includes_may_be_deep_and_shared() -> None:
    tree = {
        "a/kustomization.yaml": "resources: [../b, ../c]\n",
        "b/kustomization.yaml": "resources: [../d]\n",
        "c/kustomization.yml": "bases: [../d]\n",
        "d/Kustomization": "resources: [x.yaml]\n",
        "d/x.yaml": POD,
    }
    assert found(tree) == ["a"]
    assert found(tree, "d/x.yaml") == ["a"]


@pytest.mark.parametrize(
    "tree",
    [
        {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"},
        {"a/kustomization.yaml": "resources: [.]\n"},
        {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [.]\n"},
    ],
    ids=["two", "itself", "below a leaf"],
)
def test_a_cycle_is_never_silent(tree: dict[str, str]) -> None:
    assert found(tree) == ["a"]


def test_an_unreadable_kustomization_is_a_target() -> None:
    assert found({"a/kustomization.yaml": "resources: [\n"}) == ["a"]


def test_a_component_is_no_target_unless_it_is_named() -> None:
    tree = {"c/kustomization.yaml": "kind: Component\nresources: [a.yaml]\n", "c/a.yaml": POD}
    assert found(tree) == []
    assert found(tree, "c") == ["c"]


def test_a_file_that_the_kustomization_does_not_name_is_told() -> None:
    tree = {"gitopsml.yaml": "apiVersion: gitopsml.dev/v1\n", "a/kustomization.yaml": "namePrefix: x-\n", "a/old.yaml": POD}
    assert "does not name it" in only(tree, "a/old.yaml").unchecked
    assert found(tree) == ["a"]


# plain folders


def test_each_plain_folder_is_a_target_with_its_files() -> None:
    tree = {"p/a.yaml": POD, "p/b.json": "{}", "p/README.md": "", "p/below/c.yml": POD, "values.yaml": "a: 1\n"}
    files = MemoryFiles(tree)
    assert discover(files, [], load(files)) == [
        Target("p", TargetKind.FOLDER, files=("p/a.yaml", "p/b.json")),
        Target("p/below", TargetKind.FOLDER, files=("p/below/c.yml",)),
    ]


def test_folders_below_a_kustomization_that_takes_files_from_them_are_its_own() -> None:
    tree = {"a/kustomization.yaml": "resources: [m/x.yaml]\n", "a/m/x.yaml": POD, "a/m/unused.yaml": POD}
    assert found(tree) == ["a"]


def test_files_taken_from_elsewhere_leave_the_rest_of_their_folder() -> None:
    tree = {".git/HEAD": "", "a/kustomization.yaml": "resources: [../m/x.yaml]\n", "m/x.yaml": POD, "m/y.yaml": POD}
    files = MemoryFiles(tree)
    assert discover(files, ["m/y.yaml"], load(files)) == [Target("m", TargetKind.FOLDER, files=("m/y.yaml",))]
    assert found(tree, "m/x.yaml") == ["a"]


def test_a_chart_is_listed_as_unchecked_once() -> None:
    tree = {"c/Chart.yaml": "apiVersion: v2\n", "c/templates/a.yaml": POD, "c/charts/sub/Chart.yaml": "", "c/values.yaml": "a: 1"}
    assert "Helm chart" in only(tree).unchecked


@pytest.mark.parametrize("folder", [".hidden", "node_modules", "__pycache__", "venv"])
def test_folders_that_are_never_looked_into(folder: str) -> None:
    assert found({f"{folder}/a.yaml": POD, "a/b/.git/config": ""}) == []


def test_without_our_configuration_no_folder_has_a_meaning() -> None:
    tree = {"apps/x/y/pod.yaml": POD, "clusters/c.yaml": POD, "policies/p.yaml": POD}
    assert found(tree) == ["apps/x/y", "clusters", "policies"]


def test_a_file_outside_of_a_repository_stands_for_itself() -> None:
    assert only({"a.yaml": POD, "b.yaml": POD}, "a.yaml") == Target("a.yaml", TargetKind.FILE, files=("a.yaml",))


def test_what_a_loose_file_reaches() -> None:
    discovery = survey(MemoryFiles({"a.yaml": POD}), Config(""))
    (target,) = discovery.below(["a.yaml"])
    assert discovery.reached(target) == {"a.yaml"}


def test_files_outside_of_a_repository_stand_together() -> None:
    tree = {"a.yaml": POD, "b.yaml": POD, "c.yaml": POD}
    assert only(tree, "a.yaml", "b.yaml") == Target(".", TargetKind.FOLDER, files=("a.yaml", "b.yaml"))


def test_a_file_of_a_repository_stands_for_its_folder() -> None:
    assert only({".git/HEAD": "", "a.yaml": POD, "b.yaml": POD}, "a.yaml").files == ("a.yaml", "b.yaml")


def test_a_file_that_is_left_out_of_a_folder() -> None:
    text = "apiVersion: gitopsml.dev/v1\nlint: {unchecked: [{path: p/b.yaml, reason: later}]}\n"
    files = MemoryFiles({"gitopsml.yaml": text, "p/a.yaml": POD, "p/b.yaml": POD})
    assert discover(files, [], load(files)) == [
        Target("p", TargetKind.FOLDER, files=("p/a.yaml",)),
        Target("p/b.yaml", TargetKind.FILE, unchecked="later"),
    ]


def test_a_repository_inside_of_another_is_told() -> None:
    tree = {"gitopsml.yaml": CONFIGURATION, "clusters/dev-eu.yaml": "", "clusters/prod-eu.yaml": "", "a/pod.yaml": POD}
    tree |= {"inner/gitopsml.yaml": "", "inner/b/pod.yaml": POD}
    files = MemoryFiles(tree)
    assert [(one.path, bool(one.unchecked)) for one in discover(files, [], load(files))] == [("a", False), ("inner", True)]


def test_standard_input() -> None:
    assert only({"a.yaml": POD}, "-") == Target("-", TargetKind.STDIN)


def test_a_path_that_does_not_exist() -> None:
    with pytest.raises(UserError, match="no such file"):
        found(GENERATED, "deploy/risc")


MANIFESTS = [
    (b"apiVersion: v1\nkind: Pod\n", True),
    (b'{"kind": "Pod", "apiVersion": "v1"}', True),
    (b'"api\\x56ersion": v1\n"kind": Pod\n', True),
    (b'"\\u0061piVersion": v1\n"\\u006bind": Pod\n', True),
    (b'"api\\\n  Version": v1\nkind: Pod\n', True),
    (b'"ki\\\n  nd": Pod\n"api\\\n  Version": v1\n', True),
    (b"!!binary YXBpVmVyc2lvbg==: v1\n", True),
    ("apiVersion: v1\nkind: Pod\n".encode("utf-16"), True),
    (b"\xff\xfe", True),
    (b"a: 1\n", False),
    (b"", False),
    (b"path: C:\\dir\n", False),
    (b"apiVersion: v2\nname: chart\n", False),
]


@pytest.mark.parametrize(("content", "wanted"), MANIFESTS, ids=range(len(MANIFESTS)))
def test_what_may_be_a_manifest(content: bytes, wanted: bool) -> None:
    assert may_be_manifest(content) is wanted


# the disk


def disk(root: Path) -> list[Target]:
    files = DiskFiles(str(root))
    return discover(files, [], load(files))


def test_links_are_followed_only_inside(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / "a").mkdir(parents=True)
    (root / "a" / "pod.yaml").write_text(POD)
    (tmp_path / "secret.yaml").write_text(POD)
    os.symlink("pod.yaml", root / "a" / "same.yaml")
    os.symlink("../../secret.yaml", root / "a" / "out.yaml")
    os.symlink("/etc", root / "etc")
    os.symlink("nowhere.yaml", root / "a" / "dangling.yaml")
    os.symlink("..", root / "a" / "up")
    targets = disk(root)
    assert [(one.path, one.kind.name, one.files) for one in targets] == [
        ("a", "FOLDER", ("a/pod.yaml", "a/same.yaml")),
        ("a/dangling.yaml", "FILE", ("a/dangling.yaml",)),
        ("a/out.yaml", "FILE", ("a/out.yaml",)),
        ("etc", "FILE", ("etc",)),
    ]
    files = DiskFiles(str(root))
    assert [one.path for one in discover(files, ["a/out.yaml"], load(files))] == ["a/out.yaml"]
    for target in targets[1:]:
        with pytest.raises(UserError):
            DiskFiles(str(root)).read(target.path)


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    class Refusing(DiskFiles):
        def entries(self, path: str) -> Any:
            if path == "closed":
                from gitopsml.files import FileProblem

                raise FileProblem("permission denied", path=path)
            return super().entries(path)

    (tmp_path / "closed").mkdir()
    files = Refusing(str(tmp_path))
    assert [one.path for one in discover(files, [], load(files))] == ["closed"]


# words of a path


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("deploy/risk/fraud/overlays/prod", Identity("risk", "fraud", "prod")),
        ("deploy/risk/_team/overlays/dev", Identity("risk", "_team", "dev")),
        ("fraud/overlays/prod", Identity("", "fraud", "prod")),
        ("services/fraud/envs/qa", Identity("", "fraud", "qa")),
        ("overlays/prod", Identity("", "", "prod")),
        ("prod/fraud", Identity("", "", "prod")),
        ("fraud/base", Identity()),
        (".", Identity()),
    ],
)
def test_what_a_path_says(path: str, wanted: Identity) -> None:
    files = MemoryFiles(GENERATED)
    assert identity(path, load(files)) == wanted


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.com/ml/platform.git",
        "https://git.example.com/ml/platform",
        "https://git.example.com/ml/platform/",
        "https://user:secret@GIT.example.com:443/ml/platform.git",
        "git@git.example.com:ml/platform.git",
        "ssh://git@git.example.com:22/ml/platform.git",
        "git.example.com:ml/platform",
    ],
)
def test_spellings_of_one_url(url: str) -> None:
    assert normal_url(url) == "git.example.com/ml/platform"


# laws


names = st.sampled_from(["a", "b", "c", "d", "e"])
graphs = st.dictionaries(names, st.lists(names, max_size=4), min_size=1)


def repository(graph: dict[str, list[str]]) -> MemoryFiles:
    tree = {".git/HEAD": ""}
    for name, includes in graph.items():
        lines = [f"- ../{other}" for other in includes] + [f"- {name}.yaml"]
        tree[f"{name}/kustomization.yaml"] = "resources:\n" + "\n".join(lines) + "\n"
        tree[f"{name}/{name}.yaml"] = POD
    return MemoryFiles(tree)


@given(graphs)
def test_every_kustomization_is_reached_by_a_target(graph: dict[str, list[str]]) -> None:
    """Nothing is left out in silence, whatever includes whatever."""
    discovery = survey(repository(graph), Config(""))
    for name in graph:
        assert discovery.below([f"{name}/{name}.yaml"])
        assert discovery.changed([f"{name}/{name}.yaml"])


@given(graphs, names)
def test_a_change_reaches_exactly_the_targets_whose_closure_holds_it(graph: dict[str, list[str]], changed_name: str) -> None:
    def closure(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            here = todo.pop()
            if here not in seen and here in graph:
                seen.add(here)
                todo += graph[here]
        return seen

    discovery = survey(repository(graph), Config(""))
    wanted = [one.path for one in discovery.targets if changed_name in closure(one.path)]
    assert [one.path for one in discovery.changed([f"{changed_name}/{changed_name}.yaml"])] == wanted


def test_recorded_repositories_are_found_whole() -> None:
    """Every kustomization of real repositories is a target, a Component, or reached by a target."""
    root = shared("conformance", "kustomize", "repos")
    for repo in sorted(path for path in root.iterdir() if path.is_dir())[:4]:
        discovery = survey(DiskFiles(str(repo)), Config(""))
        reached = set().union(*(discovery.reached(target) for target in discovery.targets))
        missed = [folder for folder, node in discovery.graph.nodes.items() if folder not in reached and not node.component]
        assert missed == []


def test_long_chains_and_wide_fans_are_cheap() -> None:
    """A hostile repository: 400 overlays over a chain of 400 bases; closures would be 160,000 entries, edges are 800."""
    tree = {f"base{number}/kustomization.yaml": f"resources: [../base{number + 1}]\n" for number in range(400)}
    tree |= {f"over{number}/kustomization.yaml": "resources: [../base0]\n" for number in range(400)}
    discovery = survey(MemoryFiles(tree), Config(""))
    assert len(discovery.targets) == 400
    assert len(discovery.changed(["base399/kustomization.yaml"])) == 400
    assert len(discovery.changed(["base400/kustomization.yaml"])) == 400
    assert len(discovery.changed(["over7/kustomization.yaml"])) == 1


# in no repository


LOOSE = {
    "base/kustomization.yaml": "resources: [../shared/pod.yaml]\n",
    "shared/pod.yaml": POD,
    "overlays/prod/kustomization.yaml": "resources: [../../base, https://example.com/x, ../../../gone]\n",
    "overlays/prod/patch.yaml": POD,
    "alone/a.yaml": POD,
    "alone/b.yaml": POD,
}


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    for path, text in LOOSE.items():
        file = tmp_path / "outer" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "outer"


@pytest.mark.parametrize(
    ("folder", "root"), [("overlays/prod", "."), ("base", "."), ("alone", "alone"), ("overlays", "."), ("shared", "shared")]
)
def test_what_kustomizations_name_decides_on_the_root(loose: Path, folder: str, root: str) -> None:
    assert loose_root(str(loose / folder)) == os.path.normpath(loose / root)


def test_a_kustomization_in_no_repository(loose: Path) -> None:
    files = DiskFiles(loose_root(str(loose / "overlays" / "prod")))
    assert [one.path for one in discover(files, ["overlays/prod"], load(files))] == ["overlays/prod"]
    assert [one.path for one in discover(files, ["overlays/prod/patch.yaml"], load(files))] == ["overlays/prod/patch.yaml"]


def test_loose_files_look_at_nothing_else(loose: Path) -> None:
    class Quiet(DiskFiles):
        def entries(self, path: str) -> Any:
            raise AssertionError(path)

    files = Quiet(str(loose / "alone"))
    assert [one.files for one in discover(files, ["a.yaml", "b.yaml"], load(files))] == [("a.yaml", "b.yaml")]
    assert [one.kind for one in discover(files, ["-"], load(files))] == [TargetKind.STDIN]

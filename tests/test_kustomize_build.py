"""Whole builds of small trees: what comes out, what is refused, and where each field came from."""

# ruff: noqa: E501 - tables of YAML texts, one case a row
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kustomize import built, data, objects, one, told
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.kustomize.build import build
from gitopsml.kustomize.cache import Cache

CM = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: '1'\n"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: server
        image: r/web:1
      - name: proxy
        image: r/proxy:1
"""
BASE = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": DEPLOYMENT}


def overlay(text: str, **more: str) -> dict[str, str]:
    """BASE with an overlay `over` beside it."""
    return {
        **BASE,
        "over/kustomization.yaml": "resources: [../base]\n" + text,
        **{f"over/{path}.yaml": file for path, file in more.items()},
    }


def test_resources_and_bases() -> None:
    found = built(
        {
            **BASE,
            "base/kustomization.yaml": "resources: [web.yaml, ../more]\n",
            "more/kustomization.yaml": "resources: [c.yaml]",
            "more/c.yaml": CM,
        },
        "base",
    )
    assert [resource.kind for resource in found.resources] == ["ConfigMap", "Deployment"]
    assert found.files == {"base/kustomization.yaml", "base/web.yaml", "more/kustomization.yaml", "more/c.yaml"}


def test_fifo_keeps_the_given_order() -> None:
    tree = {
        "kustomization.yaml": "resources: [web.yaml, c.yaml]\nsortOptions: {order: fifo}\n",
        "web.yaml": DEPLOYMENT,
        "c.yaml": CM,
    }
    assert [resource.kind for resource in built(tree).resources] == ["Deployment", "ConfigMap"]


def test_lists_are_unpacked() -> None:
    tree = {
        "kustomization.yaml": "resources: [l.yaml]",
        "l.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems:\n- " + CM.replace("\n", "\n  ").rstrip() + "\n",
    }
    found = built(tree)
    assert objects(found) == [data(CM)]
    assert told(found, "c", "data.a") == ["1 @ l.yaml:9 written here"]


PATCHES = [
    (
        "inline strategic merge",
        "patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {replicas: 3}\n",
        {},
        ("replicas",),
        3,
    ),
    (
        "strategic merge in a file",
        "patches: [{path: p.yaml}]\n",
        {"p": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"},
        ("replicas",),
        3,
    ),
    (
        "by target, whatever its name",
        "patches: [{path: p.yaml, target: {kind: Deployment}}]\n",
        {"p": "apiVersion: v1\nkind: X\nmetadata: {name: y}\nspec: {replicas: 3}\n"},
        ("replicas",),
        3,
    ),
    (
        "JSON patch",
        'patches:\n- target: {kind: Deployment, name: web}\n  patch: \'[{"op": "replace", "path": "/spec/replicas", "value": 3}]\'\n',
        {},
        ("replicas",),
        3,
    ),
    (
        "a target that selects nothing",
        'patches:\n- target: {kind: Deployment, name: we}\n  patch: \'[{"op": "remove", "path": "/x"}]\'\n',
        {},
        ("replicas",),
        1,
    ),
    (
        "patchesStrategicMerge",
        "patchesStrategicMerge: [p.yaml]\n",
        {"p": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"},
        ("replicas",),
        3,
    ),
    (
        "patchesJson6902",
        "patchesJson6902: [{target: {kind: Deployment, name: web}, path: p.yaml}]\n",
        {"p": "- {op: replace, path: /spec/replicas, value: 3}\n"},
        ("replicas",),
        3,
    ),
]


@pytest.mark.parametrize(("text", "files", "where", "wanted"), [row[1:] for row in PATCHES], ids=[row[0] for row in PATCHES])
def test_patches(text: str, files: dict[str, str], where: tuple[str, ...], wanted: Any) -> None:
    found = one(overlay(text, **files), "over")
    for key in ("spec", *where):
        found = found[key]
    assert found == wanted


def test_a_target_that_selects_nothing_is_noted() -> None:
    found = built(overlay("patches:\n- target: {kind: Job}\n  patch: |-\n    - {op: remove, path: /x}\n"), "over")
    assert [(note.kind, note.origin.pointer) for note in found.notes] == [("patch-no-match", ("patches", 0, "target"))]


def test_names_and_kinds_change_only_where_allowed() -> None:
    text = "patches:\n- target: {name: web}\n  options: {allowNameChange: %s, allowKindChange: %s}\n  patch: |\n    apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {name: other}\n"
    kept = one(overlay(text % ("false", "false")), "over")
    changed = one(overlay(text % ("true", "true")), "over")
    assert (kept["kind"], kept["metadata"]["name"]) == ("Deployment", "web")
    assert (changed["kind"], changed["metadata"]["name"]) == ("StatefulSet", "other")


def test_a_deleted_object_is_remembered() -> None:
    found = built(
        overlay(
            "patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    $patch: delete\n"
        ),
        "over",
    )
    assert objects(found) == []
    assert [(gone.id.name, gone.trail.origin.document.path) for gone in found.deleted] == [("web", "over/kustomization.yaml")]


def test_components_work_on_what_their_parent_has() -> None:
    component = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\npatches:\n- target: {name: web}\n  patch: \'[{"op": "replace", "path": "/spec/replicas", "value": 7}]\'\n'
    found = one({**overlay("components: [../comp]\nnamePrefix: p-\n"), "comp/kustomization.yaml": component}, "over")
    assert found["metadata"]["name"] == "p-c-web"
    assert found["spec"]["replicas"] == 7


def test_names_follow_their_objects() -> None:
    web = DEPLOYMENT.replace("image: r/web:1", "image: r/web:1\n        envFrom: [{configMapRef: {name: c}}]")
    found = built({"kustomization.yaml": "namePrefix: p-\nresources: [web.yaml, c.yaml]\n", "web.yaml": web, "c.yaml": CM})
    assert objects(found)[1]["spec"]["template"]["spec"]["containers"][0]["envFrom"] == [{"configMapRef": {"name": "p-c"}}]
    assert not [line for resource in found.resources for line in broken(resource)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: RoleBinding\nsubjects:\n- kind: User\n", "b.yaml:6:3: RoleBinding b: the map has no `name`"),
        ("kind: RoleBinding\nsubjects:\n- [x]\n", "b.yaml:6:3: RoleBinding b: a name, or a map with a name, is expected here"),
    ],
)
def test_references_must_be_names(text: str, message: str) -> None:
    """kustomize looks at every field that can hold a name, also where nothing was renamed."""
    binding = f"apiVersion: rbac.authorization.k8s.io/v1\nmetadata:\n  name: b\n{text}"
    for _ in range(2):
        with pytest.raises(UserError) as problem:
            built({"kustomization.yaml": "resources: [b.yaml]\n", "b.yaml": binding})
        assert message in str(problem.value)


def test_names_of_other_objects_stay() -> None:
    web = DEPLOYMENT.replace("image: r/web:1", "image: r/web:1\n        envFrom: [{secretRef: {name: c}}]")
    found = built({"kustomization.yaml": "namePrefix: p-\nresources: [web.yaml, c.yaml]\n", "web.yaml": web, "c.yaml": CM})
    assert objects(found)[1]["spec"]["template"]["spec"]["containers"][0]["envFrom"] == [{"secretRef": {"name": "c"}}]


def test_local_objects_are_dropped() -> None:
    local = CM.replace("  name: c\n", "  name: c\n  annotations: {config.kubernetes.io/local-config: 'true'}\n")
    assert objects(built({"kustomization.yaml": "resources: [c.yaml]", "c.yaml": local})) == []


def test_empty_list_elements_stay() -> None:
    """kustomize has a check for them that never finds one."""
    assert one({"kustomization.yaml": "resources: [c.yaml]", "c.yaml": CM + "x:\n- a\n-\n"})["x"] == ["a", None]


def test_quotes_survive_a_number() -> None:
    """A patch that writes a number over a quoted text leaves a text (measured with 5.6.0 and 5.8.1)."""
    base = CM + '  b: "x"\n  c: x\n  d: |\n    x\n  e: 5\n'
    patch = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: 0x1F, b: true, c: 0, d: 1.50, e: '7'}\n"
    found = built({"kustomization.yaml": "resources: [c.yaml]\npatches: [{path: p.yaml}]\n", "c.yaml": base, "p.yaml": patch})
    assert objects(found)[0]["data"] == {"a": "0x1F", "b": "true", "c": 0, "d": "1.50", "e": "7"}
    assert [line for resource in found.resources for line in broken(resource)] == []


def test_annotations_become_texts() -> None:
    text = CM.replace("  name: c\n", "  name: c\n  annotations: {a: 1, b: true, c: null, d: }\n")
    assert one({"kustomization.yaml": "resources: [c.yaml]", "c.yaml": text})["metadata"]["annotations"] == {
        "a": "1",
        "b": "true",
        "c": "null",
        "d": "",
    }


REFUSED = [
    ("no kustomization", {"x.yaml": "a: 1"}, ".: the directory has no kustomization file"),
    (
        "two kustomizations",
        {"kustomization.yaml": "a: 1", "Kustomization": "a: 1"},
        "has several kustomization files: kustomization.yaml and Kustomization",
    ),
    ("empty", {"kustomization.yaml": "kind: Kustomization\n"}, "kustomization.yaml: the kustomization is empty"),
    (
        "unknown field",
        {"kustomization.yaml": "resources: []\nnamePrefx: a\n"},
        "kustomization.yaml:2:1: unknown field namePrefx; did you mean namePrefix?",
    ),
    (
        "unknown field deep",
        {"kustomization.yaml": "images:\n- nam: a\n"},
        "kustomization.yaml:2:3: unknown field nam; did you mean name?",
    ),
    (
        "wrong type",
        {"kustomization.yaml": "images:\n- name: a\n  newTag: 1.10\n"},
        "kustomization.yaml:3:11: images[0].newTag must be text, not 1.1; put quotes around it",
    ),
    (
        "YAML 1.1 booleans",
        {"kustomization.yaml": "namespace: n\n"},
        "kustomization.yaml:1:12: namespace must be text, not false; put quotes around it",
    ),
    (
        "a list is wanted",
        {"kustomization.yaml": "resources: a\n"},
        "kustomization.yaml:1:12: resources must be a list, not 'a'; write a list",
    ),
    (
        "kind",
        {"kustomization.yaml": "kind: Kustomisation\nresources: []\n"},
        "kustomization.yaml:1:7: kind is Kustomisation; write Kustomization or Component",
    ),
    ("apiVersion", {"kustomization.yaml": "apiVersion: v1\nresources: []\n"}, "kustomization.yaml:1:13: apiVersion is v1"),
    (
        "missing file",
        {"kustomization.yaml": "resources:\n- a.yaml\n"},
        "kustomization.yaml:2:3: there is no file or directory a.yaml; correct the path",
    ),
    (
        "remote",
        {"kustomization.yaml": "resources:\n- https://example.com/a.yaml\n"},
        "kustomization.yaml:2:3: https://example.com/a.yaml is remote; gitopsml fetches nothing",
    ),
    (
        "remote base",
        {"kustomization.yaml": "resources:\n- github.com/o/r//base?ref=v1\n"},
        "kustomization.yaml:2:3: github.com/o/r//base?ref=v1 is remote",
    ),
    (
        "outside the repository",
        {"kustomization.yaml": "resources:\n- ../x\n"},
        "kustomization.yaml:2:3: ../x leaves the repository",
    ),
    (
        "a file of elsewhere",
        {"a/kustomization.yaml": "resources:\n- ../c.yaml\n", "c.yaml": CM},
        "a/kustomization.yaml:2:3: ../c.yaml is outside its directory a",
    ),
    (
        "cycle",
        {"a/kustomization.yaml": "resources:\n- ../b\n", "b/kustomization.yaml": "resources:\n- ../a\n"},
        "b/kustomization.yaml:2:3: cycle: a contains a",
    ),
    (
        "parent as a base",
        {"a/kustomization.yaml": "resources:\n- ..\n", "kustomization.yaml": "resources: [a]\n"},
        "a/kustomization.yaml:2:3: cycle: . contains a",
    ),
    (
        "twice",
        {"kustomization.yaml": "resources:\n- c.yaml\n- c.yaml\n", "c.yaml": CM},
        "kustomization.yaml:3:3: ConfigMap c (from c.yaml) is there already",
    ),
    (
        "no name",
        {"kustomization.yaml": "resources: [c.yaml]", "c.yaml": "kind: ConfigMap\nmetadata:\n  labels: {}\n"},
        "c.yaml:3:3: the ConfigMap has no metadata.name",
    ),
    (
        "no kind",
        {"kustomization.yaml": "resources: [c.yaml]", "c.yaml": "metadata: {name: a}\n"},
        "c.yaml:1:1: the object has no kind",
    ),
    (
        "not an object",
        {"kustomization.yaml": "resources: [c.yaml]", "c.yaml": "- a\n"},
        "c.yaml:1:1: this is not a Kubernetes object",
    ),
    ("duplicate key", {"kustomization.yaml": "resources: [c.yaml]", "c.yaml": CM + "kind: X\n"}, "c.yaml:7:1: "),
    ("not YAML", {"kustomization.yaml": "resources: [c.yaml]", "c.yaml": "a: [\n"}, "c.yaml:"),
    (
        "helm",
        {"kustomization.yaml": "helmCharts:\n- name: x\n"},
        "kustomization.yaml:2:1: `helmCharts` is not covered: gitopsml runs no helm",
    ),
    (
        "a component as a base",
        {"kustomization.yaml": "resources: [c]", "c/kustomization.yaml": "kind: Component\nnamePrefix: a\n"},
        "kustomization.yaml:1:13: c is a Component",
    ),
    (
        "a base as a component",
        {"kustomization.yaml": "components: [c]", "c/kustomization.yaml": "namePrefix: a\n"},
        "kustomization.yaml:1:14: c is not a Component",
    ),
    (
        "a patch for nothing",
        {"kustomization.yaml": "resources: [c.yaml]\npatches:\n- patch: |\n    kind: X\n    metadata: {name: q}\n", "c.yaml": CM},
        "kustomization.yaml:4:5: no object matches the patch for X q",
    ),
    (
        "a patch that does not fit",
        {
            "kustomization.yaml": "resources: [c.yaml]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: c}\n    data: text\n",
            "c.yaml": CM,
        },
        "kustomization.yaml:7:11: ConfigMap c: the patch has a plain value where the object has a map",
    ),
    (
        "a JSON patch without target",
        {"kustomization.yaml": 'resources: [c.yaml]\npatches:\n- patch: \'[{"op": "remove", "path": "/a"}]\'\n', "c.yaml": CM},
        "kustomization.yaml:3:10: a JSON patch needs a target",
    ),
    (
        "a JSON patch that does not apply",
        {
            "kustomization.yaml": "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n    - op: remove\n      path: /spec\n",
            "c.yaml": CM,
        },
        "kustomization.yaml:6:13: ConfigMap c has no /spec",
    ),
    (
        "patch and path",
        {"kustomization.yaml": "resources: [c.yaml]\npatches:\n- {patch: a, path: b}\n", "c.yaml": CM},
        "the patch has both `path` and `patch`",
    ),
    (
        "a patch that says nothing",
        {"kustomization.yaml": "resources: [c.yaml]\npatches:\n- patch: '# nothing'\n", "c.yaml": CM},
        "the patch says nothing",
    ),
    (
        "sort order",
        {"kustomization.yaml": "resources: [c.yaml]\nsortOptions: {order: kind}\n", "c.yaml": CM},
        "sortOptions.order is 'kind'; write legacy or fifo",
    ),
]


@pytest.mark.parametrize(("tree", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused(tree: dict[str, str], message: str) -> None:
    directory = "a" if "a/kustomization.yaml" in tree else "."
    with pytest.raises(UserError) as problem:
        built(tree, directory)
    assert message in str(problem.value)


def test_keys_match_in_any_case_and_the_lower_one_wins() -> None:
    tree = {"kustomization.yaml": "nameprefix: low-\nnamePrefix: camel-\nRESOURCES: [c.yaml]\n", "c.yaml": CM}
    assert one(tree)["metadata"]["name"] == "low-c"


def test_warnings_name_old_fields() -> None:
    found = built(
        {
            "kustomization.yaml": "bases: [b]",
            "b/kustomization.yaml": "resources: [c.yaml]\ncommonLabels: {a: b}\n",
            "b/c.yaml": CM,
        }
    )
    assert [warning.split("'")[1] for warning in found.warnings] == ["bases", "commonLabels"]


def test_a_long_chain_of_bases_is_refused() -> None:
    tree = {f"b{number}/kustomization.yaml": f"resources: [../b{number + 1}]" for number in range(200)}
    with pytest.raises(UserError, match="kustomizations deep"):
        built(tree, "b0")


def test_components_that_list_components_twice_are_refused() -> None:
    head = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    tree = {f"c{number}/kustomization.yaml": f"{head}components: [../c{number + 1}, ../c{number + 1}]\n" for number in range(40)}
    tree["c40/kustomization.yaml"] = f"{head}namePrefix: a\n"
    with pytest.raises(UserError, match="directories are built"):
        built(tree, "c0")


def test_why() -> None:
    text = "namespace: prod\nimages:\n- name: r/web\n  newTag: '2'\nreplicas:\n- name: web\n  count: 5\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: replace\n      path: /spec/replicas\n      value: 3\n"
    found = built(overlay(text), "over")
    assert told(found, "web", "spec.replicas") == [
        "5 @ over/kustomization.yaml:8 replicas",
        "3 @ over/kustomization.yaml:14 patch, overridden",
        "1 @ base/web.yaml:6 overridden",
    ]
    assert told(found, "web", "metadata.namespace")[0] == "prod @ over/kustomization.yaml:2 namespace"
    assert told(found, "web", "spec.template.spec.containers[1].image") == ["r/proxy:1 @ base/web.yaml:13 written here"]


def test_why_a_field_is_missing() -> None:
    text = "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n    spec:\n      replicas: null\n"
    found = built(overlay(text), "over")
    assert told(found, "web", "spec.replicas") == [
        " @ over/kustomization.yaml:9 patch, removed here",
        "1 @ base/web.yaml:6 overridden",
    ]
    assert told(found, "web", "spec.paused") == []


def test_a_base_is_read_and_rendered_once() -> None:
    class Counted(MemoryFiles):
        def __init__(self, tree: dict[str, str]) -> None:
            super().__init__(tree)
            self.reads: list[str] = []

        def read(self, path: str) -> bytes:
            self.reads.append(path)
            return super().read(path)

    tree = BASE | {f"o{number}/kustomization.yaml": f"resources: [../base]\nnamePrefix: p{number}-\n" for number in range(3)}
    files, cache = Counted(tree), Cache()
    found = [build(files, f"o{number}", cache=cache) for number in range(3)]
    assert sorted(files.reads) == sorted(tree)
    containers = [next(iter(result.resources)).data["spec"]["template"]["spec"]["containers"] for result in found]
    assert containers[0] is containers[1] is containers[2]
    assert [next(iter(result.resources)).name for result in found] == ["p0-web", "p1-web", "p2-web"]


def test_a_cached_base_hides_no_cycle() -> None:
    """`a` uses `b`, which uses the parent of `c`: only `c` may not use `b`."""
    tree = {
        "a/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": "resources: [../d]\n",
        "d/kustomization.yaml": "resources: [c.yaml]\n",
        "d/c.yaml": CM,
        "d/in/kustomization.yaml": "resources: [../../b]\n",
    }
    files, cache = MemoryFiles(tree), Cache()
    assert len(build(files, "a", cache=cache).resources) == 1
    with pytest.raises(UserError, match="cycle"):
        build(files, "d/in", cache=cache)
    with pytest.raises(UserError, match="cycle"):
        build(files, "d/in")


def test_a_base_that_fails_in_one_chain_serves_another() -> None:
    tree = {
        "a/kustomization.yaml": "resources: [../b]\n",
        "b/kustomization.yaml": "resources: [../d]\n",
        "d/kustomization.yaml": "resources: [c.yaml]\n",
        "d/c.yaml": CM,
        "d/in/kustomization.yaml": "resources: [../../b]\n",
    }
    files, cache = MemoryFiles(tree), Cache()
    with pytest.raises(UserError, match="cycle"):
        build(files, "d/in", cache=cache)
    assert len(build(files, "a", cache=cache).resources) == 1


def test_a_failing_base_fails_again() -> None:
    files, cache = (
        MemoryFiles({"a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [x.yaml]"}),
        Cache(),
    )
    for _ in range(2):
        with pytest.raises(UserError, match=r"there is no file or directory x\.yaml"):
            build(files, "a", cache=cache)


def test_links_do_not_leave_the_repository(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "secret.yaml").write_text(CM)
    (tmp_path / "repo" / "kustomization.yaml").write_text("resources: [c.yaml]\n")
    (tmp_path / "repo" / "c.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(UserError, match="a link leaves the repository"):
        build(DiskFiles(str(tmp_path / "repo")), ".", load_restrictor="none")


def test_the_same_input_gives_the_same_output() -> None:
    tree = overlay("namePrefix: p-\ncommonLabels: {b: x, a: z}\n")
    assert objects(built(tree, "over")) == objects(built(dict(reversed(tree.items())), "over"))


CRDS = """\
com.example.Thing:
  Schema:
    properties:
      apiVersion: {type: string}
      kind: {type: string}
      metadata: {type: object}
      spec: {$ref: com.example.ThingSpec}
com.example.ThingSpec:
  Schema:
    properties:
      secretRef:
        x-kubernetes-object-ref-api-version: v1
        x-kubernetes-object-ref-kind: Secret
"""


def test_crds_say_which_fields_hold_names() -> None:
    tree = {
        "kustomization.yaml": "crds: [crds.yaml]\nnamePrefix: p-\nresources: [all.yaml]\n",
        "crds.yaml": CRDS,
        "all.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\napiVersion: e/v1\nkind: Thing\nmetadata: {name: t}\nspec: {secretRef: {name: s}}\n",
    }
    assert [item["spec"] for item in objects(built(tree)) if item["kind"] == "Thing"] == [{"secretRef": {"name": "p-s"}}]


def test_a_crd_manifest_is_no_definition() -> None:
    tree = {
        "kustomization.yaml": "crds: [crd.yaml]\nresources: [c.yaml]\n",
        "crd.yaml": "kind: CustomResourceDefinition\n",
        "c.yaml": CM,
    }
    with pytest.raises(UserError, match=r"crd\.yaml:1:7: kind is not an OpenAPI definition"):
        built(tree)


OPENAPI = """\
definitions:
  example.Thing:
    x-kubernetes-group-version-kind: [{group: e, version: v1, kind: Thing}]
    properties:
      spec: {$ref: "#/definitions/example.Spec"}
  example.Spec:
    properties:
      parts:
        x-kubernetes-patch-strategy: merge
        x-kubernetes-patch-merge-key: name
        items: {properties: {again: {$ref: "#/definitions/example.Spec"}}}
"""
THING = "apiVersion: e/v1\nkind: Thing\nmetadata: {name: t}\nspec: {parts: [{name: a, x: 1}, {name: b, x: 1}]}\n"
THING_PATCH = "patches:\n- patch: |-\n    apiVersion: e/v1\n    kind: Thing\n    metadata: {name: t}\n    spec: {parts: [{name: b, x: 2}]}\n"


def test_openapi_says_which_lists_merge() -> None:
    tree = {"kustomization.yaml": "resources: [t.yaml]\n" + THING_PATCH, "t.yaml": THING, "o.yaml": OPENAPI}
    assert one(tree)["spec"]["parts"] == [{"name": "b", "x": 2}]
    tree["kustomization.yaml"] += "openapi: {path: o.yaml}\n"
    assert one(tree)["spec"]["parts"] == [{"name": "b", "x": 2}, {"name": "a", "x": 1}]


def test_openapi_replaces_the_built_in_schemas() -> None:
    text = "openapi: {path: o.yaml}\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {template: {spec: {containers: [{name: server, tty: true}]}}}\n"
    tree = overlay(text) | {"over/o.yaml": OPENAPI}
    assert one(tree, "over")["spec"]["template"]["spec"]["containers"] == [{"name": "server", "tty": True}]


def test_schemas_do_not_leak_through_the_cache() -> None:
    """An overlay with schemas of its own and one without share a base that patches."""
    base = {"b/kustomization.yaml": "resources: [t.yaml]\n" + THING_PATCH, "b/t.yaml": THING}
    tree = base | {
        "with/kustomization.yaml": "resources: [../b]\nopenapi: {path: o.yaml}\n",
        "with/o.yaml": OPENAPI,
        "without/kustomization.yaml": "resources: [../b]\n",
    }
    files, cache = MemoryFiles(tree), Cache()
    for directory, count in (("without", 1), ("with", 2), ("without", 1), ("with", 2)):
        (thing,) = build(files, directory, cache=cache).resources
        assert len(thing.data["spec"]["parts"]) == count


def test_build_metadata() -> None:
    text = "buildMetadata: [originAnnotations, transformerAnnotations, managedByLabel]\nnamePrefix: p-\n"
    found = one(overlay(text), "over", version="5.8.1")["metadata"]
    assert found["labels"] == {"app.kubernetes.io/managed-by": "kustomize-v5.8.1"}
    assert found["annotations"] == {
        "config.kubernetes.io/origin": "path: ../base/web.yaml\n",
        "alpha.config.kubernetes.io/transformations": "- configuredIn: kustomization.yaml\n  configuredBy:\n    apiVersion: builtin\n    kind: PrefixTransformer\n",
    }


def test_external_plugins_are_refused() -> None:
    tree = overlay("transformers:\n- |-\n  apiVersion: example.com/v1\n  kind: Sed\n  metadata: {name: s}\n")
    with pytest.raises(UserError, match=r"over/kustomization\.yaml:4:3: Sed is an external plugin; gitopsml runs no programs"):
        built(tree, "over")

"""namespace, names, labels, annotations, replicas and vars: tables of a kustomization, an object and what becomes of it."""

# ruff: noqa: E501 - tables, one case a row
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kustomize import built, data, objects, told
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.files import MemoryFiles
from gitopsml.kustomize.build import build
from gitopsml.kustomize.cache import Cache
from gitopsml.kustomize.steps.sources import distinct
from gitopsml.kustomize.steps.valueadd import inserted
from gitopsml.kustomize.steps.variables import Expanded, expand
from gitopsml.model.origin import Origin
from gitopsml.yamlio import Document


def after(kustomization: str, resource: str, **options: Any) -> list[dict[str, Any]]:
    """The objects of one file after the steps of a kustomization, in their order; every trail keeps the law."""
    found = built(
        {"kustomization.yaml": f"resources: [r.yaml]\nsortOptions: {{order: fifo}}\n{kustomization}", "r.yaml": resource},
        **options,
    )
    assert [line for one in found.resources for line in broken(one)] == []
    return objects(found)


def same(kustomization: str, resource: str, wanted: str, **options: Any) -> None:
    assert after(kustomization, resource, **options) == [data(text) for text in wanted.split("---\n")]


SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: s}}"
BINDING = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: b}\nsubjects: "


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        (SERVICE, "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: prod}}"),
        ("{apiVersion: v1, kind: Service, metadata: {name: s, namespace: old}}", "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: prod}}"),
        ("{apiVersion: v1, kind: Service, metadata: {name: s, namespace: null}}", "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: prod}}"),
        ("{apiVersion: v1, kind: Namespace, metadata: {name: old}}", "{apiVersion: v1, kind: Namespace, metadata: {name: prod}}"),
        ("{apiVersion: x.y/v1, kind: Namespace, metadata: {name: old}}", "{apiVersion: x.y/v1, kind: Namespace, metadata: {name: old, namespace: prod}}"),
        ("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}"),
        ("{apiVersion: x.y/v1, kind: ClusterQueue, metadata: {name: q}}", "{apiVersion: x.y/v1, kind: ClusterQueue, metadata: {name: q, namespace: prod}}"),
        ("{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: a}, spec: {}}", "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: a}, spec: {service: {namespace: prod}}}"),
        (
            "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}, spec: {conversion: {webhook: {clientConfig: {service: {namespace: old}}}}}}",
            "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}, spec: {conversion: {webhook: {clientConfig: {service: {namespace: prod}}}}}}",
        ),
        (BINDING + "[{kind: ServiceAccount, name: default, namespace: old}, {kind: User, name: default}]", BINDING.replace("name: b", "name: b, namespace: prod") + "[{kind: ServiceAccount, name: default, namespace: prod}, {kind: User, name: default, namespace: prod}]"),
        (BINDING + "[{kind: ServiceAccount, name: sa, namespace: old}]", BINDING.replace("name: b", "name: b, namespace: prod") + "[{kind: ServiceAccount, name: sa, namespace: old}]"),
        (BINDING + "null", BINDING.replace("name: b", "name: b, namespace: prod") + "null"),
    ],
)  # fmt: skip
def test_namespace(resource: str, wanted: str) -> None:
    same("namespace: prod", resource, wanted)


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: a}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: b}}",
            "kustomization.yaml:3:12: ConfigMap c in namespace prod is there twice",
        ),
        (
            "{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: b}}",
            "is there twice",
        ),
        ("{apiVersion: v1, kind: Service, metadata: {name: s, namespace: {a: b}}}", "a namespace is expected here"),
        (BINDING + "{name: default}", "subjects must be a list of maps"),
    ],
)
def test_namespace_refused(resource: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        after("namespace: prod", resource)
    assert message in str(error.value)


@pytest.mark.parametrize(("version", "namespace"), [("5.6.0", "prod"), ("5.8.1", None)])
def test_charts_keep_their_namespace(version: str, namespace: str | None) -> None:
    chart = "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {internal.config.kubernetes.io/helm-generated: 'true'}}}"
    (found,) = after("namespace: prod", chart, version=version)
    assert found["metadata"].get("namespace") == namespace


@pytest.mark.parametrize(
    ("kustomization", "resource", "name"),
    [
        ("namePrefix: p-\nnameSuffix: -s", SERVICE, "p-s-s"),
        ("namePrefix: ''", SERVICE, "s"),
        ("namePrefix: p-", "{apiVersion: v1, kind: Namespace, metadata: {name: n1}}", "n1"),
        ("namePrefix: p-", "{apiVersion: x.y/v1, kind: Namespace, metadata: {name: n1}}", "n1"),
        ("nameSuffix: -s", "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: c}}", "c"),
        ("nameSuffix: -s", "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: c}}", "c"),
        ("nameSuffix: -s", "{apiVersion: x.y/v1, kind: APIService, metadata: {name: c}}", "c-s"),
        ("namePrefix: '1'", "{apiVersion: v1, kind: Service, metadata: {name: 2}}", 12),
        ("namePrefix: '1'", "{apiVersion: v1, kind: Service, metadata: {name: '2'}}", "12"),
    ],
)
def test_names(kustomization: str, resource: str, name: Any) -> None:
    assert after(kustomization, resource)[0]["metadata"]["name"] == name


DEPLOYMENT = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}"
STATEFUL = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: d}, spec: {volumeClaimTemplates: [{metadata: {name: v}}]}}"
POLICY = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {matchLabels: {x: y}}, ingress: [{from: [{podSelector: {matchLabels: {}}}, {namespaceSelector: {}}]}]}}"


@pytest.mark.parametrize(
    ("kustomization", "resource", "wanted"),
    [
        ("labels: [{pairs: {a: b}}]", DEPLOYMENT, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {a: b}}}"),
        ("labels: [{pairs: {a: b}, includeTemplates: true}]", DEPLOYMENT, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {a: b}}, spec: {template: {metadata: {labels: {a: b}}}}}"),
        (
            "labels: [{pairs: {a: b}, includeSelectors: true}]",
            DEPLOYMENT,
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {a: b}}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}}}}",
        ),
        (
            "commonLabels: {a: b}",
            DEPLOYMENT,
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {a: b}}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}}}}",
        ),
        ("labels: [{pairs: {a: one}}]\ncommonLabels: {a: two}", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f}}", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f, labels: {a: two}}}"),
        ("labels: [{pairs: {a: one}}, {pairs: {a: two}}]", SERVICE, "{apiVersion: v1, kind: Service, metadata: {name: s, labels: {a: two}}}"),
        ("commonLabels: {a: b}", SERVICE, "{apiVersion: v1, kind: Service, metadata: {name: s, labels: {a: b}}, spec: {selector: {a: b}}}"),
        ("labels: [{pairs: {a: b}, fields: [{path: spec/l, create: true}, {path: spec/m}]}]", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f, labels: null}, spec: {m: {}}}", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f, labels: {a: b}}, spec: {m: {a: b}, l: {a: b}}}"),
        ("labels: [{pairs: {a: b}, fields: [{path: spec/l, kind: Bar, create: true}]}]", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f}}", "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f, labels: {a: b}}}"),
        (
            "commonLabels: {a: b}",
            POLICY,
            "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, labels: {a: b}}, spec: {podSelector: {matchLabels: {x: y, a: b}}, ingress: [{from: [{podSelector: {matchLabels: {a: b}}}, {namespaceSelector: {}}]}]}}",
        ),
        ("commonAnnotations: {a: b}", "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c}}", "{apiVersion: batch/v1, kind: CronJob, metadata: {name: c, annotations: {a: b}}, spec: {jobTemplate: {metadata: {annotations: {a: b}}, spec: {template: {metadata: {annotations: {a: b}}}}}}}"),
        ("commonAnnotations: {a: null}", SERVICE, "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {a: ''}}}"),
    ],
)  # fmt: skip
def test_labels_and_annotations(kustomization: str, resource: str, wanted: str) -> None:
    same(kustomization, resource, wanted)


@pytest.mark.parametrize(
    ("switch", "version", "labelled"),
    [
        ("includeTemplates", "5.6.0", True),
        ("includeTemplates", "5.8.1", True),
        ("includeTemplates", "5.8.2", False),
        ("includeVolumeClaimTemplates", "5.8.2", True),
        ("includeSelectors", "5.8.2", True),
    ],
)
def test_labels_of_claims(switch: str, version: str, labelled: bool) -> None:
    (found,) = after(f"labels: [{{pairs: {{a: b}}, {switch}: true}}]", STATEFUL, version=version)
    assert ("labels" in found["spec"]["volumeClaimTemplates"][0]["metadata"]) is labelled


def test_labels_refused() -> None:
    with pytest.raises(UserError, match=r"r.yaml:1:60: Foo f: a map is expected here; write key: value pairs"):
        after(
            "labels: [{pairs: {a: b}, fields: [{path: spec}]}]",
            "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f}, spec: [x]}".replace("spec: [x]", "spec: text"),
        )
    with pytest.raises(UserError, match=r"kustomize looks for spec/more here, which is neither a map nor a list"):
        after(
            "labels: [{pairs: {a: b}, fields: [{path: spec/more}]}]",
            "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f}, spec: text}",
        )


@pytest.mark.parametrize(
    ("name", "resource", "wanted"),
    [
        ("d", DEPLOYMENT, 3),
        ("p-d", DEPLOYMENT, 3),
        ("d", "{apiVersion: v1, kind: ReplicationController, metadata: {name: d}, spec: {replicas: 1}}", 3),
    ],
)
def test_replicas(name: str, resource: str, wanted: int) -> None:
    (found,) = after(f"namePrefix: p-\nreplicas: [{{name: {name}, count: 3}}]", resource)
    assert found["spec"]["replicas"] == wanted


def test_replicas_refused() -> None:
    with pytest.raises(UserError, match=r"kustomization.yaml:3:12: no .*Deployment.* is called x; correct the name"):
        after("replicas: [{name: x, count: 3}]", DEPLOYMENT)


@pytest.mark.parametrize(
    ("text", "value", "names"),
    [
        ("$(A)", 1, ("A",)),
        ("$(A)$(A)", "11", ("A",)),
        ("x-$(A)-$(B)-$(C)", "x-1-b-$(C)", ("A", "B")),
        ("$$(A)", "$(A)", ()),
        ("$$$$", "$$", ()),
        ("$x $(", "$x $(", ()),
        ("$(A", "$(A", ()),
        ("$(T) $(F)", "true 1.5", ("T", "F")),
        ("$(M)", "$(M)", ()),
        ("$", "$", ()),
        ("", "", ()),
    ],
)
def test_expand(text: str, value: Any, names: tuple[str, ...]) -> None:
    assert expand(text, {"A": 1, "B": "b", "T": True, "F": 1.5, "M": {}}) == Expanded(value, names)


@given(st.text(alphabet="$()AB", max_size=30))
def test_expanding_without_variables_only_halves_dollars(text: str) -> None:
    assert expand(text, {}).value.replace("$$", "$") == expand(text, {}).value.replace("$$", "$")
    assert expand(text.replace("$", ""), {}).value == text.replace("$", "")


VARS = "vars:\n- name: NAME\n  objref: {apiVersion: v1, kind: Service, name: s}\n- name: PORT\n  objref: {apiVersion: v1, kind: Service, name: s}\n  fieldref: {fieldPath: 'spec.ports[0].port'}\n"
VARS_RESOURCE = """\
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, annotations: {a: "$(NAME)", b: "$$(NAME)"}}
spec: {containers: [{name: c, image: "$(NAME)", args: ["--to=$(NAME):$(PORT)", "$(OTHER)"], env: [{name: P, value: "$(PORT)"}]}]}
"""


def test_vars() -> None:
    tree = {"kustomization.yaml": f"resources: [r.yaml]\nnamePrefix: p-\n{VARS}", "r.yaml": VARS_RESOURCE}
    found = built(tree)
    assert [line for one in found.resources for line in broken(one)] == []
    pod = next(one for one in found.resources if one.kind == "Pod")
    assert pod.data["metadata"]["annotations"] == {"a": "p-s", "b": "$(NAME)"}
    container = pod.data["spec"]["containers"][0]
    assert container == {
        "name": "c",
        "image": "$(NAME)",
        "args": ["--to=p-s:80", "$(OTHER)"],
        "env": [{"name": "P", "value": 80}],
    }
    assert {origin.pointer[0] for origin in pod.trail.at(("spec", "containers", 0, "args", 0)).sources} == {
        "namePrefix",
        "metadata",
        "vars",
        "spec",
    }
    assert told(found, "p-p", "metadata.annotations.a")[-1].startswith("$(NAME) @ r.yaml:5")


@pytest.mark.parametrize(
    ("kustomization", "message"),
    [
        ("vars: [{name: X, objref: {apiVersion: v1, kind: Service, name: none}}]", "the variable X means no object"),
        ("vars: [{name: X, objref: {kind: Service, name: s}}]", "the variable X means no object"),
        (
            "vars: [{name: X, objref: {apiVersion: v1, kind: Service, name: s}, fieldref: {fieldPath: spec.none}}]",
            "Service s has no field spec.none",
        ),
        (VARS + VARS.removeprefix("vars:\n"), "the variable NAME is there already"),
    ],
)
def test_vars_refused(kustomization: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        after(kustomization, VARS_RESOURCE)
    assert message in str(error.value)
    assert str(error.value).startswith("kustomization.yaml:")


def test_unused_vars_are_noted() -> None:
    found = built(
        {"kustomization.yaml": f"resources: [r.yaml]\n{VARS}", "r.yaml": SERVICE.replace("}}", "}, spec: {ports: [{port: 1}]}}")}
    )
    assert [(note.kind, note.message) for note in found.notes if note.kind == "var-unused"] == [
        ("var-unused", "the variable NAME is not used"),
        ("var-unused", "the variable PORT is not used"),
    ]


EVERYTHING = """\
resources: [../base]
namespace: prod
namePrefix: p-
nameSuffix: -s
labels: [{pairs: {a: b}, includeSelectors: true}]
commonAnnotations: {c: d}
images: [{name: nginx, newTag: '2'}]
replicas: [{name: d, count: 3}]
replacements: [{source: {kind: Deployment}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.x], options: {create: true}}]}]
configMapGenerator: [{name: c, behavior: merge, literals: [z=1]}]
vars: [{name: V, objref: {apiVersion: apps/v1, kind: Deployment, name: d}}]
"""


def test_no_step_changes_its_input() -> None:
    """A base that overlays share is the same after them (law 6), and so is every overlay however often it is built."""
    deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, annotations: {v: $(V)}}, spec: {template: {spec: {containers: [{name: c, image: nginx}]}}}}\n"
    tree = {
        "base/kustomization.yaml": "resources: [d.yaml]\nconfigMapGenerator: [{name: c, literals: [a=1]}]\n",
        "base/d.yaml": deployment,
        "over/kustomization.yaml": EVERYTHING,
    }
    cache, files = Cache(), MemoryFiles(tree)
    first = [objects(build(files, directory, cache=cache)) for directory in ("base", "over", "base", "over")]
    assert first[:2] == first[2:]
    assert first[0] == objects(build(files, "base"))
    assert first[1] == objects(build(files, "over"))
    deployed = next(one for one in first[1] if one["kind"] == "Deployment")
    assert deployed["metadata"] == {
        "name": "p-d-s",
        "namespace": "prod",
        "labels": {"a": "b"},
        "annotations": {"c": "d", "v": "p-d-s"},
    }
    assert deployed["spec"]["replicas"] == 3
    assert deployed["spec"]["template"]["spec"]["containers"] == [{"name": "c", "image": "nginx:2"}]


@pytest.mark.parametrize(
    ("path", "place", "result"),
    [
        ("", 0, "X"),
        ("/", 0, "/X"),
        ("pie", 0, "X/pie"),
        ("/pie", 0, "/X/pie"),
        ("raw", 1, "raw/X"),
        ("/raw", 9, "/raw/X"),
        ("a/b/c", 1, "a/X/b/c"),
    ],
)
def test_parts_of_paths(path: str, place: int, result: str) -> None:
    assert inserted(path, place, "X") == result


def test_distinct_origins() -> None:
    one, other = Document("a", 0, "", {}), Document("b", 0, "", {})
    origins = [Origin(one, ("x",)), Origin(other, ("x",)), Origin(one, ("x",)), Origin(one, ())]
    assert distinct(origins) == (Origin(one, ("x",)), Origin(other, ("x",)), Origin(one, ()))


FOO = "{apiVersion: x.y/v1, kind: Foo, metadata: {name: f}, spec: {list: [1], map: {a: b}}}"


@pytest.mark.parametrize(
    ("tables", "kustomization", "message"),
    [
        ("namePrefix: [{path: spec/map}]", "namePrefix: p-", "a name is expected here"),
        ("namespace: [{path: spec/map}]", "namespace: ns", "a namespace is expected here"),
        ("replicas: [{path: spec/map, kind: Foo}]", "replicas: [{name: f, count: 1}]", "Foo f: a number is expected here"),
        ("commonLabels: [{path: spec/list, kind: Foo}]", "commonLabels: {a: b}", "Foo f: a map is expected here"),
        (
            "varReference: [{path: spec/list}]",
            "vars: [{name: V, objref: {apiVersion: x.y/v1, kind: Foo, name: f}}]",
            "kustomize expects a list of texts here",
        ),
        ("images: [{path: spec/map}]", "images: [{name: a, newTag: b}]", "kustomize expects the text of an image here"),
    ],
)
def test_fields_of_another_shape(tables: str, kustomization: str, message: str) -> None:
    tree = {
        "kustomization.yaml": f"resources: [r.yaml]\nconfigurations: [t.yaml]\n{kustomization}\n",
        "t.yaml": tables,
        "r.yaml": FOO,
    }
    with pytest.raises(UserError) as error:
        built(tree)
    assert message in str(error.value)
    assert str(error.value).startswith("r.yaml:1:")


@pytest.mark.parametrize(
    ("kustomization", "resources", "message"),
    [
        (
            VARS,
            f"{SERVICE}\n---\n{SERVICE.replace('name: s', 'name: s, namespace: other')}",
            "the variable NAME could mean Service s, Service s in namespace other; write objref.namespace",
        ),
        (
            "vars: [{name: V, objref: {apiVersion: v1, kind: Service, name: s}, fieldref: {fieldPath: 'metadata.*'}}]",
            SERVICE,
            "a source cannot have `*` in its path",
        ),
        (
            "vars: [{name: V, objref: {apiVersion: v1, kind: Service, name: s}, fieldref: {fieldPath: spec.n}}]",
            SERVICE.replace("}}", "}, spec: {n: 0x1F}}"),
            "0x1F is no decimal number; quote it",
        ),
        (
            "replacements: [{source: {kind: Service}, targets: [{select: {labelSelector: '=='}}]}]",
            SERVICE,
            "'==' is not a label selector",
        ),
        (
            "configMapGenerator: [{name: c}]",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other}}",
            "ConfigMap c is there already",
        ),
        (
            "",
            SERVICE.replace("name: s", "name: s, annotations: {internal.config.kubernetes.io/needsHashSuffix: enabled}"),
            "a Service has no content hash",
        ),
    ],
)
def test_refused(kustomization: str, resources: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        after(kustomization, resources)
    assert message in str(error.value)


def test_a_pattern_in_a_selection_that_is_none() -> None:
    with pytest.raises(UserError, match="name is not a regular expression"):
        after("replacements: [{source: {kind: Service}, targets: [{select: {name: 'a['}}]}]", SERVICE, version="5.8.1")


def test_numbers_and_counts_of_variables_and_replicas() -> None:
    (found,) = after("replicas: [{name: d}]", DEPLOYMENT)
    assert found["spec"]["replicas"] == 0
    text = "vars: [{name: V, objref: {apiVersion: apps/v1, kind: Deployment, name: d}, fieldref: {fieldPath: spec.n}}]"
    (found,) = after(
        text, "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, annotations: {v: $(V)-x}}, spec: {n: 0777}}"
    )
    assert found["metadata"]["annotations"] == {"v": "777-x"}
    (found,) = after(
        "vars: [{name: V, objref: {kind: Service, version: v1, name: s, namespace: ns}}]",
        SERVICE.replace("name: s", "name: s, namespace: ns, annotations: {v: $(V)}"),
    )
    assert found["metadata"]["annotations"] == {"v": "s"}

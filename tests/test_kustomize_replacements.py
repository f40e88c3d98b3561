"""`replacements`: sources, targets, options, types, texts that hold JSON or YAML; and the built-in plugins around the steps."""

# ruff: noqa: E501 - tables, one case a row
from __future__ import annotations

from typing import Any

import pytest
from kustomize import built, data, objects, told
from trail_law import broken

from gitopsml.errors import UserError

SOURCE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: src, labels: {a: b}}
data: {v: new, n: "7", l: "x:y:z"}
more: {int: 0777, float: 1.50, flag: true, map: {k: v}, list: [{name: a, v: 1}], date: 2001-01-01, none: null}
"""
TARGET = """\
apiVersion: x.y/v1
kind: Foo
metadata: {name: foo, labels: {app: foo}}
spec:
  text: old
  int: 5
  flag: true
  none: null
  path: a.b.c
  list: [{name: a, v: 1}, {name: ab, v: 2}]
  map: {k: old}
  date: 2001-01-01
"""


def after(source: str, target: str, *, version: str = "5.6.0", resources: str = f"{SOURCE}---\n{TARGET}") -> dict[str, Any]:
    """The Foo after one replacement; every trail keeps the law."""
    replacement = f"replacements: [{{source: {{kind: ConfigMap, {source}}}, targets: [{{select: {{kind: Foo}}, {target}}}]}}]"
    found = built({"kustomization.yaml": f"resources: [r.yaml]\n{replacement}\n", "r.yaml": resources}, version=version)
    assert [line for one in found.resources for line in broken(one)] == []
    return next(one.data for one in found.resources if one.kind == "Foo")


@pytest.mark.parametrize(
    ("source", "target", "field", "value"),
    [
        ("fieldPath: data.v", "fieldPaths: [spec.text]", "text", "new"),
        ("name: src", "fieldPaths: [spec.text]", "text", "src"),
        ("fieldPath: data.n", "fieldPaths: [spec.text]", "text", "7"),
        ("fieldPath: data.n", "fieldPaths: [spec.int]", "int", 7),
        ("fieldPath: more.int", "fieldPaths: [spec.text]", "text", "0777"),
        ("fieldPath: more.float", "fieldPaths: [spec.text]", "text", "1.50"),
        ("fieldPath: more.date", "fieldPaths: [spec.text]", "text", "2001-01-01"),
        ("fieldPath: more.flag", "fieldPaths: [spec.flag]", "flag", True),
        ("fieldPath: more.map", "fieldPaths: [spec.map]", "map", {"k": "v"}),
        ("fieldPath: more.map", "fieldPaths: [spec.text]", "text", ""),
        ("fieldPath: data.v", "fieldPaths: [spec.map]", "map", "new"),
        ("fieldPath: more.list.0.v", "fieldPaths: [spec.int]", "int", 1),
        ("fieldPath: 'more.list.[name=a].v'", "fieldPaths: [spec.int]", "int", 1),
        (
            "fieldPath: data.v",
            "fieldPaths: ['spec.list.[name=b].name']",
            "list",
            [{"name": "a", "v": 1}, {"name": "new", "v": 2}],
        ),
        ("fieldPath: data.n", "fieldPaths: ['spec.list.*.v']", "list", [{"name": "a", "v": 7}, {"name": "ab", "v": 7}]),
        ("fieldPath: data.v", "fieldPaths: [spec.new.deep], options: {create: true}", "new", {"deep": "new"}),
        ("fieldPath: data.n", "fieldPaths: [spec.new], options: {create: true}", "new", 7),
        ("fieldPath: more.map", "fieldPaths: [spec.new], options: {create: true}", "new", {"k": "v"}),
        ("fieldPath: data.v", "fieldPaths: ['spec.new.[name=1].v'], options: {create: true}", "new", [{"name": 1, "v": "new"}]),
        ("fieldPath: data.v", "fieldPaths: [spec.path], options: {delimiter: ., index: 1}", "path", "a.new.c"),
        ("fieldPath: data.v", "fieldPaths: [spec.path], options: {delimiter: ., index: -1}", "path", "new.a.b.c"),
        ("fieldPath: data.v", "fieldPaths: [spec.path], options: {delimiter: ., index: 9}", "path", "a.b.c.new"),
        ("fieldPath: data.l, options: {delimiter: ':', index: 2}", "fieldPaths: [spec.text]", "text", "z"),
    ],
)
def test_values(source: str, target: str, field: str, value: Any) -> None:
    found = after(source, target)["spec"]
    assert found[field] == value
    assert type(found[field]) is type(value)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("name: none", "fieldPaths: [spec.text]", "2:25: the source selects nothing"),
        ("fieldPath: data.none", "fieldPaths: [spec.text]", "ConfigMap src has no value in data.none"),
        ("fieldPath: more.none", "fieldPaths: [spec.text]", "ConfigMap src has no value in more.none"),
        ("fieldPath: 'more.list.*'", "fieldPaths: [spec.text]", "a source cannot have `*` in its path"),
        (
            "fieldPath: data.l, options: {delimiter: ':', index: 9}",
            "fieldPaths: [spec.text]",
            "index 9 is beyond the 3 parts of 'x:y:z'",
        ),
        ("fieldPath: more.map, options: {delimiter: ':'}", "fieldPaths: [spec.text]", "more.map is no text that could be split"),
        (
            "fieldPath: data.v",
            "fieldPaths: [spec.none.x]",
            "Foo foo has no field spec.none.x; correct the path, or write `options: {create: true}`",
        ),
        ("fieldPath: data.v", "fieldPaths: [spec.int]", "spec.int of Foo foo cannot become 'new'"),
        ("fieldPath: data.v", "fieldPaths: [spec.none]", "spec.none of Foo foo cannot become 'new'"),
        ("fieldPath: data.n", "fieldPaths: [spec.flag]", "spec.flag of Foo foo cannot become '7'"),
        ("fieldPath: data.n", "fieldPaths: [spec.date]", "spec.date of Foo foo cannot become '7'"),
        ("fieldPath: data.v", "fieldPaths: [spec.text.more]", "spec.text.more does not fit Foo foo: a map is expected here"),
        (
            "fieldPath: data.v",
            "fieldPaths: [spec.list.9], options: {create: true}",
            "index 9 is beyond the 2 elements of the list",
        ),
        ("fieldPath: data.v", "fieldPaths: [spec.map], options: {delimiter: .}", "spec.map is no text that could be split"),
    ],
)
def test_refused(source: str, target: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        after(source, target)
    assert message in str(error.value)
    assert str(error.value).startswith("kustomization.yaml:2:")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{targets: [{select: {kind: Foo}}]}", "a replacement needs a source and targets"),
        ("{source: {kind: ConfigMap}}", "a replacement needs a source and targets"),
        ("{source: {kind: ConfigMap}, targets: [{fieldPaths: [a]}]}", "the target does not say what to select"),
        ("{path: x.yaml, source: {kind: ConfigMap}}", "a replacement has a `path` or says what to do, not both"),
        ("{path: empty.yaml}", "empty.yaml has no replacements"),
        ("{source: {}, targets: [{select: {kind: Foo}}]}", "the source selects several objects: ConfigMap src, Foo foo"),
    ],
)
def test_entries_refused(entry: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        built(
            {
                "kustomization.yaml": f"resources: [r.yaml]\nreplacements: [{entry}]\n",
                "r.yaml": f"{SOURCE}---\n{TARGET}",
                "empty.yaml": "text\n",
            }
        )
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("target", "version", "hit"),
    [
        ("select: {name: foo}", "5.6.0", True),
        ("select: {name: fo.}", "5.6.0", False),
        ("select: {name: fo.}", "5.8.1", True),
        ("select: {name: oo}", "5.8.1", False),
        ("select: {namespace: default}", "5.6.0", True),
        ("select: {namespace: default}", "5.8.1", False),
        ("select: {kind: Foo, labelSelector: app=foo}", "5.6.0", True),
        ("select: {kind: Foo, labelSelector: '!app'}", "5.6.0", False),
        ("select: {kind: Foo}, reject: [{name: foo}]", "5.6.0", False),
        ("select: {kind: Foo}, reject: [{name: fo.}]", "5.6.0", True),
        ("select: {kind: Foo}, reject: [{name: fo.}]", "5.8.1", False),
        ("select: {kind: Foo}, reject: [{name: other, labelSelector: app}]", "5.6.0", False),
        ("select: {kind: Foo}, reject: [{}]", "5.6.0", True),
        ("select: {group: x.y, version: v1, kind: Foo}", "5.6.0", True),
        ("select: {group: x.y, version: v2}", "5.6.0", False),
    ],
)
def test_selection(target: str, version: str, hit: bool) -> None:
    text = f"resources: [r.yaml]\nreplacements: [{{source: {{kind: ConfigMap, name: src, fieldPath: data.v}}, targets: [{{{target}, fieldPaths: [spec.text]}}]}}]\n"
    only = TARGET if "namespace" not in target else f"{TARGET}"
    tree = {"kustomization.yaml": text, "r.yaml": f"{SOURCE.replace('name: src', 'name: src, namespace: other')}---\n{only}"}
    found = built(tree, version=version)
    foo = next(one.data for one in found.resources if one.kind == "Foo")
    assert foo["spec"]["text"] == ("new" if hit else "old")
    assert [note.kind for note in found.notes] == ([] if hit else ["replacement-no-match"])


def test_the_source_is_read_again_after_it_changed() -> None:
    text = "resources: [r.yaml]\nreplacements: [{source: {kind: ConfigMap, fieldPath: data}, targets: [{select: {kind: ConfigMap}, fieldPaths: [data.v]}, {select: {kind: Foo}, fieldPaths: [spec.map]}]}]\n"
    found = built({"kustomization.yaml": text, "r.yaml": f"{SOURCE}---\n{TARGET}"})
    foo = next(one.data for one in found.resources if one.kind == "Foo")
    assert foo["spec"]["map"] == {"v": "", "n": "7", "l": "x:y:z"}


def test_files_of_replacements() -> None:
    one = "source: {kind: ConfigMap, fieldPath: data.v}\nunknown: field\ntargets: [{select: {kind: Foo}, fieldPaths: [spec.text]}]\n"
    more = "- source: {kind: ConfigMap, fieldPath: data.n}\n  targets: [{select: {kind: Foo}, fieldPaths: [spec.int]}]\n"
    tree = {
        "kustomization.yaml": "resources: [r.yaml]\nreplacements: [{path: one.yaml}, {path: more.yaml}]\n",
        "one.yaml": one,
        "more.yaml": more,
        "r.yaml": f"{SOURCE}---\n{TARGET}",
    }
    foo = next(found.data for found in built(tree).resources if found.kind == "Foo")
    assert (foo["spec"]["text"], foo["spec"]["int"]) == ("new", 7)


@pytest.mark.parametrize(
    ("text", "path", "options", "version", "wanted"),
    [
        ('{"b":"old","a":{"x":1}}', "t.b", "", "5.8.1", '{"a":{"x":1},"b":"new"}'),
        ('{"b":"old","a":{"x":1}}\n', "t.a", "", "5.8.1", '{"a":"new","b":"old"}'),
        ('{\n  "b": "<"\n}', "t.c", "create: true", "5.8.1", '{\n  "b": "\\u003c",\n  "c": "new"\n}'),
        ('{"b":5}', "t.b", "", "5.8.1", '{"b":5}'),
        ('{"b":"h:old"}', "t.b", "delimiter: ':', index: 1", "5.8.1", '{"b":"new"}'),
        ('{"b":"h:old"}', "t.b", "delimiter: ':', index: 1", "5.8.2", '{"b":"h:new"}'),
        ("# note\nb: old  # why\na: 'x'\n", "t.b", "", "5.8.1", "# note\nb: new  # why\na: 'x'"),
        ("a: 'x'\nb: \"y\"\n", "t.a", "", "5.8.1", "a: 'new'\nb: \"y\""),
        ("a: 'x'\nb: \"y\"\n", "t.b", "", "5.8.1", "a: 'x'\nb: \"new\""),
        ("b: old\n---\nc: d\n", "t.b", "", "5.8.1", "b: new"),
        ("- a\n- b\n", "t.1", "", "5.8.1", "- a\n- new"),
    ],
)
def test_texts_with_data(text: str, path: str, options: str, version: str, wanted: str) -> None:
    resources = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "src"}, "data": {"v": "new"}}]
    foo = {"apiVersion": "x.y/v1", "kind": "Foo", "metadata": {"name": "foo"}, "spec": {"t": text}}
    written = "---\n".join(f"{_json(one)}\n" for one in (*resources, foo))
    target = f"fieldPaths: [spec.{path}], options: {{{options}}}"
    assert after("fieldPath: data.v", target, version=version, resources=written)["spec"]["t"] == wanted
    with pytest.raises(UserError, match=r"does not fit Foo foo"):
        after("fieldPath: data.v", target, version="5.7.1", resources=written)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('{"b":"old"', "t.b", "the text here cannot be read"),
        ('{"b":"old"}', "t.z", "Foo foo has no field spec.t.z"),
        ("b: |\n  old\n", "t.b", "a value of several lines changes inside YAML text"),
    ],
)
def test_texts_refused(text: str, path: str, message: str) -> None:
    foo = {"apiVersion": "x.y/v1", "kind": "Foo", "metadata": {"name": "foo"}, "spec": {"t": text}}
    with pytest.raises(UserError) as error:
        after("fieldPath: data.v", f"fieldPaths: [spec.{path}]", version="5.8.1", resources=f"{SOURCE}---\n{_json(foo)}\n")
    assert message in str(error.value)


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def test_a_fixed_value() -> None:
    text = (
        "resources: [r.yaml]\nreplacements: [{sourceValue: fixed, targets: [{select: {kind: Foo}, fieldPaths: [spec.text]}]}]\n"
    )
    tree = {"kustomization.yaml": text, "r.yaml": TARGET}
    assert objects(built(tree, version="5.7.1"))[0]["spec"]["text"] == "fixed"
    with pytest.raises(UserError, match="unknown field sourceValue"):
        built(tree, version="5.6.0")


def test_origins() -> None:
    text = "resources: [r.yaml]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.v}\n  targets:\n  - select: {kind: Foo}\n    fieldPaths:\n    - spec.text\n"
    found = built({"kustomization.yaml": text, "r.yaml": f"{SOURCE}---\n{TARGET}"})
    history = told(found, "foo", "spec.text")
    assert history[0].startswith("new @ r.yaml:4")
    assert history[-1].startswith("old @ r.yaml:11")
    trail = next(one for one in found.resources if one.kind == "Foo").trail.at(("spec", "text"))
    assert not trail.derived
    assert trail.sources[-1].pointer == ("replacements", 0, "targets", 0, "fieldPaths", 0)


CM = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
META = "metadata: {name: x, namespace: other}"


@pytest.mark.parametrize(
    ("plugin", "wanted"),
    [
        (f"kind: NamespaceTransformer, {META}", "metadata: {name: c, namespace: other}"),
        ("kind: PrefixTransformer, prefix: p-, fieldSpecs: [{path: metadata/name}]", "metadata: {name: p-c}"),
        ("kind: SuffixTransformer, suffix: -s, fieldSpecs: [{path: metadata/name, kind: Pod}]", "metadata: {name: c}"),
        (
            "kind: PrefixSuffixTransformer, prefix: p-, suffix: -s, fieldSpecs: [{path: metadata/name, unknown: field}]",
            "metadata: {name: p-c-s}",
        ),
        (
            "kind: LabelTransformer, labels: {a: b}, fieldSpecs: [{path: metadata/labels, create: true}]",
            "metadata: {name: c, labels: {a: b}}",
        ),
        ("kind: LabelTransformer, labels: {a: b}", "metadata: {name: c}"),
        (
            "kind: LabelTransformer, labels: {a: 1, b: true, c: 1.5}, fieldSpecs: [{path: l, create: true}]",
            "metadata: {name: c}\nl: {a: '1', b: 'true', c: '1.5'}",
        ),
        (
            "kind: AnnotationsTransformer, annotations: {a: b}, fieldSpecs: [{path: metadata/annotations, create: true}]",
            "metadata: {name: c, annotations: {a: b}}",
        ),
        ("kind: HashTransformer", "metadata: {name: c}"),
        ("kind: ValueAddTransformer, value: v, targets: [{fieldPath: a/b}]", "metadata: {name: c}\na: {b: v}"),
        ("kind: ValueAddTransformer, value: v, targets: [{fieldPath: metadata/namespace}]", "metadata: {name: c, namespace: v}"),
        (
            "kind: ReplacementTransformer, replacements: [{source: {kind: ConfigMap}, targets: [{select: {kind: ConfigMap}, fieldPaths: [x.y], options: {create: true}}]}]",
            "metadata: {name: c}\nx: {y: c}",
        ),
    ],
)
def test_transformers(plugin: str, wanted: str) -> None:
    for entry in (f"transformers: ['{{apiVersion: builtin, {plugin}}}']", "transformers: [t.yaml]"):
        tree = {
            "kustomization.yaml": f"resources: [c.yaml]\n{entry}\n",
            "c.yaml": CM,
            "t.yaml": f"{{apiVersion: builtin, {plugin}}}\n",
        }
        if "metadata" not in plugin.replace("metadata/", ""):
            tree = {
                path: text.replace("apiVersion: builtin,", "apiVersion: builtin, metadata: {name: x},")
                for path, text in tree.items()
            }
        found = built(tree)
        assert [line for one in found.resources for line in broken(one)] == []
        assert objects(found) == [data(f"apiVersion: v1\nkind: ConfigMap\n{wanted}\n")]


def test_transformers_with_files_and_selections() -> None:
    deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {spec: {containers: [{name: c, image: nginx}]}}}}"
    plugins = [
        "{apiVersion: builtin, kind: ValueAddTransformer, metadata: {name: v}, targetFilePath: v.yaml}",
        "{apiVersion: builtin, kind: ImageTagTransformer, metadata: {name: i}, imageTag: {name: nginx, newTag: 2}, fieldSpecs: [{path: spec/template/spec/containers/image}]}",
        "{apiVersion: builtin, kind: ReplicaCountTransformer, metadata: {name: r}, replica: {name: d, count: 3}, fieldSpecs: [{path: spec/replicas, create: true, kind: Deployment}]}",
    ]
    tree = {
        "app/kustomization.yaml": "resources: [r.yaml]\ntransformers: [t.yaml]\n",
        "app/r.yaml": f"{deployment}\n---\n{CM}",
        "app/t.yaml": "\n---\n".join(plugins),
        "app/v.yaml": "targets: [{fieldPath: a/b, selector: {kind: Deployment}, unknown: field}, {fieldPath: 'metadata/annotations/x\\/y', filePathPosition: 1}]\n",
    }
    config_map, found = objects(built(tree, "app"))
    assert config_map["metadata"] == {"name": "c", "annotations": {"x/y": "app"}}
    assert found["metadata"] == {"name": "d", "annotations": {"x/y": "app"}}
    assert found["a"] == {"b": "app"}
    assert found["spec"] == {"replicas": 3, "template": {"spec": {"containers": [{"name": "c", "image": "nginx:2"}]}}}


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("kind: PrefixTransformer, prefix: p-", "the transformer has no fieldSpecs"),
        (f"kind: NamespaceTransformer, {META}, setRoleBindingSubjects: all", "all is no way to treat subjects"),
        ("kind: ValueAddTransformer, value: v", "the transformer has no target"),
        ("kind: ValueAddTransformer, targets: [{fieldPath: metadata}]", "metadata of ConfigMap c is no text"),
        (
            "kind: ValueAddTransformer, targets: [{fieldPath: kind/x}]",
            "kind/x leads through something that is no map in ConfigMap c",
        ),
        ("kind: ValueAddTransformer, targets: [{filePathPosition: 1}]", "the target has no field path"),
        ("kind: ValueAddTransformer, targets: [{fieldPath: a, filePathPosition: -1}]", "the position is negative"),
        (
            "kind: ReplicaCountTransformer, replica: {name: x, count: 1}, fieldSpecs: [{path: spec/replicas, kind: Foo}]",
            "no Foo is called x",
        ),
        ("kind: ImageTagTransformer, imageTag: {name: nginx, newTag: [1]}", "imageTag.newTag must be text, not a list"),
    ],
)
def test_transformers_refused(plugin: str, message: str) -> None:
    text = f"apiVersion: builtin, {'' if 'metadata:' in plugin else 'metadata: {name: x}, '}{plugin}"
    with pytest.raises(UserError) as error:
        built({"kustomization.yaml": "resources: [c.yaml]\ntransformers: [t.yaml]\n", "c.yaml": CM, "t.yaml": f"{{{text}}}\n"})
    assert message in str(error.value)
    assert str(error.value).startswith("t.yaml:1:")


def test_generators() -> None:
    plugins = "{apiVersion: builtin, kind: ConfigMapGenerator, metadata: {name: c, namespace: ns}, literals: [a=1]}\n---\n{apiVersion: builtin, kind: SecretGenerator, metadata: {name: x}, name: s, options: {disableNameSuffixHash: true}}\n---\n{apiVersion: builtin, kind: IAMPolicyGenerator, metadata: {name: g}, cloud: gke, kubernetesService: {name: ksa, namespace: ns}, serviceAccount: {name: gsa, projectId: p}}\n"
    found = built({"kustomization.yaml": "generators: [g.yaml]\n", "g.yaml": plugins})
    assert [line for one in found.resources for line in broken(one)] == []
    assert objects(found) == [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {
                "name": "ksa",
                "namespace": "ns",
                "annotations": {"iam.gke.io/gcp-service-account": "gsa@p.iam.gserviceaccount.com"},
            },
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c-h29d89cmmt", "namespace": "ns"}, "data": {"a": "1"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque", "data": {}},
    ]


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        ("kind: IAMPolicyGenerator, metadata: {name: g}, cloud: aws", "the cloud aws is not known to kustomize"),
        ("kind: IAMPolicyGenerator, metadata: {name: g}, cloud: gke", "the ServiceAccount has no name"),
    ],
)
def test_generators_refused(plugin: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        built({"kustomization.yaml": "generators: [g.yaml]\n", "g.yaml": f"{{apiVersion: builtin, {plugin}}}\n"})
    assert message in str(error.value)

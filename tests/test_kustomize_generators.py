"""`configMapGenerator` and `secretGenerator`: pairs, options, behaviors, origins."""

# ruff: noqa: E501 - tables, one case a row
from __future__ import annotations

from typing import Any

import pytest
from kustomize import built, objects, one, told
from trail_law import broken

from gitopsml.errors import UserError
from gitopsml.files import MemoryFiles
from gitopsml.kustomize.build import build
from gitopsml.kustomize.keyvalues import unquoted

FILES = {
    "f.txt": "hello\nworld\n",
    "sub/g.txt": "g",
    "e.env": '\ufeffA=1\n# note\n\n  B="2"\nC\nD=x=y \n=lost\n',
    "crlf.env": "A=1\r\nB=2",
}


@pytest.mark.parametrize(
    ("text", "bare"),
    [('"q"', "q"), ("'q'", "q"), ('"q', '"q'), ("\"q'", "\"q'"), ('"', '"'), ("", ""), ('""', ""), ("''q''", "'q'")],
)
def test_unquoted(text: str, bare: str) -> None:
    assert unquoted(text) == bare


@pytest.mark.parametrize(
    ("entry", "data"),
    [
        ("literals: [a=1, b=]", {"a": "1", "b": ""}),
        ("literals: ['a=x=y', 'b=\"q\"', 'with space=1']", {"a": "x=y", "b": "q", "with space": "1"}),
        ("files: [f.txt, k=sub/g.txt]", {"f.txt": "hello\nworld\n", "k": "g"}),
        ("files: [sub/g.txt]", {"g.txt": "g"}),
        ("envs: [e.env]", {"A": "1", "B": '"2"', "C": "", "D": "x=y "}),
        ("env: crlf.env", {"A": "1", "B": "2"}),
        ("envs: [crlf.env]\n  literals: [C=3]", {"A": "1", "B": "2", "C": "3"}),
    ],
)
def test_pairs(entry: str, data: dict[str, str]) -> None:
    tree = {
        **FILES,
        "kustomization.yaml": f"configMapGenerator:\n- name: c\n  {entry}\n  options: {{disableNameSuffixHash: true}}\n",
    }
    assert one(tree) == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}


def test_bytes_that_are_no_text() -> None:
    files = MemoryFiles(
        {
            "kustomization.yaml": b"configMapGenerator: [{name: c, files: [b]}]\nsecretGenerator: [{name: s, files: [b]}]\n",
            "b": b"\xff\xfe" * 40,
        }
    )
    config_map, secret = objects(build(files, "."))
    assert set(config_map) == {"apiVersion", "kind", "metadata", "binaryData"}
    assert [len(line) for line in config_map["binaryData"]["b"].splitlines()] == [70, 38]
    assert secret["data"]["b"] == config_map["binaryData"]["b"]


@pytest.mark.parametrize(
    ("entry", "options", "wanted"),
    [
        ("literals: [a=1]", "", {"metadata": {"name": "c-h29d89cmmt"}, "data": {"a": "1"}}),
        ("literals: [a=1]\n  namespace: ns", "", {"metadata": {"name": "c-h29d89cmmt", "namespace": "ns"}, "data": {"a": "1"}}),
        ("literals: [a=1]", "{disableNameSuffixHash: true}", {"metadata": {"name": "c"}, "data": {"a": "1"}}),
        (
            "literals: [a=1]\n  options: {disableNameSuffixHash: false}",
            "{disableNameSuffixHash: true}",
            {"metadata": {"name": "c"}, "data": {"a": "1"}},
        ),
        (
            "options: {immutable: false}",
            "{immutable: true, disableNameSuffixHash: true}",
            {"metadata": {"name": "c"}, "immutable": True},
        ),
        (
            "options: {labels: {a: own}}",
            "{labels: {a: all, b: all}, annotations: {x: '1'}, disableNameSuffixHash: true}",
            {"metadata": {"name": "c", "labels": {"a": "own", "b": "all"}, "annotations": {"x": "1"}}},
        ),
    ],
)
def test_options(entry: str, options: str, wanted: dict[str, Any]) -> None:
    found = one({"kustomization.yaml": f"configMapGenerator:\n- name: c\n  {entry}\ngeneratorOptions: {options or '{}'}\n"})
    assert found == {"apiVersion": "v1", "kind": "ConfigMap", **wanted}


def test_secrets() -> None:
    tree = {
        "kustomization.yaml": "secretGenerator: [{name: s, literals: [a=1]}, {name: t, type: x/y, options: {disableNameSuffixHash: true}}]\n"
    }
    first, second = objects(built(tree))
    assert first == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s-25khgmg44c"},
        "type": "Opaque",
        "data": {"a": "MQ=="},
    }
    assert second == {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "t"}, "type": "x/y", "data": {}}


PLAIN = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {old: l, both: o}, annotations: {n: o}}\ndata: {a: old, o: 0777}\nimmutable: true\n"


@pytest.mark.parametrize(
    ("behavior", "data"),
    [("merge", {"a": "new", "o": "0777", "z": "1"}), ("replace", {"a": "new", "z": "1"})],
)
def test_behaviors(behavior: str, data: dict[str, str]) -> None:
    tree = {
        "base/kustomization.yaml": "resources: [c.yaml]\nnamePrefix: p-\nnamespace: ns\n",
        "base/c.yaml": PLAIN,
        "over/kustomization.yaml": f"resources: [../base]\nconfigMapGenerator: [{{name: c, behavior: {behavior}, literals: [a=new, z=1], options: {{labels: {{both: new}}}}}}]\n",
    }
    found = built(tree, "over")
    assert objects(found) == [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "p-c", "namespace": "ns", "labels": {"old": "l", "both": "new"}, "annotations": {"n": "o"}},
            "data": data,
        }
    ]
    assert [line for resource in found.resources for line in broken(resource)] == []


@pytest.mark.parametrize(("place", "found"), [("", True), (", namespace: ns", True), (", namespace: other", False)])
def test_what_a_merge_means(place: str, found: bool) -> None:
    """An id from before the base's prefix or namespace will do; name and namespace must be of one id."""
    tree = {
        "base/kustomization.yaml": "resources: [c.yaml]\nnamePrefix: p-\nnamespace: ns\n",
        "base/c.yaml": PLAIN,
        "over/kustomization.yaml": f"resources: [../base]\nconfigMapGenerator: [{{name: c{place}, behavior: merge}}]\n",
    }
    if found:
        assert one(tree, "over")["metadata"]["name"] == "p-c"
    else:
        with pytest.raises(UserError, match="there is no ConfigMap c in namespace other to merge"):
            built(tree, "over")


def test_a_merged_generator_has_a_new_hash_and_its_references_follow() -> None:
    tree = {
        "base/kustomization.yaml": "resources: [p.yaml]\nconfigMapGenerator: [{name: c, literals: [a=1]}]\n",
        "base/p.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {volumes: [{name: v, configMap: {name: c}}]}\n",
        "over/kustomization.yaml": "resources: [../base]\nnamePrefix: x-\nconfigMapGenerator: [{name: c, behavior: merge, literals: [b=2]}]\n",
    }
    config_map, pod = objects(built(tree, "over"))
    assert config_map["data"] == {"a": "1", "b": "2"}
    assert config_map["metadata"]["name"].startswith("x-c-")
    assert pod["spec"]["volumes"][0]["configMap"]["name"] == config_map["metadata"]["name"]


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: eA==}\nstringData: {a: old, b: old}\n"


@pytest.mark.parametrize(
    ("version", "data"), [("5.6.0", {"a": "eA==", "n": "MQ=="}), ("5.8.2", {"a": "b2xk", "b": "b2xk", "n": "MQ=="})]
)
def test_secrets_merged_with_texts(version: str, data: dict[str, str]) -> None:
    tree = {
        "base/kustomization.yaml": "resources: [s.yaml]",
        "base/s.yaml": SECRET,
        "kustomization.yaml": "resources: [base]\nsecretGenerator: [{name: s, behavior: merge, literals: [n=1]}]\n",
    }
    assert one(tree, version=version) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "type": "Opaque",
        "data": data,
    }


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{literals: [a=1]}", "the ConfigMap has no name; add `name`"),
        ("{name: c, literals: [a]}", "kustomization.yaml:1:43: 'a' is not a literal; write key=value"),
        ("{name: c, literals: ['=1']}", "'=1' is not a literal; write key=value"),
        ("{name: c, literals: [a=1, a=2]}", "the key a is there already; keep one of the two"),
        ("{name: c, files: [a=b=c]}", "'a=b=c' has more than one `=`"),
        ("{name: c, files: ['=b']}", "'=b' lacks its key"),
        ("{name: c, files: ['a=']}", "'a=' lacks its path"),
        ("{name: c, files: [missing]}", "cannot read missing"),
        ("{name: c, files: [sub]}", "sub"),
        ("{name: c, files: [../out]}", "leaves the repository"),
        ("{name: c, envs: [bad.env]}", "line 2 of bad.env is not UTF-8; save the file as UTF-8"),
        ("{name: c, behavior: merge}", "there is no ConfigMap c to merge"),
        ("{name: c}, {name: c}", "ConfigMap c is there already; use `behavior: merge` or `replace`"),
    ],
)
def test_refused(entry: str, message: str) -> None:
    tree: dict[str, Any] = {
        **FILES,
        "kustomization.yaml": f"configMapGenerator: [{entry}]\n",
        "bad.env": b"a=1\n\xff=2\n",
        "long.env": "a=" + "x" * 70_000,
    }
    with pytest.raises(UserError) as error:
        built(tree)
    assert message in str(error.value)
    assert str(error.value).startswith("kustomization.yaml:1:")


def test_a_line_that_is_too_long_ends_an_env_file() -> None:
    tree = {"kustomization.yaml": "configMapGenerator: [{name: c, envs: [e.env]}]\n", "e.env": f"A=1\nB={'x' * 70_000}\nC=3\n"}
    found = built(tree)
    assert objects(found)[0]["data"] == {"A": "1"}
    assert [(note.kind, note.origin.pointer) for note in found.notes] == [("env-line-too-long", ("line", 2))]


def test_origins() -> None:
    tree = {
        **FILES,
        "kustomization.yaml": "configMapGenerator:\n- name: c\n  literals: [a=1]\n  files: [f.txt]\n  envs: [e.env]\n",
    }
    found = built(tree)
    (resource,) = found.resources
    assert list(broken(resource)) == []
    name = resource.name
    assert told(found, name, "data.a")[0].startswith("1 @ kustomization.yaml:3")
    assert told(found, name, "data.B")[0].startswith('"2" @ e.env:4')
    assert " @ f.txt:1" in told(found, name, 'data["f.txt"]')[0]
    hashed = resource.trail.at(("metadata", "name"))
    assert hashed.step == "hash"
    assert {origin.document.path for origin in hashed.sources} == {"kustomization.yaml", "f.txt", "e.env"}
    assert hashed.overrode is not None
    assert hashed.overrode.origin.pointer == ("configMapGenerator", 0, "name")

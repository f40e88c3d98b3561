"""Custom resources against the schemas of their kinds: what the API server refuses or drops, and nothing else."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, shared

from gitopsml.cli.main import main
from gitopsml.errors import UserError
from gitopsml.files import DiskFiles, MemoryFiles
from gitopsml.lint import lint
from gitopsml.schemas import packs
from gitopsml.schemas.catalogue import Catalogue, numbers
from gitopsml.schemas.crd import compact, record, records
from gitopsml.schemas.imports import imported
from gitopsml.schemas.published import Kind, kind_of
from gitopsml.schemas.structural import problems
from gitopsml.yamlio import read

SPEC = {
    "type": "object",
    "required": ["size", "filled"],
    "properties": {
        "size": {"type": "integer", "format": "int32", "minimum": 1, "maximum": 9, "exclusiveMaximum": True},
        "filled": {"type": "string", "default": "x"},
        "mode": {"type": "string", "enum": ["Standard", "Knative"]},
        "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {"known": {"type": "boolean"}}},
        "empty": {"type": "object"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 2},
        "none": {"type": "string", "nullable": True},
        "pod": {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {"spec": {"type": "object"}}},
        "ports": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
        },
        "tags": {"type": "array", "x-kubernetes-list-type": "set", "maxItems": 3, "items": {"type": "string", "minLength": 1}},
        "host": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
        "inline": {"type": "string", "pattern": "^a(?i)b$"},
        "when": {"type": "string", "format": "date-time"},
        "either": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}},
            "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        },
        "apart": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "not": {"required": ["a", "b"]},
        },
        "share": {"type": "number", "multipleOf": 0.5},
        "all": {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "allOf": [{"properties": {"n": {"minimum": 3}}}, {"properties": {"n": {"maximum": 5}}}],
        },
        "description": {"type": "string"},
    },
}
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "description": "A widget.",
                        "properties": {"spec": SPEC, "status": {"type": "object", "required": ["x"]}},
                    }
                },
            },
            {"name": "v1alpha1", "served": False, "storage": False, "schema": {"openAPIV3Schema": {"type": "object"}}},
        ],
    },
}
HEAD = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}


def widget() -> dict[str, Any]:
    (one,) = records(CRD)
    return one


def found(spec: dict[str, Any], **more: Any) -> list[str]:
    data = {**HEAD, **more, "spec": {"size": 1, **spec}}
    return [f"{'.'.join(map(str, one.pointer))}: {one.message}; {one.hint}" for one in problems(widget()["schema"], data)]


FINE: list[dict[str, Any]] = [
    {},
    {"port": 80},
    {"port": "80%"},
    {"free": {"any": {"thing": 1}, "known": True}},
    {"labels": {"a": "b"}},
    {"none": None},
    {"mode": None},  # null is "not written" where a field is not nullable
    {"labels": None},
    {"empty": {}},
    {"pod": {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a": "b"}}, "spec": {}}},
    {"ports": [{"name": "a"}, {"name": "b"}]},
    {"tags": ["a", "b"]},
    {"when": "2026-01-01T00:00:00Z"},
    {"inline": "aB"},
    {"either": {"a": "x", "c": "y"}},
    {"apart": {"a": "x"}},
    {"share": 1.5},
    {"all": {"n": 4}},
    {"description": "a field of this name is a field"},
]
WRONG = [
    ({"sze": 1}, "spec.sze: unknown field sze; did you mean size?"),
    ({"filed": "x"}, "spec.filed: unknown field filed; did you mean filled?"),
    ({"size": 0}, "spec.size: the number is too small; write at least 1"),
    ({"size": 9}, "spec.size: the number is too large; write less than 9"),
    ({"size": "1"}, "spec.size: text, where a whole number is expected; remove the quotes"),
    ({"size": None}, "spec: size is missing; set size"),
    ({"filled": 7}, "spec.filled: a whole number, where text is expected; put it in quotes"),
    ({"mode": "standard"}, "spec.mode: not one of the allowed values; did you mean Standard?"),
    ({"mode": "Serverless"}, "spec.mode: not one of the allowed values; write one of Standard, Knative"),
    ({"port": 0.5}, "spec.port: a number, where a whole number or text is expected; put it in quotes"),
    ({"port": True}, "spec.port: true or false, where a whole number or text is expected; put it in quotes"),
    ({"free": {"known": "yes"}}, "spec.free.known: text, where true or false is expected; write true or false"),
    ({"empty": {"a": 1}}, "spec.empty.a: unknown field a; remove it"),
    ({"labels": {"a": 1}}, "spec.labels.a: a whole number, where text is expected; put it in quotes"),
    ({"labels": {"a": "", "b": "", "c": ""}}, "spec.labels: 3 fields; at most 2 are allowed"),
    ({"pod": {"metadata": {"label": {}}}}, "spec.pod.metadata.label: unknown field label; did you mean labels?"),
    ({"pod": {"sepc": {}}}, "spec.pod.sepc: unknown field sepc; did you mean spec?"),
    ({"ports": [{"name": "a"}, {"name": "a"}]}, "spec.ports.1: another element has the same name; change name"),
    ({"ports": [{}]}, "spec.ports.0: name is missing; set name"),
    ({"ports": {"name": "a"}}, "spec.ports: a map, where a list is expected; write a list"),
    ({"ports": [None]}, "spec.ports.0: null, where a map is expected; write a map"),
    ({"tags": ["a", "a"]}, "spec.tags.1: the element is listed twice; remove one"),
    ({"tags": [""]}, "spec.tags.0: it is empty; fill it in, or leave it out"),
    ({"tags": list("abcd")}, "spec.tags: 4 elements; at most 3 are allowed"),
    ({"host": "A"}, "spec.host: the text has not the form that the schema asks for; it must match ^[a-z]+$"),
    ({"host": "a\n"}, "spec.host: the text has not the form that the schema asks for; it must match ^[a-z]+$"),
    ({"host": "abcdef"}, "spec.host: 6 characters; at most 5 are allowed"),
    ({"when": "today"}, "spec.when: not a point in time; write it like 2026-01-31T12:00:00Z"),
    ({"either": {"a": "x", "b": "y"}}, "spec.either: fields that exclude each other; set only one of a, b"),
    ({"either": {"c": "x"}}, "spec.either: a field is missing; set one of a, b"),
    ({"apart": {"a": "x", "b": "y"}}, "spec.apart: the schema excludes this form; leave one of them out: a, b"),
    ({"share": 1.3}, "spec.share: the number does not fit; write a multiple of 0.5"),
    ({"all": {"n": 2}}, "spec.all.n: the number is too small; write at least 3"),
    ({"all": {"n": 6}}, "spec.all.n: the number is too large; write at most 5"),
]


@pytest.mark.parametrize("spec", FINE, ids=lambda spec: json.dumps(spec)[:40])
def test_fine(spec: dict[str, Any]) -> None:
    assert found(spec) == []


@pytest.mark.parametrize(("spec", "wanted"), WRONG, ids=lambda one: json.dumps(one)[:40])
def test_wrong(spec: dict[str, Any], wanted: str) -> None:
    assert found(spec) == [wanted]


def test_what_is_around_the_spec() -> None:
    assert found({}, status={"any": 1}) == []
    assert found({}, stauts={}) == ["stauts: unknown field stauts; did you mean status?"]
    labels = {"name": "w", "labels": {"a": 1}, "anotations": {}}
    assert [one.split(";")[0] for one in found({}, metadata=labels)] == [
        "metadata.labels.a: a whole number, where text is expected",
        "metadata.anotations: unknown field anotations",
    ]


def test_a_message_never_repeats_a_value() -> None:
    secret = "hunter2-hunter2"
    specs = [{name: secret} for name in SPEC["properties"]] + [{name: {"x": secret}} for name in SPEC["properties"]]
    assert not any(secret in line for spec in specs for line in found(spec))


# the packs


def test_the_packs_are_the_schemas_of_the_sources() -> None:
    folder = shared("crds")
    files = sorted(folder.glob("*/*.json"))
    known = {(one.group, one.kind, one.version): one for one in packs.packed()}
    assert len(files) == len(known) > 250
    for file in files:
        data = json.loads(file.read_bytes())
        one = known[data["group"], data["kind"], data["version"]]
        assert one.source.licence
        assert one.source.release == data["source"]["release"]
        schema, parts = packs.schema_of(one)
        wanted = record(data)["schema"]
        if one.kind == "JobSet":  # a webhook names the rules
            wanted["properties"]["spec"]["properties"]["failurePolicy"]["properties"]["rules"]["items"]["required"].remove("name")
        assert expanded(schema, parts) == wanted, file.name


def expanded(part: Any, parts: list[Any]) -> Any:
    if isinstance(part, list):
        return [expanded(one, parts) for one in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("$ref"), int):
        return expanded(parts[part["$ref"]], parts)
    return {name: expanded(one, parts) for name, one in part.items()}


def test_the_packs_are_small_and_bare() -> None:
    size = sum(path.stat().st_size for path in packs.FOLDER.iterdir())
    assert size < 300_000
    for one in packs.packed():
        text = json.dumps(packs.schema_of(one))
        assert "x-kubernetes-validations" not in text
        assert len(text) < 1_500_000


def examples() -> list[dict[str, Any]]:
    """The custom resources in the facts documents."""
    catalogue, made = Catalogue(), []
    for path in sorted(shared("facts").glob("*.md")):
        for text in re.findall(r"```ya?ml\n(.*?)```", path.read_text("utf-8"), re.DOTALL):
            for document in read(text, path.name).documents:
                kind = kind_of(document.data)
                if kind is not None and catalogue.find(kind) is not None:
                    made.append(document.data)
    return made


def test_examples_of_experts_are_fine() -> None:
    catalogue, seen = Catalogue(), examples()
    assert len(seen) == 45
    for data in seen:
        assert catalogue.check(kind_of(data), data) == [], data["kind"]  # type: ignore[arg-type]


def test_a_fault_anywhere_is_seen_but_in_open_parts() -> None:
    catalogue, missed, faults = Catalogue(), [], 0
    for data in examples():
        for pointer in maps(data):
            if "status" in pointer:
                continue
            wrong = copy.deepcopy(data)
            here: Any = wrong
            for step in pointer:
                here = here[step]
            here["notAField"] = [1]
            faults += 1
            if not catalogue.check(kind_of(wrong), wrong):  # type: ignore[arg-type]
                missed.append((data["kind"], pointer))
    assert faults > 450
    kinds = {kind for kind, _ in missed}
    assert kinds <= {"Experiment", "Rollout", "Service", "SealedSecret", "Application", "PipelineVersion", "EnvoyPatchPolicy"}, (
        kinds
    )
    assert len(missed) < 50


def maps(data: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict):
        yield pointer
    for name, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from maps(inner, (*pointer, name))


# which schema


def own(version: str = "v1", release: str = "", extra: str = "") -> str:
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {f"f{extra}": {"type": "string"}}}}}
    more = {"controller": "widgets", "release": release} if release else {}
    names = {"group": "example.com", "kind": "Widget", "plural": "widgets", "scope": "Namespaced", "version": version}
    return json.dumps({**names, **more, "schema": schema})


RELEASES = {f"schemas/w{number}.crd.json": own(release=f"1.{number}.0", extra=str(number)) for number in (2, 4, 10)}


@pytest.mark.parametrize(
    ("controllers", "field"),
    [
        ({}, "f10"),
        ({"other": "1.2"}, "f10"),
        ({"widgets": "1.10.3"}, "f10"),
        ({"widgets": "1.9"}, "f4"),
        ({"widgets": "v1.4"}, "f4"),
        ({"widgets": "1.3.9"}, "f2"),
        ({"widgets": "0.9"}, "f2"),
        ({"widgets": "main"}, "f10"),
    ],
)
def test_the_cluster_chooses_the_release(controllers: dict[str, str], field: str) -> None:
    catalogue = Catalogue(MemoryFiles(dict(RELEASES)))
    kind = Kind("example.com", "v1", "Widget")
    for name in ("f2", "f4", "f10"):
        data = {**HEAD, "spec": {name: "x"}}
        assert bool(catalogue.check(kind, data, controllers)) == (name != field)


def test_another_release_is_said() -> None:
    kind = Kind("serving.kserve.io", "v1beta1", "InferenceService")
    data = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": {"name": "m"}, "spec": {"x": 1}}
    near = [one.message for one in Catalogue().check(kind, data, {"kserve": "0.20.1"}) or ()]
    far = [one.message for one in Catalogue().check(kind, data, {"kserve": "0.15"}) or ()]
    assert near == ["predictor is missing", "unknown field x"]
    assert far == [f"{message} (by the schema of kserve v0.20.0)" for message in near]


@pytest.mark.parametrize(
    ("controllers", "wanted"),
    [
        ({}, None),
        ({"external-secrets": "0.9"}, None),  # served then
        ({"external-secrets": "2.9"}, "write apiVersion: external-secrets.io/v1"),
    ],
)
def test_versions_that_are_gone(controllers: dict[str, str], wanted: str | None) -> None:
    kind = Kind("external-secrets.io", "v1beta1", "ExternalSecret")
    data = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": "s"}}
    seen = Catalogue().check(kind, data, controllers)
    assert (seen and [(one.kind, one.hint) for one in seen]) == (wanted and [("api-removed", wanted)])


def test_the_own_schema_goes_first() -> None:
    names = {"group": "ray.io", "kind": "RayJob", "plural": "rayjobs", "scope": "Namespaced", "version": "v1"}
    text = json.dumps({**names, "schema": {"type": "object", "properties": {"ours": {"type": "string"}}}})
    catalogue = Catalogue(MemoryFiles({"schemas/rayjobs.crd.json": text}))
    data = {"apiVersion": "ray.io/v1", "kind": "RayJob", "metadata": {"name": "j"}, "ours": "x"}
    assert catalogue.check(Kind("ray.io", "v1", "RayJob"), data) == []
    assert [one.path for one in catalogue.everything() if one.kind == Kind("ray.io", "v1", "RayJob")] == [
        "schemas/rayjobs.crd.json"
    ]


@pytest.mark.parametrize(
    ("release", "wanted"),
    [("v1.2.3", (1, 2, 3)), ("knative-v1.23.0", (1, 23, 0)), ("2.17", (2, 17)), ("main", ()), ("", ()), ("9" * 99, ())],
)
def test_release_numbers(release: str, wanted: tuple[int, ...]) -> None:
    assert numbers(release) == wanted


# hostile schemas


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        (nested(70), "too deep"),
        (nested(5000), "too deep"),
        ({"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(200_001)}}, "too deep or too large"),
        ({"$ref": "#"}, "$ref"),
        ({"$ref": 0}, "$ref"),
        ({"type": "object", "properties": [1]}, "properties is no map"),
        ({"type": "object", "properties": {"a": 1}}, "a schema is no map"),
        ({"type": ["string", "null"]}, "type is none of"),
        ({"type": {}}, "type is none of"),
        ({"type": "null"}, "type is none of"),
        ({"anyOf": {}}, "anyOf is no list"),
        ({"items": [{"type": "string"}]}, "a schema is no map"),
        ({"required": "a"}, "required is no list"),
        ({"required": [1]}, "required is missing or no text"),
        ({"minimum": "1"}, "minimum is no number"),
        ({"maxLength": True}, "maxLength is no number"),
        ({"nullable": "yes"}, "nullable is neither"),
        ({"enum": {}}, "enum is no list"),
        ({"x-kubernetes-list-map-keys": "name"}, "is no list"),
        (None, "a schema is no map"),
    ],
)
def test_no_schema(schema: Any, what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        compact(schema)


def test_the_work_of_one_object_is_bounded() -> None:
    form = {
        "properties": {"l": {"items": {"anyOf": [{"properties": {"x": {"enum": [n]}}, "required": ["x"]} for n in range(900)]}}}
    }
    schema = compact({"type": "object", "x-kubernetes-preserve-unknown-fields": True, "allOf": [form] * 50})
    data = {**HEAD, "l": [{"x": -1}] * 2000}
    (only,) = problems(schema, data)
    assert only.kind == "schema-costly"


def test_a_pattern_that_explodes_elsewhere() -> None:
    schema = compact(
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}, "b": {"type": "string", "pattern": "("}}}
    )
    (only,) = problems(schema, {**HEAD, "a": "a" * 5000 + "!", "b": "x"})
    assert only.pointer == ("a",)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[" * 20_000, own()[:-2], '{"group": "a"}', "null", '"\ud800"'.encode("utf-8", "surrogatepass")]
)
def test_broken_schema_files_are_errors_and_hide_nothing(text: str | bytes) -> None:
    catalogue = Catalogue(
        MemoryFiles({"schemas/a.crd.json": text, "schemas/b.crd.json": own(), "schemas/notes.json": "no schema"})
    )
    (error,) = catalogue.errors
    assert error.path == "schemas/a.crd.json"
    assert "gitopsml schemas import" in error.hint
    assert catalogue.find(Kind("example.com", "v1", "Widget")) is not None


# import, list, lint


def crd_text() -> str:
    return json.dumps(CRD)


def test_import_takes_what_is_served() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\n" + crd_text()
    made = imported(text.encode(), "crds.yaml")
    assert list(made.files) == ["schemas/widgets.example.com.v1.crd.json"]
    assert made.passed == {"Namespace": 1}
    data = json.loads(made.files["schemas/widgets.example.com.v1.crd.json"])
    assert data == {**record(data), "plural": "widgets"}
    assert "description" not in data["schema"]
    assert "A widget" not in json.dumps(data)
    assert data["schema"]["properties"]["spec"]["required"] == ["size"]
    dated = imported(crd_text().encode(), "crds.yaml", "widgets", "1.2")
    assert list(dated.files) == ["schemas/widgets.example.com.v1@widgets-1.2.crd.json"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda crd: crd.update(apiVersion="apiextensions.k8s.io/v1beta1"), "apiextensions.k8s.io/v1 can be read"),
        (lambda crd: crd["spec"].update(group="../../etc"), "cannot be that of a file"),
        (lambda crd: crd["spec"]["names"].update(plural="a/b"), "cannot be that of a file"),
        (lambda crd: crd["spec"]["names"].pop("kind"), "kind is missing"),
        (lambda crd: crd.update(spec=[]), "spec is no map"),
        (lambda crd: crd["spec"]["versions"][0].pop("schema"), "schema is no map"),
    ],
)
def test_definitions_that_cannot_be_used(change: Any, what: str) -> None:
    crd = copy.deepcopy(CRD)
    change(crd)
    text = "kind: Namespace\n---\n" + json.dumps(crd)
    with pytest.raises(UserError, match=re.escape(what)) as seen:
        imported(text.encode(), "crds.yaml")
    assert str(seen.value).startswith("crds.yaml:3: ")


def put(root: Path, tree: dict[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


MANIFESTS = {
    "app/widget.yaml": "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec:\n  size: 1\n  hots: abc\n",
    "app/ray.yaml": "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: r}\nspec:\n  headGroupSpecs: {}\n",
}


def test_import_list_and_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {**MANIFESTS, "gitopsml.yaml": "apiVersion: gitopsml.dev/v1\n", "crd.yaml": crd_text()})
    monkeypatch.chdir(tmp_path)
    before = lint(str(tmp_path), ["app"])
    assert before.schemaless == (("Widget in example.com/v1", 1),)
    assert [(one.policy, one.message) for one in before.findings if one.policy.startswith("schema")] == [
        ("schema-invalid", "headGroupSpec is missing; set headGroupSpec"),
        ("schema-unknown-field", "unknown field headGroupSpecs; did you mean headGroupSpec?"),
    ]

    assert main(["schemas", "import", "crd.yaml"]) == 0
    assert capsys.readouterr().out == "schemas/widgets.example.com.v1.crd.json\n"
    after = lint(str(tmp_path), ["app"])
    assert after.schemaless == ()
    assert not after.unreadable
    (only,) = [one for one in after.findings if one.location.path == "app/widget.yaml" and one.policy == "schema-unknown-field"]
    assert (only.location.line, only.message) == (6, "unknown field hots; did you mean host?")

    assert main(["schemas", "list", "example.com"]) == 0
    assert capsys.readouterr().out == "Widget  v1          Namespaced  schemas/widgets.example.com.v1.crd.json\n"
    assert main(["schemas", "list"]) == 0
    assert "275 schemas of 224 kinds, 1 of them from this repository" in capsys.readouterr().out
    assert main(["schemas", "list", "ray.oi"]) == 2
    assert "did you mean 'ray.io'?" in capsys.readouterr().err


def test_import_says_what_it_cannot_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, {"a.yaml": "kind: ConfigMap\n", "b.yaml": crd_text()})
    assert main(["schemas", "import", str(tmp_path / "a.yaml"), "--repo", str(tmp_path)]) == 2
    assert "there is no CustomResourceDefinition in these files" in capsys.readouterr().err
    assert main(["schemas", "import", str(tmp_path / "b.yaml"), "--release", "1", "--repo", str(tmp_path)]) == 2
    assert "--controller and --release belong together" in capsys.readouterr().err
    assert not (tmp_path / "schemas").exists()


def test_a_broken_schema_file_is_not_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, {"app/ns.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "schemas/x.crd.json": "{}"})
    report = lint(str(tmp_path), ["app"])
    assert [(one.location.path, one.policy) for one in report.unreadable] == [("schemas/x.crd.json", "schema-file-invalid")]
    assert main(["lint", "--repo", str(tmp_path), str(tmp_path / "app")]) == 3
    assert "schemas/x.crd.json" in capsys.readouterr().out


def test_schema_missing_can_be_switched_on(tmp_path: Path) -> None:
    put(tmp_path, {**MANIFESTS, "gitopsml.yaml": "apiVersion: gitopsml.dev/v1\nlint:\n  severity: {schema-missing: warning}\n"})
    found = [one for one in lint(str(tmp_path), ["app"]).findings if one.policy == "schema-missing"]
    assert [(one.location.path, one.location.line, one.message) for one in found] == [
        ("app/widget.yaml", 2, "there is no schema of Widget in example.com/v1; import its CRD")
    ]


def test_schemas_are_read_only_for_files_of_the_repository(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside, {"a.crd.json": own()})
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "schemas").symlink_to(outside, target_is_directory=True)
    catalogue = Catalogue(DiskFiles(str(repository)))
    assert catalogue.find(Kind("example.com", "v1", "Widget")) is None
    assert len(catalogue.errors) == 1


@pytest.mark.slow
def test_the_script_writes_the_packs(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "scripts/pack-crds"), str(shared("crds")), str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("274 schemas in 47 groups")
    assert contents(tmp_path) == contents(packs.FOLDER)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_script_reads_definitions(tmp_path: Path) -> None:
    source = {"repository": "example/widgets", "release": "v1.2.0", "commit": "0123456789abcdef", "licence": "MIT"}
    put(tmp_path, {"in/widgets/_source.json": json.dumps(source), "in/widgets/crds.yaml": crd_text()})
    command = [sys.executable, str(ROOT / "scripts/pack-crds"), str(tmp_path / "in"), str(tmp_path / "out")]
    subprocess.run(command, capture_output=True, check=True)
    index = json.loads((tmp_path / "out/index.json").read_text("utf-8"))
    assert index["sources"] == [["example/widgets", "v1.2.0", "0123456789ab", "MIT", ["widgets"]]]
    assert index["kinds"] == [["example.com", "Widget", "v1", "widgets", "Namespaced", 0, "Widget/v1/v1.2.0", False]]

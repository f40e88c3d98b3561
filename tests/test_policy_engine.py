"""The engine, the choice of policies, their options, Python policies, suppressions, params."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from gitopsml.errors import UserError
from gitopsml.files import MemoryFiles
from gitopsml.model import Config, Deployed, Environment, Resource, Severity, SeverityRule, Target, TargetInfo
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import dotted
from gitopsml.policy import Policy, Registry, Selection, Source, check, check_repository, load
from gitopsml.policy.kinds import Kinds
from gitopsml.policy.suppress import mistakes, suppressions
from gitopsml.policy.testing import run_text
from gitopsml.yamlio import read

HEAD = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: p
  annotations: {gitopsml.dev/title: T, gitopsml.dev/severity: error, gitopsml.dev/why: W., gitopsml.dev/remedy: R.}
spec:
"""
OBJECTS = "  matchConstraints: {resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]}\n"


def registry(**files: str) -> Registry:
    tree = {f"topic/{name.replace('__', '.')}": text for name, text in files.items()}
    return load([Source(MemoryFiles(tree), ".", "policies", trusted=False)])


def policy(spec: str, name: str = "p", annotations: str = "") -> Policy:
    text = HEAD.replace("name: p\n", f"name: {name}\n") + spec
    if annotations:
        text = text.replace("R.}", f"R., {annotations}}}")
    found = registry(**{f"{name}__yaml": text})
    assert found.problems == []
    return found.policies[name]


def objects(text: str) -> list[Resource]:
    return [Resource(one.data, Trail(Origin(one))) for one in read(textwrap.dedent(text), "a.yaml").documents]


def seen(one: Policy, text: str, **options: Any) -> list[str]:
    selection = Selection(Registry({one.id: one}), Config("", options={one.id: options} if options else {}))
    raws = check(selection.active(Target("t")), Deployed(objects(text)))
    return [f"{raw.policy.id} {dotted(raw.violation.pointer)}: {raw.violation.message}" for raw in raws]


# where blame leads

POD = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n, labels: {x: y}}, spec: {containers: [{name: c}, {name: d}]}}"
PLACES = {
    "object.metadata.name == 'b'": ["metadata.name"],
    "object.metadata.?labels.?missing.hasValue()": ["metadata.labels.missing"],
    "object.metadata.name == 'b' && object.kind == 'Job'": ["kind", "metadata.name"],
    "object.kind == 'Job' || object.metadata.name == 'b'": ["metadata.name"],
    "!(object.metadata.name == 'a')": ["metadata.name"],
    "object.spec.containers.all(c, has(c.image))": ["spec.containers[0].image", "spec.containers[1].image"],
    "object.spec.containers.exists(c, c.name == 'e')": ["spec.containers"],
    "variables.allContainers.all(c, has(c.image))": ["spec.containers[0].image", "spec.containers[1].image"],
    "variables.podSpec.?serviceAccountName.orValue('') != ''": ["spec.serviceAccountName"],
    "variables.podLabels.x == 'z'": ["metadata.labels.x"],
    "variables.workload == 'service'": ["spec"],
    "false": [""],
}


@pytest.mark.parametrize("expression", PLACES)
def test_places(expression: str) -> None:
    constraints = "" if "variables." in expression else OBJECTS
    one = policy(f'{constraints}  validations: [{{expression: "{expression}", message: m}}]\n')
    found = [line.partition(" ")[2].partition(":")[0] for line in seen(one, POD)]
    assert found == PLACES[expression]


def test_variables_of_the_policy_are_followed_and_shadow_ours() -> None:
    spec = """\
  variables:
    - {name: names, expression: "object.spec.containers.map(c, c.name)"}
    - {name: workload, expression: "'mine'"}
  validations:
    - {expression: "variables.names.all(n, n == 'c') && variables.workload == 'mine'", message: m}
"""
    assert seen(policy(OBJECTS + spec), POD) == ["p spec.containers[1].name: m"]


def test_the_message_may_be_computed() -> None:
    spec = "  validations: [{expression: 'false', messageExpression: \"'is ' + object.kind\"}]\n"
    assert seen(policy(OBJECTS + spec), POD) == ["p : is Pod"]


def test_options_are_params() -> None:
    spec = "  validations: [{expression: 'object.spec.containers.size() <= params.most', message: m}]\n"
    one = policy(OBJECTS + spec, annotations='gitopsml.dev/options: "most: {type: integer, default: 1}"')
    assert seen(one, POD) == ["p spec.containers: m"]
    assert seen(one, POD, most=2) == []
    with pytest.raises(UserError, match="most"):
        seen(one, POD, most="two")


def test_an_error_is_no_verdict() -> None:
    one = policy(OBJECTS + "  validations: [{expression: object.nothing == 1, message: m}]\n")
    (line,) = seen(one, POD)
    assert line.startswith("policy-not-evaluable : p: expression 'object.nothing == 1' resulted in error: no such key")


def test_what_only_a_cluster_knows_is_not_evaluable() -> None:
    expression = "authorizer.group('').resource('pods').check('get').allowed()"
    one = policy(OBJECTS + f'  validations: [{{expression: "{expression}", message: m}}]\n')
    (line,) = seen(one, POD)
    assert line.startswith("policy-not-evaluable : p: ")


def test_a_policy_beyond_its_budget_is_not_silent() -> None:
    digits = "[0,1,2,3,4,5,6,7,8,9]"
    loops = "true"
    for number in range(7):
        loops = f"{digits}.all(x{number}, {loops})"
    one = policy(OBJECTS + f'  validations: [{{expression: "{loops}", message: m}}]\n')
    (line,) = seen(one, POD)
    assert "cost limit exceeded" in line


def test_one_view_at_a_time() -> None:
    text = """
        apiVersion: ray.io/v1
        kind: RayCluster
        metadata: {name: r}
        spec:
          headGroupSpec: {template: {spec: {hostNetwork: true, containers: [{name: h}]}}}
          workerGroupSpecs: [{template: {spec: {containers: [{name: w, resources: {limits: {cpu: 4}}}]}}}]
    """
    one = policy("  validations: [{expression: 'variables.podSpec.?hostNetwork.orValue(false) != true', message: m}]\n")
    assert seen(one, text) == ["p spec.headGroupSpec.template.spec.hostNetwork: m"]
    quantities = "variables.containers.all(c, quantity(c.?resources.?limits.?cpu.orValue('1')).isLessThan(quantity('2')))"
    typed = policy(f'  validations: [{{expression: "{quantities}", message: m}}]\n')
    assert seen(typed, text) == ["p spec.workerGroupSpecs[0].template.spec.containers[0].resources.limits.cpu: m"]


TRUE = "  validations: [{expression: 'true'}]\n"
WRONG = {
    "no title": (HEAD.replace("gitopsml.dev/title: T, ", "") + OBJECTS, "the annotation gitopsml.dev/title is missing"),
    "severity": (HEAD.replace("severity: error", "severity: bad") + OBJECTS + TRUE, "unknown severity 'bad'"),
    "annotation": (HEAD.replace("gitopsml.dev/title", "gitopsml.dev/titel") + OBJECTS, "unknown annotation gitopsml.dev/titel"),
    "name": (HEAD.replace("name: p", "name: q") + OBJECTS + TRUE, "metadata.name is 'q'"),
    "nothing to match": (HEAD + TRUE, "matchConstraints is missing; only a policy that reads pod variables may leave it out"),
    "not YAML": ("a: [", "p.yaml"),
    "engine's id": (HEAD.replace("name: p", "name: yaml-unreadable"), "neither validations"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_are_problems_and_hide_nothing(name: str) -> None:
    text, message = WRONG[name]
    good = HEAD.replace("name: p\n", "name: good\n") + OBJECTS + "  validations: [{expression: 'true'}]\n"
    found = registry(p__yaml=text, good__yaml=good)
    assert list(found.policies) == ["good"]
    assert message in str(found.problems[0])


def test_two_policies_with_one_id() -> None:
    text = HEAD + OBJECTS + "  validations: [{expression: 'true'}]\n"
    one = Source(MemoryFiles({"a/p.yaml": text}), ".", "one", trusted=False)
    other = Source(MemoryFiles({"b/p.yaml": text}), ".", "other", trusted=False)
    (problem,) = load([one, other]).problems
    assert str(problem) == "other/b/p.yaml: the id 'p' is taken by one/a/p.yaml; choose another name"


# severities

DEV, PROD = Target("deploy/a/overlays/dev", environment="dev"), Target("deploy/a/overlays/prod", environment="prod")
RULES = {
    "none": ((), "error", "error"),
    "everywhere": ((SeverityRule("p", Severity.INFO),), "info", "info"),
    "environment": ((SeverityRule("p", Severity.OFF, "dev"), SeverityRule("p", Severity.WARNING, "prod")), "off", "warning"),
    "the last counts": ((SeverityRule("p", Severity.OFF), SeverityRule("p", Severity.INFO, "prod")), "off", "info"),
    "path": ((SeverityRule("p", Severity.INFO, path="deploy/*/overlays/dev"),), "info", "error"),
}


@pytest.mark.parametrize("name", RULES)
def test_severities(name: str) -> None:
    rules, dev, prod = RULES[name]
    one = policy(OBJECTS + "  validations: [{expression: 'true'}]\n")
    config = Config("", environments=(Environment("dev", "c"), Environment("prod", "c")), severities=rules)
    selection = Selection(Registry({"p": one}), config)
    assert [selection.severity(one, target).value for target in (DEV, PROD)] == [dev, prod]
    assert [active.policy.id for active in selection.active(DEV)] == ([] if dev == "off" else ["p"])


def test_a_policy_that_is_off_runs_when_it_is_asked_for() -> None:
    text = HEAD.replace("severity: error", 'severity: "off"') + OBJECTS + "  validations: [{expression: 'true'}]\n"
    found = registry(p__yaml=text)
    assert Selection(found, Config("")).active(DEV) == ()
    assert [active.severity for active in Selection(found, Config(""), ["p"]).active(DEV)] == [Severity.WARNING]


# Python


def python(tmp_path: Path, code: str) -> Registry:
    (tmp_path / "own_policy.py").write_text(textwrap.dedent(code), "utf-8")
    from gitopsml.policy import disk_source

    return load([disk_source(str(tmp_path), "mine")])


BODY = '"""Because."""\nfrom gitopsml.model import Violation\nTITLE, SEVERITY, REMEDY = "Own", "info", "Change it."\n'
HOOKS = {
    "check": (
        'KINDS = ["Pod"]\ndef check(pod, deployed, options, target):\n    yield Violation(target.path, ("kind",))\n',
        ["kind: here"],
    ),
    "only what it asks for": ('KINDS = ["core/Pod"]\ndef check(pod):\n    yield Violation("m", ("kind",))\n', ["kind: m"]),
    "another group": ('KINDS = ["apps/Pod"]\ndef check(pod):\n    yield Violation("m")\n', []),
    "everything with pods": ('KINDS = ["pods"]\ndef check(pod):\n    yield Violation("m", ("kind",))\n', ["kind: m"]),
    "target": (
        'def check_target(deployed):\n    for one in deployed:\n        yield Violation("m", ("kind",), resource=one)\n',
        ["kind: m", "kind: m"],
    ),
    "returns a list": ('KINDS = ["Pod"]\ndef check(pod):\n    return [Violation("m", ("kind",))]\n', ["kind: m"]),
    "returns nothing": ('KINDS = ["Pod"]\ndef check(pod):\n    return None\n', []),
}  # fmt: skip
TWO = f"{POD}\n---\n{{apiVersion: v1, kind: Service, metadata: {{name: s}}}}\n"


@pytest.mark.parametrize("name", HOOKS)
def test_python_hooks(tmp_path: Path, name: str) -> None:
    code, wanted = HOOKS[name]
    found = python(tmp_path, BODY + code)
    assert found.problems == []
    info = TargetInfo(Target("here"))
    raws = check(Selection(found, Config("")).active(Target("here")), Deployed(objects(TWO), info))
    assert [f"{dotted(raw.violation.pointer)}: {raw.violation.message}" for raw in raws] == wanted
    assert (found.policies["own-policy"].why, found.policies["own-policy"].path) == ("Because.", "mine/own_policy.py")


def test_a_hook_for_all_targets(tmp_path: Path) -> None:
    code = (
        'def check_repo(targets):\n    yield Violation(f"{len(targets)} targets", ("kind",), resource=next(iter(targets[0])))\n'
    )
    found = python(tmp_path, BODY + code)
    selection = Selection(found, Config(""))
    raws = check_repository(selection.everywhere([DEV, PROD]), [Deployed(objects(POD)), Deployed()])
    assert [(raw.violation.message, raw.resource.name if raw.resource else "") for raw in raws] == [("2 targets", "a")]


BAD = {
    "no hook": ("", "the policy has 0 hooks"),
    "two hooks": ('KINDS = ["Pod"]\ndef check(a): pass\ndef check_target(deployed): pass\n', "the policy has 2 hooks"),
    "no kinds": ("def check(a): pass\n", "KINDS is missing"),
    "unknown argument": ('KINDS = ["Pod"]\ndef check(a, cluster): pass\n', "check asks for 'cluster'"),
    "option without default": ('KINDS = ["Pod"]\nOPTIONS = {"a": {"type": "integer"}}\ndef check(a): pass\n', "has no default"),
    "syntax": ("def check(:\n", "mine/own_policy.py:4: the policy does not load"),
    "severity": ('SEVERITY = "bad"\nKINDS = ["Pod"]\ndef check(a): pass\n', "unknown severity 'bad'"),
}


@pytest.mark.parametrize("name", BAD)
def test_python_files_that_are_no_policies(tmp_path: Path, name: str) -> None:
    code, message = BAD[name]
    assert message in str(python(tmp_path, BODY + code).problems[0])


# suppressions

COMMENTS = {
    "a: 1  # gitopsml: allow x -- because\n": [(1, "x", "because")],
    "# gitopsml: allow x -- because\na: 1\n": [(2, "x", "because")],
    "# gitopsml: allow x -- because\n# more words\na: 1\n": [(3, "x", "because")],
    "# gitopsml: allow x, y -- because -- really\na: 1\n": [(2, "x", "because -- really"), (2, "y", "because -- really")],
    "#gitopsml: allow x y --  r \na: 1\n": [(2, "x", "r"), (2, "y", "r")],
    "a: 1  # gitopsml: allow x\n": [(1, "x", "")],
    "a: 1  # gitopsml: allow\n": [(1, "", "")],
    'a: "# gitopsml: allow x -- no comment"\n': [],
    "a: |\n  # gitopsml: allow x -- text\n": [],
    "a: 1  # gitopsml: deny x\n": [],
    "a: 1  # gitopsml: allowed x\n": [],
}


@pytest.mark.parametrize("text", COMMENTS)
def test_comments(text: str) -> None:
    found = suppressions(read(text, "a.yaml").documents)
    assert [(one.covers, one.policy, one.reason) for one in found] == COMMENTS[text]


def test_mistakes() -> None:
    text = "a: 1  # gitopsml: allow cpu-limit -- r\nb: 1  # gitopsml: allow\nc: 1  # gitopsml: allow cpu-limits\n"
    wrong = mistakes(suppressions(read(text, "a.yaml").documents), {"cpu-limits"})
    assert [(one.line, one.column, one.policy) for one in wrong] == [
        (1, 7, "suppression-misplaced"),
        (2, 7, "suppression-misplaced"),
        (3, 7, "suppression-without-reason"),
    ]


# fixtures


def test_fixtures_tell_what_is_missing_and_what_is_too_much() -> None:
    one = policy(OBJECTS + "  validations: [{expression: object.kind == 'Job', message: use a Job}]\n")
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a  # finding: nothing\n"
    outcome = run_text(one, text)
    assert [str(line) for line in outcome.missing] == ["case.yaml:4: nothing"]
    assert [str(line) for line in outcome.unexpected] == ["case.yaml:2: use a Job"]
    assert run_text(one, text.replace("kind: Pod", "kind: Pod  # finding: use a Job").replace("  # finding: nothing", "")).passed


def test_a_case_says_what_is_around() -> None:
    case = "{apiVersion: gitopsml.dev/v1, kind: Case, namspace: x}\n---\n"
    with pytest.raises(UserError, match=r"case.yaml:1: unknown field 'namspace' of a Case; did you mean 'namespace'"):
        run_text(policy(OBJECTS + "  validations: [{expression: 'true'}]\n"), case + POD)


# kinds

PLURALS = {
    "Pod": "pods", "NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "Endpoints": "endpoints", "Gateway": "gateways",
    "StorageClass": "storageclasses", "Mesh": "meshes",
}  # fmt: skip


@pytest.mark.parametrize("kind", PLURALS)
def test_plurals(kind: str) -> None:
    assert Kinds().plural("", kind) == PLURALS[kind]


def test_definitions_in_the_render_say_it_better() -> None:
    (definition,) = objects("""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: geese.example.org}
        spec: {group: example.org, scope: Cluster, names: {kind: Goose, plural: geese}}
    """)
    kinds = Kinds([definition])
    assert (kinds.plural("example.org", "Goose"), kinds.cluster_scoped("example.org", "Goose")) == ("geese", True)
    assert not Kinds().cluster_scoped("example.org", "Goose")

"""ValidatingAdmissionPolicy documents -> policies: ours, bound by their own annotations, and any user's, bound by bindings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from gitopsml.errors import PolicyError
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Severity, Violation
from gitopsml.model.pointer import Pointer
from gitopsml.policy.binding import Binding, NoParams, Params, params
from gitopsml.policy.compiled import Compiled, compiled
from gitopsml.policy.guilt import violations
from gitopsml.policy.judge import Judge
from gitopsml.policy.options import read_options
from gitopsml.policy.podvars import Reserved, pod_variables
from gitopsml.policy.record import Kind, Options, Policy, Saw
from gitopsml.policy.subject import Subject
from gitopsml.policy.vap import Vap, parse
from gitopsml.policy.writing import Writing
from gitopsml.yamlio import Document

PREFIX: Final = "gitopsml.dev/"
NOT_EVALUABLE: Final = "policy-not-evaluable"
_WORDS: Final = ("title", "severity", "why", "remedy", "docs", "options")


class _Vap:
    """A parsed policy and its programs, compiled for a Kubernetes version when they are first needed."""

    def __init__(self, vap: Vap, *, reserved: bool, pods: bool) -> None:
        self.vap = vap
        self.reserved = reserved
        self.pods = pods
        self._compiled: dict[tuple[int, int], Compiled] = {}

    def programs(self, version: tuple[int, int]) -> Compiled:
        known = self._compiled.get(version)
        if known is None:
            known = self._compiled[version] = compiled(self.vap, version, reserved=self.reserved, pods=self.pods)
        return known

    def selects(self, kind: Kind) -> bool:
        match = self.vap.match
        if self.pods and not kind.pods:
            return False
        return match is None or match.kinds(kind.group, kind.version, kind.plural)

    def matches(self, subject: Subject) -> bool:
        return self.vap.match is None or self.vap.match.matches(subject)

    def judged(self, subject: Subject, given: Any) -> Iterator[tuple[Violation, str]]:
        """Every violation with its kind ("deny", "error", "unknown"); a pod policy is judged once for each pod view."""
        programs = self.programs(subject.deployed.kubernetes)
        for view in subject.pods if self.pods else (None,):
            reserved = subject.reserved(view) if self.reserved else None
            yield from programs.memo.verdict(subject, given, reserved, partial(_judged, programs, subject, given, reserved))


def _judged(programs: Compiled, subject: Subject, given: Any, reserved: Reserved | None) -> Iterator[tuple[Violation, str]]:
    judge = Judge(programs, subject.bindings, given, reserved)
    verdict = judge.verdict()
    view = reserved.view if reserved else None
    for decision in verdict.decisions:
        for violation in violations(decision, verdict.bindings, view):
            yield violation, decision.kind
    judge.close()


def own_policy(document: Document, topic: str) -> Policy:
    """A policy of our format: annotations say what people read, and it applies everywhere. Raises PolicyError."""
    writing = Writing(document)
    annotations = writing.map(("metadata", "annotations"))
    words = _words(writing, annotations)
    vap = parse(document, pods=True)
    pods = _reads_pods(vap)
    if vap.match is None and not pods:
        at: Pointer = ("spec", "matchConstraints")
        raise writing.error("matchConstraints is missing", at, hint="only a policy that reads pod variables may leave it out")
    program = _Vap(vap, reserved=True, pods=pods)

    def check(subject: Subject, _: Deployed, options: Options) -> Iterator[Saw]:
        if program.matches(subject):
            for violation, kind in program.judged(subject, dict(options)):
                yield Saw(violation) if kind == "deny" else _not_evaluable(vap, violation)

    return Policy(
        id=vap.name,
        title=words["title"],
        severity=_severity(writing, words["severity"]),
        why=words["why"].strip(),
        remedy=words["remedy"].strip(),
        docs=words.get("docs", ""),
        topic=topic,
        path=document.path,
        options=read_options(words.get("options", ""), document.path),
        selects=program.selects,
        check=check,
        memo=(lambda version: program.programs(version).memo) if vap.match is None or vap.match.by_kind else None,
    )


def bound_policy(document: Document, bindings: Sequence[Binding], objects: Params, topic: str) -> Policy:
    """Any ValidatingAdmissionPolicy, with its bindings; without one it does nothing. Raises PolicyError."""
    writing = Writing(document)
    words = writing.map(("metadata", "annotations"))
    vap = parse(document)
    program = _Vap(vap, reserved=False, pods=False)

    def check(subject: Subject, _: Deployed, __: Options) -> Iterator[Saw]:
        if not program.matches(subject):
            return
        for binding in bindings:
            if binding.match is None or binding.match.matches(subject):
                yield from _bound(program, binding, subject, objects)

    return Policy(
        id=vap.name,
        title=str(words.get(f"{PREFIX}title") or vap.name),
        severity=min((binding.severity for binding in bindings), key=lambda one: one.rank, default=Severity.OFF),
        why=str(words.get(f"{PREFIX}why") or ""),
        remedy=str(words.get(f"{PREFIX}remedy") or ""),
        docs=str(words.get(f"{PREFIX}docs") or ""),
        topic=topic,
        path=document.path,
        selects=program.selects,
        check=check,
        bound=bool(bindings),
    )


def _bound(program: _Vap, binding: Binding, subject: Subject, objects: Params) -> Iterator[Saw]:
    vap = program.vap
    found = params(vap, binding, subject, objects)
    if isinstance(found, NoParams):
        yield Saw(Violation(found.message), Severity.ERROR) if vap.fail else _ignored(vap, Violation(found.message))
        return
    for given in found:
        for violation, kind in program.judged(subject, given):
            if kind == "unknown":
                yield _not_evaluable(vap, violation)
            elif kind in ("error", "audit") and not vap.fail:
                yield _ignored(vap, violation)
            else:
                always = kind == "audit"  # an error in an audit annotation denies, even if the binding only warns
                yield Saw(violation, Severity.ERROR if always else binding.severity)


def _ignored(vap: Vap, violation: Violation) -> Saw:
    """The API server would admit (failurePolicy Ignore): so do we, but not in silence."""
    message = f"{vap.name} could not be evaluated and is ignored: {violation.message}"
    return Saw(violation._replace(message=message), Severity.INFO, NOT_EVALUABLE)


def _not_evaluable(vap: Vap, violation: Violation) -> Saw:
    return Saw(violation._replace(message=f"{vap.name}: {violation.message}"), None, NOT_EVALUABLE)


def _reads_pods(vap: Vap) -> bool:
    texts = [one.expression.text for one in vap.validations]
    texts += [one.message_expression.text for one in vap.validations if one.message_expression]
    texts += [one.expression.text for one in vap.variables]
    return bool(pod_variables(texts, (variable.name for variable in vap.variables)))


def is_own(document: Document) -> bool:
    """Whether a policy is of our format: it says how severe it is."""
    metadata = document.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and f"{PREFIX}severity" in annotations


def _words(writing: Writing, annotations: Mapping[str, Any]) -> dict[str, str]:
    words = {str(key).removeprefix(PREFIX): value for key, value in annotations.items() if str(key).startswith(PREFIX)}
    for word, value in words.items():
        at: Pointer = ("metadata", "annotations", PREFIX + word)
        if word not in _WORDS:
            raise writing.error(f"unknown annotation {PREFIX}{word}", at, key=True)
        if not isinstance(value, str) or not value.strip():
            raise writing.error(f"the annotation {PREFIX}{word} is not a text", at)
    for word in _WORDS[:4]:
        if word not in words:
            raise writing.error(f"the annotation {PREFIX}{word} is missing", ("metadata", "annotations"), key=True)
    return words


def _severity(writing: Writing, word: str) -> Severity:
    try:
        return Severity(word)
    except ValueError:
        at: Pointer = ("metadata", "annotations", f"{PREFIX}severity")
        raise writing.error(f"unknown severity {word!r}", at, hint="use error, warning, info or off") from None


def name_error(policy: Policy, stem: str) -> PolicyError | None:
    """The error of a policy whose id is not its file's name."""
    if policy.id == stem:
        return None
    return PolicyError(f"metadata.name is {policy.id!r}", path=policy.path, hint=f"name it {stem!r}, as its file")

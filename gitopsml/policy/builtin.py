"""What the reader, the renderer and the engine itself report: ids, severities and explanations, as for any policy."""

from __future__ import annotations

from typing import Final

from gitopsml.model.finding import Severity
from gitopsml.policy.builtin_kustomize import KUSTOMIZE
from gitopsml.policy.record import Policy

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


def _row(id: str, severity: Severity, title: str, why: str, remedy: str, topic: str) -> Policy:  # noqa: A002, PLR0917 - a table
    return Policy(id, title, severity, why, remedy, topic=topic, form="engine")


BUILTIN: Final = {
    policy.id: policy
    for policy in (
        *(_row(*row, "gitops") for row in KUSTOMIZE),
        _row("yaml-unreadable", _E, "File that is not readable YAML",
             "A file that cannot be read is not checked, and kubectl or Argo CD refuse it too.",
             "Repair the text at the place shown.", "schema"),
        _row("yaml-duplicate-key", _E, "Key that stands twice in one map",
             "Programs disagree on which of the two counts: what was reviewed may not be what is deployed.",
             "Remove one of the two.", "schema"),
        _row("yaml-unknown-tag", _E, "Tag outside of YAML's core",
             "Programs disagree on what such a value means.", "Remove the tag.", "schema"),
        _row("yaml-encoding", _W, "File with a byte order mark or in another encoding than UTF-8",
             "Some programs of the delivery chain refuse the file or read other text.", "Save the file as UTF-8.", "schema"),
        _row("yaml-trailing-content", _E, "Text behind the end of a document",
             "Some programs ignore it in silence.", "Begin a new document with three dashes, or remove the text.", "schema"),
        _row("yaml-ambiguous-scalar", _W, "Text that kubectl and kustomize read differently",
             "The same file deploys different values depending on which program reads it.",
             "Quote the text, or write true or false.", "schema"),
        _row("object-invalid", _E, "Document that is no Kubernetes object",
             "An object without apiVersion, kind or name is refused by the API server.",
             "Give it apiVersion, kind and metadata.name.", "schema"),
        _row("schema-invalid", _E, "Object that does not fit the schema of its kind",
             "The API server of this Kubernetes version refuses the object.",
             "Write the value that the schema asks for.", "schema"),
        _row("schema-unknown-field", _E, "Field that the kind does not have",
             "The API server drops unknown fields in silence: the setting has no effect.",
             "Correct the name, or move the field to where it belongs.", "schema"),
        _row("api-removed", _E, "API version that the cluster no longer serves",
             "The cluster of this Kubernetes version refuses the object.",
             "Move to the API version named in the message.", "schema"),
        _row("api-unknown", _E, "Kind or version that Kubernetes does not have",
             "The API server has never heard of such an object and refuses it.",
             "Correct apiVersion or kind.", "schema"),
        _row("schema-missing", Severity.OFF, "Custom resource without a schema",
             "Nobody can say whether its fields exist; only policies look at it. Reports count such objects.",
             "Add its CustomResourceDefinition with gitopsml schemas import.", "schema"),
        _row("schema-file-invalid", _E, "Schema file that cannot be used",
             "The custom resources that it is for were not checked.",
             "Import the CustomResourceDefinition again with gitopsml schemas import, or remove the file.", "schema"),
        _row("spec-invalid", _E, "app.yaml or team.yaml that cannot be used",
             "Nothing can be generated from it, so nobody can say whether the generated files are right.",
             "Repair the field at the place shown.", "schema"),
        _row("generated-file-stale", _E, "Generated file that is out of date",
             "What app.yaml says is not what would be deployed.",
             "Run gitopsml generate and commit the result.", "gitops"),
        _row("generated-file-edited", _E, "Generated file that was edited by hand",
             "The next generate refuses it, or the edit is lost.",
             "Make the change in app.yaml or in local/, then run gitopsml generate.", "gitops"),
        _row("suppression-without-reason", _E, "Suppression without a reason",
             "Nobody can tell later whether the exception still holds.",
             "Write the reason after two dashes: # gitopsml: allow POLICY -- REASON", "gitops"),
        _row("suppression-unused", _W, "Suppression that hides nothing",
             "It would hide the next mistake that somebody makes there.",
             "Remove the comment.", "gitops"),
        _row("suppression-misplaced", _W, "Suppression that can have no effect",
             "A misspelt id hides nothing, and whoever wrote it believes that it does.",
             "Write the id of an existing policy (gitopsml policies).", "gitops"),
        _row("policy-crashed", _E, "Policy that failed with an error of its own",
             "What the policy looks for was not checked.",
             "Report it to the policy's author; set the policy to off until it is repaired.", "gitops"),
        _row("policy-invalid", _E, "Policy that the API server would refuse",
             "A policy that does not parse, compile or type-check guards nothing.",
             "Correct the expression at the place shown.", "gitops"),
        _row("policy-not-evaluable", _W, "Policy that cannot be decided here",
             "The expression has no value on this object, or depends on something that only a running cluster knows.",
             "Guard the expression with has() or ?., or check it in the cluster.", "gitops"),
    )
}  # fmt: skip

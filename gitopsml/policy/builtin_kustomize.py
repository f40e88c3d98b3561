"""What kustomize passes over in silence, or refuses: the checks of the renderer, explained as for any policy."""

from __future__ import annotations

from typing import Final, NamedTuple

from gitopsml.model.finding import Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


class Row(NamedTuple):
    """One check of the topic gitops."""

    id: str
    severity: Severity
    title: str
    why: str
    remedy: str


KUSTOMIZE: Final = (
    Row("kustomize-build-failed", _E, "Kustomization that does not build",
        "Argo CD cannot sync a target that does not build, and nothing of it was checked.",
        "Repair the field at the place shown."),
    Row("remote-base", _E, "Kustomization that fetches from elsewhere",
        "Nobody reviewed what the other end serves tomorrow, and nothing of this target was checked.",
        "Copy it into the repository, or list the target under lint.unchecked with a reason."),
    Row("generator-unsupported", _E, "Kustomization that runs a program",
        "Charts, functions and plugins are programs; gitopsml runs none, so nothing of this target was checked.",
        "Commit what the program makes, give the chart an Argo CD source of its own, or list the target under lint.unchecked."),
    Row("base-outside-root", _E, "File from outside of what a kustomization may read",
        "Kustomize refuses files beside its directory, and what is outside of the repository is not under review.",
        "Move the file below the kustomization, or make a base of it."),
    Row("resource-reached-twice", _E, "Object that is reached on two ways",
        "The same base or file twice is no merge: kustomize refuses the second object, and Argo CD cannot sync the target.",
        "List it once: where two bases share a third one, let the overlay name that one."),
    Row("generate-name", _E, "generateName in a kustomization",
        "Kustomize refuses objects without metadata.name, so the target does not build.",
        "Give the object a name, or deploy it from a folder without kustomization."),
    Row("kustomize-field-deprecated", _W, "Deprecated field of a kustomization",
        "Newer releases of kustomize warn, and will drop the field.",
        "Write the field that the message names."),
    Row("kustomize-key-duplicate", _E, "Field of a kustomization in two spellings",
        "Keys match in any case, and one of the two silently wins.", "Keep one of them."),
    Row("kustomize-setting-ignored", _W, "Setting that kustomize ignores",
        "It has no effect; whoever wrote it believes that it has.", "Correct it, or remove it."),
    Row("kustomize-version-differs", _W, "Target that another release of kustomize renders differently",
        "What CI shows and what Argo CD deploys differ, or will after the next upgrade.",
        "Write it so that all releases agree, or set kustomizeVersion in gitopsml.yaml to the release of your Argo CD."),
    Row("build-metadata-unstable", _I, "Label that differs with the program that builds",
        "managedByLabel holds the release of the program: the same commit renders differently in CI and in Argo CD.",
        "Remove managedByLabel from buildMetadata."),
    Row("openapi-path-set", _E, "Schemas that replace the built-in ones",
        "With openapi.path kustomize forgets its own schemas: patches of a Deployment then replace its containers as a whole.",
        "Remove the field and use JSON patches for custom resources, or add the built-in definitions to the file."),
    Row("patch-target-missing", _E, "Patch that changes nothing",
        "Kustomize passes over a patch whose target selects nothing: the change is not deployed.",
        "Correct the target, or remove the patch."),
    Row("patch-target-name-new", _E, "Patch whose target has the new name",
        "Patches run before the prefix, suffix and namespace of the same kustomization, so this target selects nothing.",
        "Write the name that the object has before this kustomization."),
    Row("patch-documents-ignored", _E, "Patch of which only the first document counts",
        "Kustomize applies the first document of a JSON patch file and ignores the others.",
        "Write one list of operations."),
    Row("patch-replaces-list", _E, "Patch that drops elements of a list",
        "Kustomize knows no merge keys of custom resources: the list of the patch replaces the whole list, so containers lose"
        " their image and lists their other elements.",
        "Write a JSON patch, or repeat everything that the list must hold."),
    Row("patch-directive-leaked", _E, "Patch directive that kustomize does not understand",
        "Kustomize knows $patch only: other directives stay in the object or do nothing.",
        "Remove the directive; write what the list or map must be."),
    Row("patch-list-merge-lost", _W, "Change of a list that is lost",
        "Ports merge by port and protocol: where one side leaves the protocol out, the patch's element is dropped.",
        "Write protocol on both sides."),
    Row("local-patch-unguarded", _I, "JSON patch in local/ without a test",
        "When the generated object changes, the operation may hit something else.",
        "Begin the patch with an operation `op: test`."),
    Row("replacement-target-missing", _E, "Replacement that changes nothing",
        "Kustomize passes over a replacement whose target selects nothing: the value stays as it was.",
        "Correct the target, or remove the replacement."),
    Row("image-override-unused", _E, "Image override that changes nothing",
        "No image has this name, so the tag or digest that somebody meant to deploy is not deployed.",
        "Write the name as it stands in the manifests, or remove the entry."),
    Row("image-override-regex", _W, "Image override whose name is a pattern",
        "Kustomize reads the name as a regular expression: it may match other images, and an invalid one crashes it.",
        "Write one entry for each image, with its plain name."),
    Row("image-tag-suffix", _E, "Tag suffix that is applied twice",
        "On built-in workloads kustomize looks at images in two passes, and tagSuffix is added in each.",
        "Write the whole tag with newTag."),
    Row("selector-labels-added", _W, "Overlay that changes selectors",
        "Selectors of deployed workloads cannot be changed, and those of network policies decide who may talk to whom.",
        "Use labels with includeSelectors: false and includeTemplates: true; add selector labels in the base only."),
    Row("name-reference-broken", _E, "Name in a custom resource that was not changed",
        "Kustomize renames references in fields that it knows: this one still has the name from before, which nothing has.",
        "List the field in a `configurations` file as nameReference, or set disableNameSuffixHash and use no prefix."),
    Row("object-dropped", _I, "Object that is not deployed",
        "Objects with the annotation config.kubernetes.io/local-config stay out of what kustomize prints.",
        "Remove the annotation where the object is meant to be deployed."),
    Row("target-empty", _W, "Target that deploys nothing",
        "Argo CD refuses to sync an application that became empty, or deletes everything where that is allowed.",
        "Add resources, or remove the target."),
    Row("environment-line-ignored", _W, "Environment file that is cut off",
        "Kustomize stops reading an env file at a line that is too long, and what follows is missing.",
        "Put the long value into a file of its own under `files`."),
    Row("variable-unused", _I, "Variable that is not used",
        "It has no effect; whoever wrote it may believe that it has.", "Remove it, or use it."),
)  # fmt: skip

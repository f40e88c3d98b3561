"""A binding to a role that does not exist gives nobody any right, until somebody makes a role of that name."""

from collections.abc import Iterator

from gitopsml.model import Deployed, Resource, Violation

TITLE, SEVERITY, KINDS = "Binding to a role that does not exist", "warning", ["RoleBinding", "ClusterRoleBinding"]
REMEDY = "Add the role, correct the name, or list it under lint.external in gitopsml.yaml."

_BUILT_IN = {"view", "edit", "admin", "cluster-admin"}


def check(binding: Resource, deployed: Deployed) -> Iterator[Violation]:
    kind, name = binding.at("roleRef", "kind"), binding.at("roleRef", "name")
    if not isinstance(kind, str) or not isinstance(name, str):
        return
    if kind == "ClusterRole" and (name in _BUILT_IN or name.startswith("system:")):
        return
    namespace = binding.namespace if kind == "Role" else ""
    if not deployed.known(kind, name, namespace):
        yield Violation(f"add the {kind} {name}, or correct the name", ("roleRef", "name"))

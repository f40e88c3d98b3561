"""Objects against the schemas of their kinds: Kubernetes' own, the packs of custom resources, the repository's own CRDs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gitopsml.errors import UserError
from gitopsml.files import Files
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Unevaluated, Violation
from gitopsml.policy import BUILTIN, Raw
from gitopsml.policy.record import place_of_error
from gitopsml.schemas.catalogue import Catalogue
from gitopsml.schemas.explain import SchemaProblem
from gitopsml.schemas.kubernetes import check, is_known
from gitopsml.schemas.published import kind_of

_POLICIES: Final = {
    "schema-missing": "api-unknown",
    "schema-missing-custom": "schema-missing",
    "schema-costly": "policy-not-evaluable",
}


class Schemas:
    """The schemas of one run. `missing` counts the objects of each kind that has none."""

    def __init__(self, files: Files, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or Catalogue(files)
        self.missing: Counter[str] = Counter()

    def problems(self, deployed: Deployed) -> Iterator[Raw]:
        """Objects that the API server refuses, or reads otherwise than they are written; kinds without a schema are counted."""
        cluster = deployed.target.cluster
        controllers = cluster.controllers if cluster else {}
        release = ".".join(map(str, deployed.target.kubernetes))
        for resource in deployed:
            found = check(resource.data, release)
            if not found:
                found = self._custom(resource.data, release, controllers)
            for problem in found:
                policy = BUILTIN[_POLICIES.get(problem.kind, problem.kind)]
                message = f"{problem.message}; {problem.hint}" if problem.hint else problem.message
                yield Raw(policy, policy.severity, Violation(message, problem.pointer), resource)

    def _custom(self, data: Any, release: str, controllers: dict[str, str]) -> list[SchemaProblem]:
        kind = kind_of(data)
        if kind is None or is_known(kind, release):
            return []
        found = self.catalogue.check(kind, data, controllers)
        if found is not None:
            return found
        name = f"{kind.kind} in {kind.api_version}"
        self.missing[name] += 1
        return [SchemaProblem("schema-missing-custom", ("kind",), f"there is no schema of {name}", "import its CRD")]

    def failures(self) -> Iterator[Unevaluated]:
        """Schema files of the repository that cannot be used: what they are for was not checked."""
        for error in self.catalogue.errors:
            yield Unevaluated(place_of_error(error), _spelled(error), policy="schema-file-invalid")

    def counted(self) -> tuple[tuple[str, int], ...]:
        """The kinds without a schema, each with the number of its objects."""
        return tuple(sorted(self.missing.items()))


def _spelled(error: UserError) -> str:
    return f"{error.what}; {error.hint}" if error.hint else error.what


def without_echo(refused: list[Raw], seen: Iterable[Raw]) -> Iterator[Raw]:
    """What the schema refuses and what policies see; that a policy has no value on a refused object says nothing new."""
    objects = {id(raw.resource) for raw in refused if raw.policy.id == "schema-invalid"}
    yield from refused
    for raw in seen:
        if raw.policy.id != "policy-not-evaluable" or id(raw.resource) not in objects:
            yield raw

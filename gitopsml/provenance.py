"""A field of a generated object -> where a person writes it: app.yaml, a cluster file, gitopsml.yaml, or the field to set.

What the specs say now is generated in memory when it is first asked for. An answer is given only where the target's files are
what would be generated: otherwise places of the files themselves are the true ones (`state` tells why).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from gitopsml.blueprint.context import Instance
from gitopsml.blueprint.registry import Registry
from gitopsml.errors import UserError
from gitopsml.expand import Expanded, expand
from gitopsml.files import FileProblem, Files
from gitopsml.generate import Generated, Owned, bundled_registry, generate
from gitopsml.kustomize.diff import same
from gitopsml.model import header
from gitopsml.model.config import Config
from gitopsml.model.finding import Explained
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer, dotted, lookup
from gitopsml.model.resource import Resource
from gitopsml.model.target import Target

State = Literal["clean", "stale", "edited", "orphan", "missing", ""]
_BLUEPRINTS = "blueprints/"


@dataclass(slots=True, eq=False)
class Provenance:
    """The specs of a repository behind its generated files; `only` names the `team/app`s that are made at first."""

    files: Files
    config: Config
    registry: Registry | None = None
    only: frozenset[str] | None = None
    _expanded: Expanded | None = None
    _made: Generated | None = None
    problem: UserError | None = None  # what is wrong with the specs, once they were asked for
    _clean: dict[str, bool] = field(default_factory=dict)
    _folders: dict[str, list[str]] = field(default_factory=dict)

    def part(self, apps: Iterable[str] | None) -> Provenance:
        """The same for these `team/app`s (None: all), in a run that looks at a part of the repository."""
        return Provenance(self.files, self.config, self.registry, None if apps is None else frozenset(apps), self._expanded)

    def apps(self) -> frozenset[str]:
        """The `team/app`s that there are, read once for all parts; what is wrong with them is said when they are asked for."""
        self.registry = self.registry or bundled_registry()
        with suppress(UserError):
            self._expanded = self._expanded or expand(self.files, self.config, self.registry)
        return frozenset(app for app, _ in self._expanded.instances) if self._expanded else frozenset()

    def generated(self) -> Generated | None:
        """What the specs make now; None where they are wrong (`gitopsml generate` says what is)."""
        if self._made is None and self.problem is None:
            try:
                self._made = generate(
                    self.files, self.config, registry=self.registry, only=self.only, proof=False, expanded=self._expanded
                )
            except UserError as error:
                self.problem = error
        return self._made

    def owned(self) -> Collection[Owned]:
        """The objects that were made so far, as long as that was not all that the specs make."""
        return list(self._made.owned()) if self._made is not None and self.only is not None else ()

    def _covering(self, path: str) -> Generated | None:
        """What the specs make, with what they make at this path: all of it where a part does not tell."""
        if self.only is not None and app_of(path) not in self.only:
            self.only = self._made = None
            self._folders.clear()
        return self.generated()

    def state(self, path: str) -> State:
        """What a file is: "" for one that is not generated, "clean" also where the specs cannot be read."""
        try:
            text = self.files.read(path).decode("utf-8", "replace")
        except FileProblem:  # whoever evaluates the file says what is wrong with it
            made = self._covering(path)
            return "missing" if made is not None and path in made.tree else ""
        found = header.read(text)
        if found is None:
            return ""
        if not found.intact:
            return "edited"
        made = self._covering(path)
        if made is None or made.tree.get(path) == text:
            return "clean"
        return "stale" if path in made.tree else "orphan"

    def values(self, target: Target) -> Mapping[str, Any]:
        """The merged values of the app behind a target; {} where no spec makes it."""
        one = self._instance(target.path)
        return one.spec.values if one else {}

    def explain(self, target: Target, resource: Resource, pointer: Pointer) -> Explained | None:
        """Where the value at a pointer is written. None where the target is not generated, is not what would be generated, or
        the object was changed afterwards (by the app's local component).
        """
        made = self.generated()
        if made is None or target.path not in made.targets or not self._is_clean(target.path):
            return None
        said = next((one for one in made.traced(made.targets[target.path]) if one.id == resource.id), None)
        if said is None or not same(lookup(said.data, pointer), lookup(resource.data, pointer)):
            return None
        one = made.instances[made.targets[target.path]]
        return explained(one, said.trail.at(pointer))

    def _instance(self, path: str) -> Instance | None:
        made = self.generated()
        key = made.targets.get(path) if made else None
        return made.instances[key] if made and key else None

    def _is_clean(self, directory: str) -> bool:
        """Whether the files of an overlay and of its base are those that would be generated."""
        if directory not in self._clean:
            made = self.generated()
            base = f"{directory.rpartition('/overlays/')[0]}/base"
            wanted = [path for folder in (directory, f"{directory}/generated", base) for path in self._folder(folder)]
            self._clean[directory] = made is not None and all(self.state(path) == "clean" for path in wanted)
        return self._clean[directory]

    def _folder(self, directory: str) -> list[str]:
        """The files that would be generated into a directory."""
        if not self._folders and self._made is not None:
            for path in self._made.tree:
                self._folders.setdefault(path.rpartition("/")[0], []).append(path)
        return self._folders.get(directory, [])


def app_of(path: str) -> str:
    """The `team/app` of a generated path, "" for one outside of `deploy/`."""
    parts = path.split("/", 3)
    return f"{parts[1]}/{parts[2]}" if len(parts) > 2 and parts[0] == "deploy" else ""


def explained(one: Instance, trail: Trail) -> Explained:
    """The first place that a person can change, and what to do there where that is not plain."""
    sources = trail.sources if trail.derived else (trail.origin,)
    by_hand = next((origin for origin in sources if not origin.document.path.startswith(_BLUEPRINTS)), None)
    if by_hand is not None:
        return Explained(by_hand, f"change {dotted(by_hand.pointer)}" if trail.derived and by_hand.pointer else "")
    blueprint = Origin(one.spec.app.document, ("blueprint",))
    names = list(dict.fromkeys(name for origin in sources for name in _fields(one, origin)))
    if names:
        return Explained(blueprint, f"set {names[0]} in {one.spec.app.document.path} (now the default of {one.blueprint})")
    return Explained(blueprint, f"made by {one.blueprint}")


def _fields(one: Instance, origin: Origin) -> Iterator[str]:
    """The fields of the spec that stand for a place of the blueprint: a default's own field, the field of a derived value."""
    for entry in one.blueprint.part.derive.values():
        if entry.field and entry.value.origin == origin:
            yield dotted(entry.field)
    yield from (dotted(pointer) for pointer in _defaulted(one.spec.trail, one.spec.values, origin, ()))


def _defaulted(trail: Trail, value: Any, origin: Origin, here: Pointer) -> Iterator[Pointer]:
    if here and not trail.derived and trail.origin == origin:
        yield here
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        if key in trail.parts:
            yield from _defaulted(trail.parts[key], inner, origin, (*here, key))

"""One run over one repository: its files, its targets, and what was rendered so far."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from gitopsml.config import CLUSTERS, NAME
from gitopsml.errors import UserError
from gitopsml.files import FileProblem, Files, MemoryFiles
from gitopsml.lint.neighbours import Neighbours
from gitopsml.lint.render import STDIN, Rendered, Renderer
from gitopsml.model.config import Config
from gitopsml.model.deployed import Deployed, TargetInfo
from gitopsml.model.finding import Finding, Unevaluated
from gitopsml.model.resource import Resource, ResourceSet
from gitopsml.model.target import Target
from gitopsml.targets import Discovery, survey
from gitopsml.targets.layout import APPS

_KEPT: Final = 64  # rendered targets kept for look-ups: those of a team and of what it uses
Values = Callable[[Target], Mapping[str, Any]]


class Session:
    """Targets are rendered once each while they are looked at; look-ups into others render those on demand."""

    def __init__(self, files: Files, config: Config, *, kubernetes: str = "", values: Values | None = None) -> None:
        self.files = files
        self.config = config
        self.kubernetes = kubernetes
        self.values = values
        self.failures: list[Unevaluated] = []
        self.resources = 0
        self._renderer = Renderer(files, config.kustomize)
        self._discovery: Discovery | None = None
        self._kept: OrderedDict[Target, Rendered] = OrderedDict()

    @property
    def discovery(self) -> Discovery:
        """The whole repository's targets, looked for once."""
        if self._discovery is None:
            self._discovery = survey(self.files, self.config)
        return self._discovery

    def choose(self, paths: Sequence[str], changed: Iterable[str] | None) -> list[Target]:
        """The targets to check, sorted."""
        self._discovery = survey(self.files, self.config, () if changed else paths)
        return self._discovery.choose(paths or ["."], changed)

    def part(self, values: Values | None) -> Session:
        """A session of its own on the same targets, for a part of them: what it keeps goes with it."""
        made = Session(self.files, self.config, kubernetes=self.kubernetes, values=values)
        made._discovery = self.discovery
        made._neighbours = self._neighbours
        return made

    def rendered(self, targets: Iterable[Target]) -> Iterator[Rendered]:
        """Each target with what it deploys, one after the other; what cannot be evaluated goes to `failures`."""
        for target in targets:
            found = self._render(target)
            self.failures.extend(found.failures)
            self.resources += len(found.resources)
            yield found

    def deployed(self, rendered: Rendered) -> Deployed:
        """What policies are given of a target."""
        target = rendered.target
        info = self.info(target)
        resources = rendered.resources
        return Deployed(
            resources,
            info,
            around=lambda: self._around(target, frozenset(_where(one, target) for one in resources)),
            elsewhere=lambda: self._elsewhere(target),
            external=self.config.external,
        )

    def info(self, target: Target) -> TargetInfo:
        """Who a target is."""
        cluster = self.config.clusters.get(target.cluster)
        environment = self.config.environment(target.environment)
        made = self.values
        values = Later(lambda: made(target)) if made else {}
        protected = bool(environment and environment.protected)
        return TargetInfo(target, cluster, protected, values, self.kubernetes)

    def home(self, target: Target) -> str:
        """The file that stands for a target as a whole: its kustomization, or the first of its manifests."""
        node = self.discovery.graph.nodes.get(target.path)
        if node is not None:
            return node.path
        return target.files[0] if target.files else target.path

    def looked_up(self, target: Target) -> Deployed:
        """A target for policies that look at all of them; rendered again where it is no longer kept."""
        return self.deployed(self._render(target))

    def paths(self, targets: Iterable[Target]) -> set[str]:
        """Every path that decides on these targets, and standard input where it is one."""
        found = {path for target in targets for path in (*self.discovery.reached(target), *target.files)}
        for target in targets:
            found.update({NAME, f"{CLUSTERS}/{target.cluster}.yaml", f"{APPS}/{target.team}/{target.app}/app.yaml"})
        return {path for path in found if path == STDIN or self._is_file(path)}

    def _is_file(self, path: str) -> bool:
        """A link that leaves the repository is none: it is among the failures already."""
        try:
            return self.files.kind(path) == "file"
        except FileProblem:
            return False

    def sources(self, findings: Iterable[Finding]) -> dict[str, str]:
        """The texts of the files that findings point into."""
        places = [place for one in findings for place in (one.location, *(step.location for step in one.chain))]
        places += [one.location for one in self.failures]
        return {path: text for path in sorted({place.path for place in places}) if (text := self._text(path))}

    def _text(self, path: str) -> str:
        try:
            return self.files.read(STDIN if path == "<stdin>" else path).decode("utf-8", "replace")
        except UserError:
            return ""

    def _around(self, target: Target, namespaces: frozenset[str]) -> ResourceSet:
        beside = self._neighbours.beside(target)
        found = [(other, resource) for other in beside for resource in self._render(other).resources]
        return ResourceSet(one for other, one in found if _where(one, other) in namespaces or not _where(one, other))

    def _elsewhere(self, target: Target) -> ResourceSet:
        return ResourceSet(one for other in self._neighbours.elsewhere(target) for one in self._render(other).resources)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self.discovery.targets)

    def _render(self, target: Target) -> Rendered:
        """A target, rendered now or lately."""
        known = self._kept.get(target)
        if known is not None:
            self._kept.move_to_end(target)
            return known
        known = self._kept[target] = self._renderer.render(target)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return known


class Later(Mapping[str, Any]):
    """The values of a spec, read when a policy asks for one."""

    def __init__(self, make: Callable[[], Mapping[str, Any]]) -> None:
        self._make = make
        self._made: Mapping[str, Any] | None = None

    def _values(self) -> Mapping[str, Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> Any:
        return self._values()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values())

    def __len__(self) -> int:
        return len(self._values())


def _where(resource: Resource, target: Target) -> str:
    return resource.namespace or target.namespace


def with_stdin(files: Files, content: bytes | None) -> Files:
    """The files of a repository, and standard input under the path "-" where it was read."""
    return files if content is None else MemoryFiles({STDIN: content}, files)

"""The lint pipeline, top to bottom: discover · render · select, check, locate · merge · suppress · report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING

from gitopsml.config import load
from gitopsml.files import DiskFiles, Files
from gitopsml.lint.locate import Locator
from gitopsml.lint.merge import merged
from gitopsml.lint.names import broken
from gitopsml.lint.native import empty, no_ops, not_as_generated, spec_failures
from gitopsml.lint.parts import SMALLEST, Outcome, alone_the_same, apps_of, by_processes, parts_of, slim
from gitopsml.lint.policies import registry_of
from gitopsml.lint.releases import Releases
from gitopsml.lint.render import Noticed, Rendered
from gitopsml.lint.schemas import Schemas, without_echo
from gitopsml.lint.session import Session, with_stdin
from gitopsml.lint.suppressions import Suppressions
from gitopsml.model.config import Config
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Finding, Report, Unchecked, sorted_findings
from gitopsml.model.target import Target
from gitopsml.policy import Active, Index, Registry, Selection, check, check_repository
from gitopsml.schemas.published import release
from gitopsml.yamlio.collector import collector_off

if TYPE_CHECKING:
    from gitopsml.provenance import Provenance


def lint(
    root: str,
    paths: Sequence[str] = (),
    *,
    config: Config | None = None,
    changed: Iterable[str] | None = None,
    policies: Sequence[str] = (),
    only: Sequence[str] = (),
    kubernetes: str = "",
    stdin: bytes | None = None,
    jobs: int = 1,
) -> Report:
    """Check what would be deployed below `paths` (relative to `root`, the repository's root; none: everything).

    `changed`: only targets on which these files decide. `policies`: folders of the disk with more policies. `only`: the ids of
    the policies to run. `kubernetes`: the version to check for, whatever the cluster files say. `stdin`: what the path "-" means.
    `jobs`: how many processes may work; the report is the same. What cannot be evaluated is in the report; raises UserError for
    wrong options and configuration.
    """
    if kubernetes:
        release(kubernetes)  # what is no version is an error, not the newest one
    files = with_stdin(DiskFiles(root), stdin)
    config = config or load(files)
    registry = registry_of(files, config, policies)
    run = Run(files, config, registry, Selection(registry, config, only), kubernetes)

    targets = run.session.choose(paths, changed)
    evaluated = [target for target in targets if not target.unchecked]
    with collector_off():
        findings = merged(run.findings(evaluated, jobs))
    suppressions = Suppressions(files, run.session.paths(evaluated))
    active, suppressed = suppressions.split(findings)
    active += suppressions.wrong(registry, run.selection)
    if changed is None and not only:
        active += suppressions.unused(run.executed, run.selection, paths or ["."])
    return run.report(active, suppressed, targets)


def _provenance(files: Files, config: Config) -> Provenance | None:
    """The specs behind generated files, where a repository has any; what makes files is loaded only then."""
    if config.document is None:
        return None
    from gitopsml.provenance import Provenance

    return Provenance(files, config)


class Run:
    """The stages between targets and findings, one target after the other."""

    def __init__(self, files: Files, config: Config, registry: Registry, selection: Selection, kubernetes: str = "") -> None:
        self.provenance = _provenance(files, config)
        values, explain = (self.provenance.values, self.provenance.explain) if self.provenance else (None, None)
        self.session = Session(files, config, kubernetes=kubernetes, values=values)
        self.schemas = Schemas(files)
        self.releases = Releases(files, config.kustomize)
        self.registry = registry
        self.selection = selection
        self.locator = Locator(selection, explain, self.session.home)
        self.executed: set[str] = set()
        self._indexes: dict[int, tuple[tuple[Active, ...], Index]] = {}

    def findings(self, targets: list[Target], jobs: int) -> Iterator[Finding]:
        """Everything that policies, reader and renderer see, located; what is wrong with policies themselves first."""
        yield from self.locator.problems(self.registry.problems)
        for outcome in self._outcomes(targets, jobs):
            self._take(outcome)
            yield from outcome.findings
        yield from self._of_repository(targets)

    def _outcomes(self, targets: list[Target], jobs: int) -> list[Outcome]:
        cut = parts_of(targets, SMALLEST)
        if len(cut) > 1:
            apps = apps_of(cut, self.provenance.apps() if self.provenance else ())
            outcomes = by_processes(len(cut), lambda number: self.part(apps[number]).outcome(cut[number]), jobs)
            if alone_the_same(outcomes):
                return outcomes
        return [self.part(None).outcome(targets)]

    def part(self, apps: Iterable[str] | None) -> Run:
        """A run for the targets of these `team/app`s (None: all), with caches of its own; what is compiled is shared."""
        made = copy(self)
        made.provenance = self.provenance.part(apps) if self.provenance else None
        made.session = self.session.part(made.provenance.values if made.provenance else None)
        made.releases = Releases(self.session.files, self.releases.version)
        made.schemas = Schemas(self.session.files, self.schemas.catalogue)
        made.locator = Locator(self.selection, made.provenance.explain if made.provenance else None, made.session.home)
        made.executed = set()
        return made

    def outcome(self, targets: list[Target]) -> Outcome:
        """Everything that is seen in these targets: what policies, reader and renderer see, located."""
        findings = [one for rendered in self.session.rendered(targets) for one in self._of_target(rendered)]
        owned = self.provenance.owned() if self.provenance else ()
        problem = self.provenance is not None and self.provenance.problem is not None
        return Outcome(
            [slim(one) for one in findings],
            self.session.failures,
            self.session.resources,
            self.executed,
            self.schemas.missing,
            list(owned),
            problem,
        )

    def _take(self, outcome: Outcome) -> None:
        self.session.failures.extend(outcome.failures)
        self.session.resources += outcome.resources
        self.executed |= outcome.executed
        self.schemas.missing.update(outcome.missing)

    def _of_target(self, rendered: Rendered) -> Iterator[Finding]:
        active = self.selection.active(rendered.target)
        self.executed.update(one.policy.id for one in active)
        noticed = [*rendered.noticed, *no_ops(rendered.notes), *self._of_build(rendered)]
        if self.provenance is not None:
            noticed += not_as_generated(self.provenance, rendered.files)
            self.session.failures.extend(spec_failures(self.provenance, rendered.target))
        yield from self.locator.noticed(noticed, rendered.target)
        deployed = self.session.deployed(rendered)
        refused = list(self.schemas.problems(deployed))
        yield from self.locator.findings(without_echo(refused, check(active, deployed, self._index(active))), rendered.target)

    def _of_build(self, rendered: Rendered) -> Iterator[Noticed]:
        """What the renderer knows of a kustomization as a whole."""
        found = rendered.built
        if found is not None:
            yield from empty(found, rendered.target)
            yield from broken(found.resources, found.renamed)
            yield from self.releases.differences(rendered.target.path, found)

    def _index(self, active: tuple[Active, ...]) -> Index:
        """One index for all targets on which the same policies run."""
        known = self._indexes.get(id(active))
        if known is None or known[0] is not active:
            known = self._indexes[id(active)] = (active, Index(active))
        return known[1]

    def _of_repository(self, targets: list[Target]) -> Iterator[Finding]:
        """Policies that look at all targets together get them lazily rendered; without such a policy nothing happens."""
        active = [one for one in self.selection.everywhere(targets) if one.policy.check_repo is not None]
        if active:
            everything: list[Deployed] = [self.session.looked_up(target) for target in targets]
            yield from self.locator.findings(check_repository(active, everything), Target("."))

    def report(self, active: list[Finding], suppressed: list[Finding], targets: list[Target]) -> Report:
        """The outcome, sorted."""
        unchecked = tuple(Unchecked(target.path, target.unchecked) for target in targets if target.unchecked)
        return Report(
            findings=sorted_findings(active),
            suppressed=sorted_findings(suppressed),
            unreadable=tuple(sorted({*self.session.failures, *self.schemas.failures()})),
            unchecked=unchecked,
            targets=len(targets) - len(unchecked),
            resources=self.session.resources,
            policies=len(self.executed),
            schemaless=self.schemas.counted(),
            sources=self.session.sources([*active, *suppressed]),
        )

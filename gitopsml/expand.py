"""Specs -> instances: every app and team in each of its environments, values merged and checked, references resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from gitopsml import spec as specs
from gitopsml.blueprint.build import broken_rules, provided
from gitopsml.blueprint.context import Instance, check_uses, connect, instance
from gitopsml.blueprint.registry import Blueprint, Registry, walk
from gitopsml.errors import BlueprintError, Problems, SpecError, UserError
from gitopsml.files import Files
from gitopsml.model.config import Config
from gitopsml.model.pointer import Pointer
from gitopsml.model.spec import AppSpec, EnvironmentSpec
from gitopsml.model.words import did_you_mean
from gitopsml.schemas.inputs import check

Key = tuple[str, str]  # `team/app`, environment
KUSTOMIZATIONS: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class Wrong(NamedTuple):
    """Something wrong with the merged values of one environment, at a field."""

    field: Pointer
    message: str
    hint: str
    at_key: bool = False


@dataclass(slots=True, frozen=True, eq=False)
class Expanded:
    """All instances by `team/app` and environment, in the order of apps, then of promotion."""

    specs: tuple[AppSpec, ...]
    instances: dict[Key, Instance]


def expand(files: Files, config: Config, registry: Registry) -> Expanded:
    """Read and check every spec. Raises Problems with all that is wrong, each at its line, or the one error there is."""
    problems: list[UserError] = []
    apps = specs.load(files, problems)
    problems += specs.same_namespace(apps)
    blueprints = {app.key: found for app in apps if (found := _blueprint(app, registry, problems))}
    problems += _defaults(config, registry, blueprints.values())
    values = _values([app for app in apps if app.key in blueprints], blueprints, config, problems)
    instances = {
        key: instance(one, blueprints[key[0]], config, files, values.get((f"{one.app.team}/{specs.TEAM}", key[1])))
        for key, one in values.items()
    }
    everywhere = {app.key: list(app.environments) for app in apps if app.app != specs.TEAM}
    teams = {app.team: list(app.environments) for app in apps if app.app == specs.TEAM}
    for one in instances.values():
        problems += check_uses(one, instances, everywhere)
        problems += _without_team(one.spec, values, teams)
    problems += [problem for app in apps if app.app != specs.TEAM for problem in _local(app, files)]
    stop_at(problems)
    connect(instances, {key: provided(one.blueprint, one.scope) for key, one in instances.items()})
    broken = [(key, wrong) for key, one in instances.items() for wrong in _broken(one)]
    stop_at(_placed(broken, {key: one.spec for key, one in instances.items()}))
    return Expanded(tuple(apps), instances)


def stop_at(problems: Iterable[UserError]) -> None:
    """Raise what is wrong, sorted by place, each once; nothing where nothing is."""
    unique: dict[object, UserError] = {}
    for problem in problems:
        unique.setdefault(_place(problem), problem)
    ordered = sorted(unique.values(), key=lambda problem: (problem.path, problem.line, problem.column, problem.what))
    if ordered:
        raise ordered[0] if len(ordered) == 1 else Problems(ordered)


def _place(problem: UserError) -> object:
    """What makes two problems one: a broken template breaks in every environment, and is said once."""
    if isinstance(problem, BlueprintError):
        return problem.path, problem.line, problem.column
    return str(problem)


def _blueprint(app: AppSpec, registry: Registry, problems: list[UserError]) -> Blueprint | None:
    name = f"{app.blueprint}@{app.major}"
    if name not in registry.names():
        try:
            registry.get(app.blueprint, app.major)
        except BlueprintError as error:
            problems.append(specs.error_at(app.document, ("blueprint",), error.what, error.hint))
        return None
    found = registry.get(app.blueprint, app.major)
    if (app.app == specs.TEAM) != (found.intent == ""):
        file = "team.yaml" if app.app == specs.TEAM else "app.yaml"
        problems.append(specs.error_at(app.document, ("blueprint",), f"{name} is not a blueprint for {file}"))
        return None
    return found


def _without_team(spec: EnvironmentSpec, values: dict[Key, EnvironmentSpec], teams: dict[str, list[str]]) -> list[UserError]:
    """An app in an environment that its team does not have would have no namespace."""
    app = spec.app
    if app.team not in teams or app.app == specs.TEAM or (f"{app.team}/{specs.TEAM}", spec.environment) in values:
        return []
    if spec.environment in teams[app.team]:
        return []  # the team's own problem, told there
    what, hint = (
        f"team {app.team} has no environment {spec.environment}",
        f"list it under environments of apps/{app.team}/team.yaml",
    )
    return [specs.error_at(app.document, ("environments", spec.environment), what, hint, key=True)]


def _defaults(config: Config, registry: Registry, used: Iterable[Blueprint]) -> list[UserError]:
    """Words of gitopsml.yaml's `defaults` that no blueprint of the intent knows. Blueprints that nobody uses are asked last."""
    known: dict[str, set[str]] = {}
    for blueprint in dict.fromkeys(used):
        known.setdefault(blueprint.intent, set()).update(blueprint.schema.properties(()))
    if all(set(words) <= known.get(intent, set()) for intent, words in config.defaults.items()):
        return []
    for blueprint in walk(registry):
        known.setdefault(blueprint.intent, set()).update(blueprint.schema.properties(()))
    unknown = [
        (intent, word) for intent, words in config.defaults.items() for word in words if word not in known.get(intent, set())
    ]
    if config.document is None:
        return []
    document = config.document
    return [
        specs.error_at(
            document,
            ("defaults", intent, word),
            f"no blueprint for {intent} knows {word}",
            did_you_mean(word, known.get(intent, ())),
            key=True,
        )
        for intent, word in unknown
    ]


def _local(app: AppSpec, files: Files) -> list[UserError]:
    """Folders of people's own changes that nothing would read."""
    folder = f"apps/{app.key}/local"
    problems: list[UserError] = []
    for name in files.names(folder) if files.kind(folder) == "directory" else ():
        if name not in app.environments:
            hint = did_you_mean(name, app.environments)
            problems.append(SpecError(f'{app.key} has no environment "{name}"', path=f"{folder}/{name}", hint=hint))
        elif not any(files.kind(f"{folder}/{name}/{file}") == "file" for file in KUSTOMIZATIONS):
            hint = "write one of kind: Component, or remove the folder"
            problems.append(SpecError("there is no kustomization.yaml in it", path=f"{folder}/{name}", hint=hint))
    return problems


def _values(
    apps: list[AppSpec], blueprints: dict[str, Blueprint], config: Config, problems: list[UserError]
) -> dict[Key, EnvironmentSpec]:
    """The merged and checked values of all apps and environments."""
    made: dict[Key, EnvironmentSpec] = {}
    order = [one.name for one in config.environments]
    found: list[tuple[Key, Wrong]] = []
    for app in apps:
        wrong = specs.check_environments(app, config)
        problems += wrong
        blueprint = blueprints[app.key]
        schema = blueprint.schema
        inputs = specs.Inputs(blueprint.intent, schema.defaults(), frozenset(schema.properties(())), schema.filled)
        for name in (one for one in order if one in app.environments and config.cluster_of(one)):
            one = specs.merge(app, name, config, inputs)
            made[app.key, name] = one
            found += [((app.key, name), Wrong(*problem)) for problem in check(schema.data, one.values)]
    problems += _placed(found, made)
    return made


def _broken(one: Instance) -> list[Wrong]:
    return [Wrong(*broken) for broken in broken_rules(one.blueprint, one.scope)]


def _placed(found: Iterable[tuple[Key, Wrong]], values: dict[Key, EnvironmentSpec]) -> list[UserError]:
    """Errors at the lines that a person changes. What is wrong in every environment of an app is said once, of the app."""
    where: dict[tuple[str, Wrong], list[str]] = {}
    for (app, environment), wrong in found:
        where.setdefault((app, wrong), []).append(environment)
    return [problem for (app, wrong), names in where.items() for problem in _each(app, wrong, names, values)]


def _each(app: str, wrong: Wrong, names: list[str], values: dict[Key, EnvironmentSpec]) -> list[UserError]:
    everywhere = names == [environment for key, environment in values if key == app]
    return [_at(values[app, name], wrong, everywhere=everywhere) for name in (names[:1] if everywhere else names)]


def _at(spec: EnvironmentSpec, wrong: Wrong, *, everywhere: bool) -> SpecError:
    document, pointer = specs.place(spec, wrong.field)
    if pointer == ("environments", spec.environment):
        pointer = ("blueprint",) if everywhere else pointer
        return specs.error_at(document, pointer, _sentence(spec, wrong, everywhere=everywhere), wrong.hint, key=not everywhere)
    exact = spec.trail.at(wrong.field).origin.pointer == pointer
    return specs.error_at(
        document, pointer, _sentence(spec, wrong, everywhere=everywhere), wrong.hint, key=wrong.at_key and exact
    )


def _sentence(spec: EnvironmentSpec, wrong: Wrong, *, everywhere: bool) -> str:
    return wrong.message if everywhere else f"{wrong.message} (environment {spec.environment})"

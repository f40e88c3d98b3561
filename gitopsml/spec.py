"""app.yaml and team.yaml -> AppSpec; an AppSpec and its layers -> EnvironmentSpec. Strict, every error at its line and column.

Layers, lowest first: the blueprint's defaults, `defaults` of gitopsml.yaml by intent, the file, what stands under its
`environments.<env>`. Maps merge, lists and scalars replace, null removes (RFC 7386); required fields are asked for after merging.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from gitopsml.errors import SpecError, UserError
from gitopsml.files import Files
from gitopsml.model.config import Config
from gitopsml.model.image import image_parts
from gitopsml.model.mergepatch import Traced, merge_patch
from gitopsml.model.origin import Origin, Trail
from gitopsml.model.pointer import Pointer
from gitopsml.model.spec import AppSpec, EnvironmentSpec
from gitopsml.model.words import did_you_mean
from gitopsml.yamlio import Document

API_VERSION: Final = "gitopsml.dev/v1"
TEAM: Final = "_team"  # the "app" that a team.yaml is
OWN_WORDS: Final = ("apiVersion", "blueprint", "environments")
MAX_APP: Final = 40  # suffixes of object names fit 63, those of CronJobs 52
_LABEL: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_BLUEPRINT: Final = re.compile(r"([a-z][a-z0-9-]*)@([1-9][0-9]{0,3})\Z")
_MISSPELT: Final = {"app.yml": "app.yaml", "team.yml": "team.yaml"}


def error_at(document: Document, pointer: Pointer, what: str, hint: str = "", *, key: bool = False) -> SpecError:
    """An error at a field of a file; `key` points at the field's name instead of its value."""
    from gitopsml.yamlio import locate

    span = locate(document, pointer, key=key)
    return SpecError(what, path=document.path, line=span.line, column=span.column, hint=hint)


def load(files: Files, problems: list[UserError], folder: str = "apps") -> list[AppSpec]:
    """Every spec below `apps/`, sorted by team and app, a team's own first. What cannot be read is added to `problems`."""
    specs: list[AppSpec] = []
    problems += _misplaced(files, folder, ("app.yaml", "team.yaml"))
    for team in _folders(files, folder, problems):
        here = f"{folder}/{team}"
        if files.kind(f"{here}/team.yaml") == "file":
            _add(specs, files, team, TEAM, problems)
        problems += _misplaced(files, here, ("app.yaml",))
        for app in _folders(files, here, problems):
            problems += _misplaced(files, f"{here}/{app}", ("team.yaml",))
            if files.kind(f"{here}/{app}/app.yaml") == "file":
                _add(specs, files, team, app, problems)
            else:
                problems += _too_deep(files, f"{here}/{app}")
    return specs


def _misplaced(files: Files, folder: str, names: Iterable[str]) -> list[UserError]:
    """Spec files that nothing would read where they are."""
    team = "/".join([*folder.split("/")[:2], "<team>"][:2])
    wanted = {"app.yaml": f"{team}/<app>/app.yaml", "team.yaml": f"{team}/team.yaml"}
    what = {"app.yaml": "an app has a folder of its own", "team.yaml": "this is not the folder of a team"}
    return [
        SpecError(what[name], path=f"{folder}/{name}", hint=f"move it to {wanted[name]}")
        for name in names
        if files.kind(f"{folder}/{name}") == "file"
    ]


def _too_deep(files: Files, folder: str) -> list[UserError]:
    """Apps in a folder that is no app itself: there are two levels, teams and apps."""
    below = [name for name in files.names(folder) if name != "local" and files.kind(f"{folder}/{name}") == "directory"]
    return [error for name in below for error in _misplaced(files, f"{folder}/{name}", ("app.yaml",))]


def _folders(files: Files, folder: str, problems: list[UserError]) -> list[str]:
    """The folders in a folder; a spec file with a misspelt name in it is a problem, because nothing would read it."""
    names = files.names(folder) if files.kind(folder) == "directory" else []
    problems += _misspelt(folder, names)
    found = [name for name in names if not name.startswith(".") and files.kind(f"{folder}/{name}") == "directory"]
    for name in found:
        problems += _misspelt(f"{folder}/{name}", files.names(f"{folder}/{name}"))
    return found


def _misspelt(folder: str, names: list[str]) -> list[UserError]:
    return [
        SpecError("nothing reads this file", path=f"{folder}/{name}", hint=f"rename it to {_MISSPELT[name]}")
        for name in names
        if name in _MISSPELT
    ]


def _add(specs: list[AppSpec], files: Files, team: str, app: str, problems: list[UserError]) -> None:
    path = f"apps/{team}/team.yaml" if app == TEAM else f"apps/{team}/{app}/app.yaml"
    try:
        specs.append(parse(files.read(path), path, team, app))
    except UserError as error:
        problems.append(error)


def parse(content: bytes | str, path: str, team: str, app: str) -> AppSpec:
    """The text of a spec file -> AppSpec. Raises SpecError or YamlError."""
    from gitopsml.yamlio import read

    _check_names(path, team, app)
    stream = read(content, path)
    for problem in stream.problems:
        raise SpecError(problem.message, path=path, line=problem.line, column=problem.column)
    if len(stream.documents) != 1 or not isinstance(stream.documents[0].data, dict):
        raise SpecError("must hold one map", path=path, hint=f"begin with apiVersion: {API_VERSION}")
    document = stream.documents[0]
    data: dict[str, Any] = document.data
    if data.get("apiVersion") != API_VERSION:
        raise error_at(document, ("apiVersion",), "apiVersion is missing or unknown", f"write apiVersion: {API_VERSION}")
    name, major = _blueprint(document)
    values = {word: value for word, value in data.items() if word not in OWN_WORDS}
    return AppSpec(team, app, name, major, values, _environments(document), document)


def _check_names(path: str, team: str, app: str) -> None:
    for what, name in (("team", team), ("app", app)):
        if name != TEAM and not _LABEL.match(name):
            hint = "use lower-case letters, digits and hyphens, beginning with a letter"
            raise SpecError(
                f'"{name}" cannot be the name of {"an app" if what == "app" else "a team"}',
                path=path,
                hint=f"rename the folder: {hint}",
            )
    if len(app) > MAX_APP:
        raise SpecError(f'the name "{app}" has {len(app)} characters', path=path, hint=f"rename the folder: at most {MAX_APP}")


def _blueprint(document: Document) -> tuple[str, int]:
    text = document.data.get("blueprint")
    match = _BLUEPRINT.match(text) if isinstance(text, str) else None
    if match is None:
        raise error_at(
            document, ("blueprint",), "blueprint is missing or malformed", "write blueprint: name@major, such as model-service@1"
        )
    return match[1], int(match[2])


def _environments(document: Document) -> dict[str, dict[str, Any]]:
    data = document.data.get("environments")
    if not isinstance(data, dict):
        raise error_at(
            document, ("environments",), "environments is missing", "list where to deploy: environments: {dev: {}, prod: {}}"
        )
    for name, value in data.items():
        if not isinstance(value, dict | None):
            raise error_at(
                document, ("environments", name), "expected a map of what differs there", "write {} where nothing differs"
            )
        own = next((word for word in OWN_WORDS if value and word in value), None)
        if own:
            raise error_at(
                document, ("environments", name, own), f"{own} is the same in every environment", "write it at the top", key=True
            )
    return {name: value or {} for name, value in data.items()}


def check_environments(app: AppSpec, config: Config) -> list[UserError]:
    """The environments that the repository does not have, or that have no cluster."""
    known = [one.name for one in config.environments]
    problems: list[UserError] = []
    for name in app.environments:
        place: Pointer = ("environments", name)
        if name not in known:
            hint = did_you_mean(name, known) if known else "list it under environments in gitopsml.yaml"
            problems.append(error_at(app.document, place, f'gitopsml.yaml has no environment "{name}"', hint, key=True))
        elif config.cluster_of(name) is None:
            cluster = next(one.cluster for one in config.environments if one.name == name)
            what = (
                f'environment "{name}" has no cluster: there is no clusters/{cluster}.yaml'
                if cluster
                else f'environment "{name}" has no cluster'
            )
            problems.append(error_at(app.document, place, what, "write it, or name another cluster in gitopsml.yaml", key=True))
        elif len(f"{app.team}-{name}") > 63:
            problems.append(
                error_at(
                    app.document, place, f"the namespace {app.team}-{name} is longer than 63", "shorten the team's name", key=True
                )
            )
    return problems


def same_namespace(specs: Iterable[AppSpec]) -> list[UserError]:
    """Teams whose namespaces `<team>-<environment>` collide."""
    owners: dict[str, tuple[str, AppSpec]] = {}
    problems: list[UserError] = []
    for spec in specs:
        for name in spec.environments:
            namespace = f"{spec.team}-{name}"
            environment, first = owners.setdefault(namespace, (name, spec))
            if first.team != spec.team:
                what = f"team {spec.team} in {name} and team {first.team} in {environment} share the namespace {namespace}"
                problems.append(
                    error_at(spec.document, ("environments", name), what, "rename a team or an environment", key=True)
                )
    return problems


class Inputs(NamedTuple):
    """What a blueprint says of its values: `defaults` are the lowest layer, `words` the words it knows (only these are taken from
    gitopsml.yaml's `defaults` for its `intent`), `fill` adds the defaults of deeper fields after merging.
    """

    intent: str
    defaults: Traced
    words: frozenset[str]
    fill: Callable[[Traced], Traced]


def merge(app: AppSpec, environment: str, config: Config, inputs: Inputs) -> EnvironmentSpec:
    """The values of one environment of an app: all layers, merged."""
    root = Trail(Origin(app.document))
    values = merge_patch(Traced({}, root), inputs.defaults)
    shared = config.defaults.get(inputs.intent)
    if config.document is not None and isinstance(shared, dict):
        given = {word: value for word, value in shared.items() if word in inputs.words}
        values = merge_patch(
            values, Traced(given, Trail(Origin(config.document, ("defaults", inputs.intent)))), step="gitopsml.yaml"
        )
    values = _over(values, Traced(app.values, root), "app.yaml" if app.app != TEAM else "team.yaml")
    here = Traced(app.environments[environment], root.at(("environments", environment)))
    values = inputs.fill(_over(values, here, f"environments.{environment}"))
    return EnvironmentSpec(app, environment, values.data, values.trail)


def _over(values: Traced, layer: Traced, step: str) -> Traced:
    """One layer over another. An image's tag or digest alone goes over the parts of an image written as one text."""
    upper, lower = layer.data.get("image"), values.data.get("image")
    if isinstance(upper, dict) and lower is not None:
        values = _with_image(values, upper)
    return merge_patch(values, layer, step=step)


def _with_image(values: Traced, upper: dict[str, Any]) -> Traced:
    trail = values.trail.part("image")
    lower = values.data["image"]
    parts: dict[str | int, Trail] = dict(trail.parts)
    if isinstance(lower, str):
        lower = image_parts(lower)
        parts = {key: Trail(trail.origin, step=trail.step, derived=True, sources=(trail.origin,)) for key in lower}
    if not isinstance(lower, dict):
        return values
    stale = (
        {"digest"} if "tag" in upper and "digest" not in upper else {"tag"} if "digest" in upper and "tag" not in upper else set()
    )
    data = {key: value for key, value in lower.items() if key not in stale}
    made = Trail(trail.origin, {key: part for key, part in parts.items() if key not in stale}, step=trail.step)
    return Traced({**values.data, "image": data}, values.trail.with_part("image", made))


def place(spec: EnvironmentSpec, field: Pointer) -> tuple[Document, Pointer]:
    """Where a person changes a field of the merged values: the field, or the nearest one above it that a person wrote."""
    trail = spec.trail.at(field)
    if field and _by_hand(trail) and trail.origin.pointer:
        return trail.origin
    return place(spec, field[:-1]) if field else (spec.app.document, ("environments", spec.environment))


def _by_hand(trail: Trail) -> bool:
    return not trail.gone and trail.step != "blueprint default"

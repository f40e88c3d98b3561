"""A directory -> everything it deploys: the recursion over kustomizations, and the order of the steps (facts: kustomize §1).

One kustomization: resources, field tables, generators, components, then `STEPS` in their order. Once, for the outermost one:
hashes, name references, variables, local objects dropped, order. A base is rendered once per Cache, however many overlays use it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from gitopsml.errors import RenderError, UserError
from gitopsml.files import FileProblem, Files
from gitopsml.kustomize import crds, kustomization, losses, metadata, openapi, patches, plugins, resources, silent
from gitopsml.kustomize.accumulate import Accumulated
from gitopsml.kustomize.cache import Cache
from gitopsml.kustomize.fields import defaults, merged
from gitopsml.kustomize.fields import read as read_fields
from gitopsml.kustomize.inline import read_inline
from gitopsml.kustomize.items import Item
from gitopsml.kustomize.kustomization import Kustomization
from gitopsml.kustomize.layer import Deleted, Items, Layer, Note, Renamed, Rendered, Setting, Step
from gitopsml.kustomize.loader import Budget, ChainError, Loader, below, chained
from gitopsml.kustomize.options import options_of
from gitopsml.kustomize.outermost import finished, renamed
from gitopsml.kustomize.shapes import Schemas
from gitopsml.kustomize.specs import Fields
from gitopsml.kustomize.steps.annotations import common_annotations
from gitopsml.kustomize.steps.generators import config_maps, secrets
from gitopsml.kustomize.steps.images import images
from gitopsml.kustomize.steps.labels import common_labels, labels
from gitopsml.kustomize.steps.names import name_prefix, name_suffix
from gitopsml.kustomize.steps.namespace import namespace
from gitopsml.kustomize.steps.replacements import replacements
from gitopsml.kustomize.steps.replicas import replicas
from gitopsml.kustomize.steps.variables import tag
from gitopsml.model.origin import Origin
from gitopsml.model.resource import ResourceSet
from gitopsml.yamlio import Dialect

STEPS: Final[tuple[tuple[str, Step], ...]] = (
    ("patchesStrategicMerge", patches.strategic_merges),
    ("patches", patches.patches),
    ("namespace", namespace),
    ("namePrefix", name_prefix),
    ("nameSuffix", name_suffix),
    ("labels", labels),
    ("commonLabels", common_labels),
    ("commonAnnotations", common_annotations),
    ("patchesJson6902", patches.json_patches),
    ("replicas", replicas),
    ("images", images),
    ("imageTags", images),
    ("replacements", replacements),
    ("transformers", plugins.transformers),
    ("validators", plugins.validators),
    ("vars", tag),
)
GENERATORS: Final[tuple[tuple[str, Step], ...]] = (
    ("configMapGenerator", config_maps),
    ("secretGenerator", secrets),
    ("generators", plugins.generators),
)
UNSUPPORTED: Final = "generator-unsupported"
_LABELS: Final = ("labels", "commonLabels")
REFUSED: Final = {
    "helmCharts": "gitopsml runs no helm",
    "helmGlobals": "gitopsml runs no helm",
    "helmChartInflationGenerator": "gitopsml runs no helm",
}


class Build(NamedTuple):
    """What a directory deploys: `resources` in kustomize's order, every path read, what kustomize says (`warnings`).

    `notes` are what it passes over in silence; `deleted` the objects that patches deleted, for questions about what is missing;
    `renamed` those that got another name.
    """

    resources: ResourceSet
    files: frozenset[str]
    warnings: tuple[str, ...]
    notes: tuple[Note, ...]
    deleted: tuple[Deleted, ...]
    renamed: tuple[Renamed, ...] = ()


def build(
    files: Files, directory: str, *, cache: Cache | None = None, version: str = "5.6.0", load_restrictor: str = "rootOnly"
) -> Build:
    """Build the kustomization in `directory` (relative to the root of `files`) as `kustomize build` of this version does.

    `load_restrictor` is "rootOnly" or "none". Raises RenderError, YamlError or FileProblem, placed at the cause.
    """
    options = options_of(version, load_restrictor)
    cache = cache if cache is not None else Cache()
    cache.open(files, options)
    try:
        real = files.resolve(directory)
        if files.kind(real) != "directory":
            raise RenderError("not a directory", path=directory, hint="name a directory with a kustomization")
    except FileProblem as problem:
        raise RenderError(problem.what, path=directory, hint=problem.hint) from None
    loader = Loader(files, real, options, cache, (real,), set(), Schemas(), Budget())
    file = _kustomization(loader)
    loader = loader._replace(tracked=bool(file.setting.get("buildMetadata")))
    rendered = _rendered(file, loader, Accumulated())
    layer = _layer(file, loader, rendered.fields)
    items = finished(rendered, layer)
    found = ResourceSet(item.resource for item in items)
    notes = (*rendered.notes, *layer.notes)
    return Build(found, rendered.files, rendered.warnings, notes, rendered.deleted, tuple(renamed(items)))


def _kustomization(loader: Loader) -> Kustomization:
    """The kustomization file of the loader's directory, parsed once per cache."""
    known = loader.cache.kustomizations.get(loader.directory)
    if known is None:
        path = kustomization.find(loader.files, loader.directory, links=loader.options.load_restrictor != "rootOnly")
        known = kustomization.load(loader.files.read(path), path, loader.options.version)
        loader.cache.kustomizations[loader.directory] = known
    loader.read_paths.add(known.path)
    return known


def _rendered(file: Kustomization, loader: Loader, parts: Accumulated) -> Rendered:
    """One kustomization, on top of `parts`: nothing for a kustomization, all of the parent for a component."""
    setting = file.setting
    _demand_covered(setting)
    if setting.has("openapi"):
        _choose_schemas(setting.part("openapi"), loader)
    parts.warnings += file.warnings
    parts.notes += (*file.twice, *silent.of_file(setting, loader.options, outermost=len(loader.visited) == 1))
    for key in ("resources", "bases"):
        for entry in _entries(setting, key):
            _resource(entry, loader, parts)
    _configure(file, loader, parts)
    layer = _layer(file, loader, parts.fields)
    _run(GENERATORS, layer, parts)
    parts.take(layer)
    for entry in _entries(setting, "components"):
        _component(entry, loader, parts)
    layer = _layer(file, loader, parts.fields) if setting.has("components") else layer
    _run(STEPS, layer, parts)
    parts.add_variables(_entries(setting, "vars"))
    parts.take(layer)
    parts.directories.add(loader.directory)
    parts.files |= loader.read_paths
    return parts.rendered()


def _demand_covered(setting: Setting) -> None:
    for key, reason in REFUSED.items():
        if setting.has(key) and setting.value[key]:
            raise setting.part(key).error(
                f"`{key}` is not covered: {reason}", "remove it, or list the target as unchecked", UNSUPPORTED
            )


def _choose_schemas(setting: Setting, loader: Loader) -> None:
    file = loader.read(setting.get("path"), setting.part("path")) if setting.has("path") else None
    openapi.choose(loader.schemas, setting, file)


def _run(steps: tuple[tuple[str, Step], ...], layer: Layer, parts: Accumulated) -> None:
    for key, step in steps:
        setting = layer.setting(key)
        if setting is not None:
            before, parts.items = parts.items, step(parts.items, setting, layer)
            if parts.inherited and key in _LABELS:
                layer.notes.extend(losses.selectors(before, parts.items, setting, parts.inherited))
            if layer.tracked:
                parts.items = metadata.noted(before, parts.items, key, layer)


def _entries(setting: Setting, key: str) -> list[Setting]:
    return list(setting.part(key).parts()) if setting.has(key) else []


def _configure(file: Kustomization, loader: Loader, parts: Accumulated) -> None:
    """Every layer adds kustomize's own field tables with those of its `configurations`, then those of its `crds`."""
    fields = defaults(loader.options.version)
    entries, more = _entries(file.setting, "configurations"), Fields()
    for entry in entries:
        read = loader.read(entry.value, entry)
        document = kustomization.single(read.content, read.path)
        more = merged(more, read_fields(Setting(document.data, Origin(document)), loader.options.version), entry)
    fields = merged(fields, more, entries[0] if entries else None)
    if entries and parts.fields is None:
        # spec by spec into an empty table: a narrow spec can hide a general one, or be in conflict with it
        parts.fields = Fields()
    parts.add_fields(fields, entries[0] if entries else None)
    for entry in _entries(file.setting, "crds"):
        parts.add_fields(crds.fields(loader.read(entry.value, entry)), entry)


def _layer(file: Kustomization, loader: Loader, fields: Fields | None) -> Layer:
    assert fields is not None

    def objects(setting: Setting) -> Items:
        return _listed(setting, loader)

    shape_of, memo = loader.schemas.shape_of, loader.cache.memo
    return Layer(
        loader.files, loader.directory, file.setting, loader.options, fields, loader.read, objects, shape_of, memo, loader.tracked
    )


def _resource(entry: Setting, loader: Loader, parts: Accumulated) -> None:
    path = entry.value
    if path.startswith(("http://", "https://")) or loader.is_file(path, entry):
        parts.add(_objects(path, entry, loader), entry)
        loader.schemas.used = True
        return
    inner = loader.enter(path, entry)._replace(read_paths=set())
    parts.join(_base(inner, entry), entry)


def _listed(setting: Setting, loader: Loader) -> Items:
    """The objects of files, directories and texts: the configurations of plugins."""
    parts = Accumulated()
    for entry in setting.parts():
        if not entry.value:
            continue
        if "\n" in entry.value or entry.value.lstrip().startswith("{"):
            stream = read_inline(entry, Dialect.KUSTOMIZE)
            resources.refuse_duplicates(stream, entry.origin.document.path)
            parts.add(resources.items_of(stream.documents), entry)
        else:
            _resource(entry, loader, parts)
    return parts.items


def _objects(path: str, entry: Setting, loader: Loader) -> list[Item]:
    file = loader.read(path, entry)
    known = loader.cache.resources.get(file.path)
    if known is None:
        stream = resources.stream_of(file.content, file.path)
        loader.cache.problems[file.path] = tuple(stream.problems)
        known = loader.cache.resources[file.path] = resources.items_of(stream.documents)
    return known


def _base(loader: Loader, entry: Setting) -> Rendered:
    """What a base became: from the cache, except where schemas of the user's are, or would be, in force."""
    shared = not loader.schemas.chosen and not loader.tracked
    known = loader.cache.layers.get(loader.directory) if shared else None
    if isinstance(known, Rendered) and known.schemas is not None and loader.schemas.used:
        known = None
    if known is None:
        known = _fresh(loader, entry)
        if shared and not isinstance(known, ChainError):
            loader.cache.layers[loader.directory] = known
    elif isinstance(known, Rendered):
        _demand_no_cycle(known, loader, entry)
        if known.schemas is not None:
            loader.schemas.adopt(known.schemas)
    if isinstance(known, UserError):
        raise known
    loader.schemas.used = loader.schemas.used or bool(known.items)
    return known


def _fresh(loader: Loader, entry: Setting) -> Rendered | UserError:
    try:
        file = _kustomization(loader)
        if file.component:
            return entry.error(f"{loader.directory} is a Component", "list it under `components`")
        chosen = loader.schemas.chosen
        rendered = _rendered(file, loader, Accumulated())
        return rendered if chosen or not loader.schemas.chosen else rendered._replace(schemas=loader.schemas.copy())
    except UserError as error:
        return error


def _demand_no_cycle(known: Rendered, loader: Loader, entry: Setting) -> None:
    """A base rendered for another overlay may hold a directory that contains this one."""
    for directory in sorted(known.directories):
        if directory != loader.directory and any(below(root, directory) for root in loader.visited[:-1]):
            what = f"cycle: {directory} contains a directory that is being built"
            raise chained(entry, what, "make the base a directory of its own")


def _component(entry: Setting, loader: Loader, parts: Accumulated) -> None:
    inner = loader.enter(entry.value, entry)._replace(read_paths=set())
    file = _kustomization(inner)
    if not file.component:
        raise entry.error(f"{inner.directory} is not a Component", "list it under `resources`, or write `kind: Component` there")
    _rendered(file, inner, parts)

"""`configMapGenerator` and `secretGenerator`: ConfigMaps and Secrets from literals, env files and files (facts: kustomize §6)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final, NamedTuple

from gitopsml.kustomize.items import Item
from gitopsml.kustomize.keyvalues import Pair, pairs_of
from gitopsml.kustomize.layer import Items, Layer, Setting
from gitopsml.kustomize.steps.absorb import Absorber
from gitopsml.model.origin import Trail

_LINE: Final = 70  # kustomize breaks long base64 into lines of this length


class Generator(NamedTuple):
    """What is made: a ConfigMap or a Secret."""

    kind: str
    step: str


CONFIG_MAP: Final = Generator("ConfigMap", "configMapGenerator")
SECRET: Final = Generator("Secret", "secretGenerator")


def config_maps(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every entry of `configMapGenerator`: a new object, or merged into or instead of one that is there."""
    return _generated(items, setting, layer, CONFIG_MAP)


def secrets(items: Items, setting: Setting, layer: Layer) -> Items:
    """Every entry of `secretGenerator`: a new object, or merged into or instead of one that is there."""
    return _generated(items, setting, layer, SECRET)


def _generated(items: Items, setting: Setting, layer: Layer, generator: Generator) -> Items:
    common = layer.setting("generatorOptions")
    absorber = Absorber(items, layer)
    for entry in setting.parts():
        absorber.add(made(entry, layer, generator, common), entry)
    return absorber.items


def made(entry: Setting, layer: Layer, generator: Generator, common: Setting | None = None) -> Item:
    """The object of one generator's entry; `common` are the options of all of them. Raises RenderError."""
    name, namespace = _called(entry, "name"), _called(entry, "namespace")
    if name is None:
        raise entry.error(f"the {generator.kind} has no name", "add `name`")
    options = [one for one in (entry.part("options") if entry.has("options") else None, common) if one is not None]
    build = _Build(generator.step, entry)
    build.set(("apiVersion",), "v1")
    build.set(("kind",), generator.kind)
    build.copy(("metadata", "name"), name)
    if namespace is not None:
        build.copy(("metadata", "namespace"), namespace)
    _add_metadata(build, options)
    if generator is SECRET:
        _add_type(build, entry)
        build.set(("data",), {})
    for pair in pairs_of(entry, layer):
        field, value = _encoded(pair, generator)
        build.derive((field, pair.key), value, pair)
    immutable = next((one.part("immutable") for one in options if one.get("immutable")), None)
    if immutable is not None:
        build.copy(("immutable",), immutable)
    hashed = not any(one.get("disableNameSuffixHash") for one in options)
    return Item(build.data, build.trail, needs_hash=hashed, behavior=entry.get("behavior") or "")


def _called(entry: Setting, key: str) -> Setting | None:
    """Name or namespace of what is made: the entry's own, or that of a plugin configuration's metadata."""
    if entry.get(key):
        return entry.part(key)
    metadata = entry.get("metadata") or {}
    return entry.part("metadata").part(key) if metadata.get(key) else None


class _Build:
    """An object while it is made: data and trail, built in place because nobody else holds them yet."""

    def __init__(self, step: str, entry: Setting) -> None:
        self._step = step
        self.data: dict[str, Any] = {}
        self.trail = Trail(entry.origin, step=step, derived=True, sources=(entry.origin,))

    def set(self, pointer: tuple[str, ...], value: Any) -> None:
        """A value that comes with the generator."""
        self._write(pointer, value, None)

    def copy(self, pointer: tuple[str, ...], setting: Setting) -> None:
        """A value as it was written."""
        self._write(pointer, setting.value, Trail(setting.origin, step=self._step))

    def derive(self, pointer: tuple[str, ...], value: str, pair: Pair) -> None:
        """A value made from a pair."""
        self._write(pointer, value, Trail(pair.sources[0], step=self._step, derived=True, sources=pair.sources))

    def _write(self, pointer: tuple[str, ...], value: Any, trail: Trail | None) -> None:
        data, parent = self.data, self.trail
        for key in pointer[:-1]:
            data = data.setdefault(key, {})
            parent = parent.parts.setdefault(key, parent.part(key))
        data[pointer[-1]] = value
        if trail is not None:
            parent.parts[pointer[-1]] = trail


def _add_metadata(build: _Build, options: list[Setting]) -> None:
    """Labels and annotations; the entry's own win over those of `generatorOptions`."""
    for field in ("labels", "annotations"):
        found: dict[str, Setting] = {}
        for pairs in [option.part(field) for option in reversed(options) if option.has(field)]:
            found.update((key, pairs.part(key)) for key in pairs.value)
        for key in sorted(found):
            build.copy(("metadata", field, key), found[key])


def _add_type(build: _Build, entry: Setting) -> None:
    if entry.get("type"):
        build.copy(("type",), entry.part("type"))
    else:
        build.set(("type",), "Opaque")


def _encoded(pair: Pair, generator: Generator) -> tuple[str, str]:
    """The field that takes a pair, and its value there."""
    if generator is SECRET:
        return "data", _base64(pair.value if isinstance(pair.value, bytes) else pair.value.encode())
    return ("binaryData", _base64(pair.value)) if isinstance(pair.value, bytes) else ("data", pair.value)


def _base64(content: bytes) -> str:
    text = b64encode(content).decode("ascii")
    if len(text) < _LINE:
        return text
    return "".join(f"{text[place : place + _LINE]}\n" for place in range(0, len(text), _LINE))

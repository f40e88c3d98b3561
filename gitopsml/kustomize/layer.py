"""What a step is handed besides the objects: its setting, and the layer (one kustomization) it works for.

::

    Step = (items, setting, layer) -> items

A step is a plain function in `gitopsml/kustomize/steps/`. `items` is never changed in place. `setting` is the part of the
kustomization file that asks for the step (`images:` as a whole, one entry of `labels:`, …), checked: its types are those of
`kustomization.FIELDS`, so a step never checks types again. A step that does nothing to an object returns the same Item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from gitopsml.errors import RenderError
from gitopsml.kustomize.items import Id, Item
from gitopsml.kustomize.shapes import Schemas, Shape
from gitopsml.kustomize.specs import Fields
from gitopsml.model.origin import Origin, Trail
from gitopsml.yamlio import Document

if TYPE_CHECKING:
    from gitopsml.files import Files

Items = list[Item]


class Setting(NamedTuple):
    """A value of a configuration file and where it was written."""

    value: Any
    origin: Origin

    def part(self, key: str | int) -> Setting:
        """The setting below a key that exists (keys are those of `kustomization.FIELDS`, whatever case the file uses)."""
        return Setting(self.value[key], Origin(self.origin.document, (*self.origin.pointer, key)))

    def get(self, key: str, default: Any = None) -> Any:
        """The plain value below a key of a mapping; `default` where it is missing or null."""
        value = self.value.get(key)
        return default if value is None else value

    def has(self, key: str) -> bool:
        """Whether the mapping has a value other than null below the key."""
        return self.value.get(key) is not None

    def parts(self) -> Iterator[Setting]:
        """The settings of a list's elements, in order; none where the value is null."""
        return (self.part(number) for number in range(len(self.value or ())))

    def error(self, what: str, hint: str = "", check: str = "") -> RenderError:
        """An error at the place of this setting (`check`: the id of what reports it); `raise setting.error(…)`."""
        return located(what, self.origin, hint, check=check)


class Note(NamedTuple):
    """A silent no-op: something that the real tool passes without a word. `kind` is kebab-case: "patch-no-match", …"""

    kind: str
    message: str
    origin: Origin


class Renamed(NamedTuple):
    """An object that got another name on the way: its last id, and the names that it had before."""

    id: Id
    former: tuple[str, ...]


class Deleted(NamedTuple):
    """An object that a patch deleted: its last id, and the tombstone that leads to what deleted it."""

    id: Id
    trail: Trail


class Rendered(NamedTuple):
    """What a kustomization became, before the steps that only the outermost one takes.

    `fields` are the field tables it works with (kustomize's own and those of `configurations`); `variables` its `vars` and
    those below; `directories` every directory built on the way (a later cycle must not be missed); `files` every path read;
    `schemas` what an `openapi` on the way decided.
    """

    items: list[Item]
    fields: Fields | None
    variables: tuple[Setting, ...]
    files: frozenset[str]
    directories: frozenset[str]
    notes: tuple[Note, ...]
    warnings: tuple[str, ...]
    deleted: tuple[Deleted, ...]
    schemas: Schemas | None = None


class Options(NamedTuple):
    """How to build. `version` is the kustomize release to equal: (5, 6, 0), (5, 7, 1), (5, 8, 1) or (5, 8, 2)."""

    version: tuple[int, int, int] = (5, 6, 0)
    load_restrictor: str = "rootOnly"  # or "none"


@dataclass(slots=True, eq=False)
class Layer:
    """One kustomization while it is built.

    `kustomization` is the whole file as a Setting (mapping). `fields` are the field tables: the defaults with the
    `configurations` of this layer and of those below. `read` gives a file that an entry of the kustomization names:
    `read(path, setting) -> File`, checked against the load restrictions, errors placed at the setting. `objects(setting)` gives
    the objects of a list of files, directories and texts, as `resources` does. `memo` keeps what steps worked out from immutable
    things (a file, a document) for the other layers of the run. `shape_of(api_version, kind)` says which lists merge how.
    """

    files: Files
    directory: str  # relative to the root of `files`, posix, "." for the root
    kustomization: Setting
    options: Options
    fields: Fields
    read: Callable[[str, Setting], File]
    objects: Callable[[Setting], Items]
    shape_of: Callable[[str, str], Shape | None]
    memo: dict[Any, Any] = field(default_factory=dict)
    tracked: bool = False  # whether items keep what made and changed them
    notes: list[Note] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)

    def setting(self, key: str) -> Setting | None:
        """The setting of a top-level field, or None where it is missing or null."""
        return self.kustomization.part(key) if self.kustomization.has(key) else None

    def note(self, kind: str, message: str, origin: Origin) -> None:
        """Record a silent no-op."""
        self.notes.append(Note(kind, message, origin))


class File(NamedTuple):
    """A file as read: its bytes, and a Document for origins (its `text` decoded, its `data` None, pointers are `("line", n)`)."""

    path: str
    content: bytes
    document: Document


Step = Callable[[Items, Setting, Layer], Items]


def located(what: str, origin: Origin, hint: str = "", *, key: bool = False, check: str = "") -> RenderError:
    """An error at an origin (`key`: at the name of the field), with line and column looked up."""
    from gitopsml.yamlio import locate

    span = locate(origin.document, origin.pointer, key=key)
    return RenderError(what, path=origin.document.path, line=span.line, column=span.column, hint=hint, check=check)

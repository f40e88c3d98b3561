"""Events -> plain data: one document, with budgets, anchors, merge keys, tags and the problems of the text."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from gitopsml.errors import YamlError
from gitopsml.yamlio.document import Dialect, Problem, position
from gitopsml.yamlio.events import ALIAS, MAPPING, MAPPING_END, SCALAR, SEQUENCE, SEQUENCE_END
from gitopsml.yamlio.folded import refolded
from gitopsml.yamlio.quick import MAX_NODES, MAX_SCALAR
from gitopsml.yamlio.scalars import CORE, RESOLVED_TAGS, ScalarError, Typed, ambiguous, key_of, resolve, tagged, value_of
from gitopsml.yamlio.values import KEYS, VALUES, Unusual

MAX_DEPTH = 100
MAX_PROBLEMS = 200  # of a file; the rest of them would say the same

_CORE_TAGS = RESOLVED_TAGS | {CORE + name for name in ("binary", "map", "seq", "merge", "value", "set", "omap", "pairs")}
_WANT_MAP = "a merge key takes a mapping or a list of mappings"


class _Anchored(NamedTuple):
    """What an anchor names, and how many values it stands for; `whole` is false inside itself."""

    value: Any
    weight: int
    whole: bool


class Composer:
    """Composes one document. `nodes` counts its values after the expansion of aliases."""

    def __init__(self, parser: Any, text: str, start: int, path: str, dialect: Dialect) -> None:
        self.get = parser.get_event
        self.text = text
        self.start = start
        self.path = path
        self.dialect = dialect
        self.kustomize = dialect is Dialect.KUSTOMIZE
        self.values = VALUES[dialect]
        self.keys = KEYS[dialect]
        self.escapes = "\\/" in text
        self.anchors: dict[str, _Anchored] = {}
        self.problems: list[Problem] = []
        self.nodes = 0

    def node(self, event: Any, depth: int, *, flow: bool) -> Any:
        """The value that begins with `event`."""
        kind = event.__class__.__name__
        if kind == SCALAR:
            return self.scalar(event, flow=flow)
        if kind == ALIAS:
            return self.alias(event).value
        if depth >= MAX_DEPTH:
            self.fail(event, f"nested deeper than {MAX_DEPTH} levels", "flatten the document")
        before = self.nodes
        self.count(event)
        self.check_tag(event)
        mark = _Anchored(None, 0, whole=False)
        if event.anchor is not None:
            self.anchors[event.anchor] = mark
        compose = self.mapping if kind == MAPPING else self.sequence
        value = compose(depth + 1, flow=event.flow_style)
        if event.anchor is not None and self.anchors[event.anchor] is mark:
            self.anchors[event.anchor] = _Anchored(value, self.nodes - before, whole=True)
        return value

    def sequence(self, depth: int, *, flow: bool) -> list[Any]:
        result: list[Any] = []
        get, node = self.get, self.node
        while (event := get()).__class__.__name__ != SEQUENCE_END:
            result.append(node(event, depth, flow=flow))
        return result

    def mapping(self, depth: int, *, flow: bool) -> dict[str, Any]:
        result: dict[str, Any] = {}
        places: dict[str, int] = {}
        merged: dict[str, Any] = {}
        get, node = self.get, self.node
        while (event := get()).__class__.__name__ != MAPPING_END:
            key = self.key(event, flow=flow)
            self.note_key(key or "<<", event, places)
            if key is None:
                self.merge(result, merged, places, depth, flow=flow)
            else:
                result[key] = node(get(), depth, flow=flow)
        if merged:
            result = {**merged, **result}
        if self.kustomize and "<<" in result:  # kustomize's expansion of anchors drops a quoted merge key
            del result["<<"]
        return result

    def key(self, event: Any, *, flow: bool) -> str | None:
        """The key that stands before the colon; None for a merge key."""
        typed = self.alias_key(event) if event.__class__.__name__ == ALIAS else self.scalar_key(event, flow=flow)
        if typed.kind == "merge":
            return None
        try:
            return key_of(typed, self.dialect)
        except ScalarError as error:
            self.fail(event, error.what, error.hint)

    def scalar_key(self, event: Any, *, flow: bool) -> Typed:
        if event.__class__.__name__ != SCALAR:
            self.fail(event, "a mapping or a list cannot be a key", "quote the key if it is a template")
        typed = self.typed(event, flow=flow)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(self.finite(typed, event), 1, whole=True)
        return typed

    def alias_key(self, event: Any) -> Typed:
        value = self.alias(event).value
        if isinstance(value, (dict, list)):
            self.fail(event, "a mapping or a list cannot be a key", "use text")
        return Typed("str", value) if isinstance(value, str) else resolve("null" if value is None else str(value), self.dialect)

    def note_key(self, key: str, event: Any, places: dict[str, int]) -> None:
        """Remembers where a key stands, and says so when it stands there twice."""
        self.count(event)
        index = self.start + event.start_mark.index
        first = places.setdefault(key, index)
        if first == index:
            return
        if self.kustomize:
            line, _ = position(self.text, first)
            self.fail(event, f"the key `{key[:80]}` is already defined in line {line}", "remove one of the two")
        if len(self.problems) < MAX_PROBLEMS:
            related, _ = position(self.text, first)
            message = f"the key `{key[:80]}` is already defined in line {related}; remove one of the two"
            self.say("duplicate-key", message, event, related)
        places[key] = index

    def merge(self, result: dict[str, Any], merged: dict[str, Any], places: dict[str, int], depth: int, *, flow: bool) -> None:
        """`<<: value`. For kubectl the pairs take effect where they stand; for kustomize explicit keys win."""
        event = self.get()
        for source in self.merge_sources(event, depth, flow=flow):
            if self.kustomize:
                for key, value in source.items():
                    merged.setdefault(key, value)
                continue
            self.note_overridden(source, result, places, event)
            result.update(source)

    def merge_sources(self, event: Any, depth: int, *, flow: bool) -> list[dict[str, Any]]:
        """The mappings of a merge, in the order of application: later ones win for kubectl, earlier ones for kustomize."""
        if event.__class__.__name__ == ALIAS and self.kustomize and not self.anchored(event).whole:
            return []  # kustomize ignores a mapping that merges itself
        value = self.node(event, depth, flow=flow)
        if isinstance(value, dict):
            return [value]
        if event.__class__.__name__ != SEQUENCE or not all(isinstance(part, dict) for part in value):
            self.fail(event, _WANT_MAP, "give it an alias of a mapping")
        sources: list[dict[str, Any]] = value if self.kustomize else value[::-1]
        return sources

    def note_overridden(self, source: dict[str, Any], result: dict[str, Any], places: dict[str, int], event: Any) -> None:
        for key, value in source.items():
            if key in places and key in result and result[key] != value:
                related, _ = position(self.text, places[key])
                message = f"kubectl takes `{key}` from this merge and kustomize from line {related}; put the merge first"
                self.say("ambiguous-merge", message, event, related)

    def scalar(self, event: Any, *, flow: bool) -> Any:
        self.count(event)
        if not flow and not event.style and event.tag is None and event.anchor is None and len(event.value) < MAX_SCALAR:
            try:
                return self.values[event.value]
            except Unusual:
                pass  # the long way knows why
        typed = self.typed(event, flow=flow)
        value = self.finite(typed, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(value, 1, whole=True)
        return value

    def finite(self, typed: Typed, event: Any) -> Any:
        try:
            return value_of(typed)
        except ScalarError as error:
            self.fail(event, f"`{event.value[:80]}`: {error.what}", error.hint)

    def typed(self, event: Any, *, flow: bool) -> Typed:
        text, tag = event.value, event.tag
        if len(text) > MAX_SCALAR:
            self.fail(event, f"a value of more than {MAX_SCALAR // 1024 // 1024} MiB", "split it")
        if event.style == '"' and self.escapes:
            self.check_escapes(event)
        try:
            if tag is None or (tag == "!" and self.kustomize):
                return self.untagged(event, text, flow=flow)
            if tag == "!":
                return Typed("str", text)
            self.check_tag(event)
            return tagged(text, tag, self.dialect)
        except ScalarError as error:
            self.fail(event, error.what, error.hint)

    def untagged(self, event: Any, text: str, *, flow: bool) -> Typed:
        if event.style:
            return Typed("str", refolded(text) if event.style == ">" and self.kustomize else text)
        if flow and not text and self.kustomize:
            return Typed("str", "")  # kustomize writes flow collections again before it reads them as JSON: nothing becomes ''
        if flow and "?" in text:
            self.fail(event, "did not find expected `,` or the closing bracket before `?`", "quote the text")  # libyaml takes it
        typed = resolve(text, self.dialect)
        if ambiguous(text):
            kubectl, kustomize = _meaning(text, Dialect.API), _meaning(text, Dialect.KUSTOMIZE)
            message = f"`{text}` is {kubectl} for kubectl and {kustomize} for kustomize; quote it"
            self.say("ambiguous-scalar", message, event)
        return typed

    def alias(self, event: Any) -> _Anchored:
        found = self.anchored(event)
        if not found.whole:
            self.fail(event, f"the anchor `{event.anchor}` holds itself", "write the value out")
        self.count(event, found.weight)
        return found

    def anchored(self, event: Any) -> _Anchored:
        found = self.anchors.get(event.anchor)
        if found is None:
            self.fail(event, f"unknown anchor `{event.anchor}`", "write the value, or the anchor before it")
        return found

    def check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _CORE_TAGS and event.tag != "!":
            self.say("unknown-tag", f"the tag `{event.tag[:80]}` means nothing here and is dropped; remove it", event)

    def check_escapes(self, event: Any) -> None:
        """The JSON escape of a slash: libyaml takes it, Go's readers do not."""
        source = self.text[self.start + event.start_mark.index : self.start + event.end_mark.index]
        if "\\/" in source.replace("\\\\", ""):
            self.fail(event, "unknown escape character in double quotes: `\\/`", "write `/`")

    def say(self, kind: str, message: str, event: Any, related: int = 0) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            line, column = position(self.text, self.start + event.start_mark.index)
            self.problems.append(Problem(kind, message, line, column, related))

    def count(self, event: Any, weight: int = 1) -> None:
        self.nodes += weight
        if self.nodes > MAX_NODES:
            hint = "write fewer aliases" if self.anchors else "split the document"
            self.fail(event, f"more than {MAX_NODES:,} values after alias expansion", hint)

    def fail(self, event: Any, what: str, hint: str) -> NoReturn:
        line, column = position(self.text, self.start + event.start_mark.index)
        raise YamlError(what, path=self.path, line=line, column=column, hint=hint)


def _meaning(text: str, dialect: Dialect) -> str:
    try:
        value = value_of(resolve(text, dialect))
    except ScalarError:
        return "an error"
    return "true" if value is True else "false" if value is False else f'the text "{value}"'

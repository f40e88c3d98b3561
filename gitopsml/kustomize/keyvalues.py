"""The key-value pairs of a generator: literals, env files, files, each with its place (facts: kustomize §6, “Generators”)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from gitopsml.kustomize.layer import File, Layer, Setting
from gitopsml.model.origin import Origin

_BOM: Final = "\ufeff"
_LONGEST: Final = 64 * 1024
_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)


class Pair(NamedTuple):
    """A key with its value (text, or bytes that are not UTF-8) and what it was made from."""

    key: str
    value: str | bytes
    sources: tuple[Origin, ...]


def pairs_of(setting: Setting, layer: Layer) -> list[Pair]:
    """The pairs of a generator's entry, sorted by key. Raises RenderError for a key that is there twice."""
    pairs: dict[str, Pair] = {}
    for pair, entry in _pairs(setting, layer):
        if pair.key in pairs:
            raise entry.error(f"the key {pair.key} is there already", "keep one of the two")
        pairs[pair.key] = pair
    return [pairs[key] for key in sorted(pairs)]


def _pairs(setting: Setting, layer: Layer) -> Iterator[tuple[Pair, Setting]]:
    """In kustomize's order: env files, literals, files."""
    for entry in _entries(setting, "envs"):
        yield from ((pair, entry) for pair in _env(entry, layer))
    if setting.get("env"):
        yield from ((pair, setting.part("env")) for pair in _env(setting.part("env"), layer))
    for entry in _entries(setting, "literals"):
        yield _literal(entry), entry
    for entry in _entries(setting, "files"):
        yield _file(entry, layer), entry


def _entries(setting: Setting, key: str) -> Iterator[Setting]:
    return setting.part(key).parts() if setting.has(key) else iter(())


def _literal(entry: Setting) -> Pair:
    key, equals, value = (entry.value or "").partition("=")
    if not equals or not key:
        raise entry.error(f"{entry.value!r} is not a literal", "write key=value")
    return Pair(key, unquoted(value), (entry.origin,))


def unquoted(text: str) -> str:
    """The text without one pair of quotes around it."""
    quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if quoted else text


def _file(entry: Setting, layer: Layer) -> Pair:
    key, path = file_source(entry)
    file = layer.read(path, entry)
    line = Origin(file.document, ("line", 1))
    try:
        return Pair(key, file.content.decode("utf-8"), (line, entry.origin))
    except UnicodeDecodeError:
        return Pair(key, file.content, (line, entry.origin))


def file_source(entry: Setting) -> tuple[str, str]:
    """`[key=]path` -> key, path; the key is the file's name where none is written. Raises RenderError."""
    source = entry.value or ""
    left, equals, right = source.partition("=")
    if not equals:
        return source.rstrip("/").rpartition("/")[2] or source, source
    if "=" in right:
        raise entry.error(f"{source!r} has more than one `=`", "write key=path, without `=` in either")
    if not left or not right:
        raise entry.error(f"{source!r} lacks its {'path' if left else 'key'}", "write key=path, or the path alone")
    return left, right


def _env(entry: Setting, layer: Layer) -> list[Pair]:
    file = layer.read(entry.value or "", entry)
    key = ("env", file.path)
    if key not in layer.memo:
        layer.memo[key] = list(env_lines(file, entry)), _first_long(file)
    pairs: list[Pair]
    pairs, long = layer.memo[key]
    if long:
        what = f"{file.path} is read up to line {long - 1} only: a line is longer than 64 KiB"
        layer.note("env-line-too-long", what, Origin(file.document, ("line", long)))
    return pairs


def env_lines(file: File, entry: Setting) -> Iterator[Pair]:
    """The pairs of an env file: `KEY=value` lines, quotes kept; blank and `#` lines are skipped, `KEY` alone is empty.

    A line that is longer than kustomize reads ends the file, as it does there. Raises RenderError where one is not UTF-8.
    """
    for number, raw in enumerate(_lines(file.content), 1):
        if len(raw) >= _LONGEST:
            return
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise entry.error(f"line {number} of {file.path} is not UTF-8", "save the file as UTF-8") from None
        key, _, value = (line.removeprefix(_BOM) if number == 1 else line).lstrip(_SPACE).partition("=")
        if key and not key.startswith("#"):
            yield Pair(key, value, (Origin(file.document, ("line", number)),))


def _first_long(file: File) -> int:
    """The number of the first line that is too long, 0 where none is."""
    return next((number for number, raw in enumerate(_lines(file.content), 1) if len(raw) >= _LONGEST), 0)


def _lines(content: bytes) -> list[bytes]:
    """Lines end with a line feed; one carriage return before it goes too."""
    lines = content.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines]

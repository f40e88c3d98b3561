"""The string extension: searching, cutting, splitting, joining. Positions count code points."""

from __future__ import annotations

from typing import Any, Final

from gitopsml.cel.cost import joined
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.values import AnyList, type_name
from gitopsml.cel.work import spend

# what Go's unicode.IsSpace accepts; Python's strip() would also take the separators U+001C to U+001F
_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_LOWER: Final = {code: code + 32 for code in range(65, 91)}
_UPPER: Final = {code: code - 32 for code in range(97, 123)}


def out_of_range(index: int) -> EvaluationError:
    """The error of a position that a text does not have."""
    return EvaluationError(f"index out of range: {index}")


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise out_of_range(index)
    return text[index : index + 1]


def _index_of(text: str, part: str, offset: int = 0) -> int:
    if offset < 0:
        raise out_of_range(offset)
    if part == "":
        return min(offset, len(text))
    return text.find(part, offset)


def _last_index_of(text: str, part: str) -> int:
    return text.rfind(part)


def _last_index_of_from(text: str, part: str, offset: int) -> int:
    if offset < 0:
        raise out_of_range(offset)
    if part == "":
        return min(offset, len(text))
    return -1 if offset >= len(text) else text.rfind(part, 0, offset + len(part))


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    found = (len(text) + 1 if old == "" else text.count(old)) if len(new) > len(old) else 0
    spend(len(text) + len(new) * (found if count < 0 else min(found, count)))
    return text.replace(old, new, count if count >= 0 else -1)


def _split(text: str, separator: str, count: int = -1) -> list[str]:
    spend(10 * (text.count(separator) if separator else len(text)))
    if count == 0:
        return []
    if separator:
        return text.split(separator, count - 1 if count > 0 else -1)
    characters = list(text)
    if 0 < count < len(characters):
        return [*characters[: count - 1], "".join(characters[count - 1 :])]
    return characters


def _substring(text: str, start: int) -> str:
    if not 0 <= start <= len(text):
        raise out_of_range(start)
    return text[start:]


def _substring_range(text: str, start: int, end: int) -> str:
    if start > end:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    for index in (start, end):
        if not 0 <= index <= len(text):
            raise out_of_range(index)
    return text[start:end]


def _join(values: AnyList, separator: str = "") -> str:
    total = 0
    parts: list[str] = []
    for value in values:
        if type(value) is not str:
            raise EvaluationError(f"join: invalid input: {show(value)}")
        total += len(value) + len(separator)
        if total > 100_000:
            spend(len(value) + len(separator))
        parts.append(value)
    return separator.join(parts)


def show(value: Any) -> str:
    """A value in an error message."""
    return str(value) if isinstance(value, int | str) else type_name(value)


ROWS = (
    Row("charAt", "string_char_at_int", "string.(int) -> string", _char_at),
    Row("indexOf", "string_index_of_string", "string.(string) -> int", _index_of),
    Row("indexOf", "string_index_of_string_int", "string.(string, int) -> int", _index_of),
    Row("lastIndexOf", "string_last_index_of_string", "string.(string) -> int", _last_index_of),
    Row("lastIndexOf", "string_last_index_of_string_int", "string.(string, int) -> int", _last_index_of_from),
    Row("lowerAscii", "string_lower_ascii", "string.() -> string", lambda text: text.translate(_LOWER)),
    Row("upperAscii", "string_upper_ascii", "string.() -> string", lambda text: text.translate(_UPPER)),
    Row("replace", "string_replace_string_string", "string.(string, string) -> string", _replace),
    Row("replace", "string_replace_string_string_int", "string.(string, string, int) -> string", _replace),
    Row("split", "string_split_string", "string.(string) -> list(string)", _split),
    Row("split", "string_split_string_int", "string.(string, int) -> list(string)", _split),
    Row("substring", "string_substring_int", "string.(int) -> string", _substring),
    Row("substring", "string_substring_int_int", "string.(int, int) -> string", _substring_range),
    Row("trim", "string_trim", "string.() -> string", lambda text: text.strip(_SPACE)),
    Row("join", "list_join", "list(string).() -> string", _join, None, joined),
    Row("join", "list_join_string", "list(string).(string) -> string", _join, None, joined),
)

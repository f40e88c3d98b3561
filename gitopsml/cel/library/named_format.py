"""Kubernetes' named formats: `format.dns1123Label().validate(text)` gives the problems, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from gitopsml.cel import clock, urls
from gitopsml.cel.cost import size, tenth
from gitopsml.cel.functions import Row
from gitopsml.cel.values import NONE, Optional

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_QUALIFIED})?"
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\Z", re.IGNORECASE)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=|[A-Za-z0-9+\\/]{4})\Z")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))\Z")
_ALPHANUMERIC = "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"


class Format(NamedTuple):
    """A format: its name, its test (text -> problems), and the size of the pattern that costs are computed from."""

    name: str
    problems: Callable[[str], list[str]]
    pattern_size: int

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "kubernetes.NamedFormat"

    def __str__(self) -> str:
        return self.name


def _explained(message: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{pattern}')"


def _too_long(text: str, limit: int) -> list[str]:
    return [f"must be no more than {limit} bytes"] if len(text.encode("utf-8", "surrogatepass")) > limit else []


def _label(text: str) -> list[str]:
    problems = _too_long(text, 63)
    if re.fullmatch(_LABEL, text):
        return problems
    if re.fullmatch(_SUBDOMAIN, text):
        return [*problems, "must not contain dots"]
    message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    message += "and must start and end with an alphanumeric character"
    return [*problems, _explained(message, _LABEL, "my-name", "123-abc")]


def _subdomain(text: str) -> list[str]:
    problems = _too_long(text, 253)
    if re.fullmatch(_SUBDOMAIN, text):
        return problems
    message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    message += "and must start and end with an alphanumeric character"
    return [*problems, _explained(message, _SUBDOMAIN, "example.com")]


def _label_1035(text: str) -> list[str]:
    problems = _too_long(text, 63)
    if re.fullmatch(_LABEL_1035, text):
        return problems
    message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    message += "start with an alphabetic character, and end with an alphanumeric character"
    return [*problems, _explained(message, _LABEL_1035, "my-name", "abc-123")]


def _prefix(test: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """A name that something is still appended to may end with a dash."""
    return lambda text: test(text[:-2] + "a" if len(text) > 1 and text.endswith("-") else text)


def _qualified(text: str) -> list[str]:
    explained = _explained(f"must consist of {_ALPHANUMERIC}", _QUALIFIED, "MyName", "my.name", "123-abc")
    parts = text.split("/")
    if len(parts) > 2:
        return [f"a qualified name {explained} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
    problems: list[str] = []
    if len(parts) == 2:
        found = _subdomain(parts[0]) if parts[0] else ["must be non-empty"]
        problems += [f"prefix part {problem}" for problem in found]
    name = parts[-1]
    found = _too_long(name, 63) if name else ["must be non-empty"]
    if not re.fullmatch(_QUALIFIED, name):
        found.append(explained)
    return problems + [f"name part {problem}" for problem in found]


def _label_value(text: str) -> list[str]:
    problems = _too_long(text, 63)
    if re.fullmatch(_VALUE, text):
        return problems
    message = f"a valid label must be an empty string or consist of {_ALPHANUMERIC}"
    return [*problems, _explained(message, _VALUE, "MyValue", "my_value", "12345")]


def _uri(text: str) -> list[str]:
    try:
        urls.parse(text)
    except ValueError as error:
        return [str(error)]
    return []


def _is_date(text: str) -> bool:
    return len(text) == 10 and clock.parse_timestamp(f"{text}T00:00:00Z") is not None


def _is_datetime(text: str) -> bool:
    day, _, time = text.lower().partition("t")
    match = _CLOCK.match(time.partition("t")[0])
    return _is_date(day) and match is not None and match[1] <= "23" and match[2] <= "59" and match[3] <= "59"


def _unless(valid: Callable[[str], Any], problem: str) -> Callable[[str], list[str]]:
    return lambda text: [] if valid(text) else [problem]


FORMATS: Final = {
    "dns1123Label": Format("DNS1123Label", _label, 30),
    "dns1123Subdomain": Format("DNS1123Subdomain", _subdomain, 60),
    "dns1035Label": Format("DNS1035Label", _label_1035, 30),
    "qualifiedName": Format("QualifiedName", _qualified, 60),
    "dns1123LabelPrefix": Format("DNS1123LabelPrefix", _prefix(_label), 30),
    "dns1123SubdomainPrefix": Format("DNS1123SubdomainPrefix", _prefix(_subdomain), 60),
    "dns1035LabelPrefix": Format("DNS1035LabelPrefix", _prefix(_label_1035), 30),
    "labelValue": Format("LabelValue", _label_value, 40),
    "uri": Format("URI", _uri, 1103),
    "uuid": Format("uuid", _unless(_UUID.match, "does not match the UUID format"), 74),
    "byte": Format("byte", _unless(_BASE64.match, "invalid base64"), 84),
    "date": Format("date", _unless(_is_date, "invalid date"), 75),
    "datetime": Format("datetime", _unless(_is_datetime, "invalid datetime"), 75),
}


def _validate(named: Format, text: str) -> Optional:
    problems = named.problems(text)
    return Optional(problems) if problems else NONE


def _named(name: str) -> Optional:
    return Optional(FORMATS[name]) if name in FORMATS else NONE


def _cost(*args: Any) -> int:
    pattern = args[0].pattern_size if isinstance(args[0], Format) else 1
    return tenth(1 + size(args[1])) * -(-pattern // 4)


def _constants() -> Iterator[Row]:
    for name, constant in FORMATS.items():
        yield Row(f"format.{name}", f"format.{name}", "() -> kubernetes.NamedFormat", lambda constant=constant: constant)


ROWS = (
    *_constants(),
    Row("validate", "format-validate", "kubernetes.NamedFormat.(string) -> optional_type(list(string))", _validate, _cost),
    Row("format.named", "format-named", "(string) -> optional_type(kubernetes.NamedFormat)", _named),
)

"""Kubernetes' functions on URLs."""

from __future__ import annotations

from gitopsml.cel import urls
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row


def _read(text: str) -> urls.URL:
    try:
        return urls.parse(text)
    except ValueError as error:
        raise EvaluationError(f"URL parse error during conversion from string: {error}") from None


def _is_url(text: str) -> bool:
    try:
        urls.parse(text)
    except ValueError:
        return False
    return True


_U = "kubernetes.URL"
ROWS = (
    Row("url", "string_to_url", f"(string) -> {_U}", _read),
    Row("getScheme", "url_get_scheme", f"{_U}.() -> string", lambda url: url.scheme),
    Row("getHost", "url_get_host", f"{_U}.() -> string", lambda url: url.host),
    Row("getHostname", "url_get_hostname", f"{_U}.() -> string", urls.hostname),
    Row("getPort", "url_get_port", f"{_U}.() -> string", urls.port),
    Row("getEscapedPath", "url_get_escaped_path", f"{_U}.() -> string", urls.escaped_path),
    Row("getQuery", "url_get_query", f"{_U}.() -> map(string, list(string))", urls.query),
    Row("isURL", "is_url_string", "(string) -> bool", _is_url),
)

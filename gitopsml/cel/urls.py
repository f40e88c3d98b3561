"""URLs as Go's net/url reads them: the forms that an HTTP request may carry."""

from __future__ import annotations

import re
from typing import NamedTuple

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*\Z")
_HOST_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>\"%\x80-\U0010ffff]*\Z")
_PATH_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~$&+,/:;=@")
_PATH_AS_WRITTEN = re.compile(r"(?:[A-Za-z0-9\-_.~!$&'()*+,;=:@\[\]/]|%[0-9A-Fa-f]{2})*\Z")


class URL(NamedTuple):
    """The parts of a URL; `path` is as it was written."""

    text: str
    scheme: str
    host: str
    path: str
    query: str

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "kubernetes.URL"

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> URL:
    """A URL with a scheme, or an absolute path. Raises ValueError with Go's message."""
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        raise _error(text, "net/url: invalid control character in URL")
    if not text:
        raise _error(text, "empty url")
    if text == "*":
        return URL(text, "", "", "*", "")
    if text.startswith(":"):
        raise _error(text, "missing protocol scheme")
    scheme, rest = _scheme(text)
    rest, _, query = rest.partition("?")
    if not rest.startswith("/"):
        if scheme:
            return URL(text, scheme, "", "", query)  # an opaque URL such as mailto:a@b
        raise _error(text, "invalid URI for request")
    host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        host, rest = _host(text, authority), slash + path
    _check_escapes(text, rest)
    return URL(text, scheme, host, rest, query)


def _error(text: str, message: str) -> ValueError:
    return ValueError(f'parse "{text}": {message}')


def _scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match:
        return match.group(1).lower(), text[match.end() :]
    head = text.partition("/")[0].partition("?")[0]
    if ":" in head and not text.startswith("/"):
        raise _error(text, "first path segment in URL cannot contain colon")
    return "", text


def _check_escapes(text: str, part: str) -> None:
    bad = _BAD_ESCAPE.search(part)
    if bad:
        raise _error(text, f'invalid URL escape "{bad.group()}"')


def _host(text: str, authority: str) -> str:
    userinfo, at, host = authority.rpartition("@")
    if at and not _USERINFO.match(userinfo):
        raise _error(text, "net/url: invalid userinfo")
    port = host
    if host.startswith("["):
        end = host.rfind("]")
        if end < 0:
            raise _error(text, "missing ']' in host")
        port = host[end + 1 :]
    elif ":" in host:
        port = host[host.rindex(":") :]
    else:
        port = ""
    if port and not (port[0] == ":" and (port[1:] == "" or (port[1:].isascii() and port[1:].isdigit()))):
        raise _error(text, f'invalid port "{port}" after host')
    return _unescaped_host(text, host)


def _unescaped_host(text: str, host: str) -> str:
    zone = host.find("%25") if host.startswith("[") else -1
    head = host if zone < 0 else host[:zone]
    bad = _BAD_ESCAPE.search(host) or next((m for m in re.finditer("%[0-7][0-9A-Fa-f]", head)), None)
    if bad:
        raise _error(text, f'invalid URL escape "{bad.group()}"')
    if not _HOST_CHARACTERS.match(head):
        wrong = next(char for char in head if not _HOST_CHARACTERS.match(char))
        raise _error(text, f'invalid character "{wrong}" in host name')
    return unescape(host)


def unescape(text: str, *, plus: bool = False) -> str:
    """`%20` -> a space, and `+` too in queries."""
    raw = text.encode("utf-8", "surrogatepass")
    if plus:
        raw = raw.replace(b"+", b" ")
    return _ESCAPE.sub(lambda match: bytes([int(match.group(1), 16)]), raw).decode("utf-8", "replace")


def hostname(url: URL) -> str:
    """The host without its port and brackets."""
    host = _without_port(url.host)
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def port(url: URL) -> str:
    """The port, or an empty text."""
    return url.host[len(_without_port(url.host)) :].removeprefix(":")


def _without_port(host: str) -> str:
    head, colon, tail = host.rpartition(":")
    return head if colon and (tail == "" or tail.isdigit()) and not (host.startswith("[") and "]" in tail) else host


def escaped_path(url: URL) -> str:
    """The path, escaped: as it was written where that is a valid escaping."""
    if url.path == "*" or _PATH_AS_WRITTEN.match(url.path):
        return url.path
    raw = unescape(url.path).encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _PATH_PLAIN else f"%{byte:02X}" for byte in raw)


def query(url: URL) -> dict[str, list[str]]:
    """The parameters, with all values of each; parts that cannot be read are left out, as Go does."""
    found: dict[str, list[str]] = {}
    for part in url.query.split("&"):
        if not part or ";" in part or _BAD_ESCAPE.search(part):
            continue
        key, _, value = part.partition("=")
        found.setdefault(unescape(key, plus=True), []).append(unescape(value, plus=True))
    return found

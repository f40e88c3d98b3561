"""Kubernetes' functions on IP addresses."""

from __future__ import annotations

from collections.abc import Iterator

from gitopsml.cel.addresses import IP, is_v4_mapped, parse_ip, properties
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row


def read_ip(text: str) -> IP:
    """An address without a zone that is no IPv4 address in disguise. Raises EvaluationError."""
    try:
        ip = parse_ip(text)
    except ValueError as error:
        raise EvaluationError(f'IP Address "{text}" parse error during conversion from string: {error}') from None
    if ip.zone:
        raise EvaluationError(f'IP address "{text}" with zone value is not allowed')
    if is_v4_mapped(ip):
        raise EvaluationError(f'IPv4-mapped IPv6 address "{text}" is not allowed')
    return ip


def _is_ip(text: str) -> bool:
    try:
        read_ip(text)
    except EvaluationError:
        return False
    return True


def _properties() -> Iterator[Row]:
    ids = {
        "isUnspecified": "unspecified", "isLoopback": "loopback", "isLinkLocalMulticast": "link_local_multicast",
        "isLinkLocalUnicast": "link_local_unicast", "isGlobalUnicast": "global_unicast",
    }  # fmt: skip
    for name, suffix in ids.items():
        yield Row(name, f"ip_is_{suffix}", "net.IP.() -> bool", lambda ip, name=name: bool(properties(ip)[name]))


ROWS = (
    Row("ip", "string_to_ip", "(string) -> net.IP", read_ip),
    Row("family", "ip_family", "net.IP.() -> int", lambda ip: 4 if ip.bits == 32 else 6),
    Row("ip.isCanonical", "ip_is_canonical", "(string) -> bool", lambda text: str(read_ip(text)) == text),
    *_properties(),
    Row("isIP", "is_ip", "(string) -> bool", _is_ip),
    Row("string", "ip_to_string", "(net.IP) -> string", str),
)

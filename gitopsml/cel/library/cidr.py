"""Kubernetes' functions on networks."""

from __future__ import annotations

from typing import Any

from gitopsml.cel.addresses import CIDR, IP, is_v4_mapped, parse_cidr
from gitopsml.cel.cost import size, tenth
from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row
from gitopsml.cel.library.ip import read_ip

_CONVERSION = "network address parse error during conversion from string: "


def _read(text: str) -> CIDR:
    try:
        cidr = parse_cidr(text)
    except ValueError as error:
        raise EvaluationError(f"{_CONVERSION}{_CONVERSION}{error}") from None
    if is_v4_mapped(cidr.ip):
        raise EvaluationError(f'{_CONVERSION}IPv4-mapped IPv6 address "{text}" is not allowed')
    return cidr


def _is_cidr(text: str) -> bool:
    try:
        _read(text)
    except EvaluationError:
        return False
    return True


def _contains_text(cidr: CIDR, text: str) -> bool:
    return cidr.contains(read_ip(text))


def _covers_text(cidr: CIDR, text: str) -> bool:
    return cidr.covers(_read(text))


def _contains(cidr: CIDR, ip: IP) -> bool:
    return cidr.contains(ip)


def _covers(cidr: CIDR, other: CIDR) -> bool:
    return cidr.covers(other)


def _ip_cost(*args: Any) -> int:
    """Two walks over the prefix; one over the text where it must be read first."""
    return tenth(2 * size(args[0])) + (tenth(len(args[1])) if isinstance(args[1], str) else 0)


def _cidr_cost(*args: Any) -> int:
    return _ip_cost(*args) + tenth(size(args[0])) + 1


def _nominal(*_: Any) -> int:
    return 1


ROWS = (
    Row("cidr", "string_to_cidr", "(string) -> net.CIDR", _read),
    Row("containsIP", "cidr_contains_ip_string", "net.CIDR.(string) -> bool", _contains_text, _ip_cost),
    Row("containsIP", "cidr_contains_ip_ip", "net.CIDR.(net.IP) -> bool", _contains, _ip_cost),
    Row("containsCIDR", "cidr_contains_cidr_string", "net.CIDR.(string) -> bool", _covers_text, _cidr_cost),
    Row("containsCIDR", "cidr_contains_cidr", "net.CIDR.(net.CIDR) -> bool", _covers, _cidr_cost),
    Row("ip", "cidr_ip", "net.CIDR.() -> net.IP", lambda cidr: cidr.ip, _nominal),
    Row("prefixLength", "cidr_prefix_length", "net.CIDR.() -> int", lambda cidr: cidr.length),
    Row("masked", "cidr_masked", "net.CIDR.() -> net.CIDR", CIDR.masked),
    Row("isCIDR", "is_cidr", "(string) -> bool", _is_cidr),
    Row("string", "cidr_to_string", "(net.CIDR) -> string", str),
)

"""IP addresses and networks: text <-> numbers, with the messages of Go's net/netip."""

from __future__ import annotations

from typing import Any, NamedTuple


class IP(NamedTuple):
    """An address: 32 or 128 bits, as a number."""

    number: int
    bits: int
    zone: str = ""

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "net.IP"

    @property
    def cost_size(self) -> int:
        """Its size in bytes, for costs."""
        return self.bits // 8

    def __str__(self) -> str:
        text = show_v4(self.number) if self.bits == 32 else _show_v6(self.number)
        return f"{text}%{self.zone}" if self.zone else text


class CIDR(NamedTuple):
    """A network: an address, not masked, and the length of its prefix."""

    ip: IP
    length: int

    @property
    def cel_type(self) -> str:
        """The type's name."""
        return "net.CIDR"

    @property
    def cost_size(self) -> int:
        """The size of the prefix in bytes, for costs."""
        return -(-self.length // 8)

    @property
    def mask(self) -> int:
        """The bits of the prefix."""
        return ((1 << self.length) - 1) << (self.ip.bits - self.length)

    def __str__(self) -> str:
        return f"{self.ip}/{self.length}"

    def masked(self) -> CIDR:
        """The same network, the bits of hosts cleared."""
        return CIDR(self.ip._replace(number=self.ip.number & self.mask), self.length)

    def contains(self, other: IP) -> bool:
        """Whether an address is in this network."""
        return other.bits == self.ip.bits and not other.zone and (other.number ^ self.ip.number) & self.mask == 0

    def covers(self, other: CIDR) -> bool:
        """Whether a network lies within this one."""
        return self.length <= other.length and self.contains(other.ip)


def parse_ip(text: str) -> IP:
    """An address, perhaps with a zone. Raises ValueError with Go's message."""
    for char in text:
        if char == ".":
            return IP(parse_v4(text, text), 32)
        if char == ":":
            return _parse_v6(text)
        if char == "%":
            raise _error(text, "missing IPv6 address")
    raise _error(text, "unable to parse IP")


def is_v4_mapped(ip: IP) -> bool:
    """Whether an IPv6 address stands for an IPv4 address: `::ffff:1.2.3.4`."""
    return ip.bits == 128 and ip.number >> 32 == 0xFFFF


def parse_cidr(text: str) -> CIDR:
    """`10.0.0.0/8`. Raises ValueError with Go's message."""
    address, slash, length = text.rpartition("/")
    if not slash:
        raise _prefix_error(text, "no '/'")
    try:
        ip = parse_ip(address)
    except ValueError as error:
        raise _prefix_error(text, str(error)) from None
    if ip.zone:
        raise _prefix_error(text, "IPv6 zones cannot be present in a prefix")
    if not (length.isascii() and length.isdigit()) or (len(length) > 1 and length[0] == "0"):
        raise _prefix_error(text, f"bad bits after slash: {_quoted(length)}")
    if len(length) > 3 or int(length) > ip.bits:
        raise _prefix_error(text, "prefix length out of range")
    return CIDR(ip, int(length))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _error(text: str, message: str, at: str = "") -> ValueError:
    place = f" (at {_quoted(at)})" if at else ""
    return ValueError(f"ParseAddr({_quoted(text)}): {message}{place}")


def _prefix_error(text: str, message: str) -> ValueError:
    return ValueError(f"netip.ParsePrefix({_quoted(text)}): {message}")


def parse_v4(text: str, whole: str) -> int:
    """Four numbers -> 32 bits; `whole` is the text that a message shows."""
    fields: list[int] = []
    value, digits = 0, 0
    for at, char in enumerate(text):
        if char in "0123456789":
            if digits == 1 and value == 0:
                raise _error(whole, "IPv4 field has octet with leading zero")
            value, digits = value * 10 + int(char), digits + 1
            if value > 255:
                raise _error(whole, "IPv4 field has value >255")
        elif char == ".":
            if at in {0, len(text) - 1} or text[at - 1] == ".":
                raise _error(whole, "IPv4 field must have at least one digit", text[at:])
            if len(fields) == 3:
                raise _error(whole, "IPv4 address too long")
            fields.append(value)
            value, digits = 0, 0
        else:
            raise _error(whole, "unexpected character", text[at:])
    if len(fields) < 3:
        raise _error(whole, "IPv4 address too short")
    return (fields[0] << 24) | (fields[1] << 16) | (fields[2] << 8) | value


def _parse_v6(text: str) -> IP:
    rest, percent, zone = text.partition("%")
    if percent and not zone:
        raise _error(text, "zone must be a non-empty string")
    fields: list[int] = []
    gap: int | None = None
    if rest.startswith("::"):
        gap, rest = 0, rest[2:]
    while rest and len(fields) < 8:
        if "." in rest and ":" not in rest:
            fields += _embedded(text, rest, fields, gap)
            rest = ""
            break
        rest, value = _field(text, rest)
        fields.append(value)
        if rest.startswith("::"):
            if gap is not None:
                raise _error(text, "multiple :: in address", rest[1:])
            gap, rest = len(fields), rest[2:]
        elif rest:
            rest = _after_colon(text, rest)
    if rest:
        raise _error(text, "trailing garbage after address", rest)
    return IP(_fill(text, fields, gap), 128, zone)


def _field(text: str, rest: str) -> tuple[str, int]:
    end = 0
    while end < len(rest) and rest[end] in "0123456789abcdefABCDEF":
        end += 1
        if end > 4:
            raise _error(text, "each group must have 4 or less digits", rest)
    if end == 0:
        raise _error(text, "each colon-separated field must have at least one digit", rest)
    return rest[end:], int(rest[:end], 16)


def _after_colon(text: str, rest: str) -> str:
    if rest[0] != ":":
        raise _error(text, "unexpected character, want colon", rest)
    if len(rest) == 1:
        raise _error(text, "colon must be followed by more characters", rest)
    return rest[1:]


def _embedded(text: str, rest: str, fields: list[int], gap: int | None) -> list[int]:
    if gap is None and len(fields) != 6:
        raise _error(text, "embedded IPv4 address must replace the final 2 fields of the address", rest)
    if len(fields) > 6:
        raise _error(text, "too many hex fields to fit an embedded IPv4 at the end of the address", rest)
    number = parse_v4(rest, text)
    return [number >> 16, number & 0xFFFF]


def _fill(text: str, fields: list[int], gap: int | None) -> int:
    if len(fields) < 8:
        if gap is None:
            raise _error(text, "address string too short")
        fields = fields[:gap] + [0] * (8 - len(fields)) + fields[gap:]
    elif gap is not None:
        raise _error(text, "the :: must expand to at least one field of zeros")
    number = 0
    for field in fields:
        number = (number << 16) | field
    return number


def show_v4(number: int) -> str:
    """`10.0.0.1`."""
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def _show_v6(number: int) -> str:
    if number >> 32 == 0xFFFF:
        return f"::ffff:{show_v4(number & 0xFFFFFFFF)}"
    fields = [number >> shift & 0xFFFF for shift in range(112, -1, -16)]
    start, length = _zeros(fields)
    texts = [f"{field:x}" for field in fields]
    if length < 2:
        return ":".join(texts)
    return f"{':'.join(texts[:start])}::{':'.join(texts[start + length :])}"


def _zeros(fields: list[int]) -> tuple[int, int]:
    """The first longest run of zero fields."""
    best, at = (0, 0), 0
    while at < 8:
        end = at
        while end < 8 and fields[end] == 0:
            end += 1
        if end - at > best[1]:
            best = at, end - at
        at = end + 1
    return best


def properties(ip: IP) -> dict[str, Any]:
    """What RFC 4291 and its kin say about an address, by the names of Kubernetes' functions."""
    number = ip.number
    if ip.bits == 32:
        loopback, multicast, unspecified = number >> 24 == 127, number >> 28 == 14, number == 0
        link_unicast, link_multicast = number >> 16 == 0xA9FE, number >> 8 == 0xE00000
        broadcast = number == 0xFFFFFFFF
    else:
        loopback, multicast, unspecified = number == 1, number >> 120 == 0xFF, number == 0
        link_unicast, link_multicast = number >> 118 == 0x3FA, number >> 112 & 0xFF0F == 0xFF02
        broadcast = False
    special = unspecified or loopback or multicast or link_unicast or broadcast
    return {
        "isUnspecified": unspecified, "isLoopback": loopback, "isLinkLocalMulticast": link_multicast,
        "isLinkLocalUnicast": link_unicast, "isGlobalUnicast": not special,
    }  # fmt: skip

"""What a call costs at run time: the figures of cel-go's cost tracker and of Kubernetes' estimator.

A cost function takes the call's arguments (receiver first). An argument that failed is passed as FAILED and has size 1.
"""

from __future__ import annotations

from typing import Any, Final

from gitopsml.cel.functions import CostOf
from gitopsml.cel.values import Optional, is_list, is_map
from gitopsml.cel.work import spend

FAILED: Final = object()
LIST, MAP = 10, 30


def size(value: Any) -> int:
    """The size that costs are computed from: characters, bytes, elements, entries; 1 for everything else."""
    if isinstance(value, str | bytes) or is_list(value) or is_map(value):
        return len(value)
    if isinstance(value, Optional) and value.present:
        return size(value.value)
    return int(getattr(value, "cost_size", 1))


def tenth(count: int) -> int:
    """⌈count / 10⌉, what one traversal of that many characters costs."""
    return -(-count // 10)


def traverse(*args: Any) -> int:
    """⌈0.1 × size⌉ of the first argument."""
    return tenth(size(args[0]))


def traverse_twice(*args: Any) -> int:
    """⌈0.2 × size⌉ of the first argument."""
    return tenth(2 * size(args[0]))


def smaller(*args: Any) -> int:
    """⌈0.1 × the smaller size⌉ of two."""
    return tenth(min(size(args[0]), size(args[1])))


def equality(*args: Any) -> int:
    """Like `smaller`; 1 for quantities, addresses and the like."""
    return 1 if hasattr(args[0], "cel_type") else smaller(*args)


def both(*args: Any) -> int:
    """⌈0.1 × both sizes⌉."""
    return tenth(size(args[0]) + size(args[1]))


def list_membership(*args: Any) -> int:
    """The length of the list."""
    return size(args[1])


def substring_search(*args: Any) -> int:
    """⌈0.1 × text⌉ × ⌈0.1 × part⌉."""
    return tenth(size(args[0])) * tenth(size(args[1]))


def regex(*args: Any) -> int:
    """⌈0.1 × (1 + text)⌉ × ⌈0.25 × pattern⌉."""
    return tenth(1 + size(args[0])) * -(-size(args[1]) // 4)


def whole(*args: Any) -> int:
    """One walk over everything inside the first argument: 1 for each leaf, a tenth of the length for texts."""
    total = 0
    waiting = [args[0]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str | bytes):
            total += (len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else len(value)) // 10
        elif is_list(value):
            spend(4 * len(value))
            waiting.extend(value)
        elif is_map(value):
            spend(len(value))
            waiting.extend(value.keys())
            waiting.extend(value.values())
        else:
            total += 1
    return total


def joined(*args: Any) -> int:
    """⌈0.2 × size⌉ of the result, the last argument."""
    return tenth(2 * size(args[-1]))


# Kubernetes charges by the name of a function, whatever the overload
BY_NAME: Final[dict[str, CostOf]] = {
    **dict.fromkeys(("isSorted", "sum", "max", "min", "indexOf", "lastIndexOf", "includes"), whole),
    **dict.fromkeys(("url", "lowerAscii", "upperAscii", "substring", "trim", "cidr", "isIP", "isCIDR", "ip"), traverse),
    **dict.fromkeys(("quantity", "isQuantity", "semver", "isSemver"), traverse),
    **dict.fromkeys(("replace", "split", "ip.isCanonical"), traverse_twice),
    **dict.fromkeys(("find", "findAll"), regex),
    "check": lambda *_: 350_000,
}

# charged where exactly one overload can be meant
BY_OVERLOAD: Final[dict[str, CostOf]] = {
    **dict.fromkeys(("starts_with_string", "ends_with_string", "string_to_bytes", "bytes_to_string"), traverse),
    **dict.fromkeys(("strings_quote", "string_format"), traverse),
    **dict.fromkeys(
        [f"{order}_{kind}" for order in ("less", "less_equals", "greater", "greater_equals") for kind in ("string", "bytes")],
        smaller,
    ),
    **dict.fromkeys(("equals", "not_equals"), smaller),
    **dict.fromkeys(("add_string", "add_bytes"), both),
    "in_list": list_membership,
    "matches": regex,
    "matches_string": regex,
    "contains_string": substring_search,
}

"""Kubernetes label selectors: the map form, the LabelSelector form, and the text form of `kubectl -l`."""

from __future__ import annotations

import re
from typing import Any

_REQUIREMENT = re.compile(
    r"\s*(?:(?P<set>[^\s,!=()]+)\s+(?P<how>in|notin)\s*\((?P<values>[^()]*)\)"
    r"|(?P<key>[^\s,!=()]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s,!=()]*)"
    r"|(?P<absent>!\s*)?(?P<exists>[^\s,!=()]+))\s*(?:,|\Z)"
)


def matches(selector: dict[str, Any] | None, labels: dict[str, Any]) -> bool:
    """Whether `labels` satisfy a selector: a plain map, or matchLabels/matchExpressions. None selects nothing, {} everything."""
    if selector is None:
        return False
    if not ("matchLabels" in selector or "matchExpressions" in selector):
        return _equal(selector, labels)
    if not _equal(selector.get("matchLabels") or {}, labels):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or ())


def _equal(wanted: dict[str, Any], labels: dict[str, Any]) -> bool:
    return all(key in labels and labels[key] == value for key, value in wanted.items())


def _holds(requirement: dict[str, Any], labels: dict[str, Any]) -> bool:
    key, operator = requirement.get("key"), requirement.get("operator")
    values = requirement.get("values") or []
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    return (key in labels) == (operator == "Exists")


def parse(text: str) -> dict[str, Any]:
    """`a=b,c!=d,e in (f,g),!h` -> a LabelSelector with matchExpressions. Raises ValueError where the text is not a selector."""
    expressions: list[dict[str, Any]] = []
    place = 0
    while place < len(text.rstrip()):
        match = _REQUIREMENT.match(text, place)
        if match is None:
            raise ValueError(f"{text!r} is not a label selector (from {text[place:]!r})")
        expressions.append(_requirement(match))
        place = match.end()
    return {"matchLabels": {}, "matchExpressions": expressions}


def _requirement(match: re.Match[str]) -> dict[str, Any]:
    if match["set"]:
        values = [value.strip() for value in match["values"].split(",")]
        return {"key": match["set"], "operator": "In" if match["how"] == "in" else "NotIn", "values": values}
    if match["key"]:
        return {"key": match["key"], "operator": "NotIn" if match["op"] == "!=" else "In", "values": [match["value"]]}
    return {"key": match["exists"], "operator": "DoesNotExist" if match["absent"] else "Exists"}

"""A server that needs longer to start than its probes allow is killed while it loads, for ever.

The budget is startupProbe's initial delay and period × failures; without a startupProbe the livenessProbe's. It is compared with
the declared load time (`health.load` or `model.load` of app.yaml, or the annotation gitopsml.dev/load), else with ten minutes for
servers of large language models, which are known by their images.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from gitopsml.model import Resource, TargetInfo, Violation, pod_templates
from gitopsml.model.workload import Container

TITLE, SEVERITY, KINDS = "Probes end before the server has started", "error", ["pods"]
WHY = "The kubelet kills a container whose startup or liveness probe fails too often: a model that loads longer never starts."
REMEDY = (
    "Add a startupProbe whose periodSeconds × failureThreshold is above the load time, with a margin (in app.yaml: health.load)."
)

_LARGE: Final = re.compile(r"(?:^|/)(?:vllm-openai|text-generation-inference|tritonserver|sglang|nim)(?:[:@/]|$)")
_LARGE_SECONDS: Final = 600
_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def check(resource: Resource, target: TargetInfo) -> Iterator[Violation]:
    for view in pod_templates(resource):
        if view.probes != "expected" or view.partial:
            continue
        declared = _declared(target, view.annotations)
        for container in view.containers():
            yield from _short(container, declared or _guessed(container))


def _short(container: Container, needed: int) -> Iterator[Violation]:
    name = "startupProbe" if "startupProbe" in container.data else "livenessProbe"
    probe = container.data.get(name)
    if not isinstance(probe, dict) or not needed:
        return
    budget = _number(probe, "initialDelaySeconds", 0) + _number(probe, "periodSeconds", 10) * _number(
        probe, "failureThreshold", 3
    )
    if budget < needed:
        text = f"allow more than {needed} s to start: the {name} gives up after {budget} s"
        yield Violation(text if name == "startupProbe" else f"add a startupProbe; {text}", container.at(name))


def _declared(target: TargetInfo, annotations: dict[str, Any]) -> int:
    values = target.values
    loads = [values[part].get("load") for part in ("health", "model") if isinstance(values.get(part), dict)]
    return max((_seconds(load) for load in [*loads, annotations.get("gitopsml.dev/load")]), default=0)


def _guessed(container: Container) -> int:
    image = container.data.get("image")
    return _LARGE_SECONDS if isinstance(image, str) and _LARGE.search(image) else 0


def _seconds(duration: object) -> int:
    match = _DURATION.fullmatch(duration) if isinstance(duration, str) else None
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _number(probe: dict[str, Any], field: str, default: int) -> int:
    value = probe.get(field)
    return value if isinstance(value, int) else default

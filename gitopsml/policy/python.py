"""A Python file -> policy: constants that people read, and one hook. Only files from the installation or the command line."""

from __future__ import annotations

import importlib.util
import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, Final

from gitopsml.errors import PolicyError
from gitopsml.model.deployed import Deployed
from gitopsml.model.finding import Severity, Violation
from gitopsml.policy.options import checked_options
from gitopsml.policy.record import Kind, Options, Policy, Saw
from gitopsml.policy.subject import Subject

HOOKS: Final = {
    "check": ("deployed", "options", "target"),
    "check_target": ("deployed", "options", "target"),
    "check_repo": ("targets", "options"),
}
PODS: Final = "pods"
_REQUIRED: Final = ("TITLE", "SEVERITY", "REMEDY")


def policy(path: str, shown: str, topic: str) -> Policy:
    """Load a policy file of the disk; `shown` is its path for people. Raises PolicyError."""
    module = _load(path, shown)
    for constant in _REQUIRED:
        if not isinstance(getattr(module, constant, None), str):
            raise PolicyError(f"{constant} is missing or not a text", path=shown)
    hooks = [name for name in HOOKS if callable(getattr(module, name, None))]
    if len(hooks) != 1:
        hint = f"define exactly one of {', '.join(HOOKS)}"
        raise PolicyError(f"the policy has {len(hooks)} hooks", path=shown, hint=hint)
    return _policy(module, hooks[0], shown, topic)


def _policy(module: ModuleType, hook: str, shown: str, topic: str) -> Policy:
    call = _called(getattr(module, hook), hook, shown)
    return Policy(
        id=_id(shown),
        title=module.TITLE,
        severity=_severity(module.SEVERITY, shown),
        why=str(getattr(module, "WHY", "") or inspect.cleandoc(module.__doc__ or "")).strip(),
        remedy=module.REMEDY.strip(),
        docs=str(getattr(module, "DOCS", "")),
        topic=topic,
        path=shown,
        options=checked_options(getattr(module, "OPTIONS", {}), shown),
        form="python",
        selects=_selector(module, shown) if hook == "check" else lambda _: False,
        check=_check(call) if hook == "check" else None,
        check_target=_check_target(call) if hook == "check_target" else None,
        check_repo=_check_repo(call) if hook == "check_repo" else None,
    )


def _check(call: Callable[..., Iterable[Violation]]) -> Callable[[Subject, Deployed, Options], Iterator[Saw]]:
    def check(subject: Subject, deployed: Deployed, options: Options) -> Iterator[Saw]:
        for violation in call((subject.resource,), deployed=deployed, options=options, target=deployed.target) or ():
            yield Saw(violation)

    return check


def _check_target(call: Callable[..., Iterable[Violation]]) -> Callable[[Deployed, Options], Iterator[Saw]]:
    def check(deployed: Deployed, options: Options) -> Iterator[Saw]:
        for violation in call((), deployed=deployed, options=options, target=deployed.target) or ():
            yield Saw(violation)

    return check


def _check_repo(call: Callable[..., Iterable[Violation]]) -> Callable[[list[Deployed], Options], Iterator[Saw]]:
    def check(targets: list[Deployed], options: Options) -> Iterator[Saw]:
        for violation in call((), targets=targets, options=options) or ():
            yield Saw(violation)

    return check


def _called(function: Callable[..., Any], hook: str, shown: str) -> Callable[..., Iterable[Violation]]:
    """The hook, called with the arguments that its signature names. Raises PolicyError for a name that nobody gives."""
    names = list(inspect.signature(function).parameters)
    rest = names[1:] if hook == "check" else names
    for name in rest:
        if name not in HOOKS[hook]:
            known = ", ".join(HOOKS[hook])
            raise PolicyError(f"{hook} asks for {name!r}", path=shown, hint=f"it may ask for {known}")

    def call(first: tuple[Any, ...], **given: Any) -> Iterable[Violation]:
        result: Iterable[Violation] = function(*first, **{name: given[name] for name in rest})
        return result

    return call


def _selector(module: ModuleType, shown: str) -> Callable[[Kind], bool]:
    kinds = getattr(module, "KINDS", None)
    if not isinstance(kinds, list | tuple) or not kinds or not all(isinstance(kind, str) for kind in kinds):
        raise PolicyError("KINDS is missing or not a list of kinds", path=shown, hint='write KINDS = ["Service"]')
    wanted = frozenset(kinds)

    def selects(kind: Kind) -> bool:
        group = kind.group or "core"
        named = kind.kind in wanted or f"{group}/{kind.kind}" in wanted
        return named or "*" in wanted or (kind.pods and PODS in wanted)

    return selects


def _load(path: str, shown: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"gitopsml_policy_{_id(shown).replace('-', '_')}", path)
    if spec is None or spec.loader is None:
        raise PolicyError("not a Python file", path=shown)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, NameError, AttributeError, TypeError, ValueError) as error:
        line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
        raise PolicyError(f"the policy does not load: {error}", path=shown, line=line) from error
    return module


def _id(shown: str) -> str:
    return os.path.splitext(os.path.basename(shown))[0].replace("_", "-")


def _severity(word: str, shown: str) -> Severity:
    try:
        return Severity(word)
    except ValueError:
        raise PolicyError(f"unknown severity {word!r}", path=shown, hint="use error, warning, info or off") from None

"""An ApplicationSet -> its Applications, where the generators are in Git: list, git directories, git files, matrix.

Spec: facts, argocd §6. What depends on the cluster or on another service is an `Unclear` with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from gitopsml.argocd.application import Application, Unclear, application, clean_path
from gitopsml.argocd.template import Unknowable, fill, flat, normalized
from gitopsml.model.glob import matches
from gitopsml.model.pointer import lookup
from gitopsml.model.selector import matches as selects
from gitopsml.yamlio import Document

Parameters = dict[str, Any]
_MOST: Final = 10_000  # Applications of one set: more is a mistake, or an attack


class Repository(Protocol):
    """What git generators look at: the repository that is linted."""

    def ours(self, url: str, revision: str) -> bool:
        """Whether a source is this repository at the revision that is linted."""

    def folders(self) -> list[str]:
        """All folders, sorted, without hidden ones."""

    def paths(self) -> list[str]:
        """All files, sorted, without hidden ones."""

    def data(self, path: str) -> Any:
        """The content of a YAML or JSON file; None where it cannot be read."""


def applications(document: Document, repository: Repository) -> Iterator[Application | Unclear]:
    """The Applications that a document's ApplicationSet makes of the repository as it is."""
    data = document.data
    name = str(lookup(data, ("metadata", "name"), ""))
    spec = data.get("spec") if isinstance(data.get("spec"), dict) else {}
    template, go = spec.get("template"), spec.get("goTemplate") is True
    if not isinstance(template, dict):
        yield Unclear(document.path, name, "the ApplicationSet has no template")
        return
    if _reaches_far(spec.get("templatePatch")):
        yield Unclear(document.path, name, "templatePatch decides on source or destination: set them in the template")
        return
    try:
        for parameters in _all(spec, _Run(repository, go)):
            yield application(fill(template, parameters, go=go), document.path)._replace(inputs=_inputs(parameters))
    except Unknowable as reason:
        yield Unclear(document.path, name, str(reason))


def _inputs(parameters: Parameters) -> tuple[str, ...]:
    """The parameter file that a git files generator read, if any."""
    where = parameters.get("path")
    if not isinstance(where, dict) or "filename" not in where:
        return ()
    return (clean_path(f"{where['path']}/{where['filename']}"),)


def _reaches_far(patch: Any) -> bool:
    return isinstance(patch, str) and any(word in patch for word in ("source", "destination"))


@dataclass(slots=True)
class _Run:
    """One expansion: the repository, the form of the templates, and how much work is left (a set is hostile input)."""

    repository: Repository
    go: bool
    left: int = _MOST

    def spend(self, work: int) -> None:
        """Raises Unknowable when the budget is used up."""
        self.left -= work
        if self.left < 0:
            raise Unknowable(f"its generators make more than {_MOST:,} Applications")


def _all(spec: dict[str, Any], run: _Run) -> Iterator[Parameters]:
    for generator in spec.get("generators") or ():
        if isinstance(generator, dict):
            yield from _generated(generator, {}, run)


def _generated(generator: dict[str, Any], given: Parameters, run: _Run) -> Iterator[Parameters]:
    """The parameters of one generator; `given` are those of the matrix generator around it."""
    kinds = [kind for kind in generator if kind not in ("selector", "template")]
    if len(kinds) != 1 or kinds[0] not in _GENERATORS:
        raise Unknowable(f"a {kinds[0] if kinds else 'missing'} generator is known to Argo CD only")
    kind = kinds[0]
    setting = generator[kind]
    if not isinstance(setting, dict):
        raise Unknowable(f"the {kind} generator is empty")
    if setting.get("template") or generator.get("template"):
        raise Unknowable("a template inside of a generator is not followed")
    for parameters in _GENERATORS[kind](setting, given, run):
        run.spend(1)
        if _selected(generator.get("selector"), parameters):
            yield parameters


def _selected(selector: Any, parameters: Parameters) -> bool:
    return not isinstance(selector, dict) or selects(selector, flat(parameters))


def _list(setting: dict[str, Any], given: Parameters, run: _Run) -> Iterator[Parameters]:
    if setting.get("elementsYaml"):
        raise Unknowable("elementsYaml is computed by Argo CD")
    for element in fill(setting.get("elements") or [], given, go=run.go) if given else setting.get("elements") or ():
        if isinstance(element, dict):
            yield element


def _git(setting: dict[str, Any], given: Parameters, run: _Run) -> Iterator[Parameters]:
    setting = fill(setting, given, go=run.go) if given else setting
    if not run.repository.ours(str(setting.get("repoURL") or ""), str(setting.get("revision") or "")):
        raise Unknowable("the git generator looks at another repository or revision")
    prefix = setting.get("pathParamPrefix")
    extra = {"values": setting["values"]} if isinstance(setting.get("values"), dict) else {}
    for parameters in _files(setting, run) if setting.get("files") else _directories(setting, run):
        where = parameters.pop("path")
        named = {str(prefix): {"path": where}} if prefix else {"path": where}
        yield parameters | named | (fill(extra, parameters | named, go=run.go) if extra else {})


def _directories(setting: dict[str, Any], run: _Run) -> Iterator[Parameters]:
    for folder in _listed(setting.get("directories"), run.repository.folders(), run, greedy=False):
        yield {"path": _path_parameters(folder)}


def _files(setting: dict[str, Any], run: _Run) -> Iterator[Parameters]:
    for path in _listed(setting.get("files"), run.repository.paths(), run, greedy=True):
        content = run.repository.data(path)
        folder, _, file = path.rpartition("/")
        where = _path_parameters(folder or ".") | {"filename": file, "filenameNormalized": normalized(file)}
        for element in content if isinstance(content, list) else [content]:
            if not isinstance(element, dict):
                raise Unknowable(f"the parameter file {path} cannot be read: the whole set would do nothing")
            yield {**element, "path": where}


def _listed(entries: Any, paths: list[str], run: _Run, *, greedy: bool) -> Iterator[str]:
    """The paths that the entries of a git generator want and do not exclude."""
    wanted, refused = _globs(entries)
    run.spend(len(paths) * (len(wanted) + len(refused)) // 100)
    for path in paths:
        wants = any(matches(one, path, greedy=greedy) for one in wanted)
        if wants and not any(matches(one, path, greedy=greedy) for one in refused):
            yield path


def _globs(entries: Any) -> tuple[list[str], list[str]]:
    """(wanted, excluded) patterns."""
    found: tuple[list[str], list[str]] = ([], [])
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("path"), str):
            found[1 if entry.get("exclude") is True else 0].append(clean_path(entry["path"]))
    return found


def _path_parameters(folder: str) -> Parameters:
    base = folder.rpartition("/")[2]
    return {"path": folder, "basename": base, "basenameNormalized": normalized(base), "segments": folder.split("/")}


def _matrix(setting: dict[str, Any], given: Parameters, run: _Run) -> Iterator[Parameters]:
    pair = setting.get("generators")
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, dict) for one in pair):
        raise Unknowable("a matrix generator needs two generators")
    for first in _generated(pair[0], given, run):
        for second in _generated(pair[1], given | first, run):
            yield given | first | second


_GENERATORS = {"list": _list, "git": _git, "matrix": _matrix}

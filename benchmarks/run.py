"""The figures of the README: `python benchmarks/run.py [--apps 300] [--runs 5]`. Peers are measured in the same run if in PATH.

Ratios are of medians within one run; machines drift, so quote a ratio, not a time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from fleet import fleet, plain
from measure import Figure, median

PYTHON = sys.executable
GITOPSML = (PYTHON, "-m", "gitopsml")


def ratio(name: str, slow: Figure, fast: Figure) -> None:
    print(f"{'  ' + name:<58} {slow.wall / fast.wall:8.1f} x")


def show(figure: Figure) -> Figure:
    print(figure.line(), flush=True)
    return figure


def start_up(work: Path, runs: int) -> None:
    bare = show(median("python -c 'import click'", [(PYTHON, "-c", "import click")], str(work), runs))
    ours = show(median("gitopsml --version", [(*GITOPSML, "--version")], str(work), runs))
    ratio("gitopsml --version / import click (promise: 1.3)", ours, bare)
    plain(work / "one", 1)
    show(median("lint of one file", [(*GITOPSML, "lint", "one/web-0000.yaml")], str(work), runs))


def manifests(work: Path, runs: int) -> None:
    plain(work / "plain", 1000)
    ours = show(median("lint of 1,000 Deployments", [(*GITOPSML, "lint", "--fail-on", "never", "plain")], str(work), runs))
    peer = shutil.which("kubeconform")
    if not peer:
        print("  kubeconform is not in PATH: not compared")
        return
    place = schemas(work / "schemas")
    theirs = show(
        median(
            "kubeconform -strict, the same schemas",
            [(peer, "-strict", "-schema-location", place, "plain")],
            str(work),
            runs,
            (0,),
        )
    )
    ratio("gitopsml / kubeconform (promise: 2)", ours, theirs)


def schemas(folder: Path) -> str:
    """Where kubeconform finds the schemas that gitopsml uses too: it has no network here."""
    from gitopsml.schemas.published import Kind, published

    folder.mkdir()
    kinds = {
        "deployment-apps-v1": Kind("apps", "v1", "Deployment"),
        "networkpolicy-networking-v1": Kind("networking.k8s.io", "v1", "NetworkPolicy"),
    }
    for name, kind in kinds.items():
        (folder / f"{name}.json").write_text(json.dumps(published(kind, "1.36")))
    return f"{folder}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"


def overlays(work: Path, apps: int, runs: int) -> None:
    fleet(work / "fleet", apps)
    generate = (*GITOPSML, "generate", "--repo", "fleet")
    show(median(f"generate of {apps} apps x 3 environments, first run", [generate], str(work), 1))
    show(median("generate again: nothing to do", [generate], str(work), runs))
    lint = (*GITOPSML, "lint", "--fail-on", "never", "fleet/deploy")
    ours = show(median("lint of all its overlays, cold", [lint], str(work), runs))
    memory(work, apps, ours, runs)
    binary = shutil.which("kustomize")
    if not binary:
        print("  kustomize is not in PATH: not compared")
        return
    built = sorted(str(path.relative_to(work)) for path in (work / "fleet/deploy").glob("*/*/overlays/*"))
    sample = built[:: max(1, len(built) // 60)]
    theirs = median(
        f"kustomize build, one process each, {len(sample)} overlays", [(binary, "build", one) for one in sample], str(work), 3
    )
    show(theirs)
    whole = Figure(f"  the same for all {len(built)}", theirs.wall * len(built) / len(sample), 0, theirs.memory, theirs.runs)
    show(whole)
    ratio("kustomize processes / gitopsml lint (promise: 15)", whole, ours)


def memory(work: Path, apps: int, whole: Figure, runs: int) -> None:
    """Peak memory at a tenth of the fleet and at all of it."""
    fleet(work / "tenth", apps // 10)
    median("generate", [(*GITOPSML, "generate", "--repo", "tenth")], str(work), 1)
    small = show(median("lint of a tenth of them", [(*GITOPSML, "lint", "--fail-on", "never", "tenth/deploy")], str(work), runs))
    print(f"{'  peak memory, all / a tenth':<58} {whole.memory / small.memory:8.2f} x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apps", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        start_up(work, options.runs)
        manifests(work, options.runs)
        overlays(work, options.apps, options.runs)


if __name__ == "__main__":
    main()

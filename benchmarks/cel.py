"""How fast expressions are: `python benchmarks/cel.py [FOLDER]` prints medians of compiling and evaluating real ones.

FOLDER holds `kubernetes.jsonl` and `inputs.json` (default: ../shared/conformance/cel). cel-go takes 4 to 16 µs for one evaluation
with cost tracking. The import is that of a fresh interpreter whose byte code is there already.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gitopsml.cel import CelError, CompileError, Environment, Program

HERE = Path(__file__).resolve().parent
DYNAMIC = dict.fromkeys(("object", "oldObject", "request", "params", "namespaceObject", "variables"), "dyn")
IMPORT = "import time; t = time.process_time(); import gitopsml.cel; print((time.process_time() - t) * 1000)"


def best(call: Callable[[], Any], times: int) -> float:
    """The fastest of several calls, in microseconds."""
    found = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        with contextlib.suppress(CelError):
            call()
        found = min(found, time.perf_counter() - begin)
    return found * 1e6


def programs(folder: Path, environment: Environment) -> list[tuple[Program, dict[str, Any]]]:
    """The expressions that compile, with what was recorded of them."""
    made = []
    for line in (folder / "kubernetes.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        try:
            made.append((environment.compile(row["expr"], DYNAMIC), row))
        except CompileError:
            continue
    return made


def line(name: str, figures: list[float], unit: str) -> str:
    ordered = sorted(figures)
    median, high = statistics.median(ordered), ordered[int(len(ordered) * 0.9)]
    return f"{name:<36} median {median:8.1f} {unit}   90 % {high:8.1f} {unit}   n {len(ordered)}"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent.parent / "shared" / "conformance" / "cel"
    environment = Environment.kubernetes((1, 36))
    inputs = json.loads((folder / "inputs.json").read_text("utf-8"))
    made = programs(folder, environment)
    values, errors = [], []
    for program, row in made:
        for name, recorded in row["outcomes"].items():
            taken = best(lambda p=program, b=inputs[name]: p.evaluate(b), 7)
            (errors if "error" in recorded else values).append(taken)
    imports = [float(subprocess.check_output([sys.executable, "-c", IMPORT], cwd=HERE.parent, text=True)) for _ in range(7)]
    print(line("import", imports[2:], "ms"))
    print(line("compile", [best(lambda s=row["expr"]: environment.compile(s, DYNAMIC), 3) for _, row in made], "µs"))
    print(line("evaluate to a value", values, "µs"))
    print(line("evaluate to an error", errors, "µs"))


if __name__ == "__main__":
    main()

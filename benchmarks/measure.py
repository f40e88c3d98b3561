"""Whole processes, measured: wall seconds, CPU seconds, peak memory; the median of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """Medians over several runs of one command (or of one batch of commands, one after the other)."""

    name: str
    wall: float  # seconds
    cpu: float  # seconds, user and system
    memory: float  # MiB, peak of one process
    runs: int

    def line(self) -> str:
        """One line for people."""
        return f"{self.name:<58} {self.wall:8.3f} s wall {self.cpu:8.3f} s CPU {self.memory:7.0f} MiB"


def run(command: Sequence[str], cwd: str, allowed: Sequence[int] = (0, 1)) -> tuple[float, float, float]:
    """(wall, CPU, MiB) of one process. Raises SystemExit where it ends with another code than the allowed ones."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in allowed:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.decode()[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(name: str, commands: Sequence[Sequence[str]], cwd: str, runs: int = 5, allowed: Sequence[int] = (0, 1)) -> Figure:
    """Run all commands one after the other, `runs` times; medians of the sums."""
    walls, cpus, peaks = [], [], []
    for _ in range(runs):
        results = [run(command, cwd, allowed) for command in commands]
        walls.append(sum(wall for wall, _, _ in results))
        cpus.append(sum(cpu for _, cpu, _ in results))
        peaks.append(max(peak for _, _, peak in results))
    return Figure(name, statistics.median(walls), statistics.median(cpus), statistics.median(peaks), runs)

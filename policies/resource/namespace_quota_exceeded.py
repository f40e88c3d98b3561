"""When the apps of a namespace together ask for more CPU or memory than its quota, the last ones to start get no pods.

The sum is taken at the largest number of replicas (an autoscaler's maximum); what waits in a Kueue queue is counted by Kueue.
"""

from collections.abc import Iterator

from gitopsml.model import Deployed, Violation
from gitopsml.model.quota import excess

TITLE, SEVERITY = "More CPU or memory than the quota", "error"
REMEDY = "Raise the quota (team.yaml: quota), or lower replicas, cpu or memory in app.yaml."

_GOVERNED = {f"{kind}.{name}" for kind in ("requests", "limits") for name in ("cpu", "memory", "ephemeral-storage")}


def check_target(deployed: Deployed) -> Iterator[Violation]:
    yield from excess(deployed, _GOVERNED.__contains__)

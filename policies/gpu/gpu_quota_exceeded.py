"""When the apps of a namespace together ask for more accelerators than its quota, the last replicas stay in Pending.

The sum is taken at the largest number of replicas (an autoscaler's maximum); what waits in a Kueue queue is counted by Kueue.
"""

from collections.abc import Iterator

from gitopsml.model import Deployed, Violation
from gitopsml.model.quota import excess

TITLE, SEVERITY = "More accelerators than the quota", "error"
REMEDY = "Raise the quota (team.yaml: quota.gpu), or lower replicas or gpu.count in app.yaml."


def check_target(deployed: Deployed) -> Iterator[Violation]:
    yield from excess(deployed, lambda key: key.startswith("requests.") and "/" in key and "storageclass" not in key)

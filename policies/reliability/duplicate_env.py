"""Of two environment variables with one name the last one wins, without a word: somebody's change has no effect."""

from collections.abc import Iterator

from gitopsml.model import Resource, Violation, pod_templates
from gitopsml.model.references import mappings

TITLE, SEVERITY, KINDS = "Environment variable twice", "error", ["pods"]
REMEDY = "Remove one of the two."


def check(resource: Resource) -> Iterator[Violation]:
    for view in pod_templates(resource):
        for container in view.all_containers:
            seen: set[str] = set()
            for index, entry in mappings(container.data.get("env")):
                name = str(entry.get("name"))
                if name in seen:
                    yield Violation(f"remove one of the two {name}", (*container.at("env"), index, "name"))
                seen.add(name)

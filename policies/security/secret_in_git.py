"""A Secret in Git is readable by everybody who can read the repository or any clone of it, for ever; base64 is no protection."""

from collections.abc import Iterator

from gitopsml.model import Resource, Violation

TITLE, SEVERITY, KINDS = "Secret in Git", "error", ["core/Secret"]
REMEDY = (
    "Store the value in the secret store and name its key (in app.yaml: secrets), or commit a SealedSecret or a SOPS file. "
    "Change the value: it is known now."
)


def check(secret: Resource) -> Iterator[Violation]:
    """Looks at the file as it is written: encrypted values (SOPS) and empty ones that somebody else fills are fine."""
    if "sops" in secret.data or secret.at("type") == "kubernetes.io/service-account-token":
        return
    for field in ("stringData", "data"):
        values = secret.at(field)
        for key, value in values.items() if isinstance(values, dict) else ():
            if value not in ("", None):
                yield Violation("keep the value in a secret store and change it", (field, key))

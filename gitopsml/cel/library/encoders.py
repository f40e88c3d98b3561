"""Base64, an extension that Kubernetes does not have."""

from __future__ import annotations

import base64
import binascii

from gitopsml.cel.errors import EvaluationError
from gitopsml.cel.functions import Row


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("illegal base64 data") from None


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


ROWS = (
    Row("base64.encode", "base64_encode_bytes", "(bytes) -> string", _encode),
    Row("base64.decode", "base64_decode_string", "(string) -> bytes", _decode),
)

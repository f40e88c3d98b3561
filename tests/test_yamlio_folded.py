"""What kustomize 5.6.0 made of folded scalars (recorded with the real tool)."""

from __future__ import annotations

import pytest

from gitopsml.yamlio import Dialect, read

RECORDED = [
    (">-\n  one(\n    two\n  five\n", "one(\n\n  two\nfive"),
    (">\n  start\n    word\n  end\n", "start\n\n  word\nend\n"),
    (">2\n\n    x\n  y\n\n  z\n    q\n", "\n  x\ny z\n  q\n"),
    (">+\n  a\n    b\n\n    c\n  d\n  e\n\n", "a\n\n  b\n\n  c\nd e\n\n\n"),
    (">-\n\n  l\n    m\n", "\nl\n\n  m"),
    (">-\n  a\n  b\n\n  c\n", "a b\nc"),
    (">-\n  a: é😀\n    b\n", "a: é😀\n  b"),
    ("|\n  a\n    b\n", "a\n  b\n"),
]


@pytest.mark.parametrize(("text", "value"), RECORDED)
def test_folded_scalars_of_resources(text: str, value: str) -> None:
    assert read(f"v: {text}", "f", Dialect.KUSTOMIZE).documents[0].data == {"v": value}


def test_kubectl_reads_them_as_they_are() -> None:
    assert read("v: >-\n  one(\n    two\n  five\n", "f").documents[0].data == {"v": "one(\n  two\nfive"}

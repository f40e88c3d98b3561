"""The reader: what it gives, what it says, what it refuses, and how quickly it refuses the hostile."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest

from gitopsml.errors import YamlError
from gitopsml.yamlio import Dialect, Problem, read

API, KUSTOMIZE = Dialect.API, Dialect.KUSTOMIZE


def data(text: str | bytes, dialect: Dialect = API, *, single: bool = False) -> list[object]:
    return [document.data for document in read(text, "f.yaml", dialect, single=single).documents]


def problem(text: str | bytes, dialect: Dialect = API) -> Problem:
    (found,) = read(text, "f.yaml", dialect).problems
    return found


def refusal(text: str | bytes, dialect: Dialect = API, *, single: bool = False) -> str:
    with pytest.raises(YamlError) as caught:
        read(text, "f.yaml", dialect, single=single)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("---\n---\n# nothing\n---\na: 1\n---\n", [{"a": 1}]),
        ("", []),
        ('{"a": 1}\n{"b": 1.0}{"c": "\\ud83d\\ude00 \\ud800"}', [{"a": 1}, {"b": 1}, {"c": "😀 \ufffd"}]),
        ("a: 1\n...\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: |\n  x", [{"a": "x\n"}]),
    ],
)
def test_documents(text: str, expected: list[object]) -> None:
    assert data(text) == expected


def test_single_reads_one_document_as_kustomizations_are_read() -> None:
    assert data("a: y\n---\nb: 2\n", single=True) == [{"a": True}]
    assert data("a: |\n  x", single=True) == [{"a": "x"}]
    assert "unknown escape" in refusal('{"a": "x\\/y"}', single=True)


def test_a_document_knows_its_place() -> None:
    first, second = read("a: 1\n---\nb: 2\n", "f.yaml").documents
    assert (first.path, first.index, first.start, first.end) == ("f.yaml", 0, 0, 5)
    assert (second.index, second.text[second.start : second.end]) == (1, "b: 2\n")


def test_aliases_are_shared_and_values_are_plain() -> None:
    ((shared_list, other),) = data("- &a [1, x, true, null, 1.5]\n- *a\n")
    assert shared_list is other
    assert [type(value) for value in shared_list] == [int, str, bool, type(None), float]


def test_the_collector_is_as_before() -> None:
    read("a: 1\n", "f.yaml")
    assert gc.isenabled()
    gc.disable()
    try:
        read("a: 1\n", "f.yaml")
        assert not gc.isenabled()
    finally:
        gc.enable()


PROBLEMS = [
    ("a:\n  k: 1\n  k: 2\n", ("duplicate-key", 3, 3, 2)),
    ("a:\n- k: 1\n  'k': 2\n", ("duplicate-key", 3, 3, 2)),
    ("1: a\n'1': b\n", ("duplicate-key", 2, 1, 1)),
    ("x: &x {p: 1}\nd:\n  <<: *x\n  <<: *x\n", ("duplicate-key", 4, 3, 3)),
    ("x: !Ref name\n", ("unknown-tag", 1, 4, 0)),
    ("a: 1\n---\nx: !!python/name:os.system\n", ("unknown-tag", 3, 4, 0)),
    ("\ufeffa: 1\n", ("byte-order-mark", 1, 1, 0)),
    ("a: 1\n---\n\ufeffb: 1\n", ("byte-order-mark", 3, 1, 0)),
    ("a: yes\n", ("ambiguous-scalar", 1, 4, 0)),
    ("on: 1\n", ("ambiguous-scalar", 1, 1, 0)),
    ("a: [2001-01-01]\n", ("ambiguous-scalar", 1, 5, 0)),
    ("x: &x {k: 1}\nd:\n  k: 2\n  <<: *x\n", ("ambiguous-merge", 4, 7, 3)),
    ("a: 1\n...\n# fine\nb: 2\n", ("trailing-content", 4, 1, 0)),
    ("a: 1\n".encode("utf-16"), ("encoding", 1, 1, 0)),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS)
def test_problems(text: str | bytes, expected: tuple[str, int, int, int]) -> None:
    found = problem(text)
    assert (found.kind, found.line, found.column, found.related_line) == expected


def test_a_problem_names_its_document() -> None:
    assert problem("a: 1\n---\nb: yes\n").document == 1


FINE = ["a: 'yes'\n", "a: 2001-12-14T21:59:43Z\n", "a: 22:22\n", "x: !!str 1\n", "a: 1\n...\n# end\n", "k: 1\nK: 2\n"]


@pytest.mark.parametrize("text", FINE)
def test_no_problem(text: str) -> None:
    assert read(text, "f.yaml").problems == []


def test_kubectl_takes_the_last_of_two() -> None:
    assert data("k: 1\nk: 2\n") == [{"k": 2}]


REFUSALS = [
    ("a: [1\n", API, "f.yaml:2:1: not YAML: did not find expected ',' or ']'"),
    ("a:\n\tb: 1\n", API, "f.yaml:2:1: not YAML: found character that cannot start any token; quote the text, and indent"),
    ("é: b: c\n", API, "f.yaml:1:5: not YAML: mapping values are not allowed in this context"),
    ("a: 1\n---\nb: *x\n", API, "f.yaml:3:4: unknown anchor `x`"),
    ("a: &x [*x]\n", API, "f.yaml:1:8: the anchor `x` holds itself"),
    ("a: .inf\n", API, "f.yaml:1:4: `.inf`: JSON has no infinity"),
    ("a: \x01\n", API, "f.yaml:1:4: not YAML: control characters are not allowed: U+0001"),
    (b"a: 1\nb: \xe9\n", API, "f.yaml:2:4: not UTF-8: invalid continuation byte; save the file as UTF-8"),
    ("%YAML 1.2\n---\na: 1\n", KUSTOMIZE, "f.yaml:2:1: not YAML: did not find expected <document start>"),
    ("a: 1\n--- x\n", API, "f.yaml:2:4: text behind a document separator: 'x'; put it on a line of its own"),
    ("k: 1\nk: 2\n", KUSTOMIZE, "f.yaml:2:1: the key `k` is already defined in line 1; remove one of the two"),
    ("1: a\n", KUSTOMIZE, "f.yaml:1:1: kustomize takes only text as a key; quote the key"),
    ("~: a\n", API, "f.yaml:1:1: a key must be text; quote the key"),
    ("{{ x }}: a\n", API, "f.yaml:1:1: a mapping or a list cannot be a key; quote the key if it is a template"),
    ("a: !!int x\n", API, "f.yaml:1:4: cannot read !!str `x` as !!int; remove the tag or change the value"),
    ("a: {b?c: 1}\n", API, "f.yaml:1:5: did not find expected `,`"),
    ("<<: 1\n", API, "f.yaml:1:5: a merge key takes a mapping or a list of mappings; give it an alias of a mapping"),
]


@pytest.mark.parametrize(("text", "dialect", "expected"), REFUSALS)
def test_refusals(text: str | bytes, dialect: Dialect, expected: str) -> None:
    assert refusal(text, dialect).startswith(expected)


TAGS = [
    ("!!str 1", "1"),
    ("!!int '7'", 7),
    ("!!float 1", 1),
    ("!!bool yes", True),
    ("!!null ''", None),
    ("!!binary aGk=", "hi"),
    ("!!timestamp 2001-01-01", "2001-01-01"),
    ("!!set {a}", {"a": None}),
    ("!!omap [a: 1]", [{"a": 1}]),
    ("!!map [1]", [1]),
    ("!<tag:yaml.org,2002:str> 7", "7"),
    ("!Ref a", "a"),
    ("!Sub {a: 1}", {"a": 1}),
    ("!!python/object/apply:os.system [id]", ["id"]),
    ("! 7", "7"),
]


@pytest.mark.parametrize(("text", "value"), TAGS)
def test_tags_never_make_more_than_plain_data(text: str, value: object) -> None:
    assert data(f"v: {text}\n") == [{"v": value}]


ENCODINGS = [
    ("é".encode(), "é"),
    ("\ufeffé".encode(), "é"),
    ("é".encode("utf-16"), "é"),
    ("\ufeffé".encode("utf-16-be"), "é"),
    ("é".encode("utf-16-le"), None),
    ("é".encode("latin-1"), None),
    ("é".encode("utf-32"), None),
    (b"\xc0\xaf", None),
    (b"\xed\xa0\x80", None),
    (b"\xf0\x9f\x98", None),
    (b"a\0b", None),
    (b"\x1b[31m", None),
    ("\x85".encode(), None),
    ("\u202e".encode(), "\u202e"),
]


@pytest.mark.parametrize(("content", "value"), ENCODINGS)
def test_encodings(content: bytes, value: str | None) -> None:
    """Text is UTF-8, or UTF-16 with a byte order mark and a problem; anything else is refused, or is no text at all."""
    if value is not None:
        assert data(content) == [value]
    elif content == "\x85".encode():  # a line break
        assert data(content) == []
    else:
        assert refusal(content).startswith("f.yaml:1:")


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


def merges(levels: int) -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{p: *a{n - 1}, q: *a{n - 1}}}" for n in range(1, levels)]
    return "\n".join([*lines, f"z: {{<<: *a{levels - 1}}}"]) + "\n"


HOSTILE = {
    "alias bomb 9^12": bomb(12),
    "merge bomb 2^20": merges(20),
    "map with itself": "a: &a\n  b: *a\n",
    **{f"deep {sign!r} {size}": sign * size for sign in ("[", "- ", "? ", "{a: ", "- ? ") for size in (100_000, 1_000_000)},
    "deep block": "".join(" " * n + "a:\n" for n in range(2000)),
    "many documents": "a: 1\n---\n" * 100_000,
    "many keys": "".join(f"k{n}: v\n" for n in range(130_000)),
    "many items": "[" + "1," * 300_000 + "1]",
    "long scalar": "a: " + "x" * 9_000_000 + "\n",
    "deep json": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "million quotes": "a: " + "'" * 1_000_001,
    "million hashes": "a: b" + "#" * 1_000_000 + ": c: d\n",
    "million brackets": "a: [" + "x ," * 300_000 + ":\n",
}


@pytest.mark.parametrize("dialect", [API, KUSTOMIZE])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_quickly(name: str, dialect: Dialect) -> None:
    started = time.process_time()
    assert refusal(HOSTILE[name], dialect).startswith("f.yaml:")
    assert time.process_time() - started < 2


def test_a_flood_of_problems_is_cut_short() -> None:
    started = time.process_time()
    assert len(read("a: y\n" * 100_000, "f.yaml").problems) == 200
    assert time.process_time() - started < 2


def test_a_number_of_a_million_digits_is_text() -> None:
    (value,) = data("a: " + "9" * 1_000_000 + "\n")
    assert value == {"a": "9" * 1_000_000}


def test_a_file_is_at_most_16_mib() -> None:
    assert refusal("#" * (16 * 1024 * 1024 + 1)) == "f.yaml: larger than 16 MiB; split the file"


def test_an_alias_bomb_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        refusal(bomb(12))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_wide_and_deep_within_the_budgets() -> None:
    assert data("[" * 99 + "]" * 99)
    assert len(data("".join(f"k{n}: v\n" for n in range(100_000)))[0]) == 100_000
    assert len(data("a: 1\n---\n" * 9_999)) == 9_999

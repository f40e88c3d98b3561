"""Snippets: the marks stand under the value, whatever stands before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitopsml.model import Location
from gitopsml.report.escape import cells, printable
from gitopsml.report.redact import Redactor
from gitopsml.report.snippet import snippet
from gitopsml.report.style import Style


def shown(text: str, line: int, column: int, end_line: int, end_column: int, width: int = 120) -> str:
    place = Location("x.yaml", line, column, end_line, end_column)
    return "\n".join(snippet(place, Redactor({"x.yaml": text}), Style(width=width), "error"))


CASES = {
    "one line": ("a: 1\n", (1, 4, 1, 5), " 1 | a: 1\n   |    ^"),
    "two lines before": ("a:\n  b:\n    c:\n      d: 1\n", (4, 7, 4, 8), " 2 |   b:\n 3 |     c:\n 4 |       d: 1\n   |       ^"),
    "not beyond an empty line": ("a: 1\n\nb: 2\n", (3, 1, 3, 2), " 3 | b: 2\n   | ^"),
    "not beyond a document mark": ("a: 1\n---\nb: 2\n", (3, 1, 3, 2), " 3 | b: 2\n   | ^"),
    "several lines": ("- name: x\n  image: y\n", (1, 3, 2, 11), " 1 | - name: x\n   |   ^^^^^^^"),
    "windows line ends": ("a: 1\r\nb: 2\r\n", (2, 4, 2, 5), " 1 | a: 1\n 2 | b: 2\n   |    ^"),
    "tabs": ("\ta: 1\n", (1, 5, 1, 6), " 1 |     a: 1\n   |        ^"),
    "wide signs": ("名: 1\n", (1, 4, 1, 5), " 1 | 名: 1\n   |     ^"),
    "combining signs": ("e\u0301: 1\n", (1, 5, 1, 6), " 1 | e\u0301: 1\n   |    ^"),
    "escaped signs": ('a: "\u202e" # 1\n', (1, 9, 1, 10), ' 1 | a: "\\u202e" # 1\n   |              ^'),
    "an empty value": ("a:\n", (1, 3, 1, 3), " 1 | a:\n   |   ^"),
    "beyond the line": ("a: 1\n", (1, 99, 1, 100), " 1 | a: 1\n   |     ^"),
}


@pytest.mark.parametrize("name", CASES)
def test_marks(name: str) -> None:
    text, place, wanted = CASES[name]
    assert shown(text, *place) == f"   |\n{wanted}"


@pytest.mark.parametrize("line", [0, -1, 99])
def test_no_snippet_where_there_is_no_line(line: int) -> None:
    assert shown("a: 1\n", line, 1, line, 2) == ""


def test_line_numbers_of_any_width() -> None:
    assert shown("x\n" * 12_345, 12_345, 1, 12_345, 2).split("\n")[1:] == ["12343 | x", "12344 | x", "12345 | x", "      | ^"]


@pytest.mark.parametrize("column", [1, 50, 119, 120, 5_000, 9_999])
def test_long_lines_are_cut_around_the_value(column: int) -> None:
    text = "".join("0123456789"[number % 10] for number in range(9_999))
    line, marks = shown(text, 1, column, 1, column + 1, width=80).split("\n")[1:]
    assert len(line) <= 80 + 7
    assert line[marks.index("^")] == text[column - 1]


def test_a_masked_value_is_marked() -> None:
    text = "kind: Secret\nstringData:\n  password: hunter2hunter2\n"
    assert shown(text, 3, 13, 3, 27).split("\n")[-2:] == [" 3 |   password: ***", "   |             ^^^"]


SIGNS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp"])


@given(st.text(SIGNS, min_size=1, max_size=60), st.data())
def test_what_stands_over_the_marks_is_the_value(text: str, data: st.DataObject) -> None:
    from gitopsml.report.redact import scrub

    text = text.strip()
    if not text or scrub(text) != text or "##" in text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    line, marks = shown(text, 1, start + 1, 1, end + 1, width=500).split("\n")[1:]
    assert line.startswith(" 1 | ")
    assert marks.index("^") == len(" 1 | ") + cells(printable(text[:start]))
    assert marks.count("^") == max(cells(printable(text[start:end])), 1)
